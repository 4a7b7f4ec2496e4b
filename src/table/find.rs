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
enum InLine<'l> {
    Key(&'l Slot),
    Vacant(&'l Slot),
    Sealed,
    /// Every word is another key: the next line follows.
    Continue,
    /// A claim came in between: read the line again.
    Again,
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

/// The first word that is not a key, again.
#[inline(always)]
pub(crate) fn decide(first: &Slot) -> Word {
    // SeqCst: decides a miss, or the way to the next table; pairs with CLAIM_KEY in the total order.
    first.key.load(site!(DECIDE: SeqCst))
}

/// Looks for the key in a line, once.
#[inline(always)]
fn look_once<'l, const CLAIMS: bool, K, N: Needle<K>>(line: &'l Line, needle: &N, guard: &Guard) -> InLine<'l> {
    let keys = if CLAIMS { load_keys_to_claim(line) } else { load_keys(line) };
    if let Some(slot) = needle.find_in(line, &keys, guard) {
        return InLine::Key(slot);
    }
    let Some(first) = first_unclaimed(line, &keys) else { return InLine::Continue };
    match decide(first) {
        word::EMPTY => InLine::Vacant(first),
        word::SEALED => InLine::Sealed,
        _ => InLine::Again,
    }
}

/// The first slot whose key word is not a key.
///
/// Counted without a branch per word: how full a line is cannot be predicted, and a wrong guess would hold up the cache
/// misses of the lookups that follow.
#[inline(always)]
pub(crate) fn first_unclaimed<'l>(line: &'l Line, keys: &[Word; LINE_SLOTS]) -> Option<&'l Slot> {
    let [others @ .., last] = keys;
    if word::is_key(*last) {
        return None;
    }
    // Keys come first, so their number is the position behind them.
    let first: usize = others.iter().map(|&key| usize::from(word::is_key(key))).sum();
    Some(&line.slots[if rule!(CLAIM_FIRST) { first % LINE_SLOTS } else { LINE_SLOTS - 1 }])
}

/// Finds the key in one table, for a reader, or for a writer who may claim a slot (`CLAIMS`). The first `step` lines of
/// the probe are known to be full of other keys.
#[inline(always)]
pub(crate) fn locate<'t, const CLAIMS: bool, K, N: Needle<K>>(
    table: TableRef<'t>,
    needle: &N,
    mut step: usize,
    guard: &'t Guard,
) -> Place<'t> {
    let lines = table.lines();
    if let Some(index) = needle.reserved() {
        return Place::Slot(&lines.reserved().slots[index]);
    }
    let home = table.home(needle.hash());
    while step < lines.len() {
        let line = lines.line(home.wrapping_add(step));
        match look_once::<CLAIMS, K, N>(line, needle, guard) {
            InLine::Key(slot) => return Place::Slot(slot),
            InLine::Vacant(slot) => return Place::Vacant(line, slot),
            InLine::Sealed => return Place::Sealed(line),
            InLine::Continue => step += 1,
            InLine::Again => {}
        }
    }
    Place::Full
}

/// Looks a key up in a table and those behind it.
///
/// Nearly all lookups end in the home line of the root. That part is a straight line of code, so that the processor can
/// overlap the cache misses of several lookups; everything else starts over out of line.
#[inline(always)]
pub(crate) fn get<'g, K, V: 'static, N: Needle<K> + Copy>(
    table: TableRef<'g>,
    needle: N,
    guard: &'g Guard,
) -> Option<Seen<'g, V>> {
    if needle.reserved().is_some() {
        return get_anywhere(table, 0, needle, guard);
    }
    let line = table.lines().home(needle.hash());
    let keys = load_keys(line);
    let mut full_lines = 0;
    if let Some(slot) = needle.find_in(line, &keys, guard) {
        if let Some(value) = slot::read_live(slot, guard) {
            return Some(value);
        }
    } else if let Some(first) = first_unclaimed(line, &keys) {
        if decide(first) == word::EMPTY {
            return None;
        }
    } else {
        full_lines = 1;
    }
    get_anywhere(table, full_lines, needle, guard)
}

#[cold]
#[inline(never)]
fn get_anywhere<'g, K, V: 'static, N: Needle<K>>(
    mut table: TableRef<'g>,
    mut full_lines: usize,
    needle: N,
    guard: &'g Guard,
) -> Option<Seen<'g, V>> {
    loop {
        match locate::<false, K, N>(table, &needle, full_lines, guard) {
            Place::Slot(slot) => match slot::read(slot, guard) {
                Reading::Present(seen) => return Some(seen),
                Reading::Absent => return None,
                Reading::Elsewhere => {}
            },
            Place::Vacant(..) => return None,
            Place::Sealed(_) => {}
            Place::Full => {
                table = table.next_decides(guard)?;
                full_lines = 0;
                continue;
            }
        }
        table = table.next(guard)?;
        full_lines = 0;
    }
}
