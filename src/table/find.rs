//! Lookup: where in a table a key is, or where it would be.

use super::array::TableRef;
use super::habit::Habit;
use super::inline::is_inline;
use super::needle::{self, Needle};
use super::probe;
use super::slot::{self, Reading};
use super::tags;
use super::value::Seen;
use super::word::{self, LiveWord, Word};
use crate::platform::epoch::Guard;
use crate::platform::lines::{LINE_SLOTS, Line, Slot};
use crate::platform::sync::prefetch;
use crate::platform::{rule, search, site};

/// The answer of a table about a key.
pub(crate) enum Place<'t> {
    /// The key's slot.
    Slot(&'t Slot),
    /// Not here; it would be claimed in this slot, if that is still unclaimed: so many lines behind its home line.
    Vacant(&'t Line, &'t Slot, usize),
    /// Not here, and will not come here: look in the next table.
    Sealed(&'t Line),
    /// Not here, and there is no unclaimed slot at all.
    Full,
}

/// The key words of a line, the last one loaded first.
///
/// Claims fill a line in order, so if the last word is a key, the others are seen to be keys too.
#[inline(always)]
pub(crate) fn load_keys(line: &Line) -> [Word; LINE_SLOTS] {
    // SeqCst, both: an `EMPTY` word decides a miss, a `SEALED` one the way to the next table; a key comes before a claim
    // behind it in the total order. Acquire part: KEY edge, pairs with CLAIM_KEY and COPY_CLAIM (the node of a boxed key,
    // the claims before it), and with SEAL (`next`).
    let last = last_word(line);
    let mut keys = [last; LINE_SLOTS];
    for (key, slot) in keys[..LINE_SLOTS - 1].iter_mut().zip(&line.slots) {
        *key = key_word(slot);
    }
    keys
}

/// The last key word. While it is `EMPTY`, no key has come behind the line, and none has gone to the next table because of it.
#[inline(always)]
pub(crate) fn last_word(line: &Line) -> Word {
    line.slots[LINE_SLOTS - 1].key.load(site!(FIND_LAST: SeqCst)) // SeqCst: as above.
}

/// One key word.
#[inline(always)]
pub(crate) fn key_word(slot: &Slot) -> Word {
    slot.key.load(site!(FIND_KEY: SeqCst)) // SeqCst: as above.
}

/// The first slot whose key word is not a key, and that word.
///
/// Words are read at different moments, so there may be a key behind one that was read `EMPTY`. The slot counted is claimed
/// then (it is in front of a key): a claim of it fails, and that the key asked for is not in the line held when the first
/// `EMPTY` word was read.
///
/// Counted without a branch per word: how full a line is cannot be predicted, and a wrong guess would hold up the cache
/// misses of the operations that follow.
#[inline(always)]
pub(crate) fn first_unclaimed<'l>(line: &'l Line, keys: &[Word; LINE_SLOTS]) -> Option<(&'l Slot, Word)> {
    let [others @ .., last] = keys;
    if word::is_key(*last) {
        return None;
    }
    // Keys come first, so their number is the position behind them.
    let first: usize = others.iter().map(|&key| usize::from(word::is_key(key))).sum();
    let first = if rule!(CLAIM_FIRST) { first % LINE_SLOTS } else { LINE_SLOTS - 1 };
    Some((&line.slots[first], keys[first]))
}

/// Finds the key in one table.
#[inline(always)]
pub(crate) fn locate<'t, K, N: Needle<K>>(table: TableRef<'t>, needle: &N, guard: &'t Guard) -> Place<'t> {
    let lines = table.lines();
    if let Some(index) = needle.reserved() {
        return Place::Slot(&lines.reserved().slots[index]);
    }
    let home = lines.home(needle.hash()).index();
    for step in 0..lines.len() {
        let line = lines.line(home.wrapping_add(step));
        let keys = load_keys(line);
        if let Some(slot) = needle.find_in(line, &keys, guard) {
            return Place::Slot(slot);
        }
        match first_unclaimed(line, &keys) {
            None => {}
            Some((_, word::SEALED)) => return Place::Sealed(line),
            Some((slot, _)) => return Place::Vacant(line, slot, step),
        }
    }
    Place::Full
}

/// Looks a key up in a table and those behind it.
///
/// Nearly all lookups need no more than a few tags, and the home line of the root. That part is a straight line of code, so that the processor
/// can overlap the cache misses of several lookups; everything else starts over out of line.
#[inline(always)]
pub(crate) fn get<'g, K: 'static, V: 'static, N: Needle<K> + Copy>(
    table: TableRef<'g>,
    needle: N,
    habit: &Habit,
    guard: &'g Guard,
) -> Option<Seen<'g, V>> {
    if needle.reserved().is_none() {
        let home = table.lines().home(needle.hash());
        // Looking for another key than an inline one takes so long that tags are worth it.
        let guesses = needle.exact().is_some();
        let tags_first = !guesses || habit.of_missing();
        if tags_first && !tags::may_be(home) {
            if guesses {
                habit.missed();
            }
            return None;
        }
        let value = needle.read_in(home.line(), guard);
        if word::is_plain::<V>(value) {
            if guesses && tags_first {
                habit.found();
            }
            // SAFETY: live, and read under this guard.
            return Some(unsafe { Seen::from_plain(value, guard) });
        }
        if !tags_first && value == word::EMPTY && !tags::may_be(home) {
            habit.missed();
            return None;
        }
    }
    let (live, _) = get_anywhere(table, needle, guard)?;
    if needle.exact().is_some() && habit.of_missing() {
        habit.found();
    }
    // SAFETY: as above.
    Some(unsafe { Seen::from_live(live, guard) })
}

/// Asks for the boxes that a lookup is going to read, now that the home line of its key is here.
#[inline(always)]
pub(crate) fn approach<K: 'static, V: 'static, N: Needle<K>>(table: TableRef<'_>, needle: &N) {
    let line = table.lines().home(needle.hash()).line();
    let ask_for_value = |value: Word| {
        if !is_inline::<V>() && word::is_plain::<V>(value) {
            prefetch(value);
        }
    };
    match needle.exact() {
        Some(key) => ask_for_value(search::value_of(line, key)),
        None if is_inline::<K>() => {}
        None => {
            let fingerprint = probe::fingerprint(needle.hash());
            for (slot, key) in line.slots.iter().zip(load_keys(line)) {
                if word::fingerprint(key) == fingerprint {
                    prefetch(word::key_node(key));
                    ask_for_value(slot::value_for_reader(slot));
                }
            }
        }
    }
}

/// Looks up a key together with the one that stands in the map.
pub(crate) fn get_key_value<'g, K: 'static, V: 'static, N: Needle<K>>(
    table: TableRef<'g>,
    needle: N,
    guard: &'g Guard,
) -> Option<(Seen<'g, K>, Seen<'g, V>)> {
    let reserved = needle.reserved();
    let (live, slot) = get_anywhere(table, needle, guard)?;
    let key = reserved.map_or_else(|| slot::key_again(slot), |index| word::from_address(index as u64));
    // SAFETY: the key word was read with Acquire when it was found, and the value was live after that.
    let key = unsafe { needle::seen_key(key, guard) };
    // SAFETY: live, and read under this guard.
    Some((key, unsafe { Seen::from_live(live, guard) }))
}

/// The live word of a key, and the slot in which it was found.
#[cold]
#[inline(never)]
fn get_anywhere<'g, K, N: Needle<K>>(
    mut table: TableRef<'g>,
    needle: N,
    guard: &'g Guard,
) -> Option<(LiveWord, &'g Slot)> {
    loop {
        let next = match locate::<K, N>(table, &needle, guard) {
            Place::Slot(slot) => match slot::read(slot, guard) {
                Reading::Present(live) => return Some((live, slot)),
                Reading::Absent => return None,
                Reading::Elsewhere => table.next(guard),
            },
            Place::Sealed(_) if rule!(SEALED_LEADS_ON) => table.next(guard),
            Place::Vacant(..) | Place::Sealed(_) => return None,
            Place::Full => table.next_decides(guard),
        };
        table = next?;
    }
}
