//! Lookup: where in a table a key is, or where it would be.

use super::array::TableRef;
use super::needle::Needle;
use super::slot::{self, Reading};
use super::value::Seen;
use super::word::{self, Word};
use crate::platform::epoch::Guard;
use crate::platform::lines::{LINE_SLOTS, Line, Slot};
use crate::platform::{rule, site};

/// The answer of a table about a key.
pub(crate) enum Place<'t> {
    /// The key's slot.
    Slot(&'t Slot),
    /// Not here; it would be claimed in this slot, which was `EMPTY` at the deciding read.
    Vacant(&'t Line, &'t Slot),
    /// Not here, and will not come here: look in the next table.
    Sealed(&'t Line),
    /// Not here, and there is no unclaimed slot at all.
    Full,
}

/// One line's answer.
enum InLine {
    Key(usize),
    Vacant(usize),
    Sealed,
    Continue,
}

/// The key words of a line, the last one loaded first.
///
/// Claims fill a line in order, so if the last word is a key, the others are seen to be keys too.
#[inline(always)]
fn load_keys(line: &Line) -> [Word; LINE_SLOTS] {
    // Acquire, both: KEY edge, pairs with CLAIM_KEY and COPY_CLAIM (the node of a boxed key, the claims before it), and
    // with SEAL and SEAL_REST (`next`).
    let last = line.slots[LINE_SLOTS - 1].key.load(site!(FIND_LAST: Acquire));
    let mut keys = [last; LINE_SLOTS];
    for (key, slot) in keys[..LINE_SLOTS - 1].iter_mut().zip(&line.slots) {
        *key = slot.key.load(site!(FIND_KEY: Acquire));
    }
    keys
}

/// The same for one who may claim a word behind these.
#[inline(always)]
pub(crate) fn load_keys_to_claim(line: &Line) -> [Word; LINE_SLOTS] {
    // SeqCst, both: puts the claims in front of one's own into the total order, so that a later DECIDE of another thread
    // that stops at one of them comes before it. The Acquire part as in `load_keys`.
    let last = line.slots[LINE_SLOTS - 1].key.load(site!(SCAN_LAST: SeqCst));
    let mut keys = [last; LINE_SLOTS];
    for (key, slot) in keys[..LINE_SLOTS - 1].iter_mut().zip(&line.slots) {
        *key = slot.key.load(site!(SCAN_KEY: SeqCst));
    }
    keys
}

#[inline(always)]
fn look_in<const CLAIMS: bool, K, N: Needle<K>>(line: &Line, needle: &N, guard: &Guard) -> InLine {
    loop {
        let keys = if CLAIMS { load_keys_to_claim(line) } else { load_keys(line) };
        if let Some(index) = needle.find_in(line, &keys, guard) {
            return InLine::Key(index);
        }
        let Some(first) = first_unclaimed(&keys) else { return InLine::Continue };
        // SeqCst: decides a miss, or the way to the next table; pairs with CLAIM_KEY in the total order.
        let first = if rule!(CLAIM_FIRST) { first } else { LINE_SLOTS - 1 };
        match line.slots[first % LINE_SLOTS].key.load(site!(DECIDE: SeqCst)) {
            word::EMPTY => return InLine::Vacant(first),
            word::SEALED => return InLine::Sealed,
            _ => {}
        }
    }
}

/// The first of the key words that is not a key.
///
/// Counted without a branch per word: how full a line is cannot be predicted, and a wrong guess would hold up the cache
/// misses of the lookups that follow.
#[inline(always)]
pub(crate) fn first_unclaimed(keys: &[Word; LINE_SLOTS]) -> Option<usize> {
    if word::is_key(keys[LINE_SLOTS - 1]) {
        return None;
    }
    // Keys come first, so their number is the position behind them.
    Some(keys[..LINE_SLOTS - 1].iter().map(|&key| usize::from(word::is_key(key))).sum())
}

/// Finds the key in one table, for a reader, or for a writer who may claim a slot (`CLAIMS`).
#[inline(always)]
pub(crate) fn locate<'t, const CLAIMS: bool, K, N: Needle<K>>(
    table: TableRef<'t>,
    needle: &N,
    guard: &'t Guard,
) -> Place<'t> {
    let lines = table.lines();
    if let Some(index) = needle.reserved() {
        return Place::Slot(&lines.reserved().slots[index]);
    }
    let home = table.home(needle.hash());
    for step in 0..lines.len() {
        let line = lines.line(home.wrapping_add(step));
        match look_in::<CLAIMS, K, N>(line, needle, guard) {
            InLine::Key(index) => return Place::Slot(&line.slots[index]),
            InLine::Vacant(index) => return Place::Vacant(line, &line.slots[index]),
            InLine::Sealed => return Place::Sealed(line),
            InLine::Continue => {}
        }
    }
    Place::Full
}

/// Looks a key up in a table and those behind it.
#[inline(always)]
pub(crate) fn get<'g, K, V: 'static, N: Needle<K>>(
    mut table: TableRef<'g>,
    needle: &N,
    guard: &'g Guard,
) -> Option<Seen<'g, V>> {
    loop {
        match locate::<false, K, N>(table, needle, guard) {
            Place::Slot(slot) => match slot::read(slot, guard) {
                Reading::Present(seen) => return Some(seen),
                Reading::Absent => return None,
                Reading::Elsewhere => {}
            },
            Place::Vacant(..) => return None,
            Place::Sealed(_) => {}
            Place::Full => {
                table = table.next_decides(guard)?;
                continue;
            }
        }
        table = table.next(guard)?;
    }
}
