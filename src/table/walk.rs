//! Traversal of a shared map: every entry that is there throughout, exactly once.
//!
//! A walk looks at the value words of many slots at a time, without a branch for each, and notes in a bit mask which of
//! them may hold a value: which ones do cannot be predicted, and a wrong guess costs more than looking at all.
//!
//! A walk of all entries visits a page of the table here, and one there: who removes what it yields, or puts it into another
//! map with the same hasher, does so all over the table and not from one end on, where entries would be crowded.
//!
//! A walk of a *partition* yields the keys with hashes in an interval. They stand from the home line of the lowest such
//! hash to that of the highest, and, as far as they have spilled over, in the full lines behind it and the one that follows.
//! Whether a key is one of them, its hash tells; or, for most of them, a line with room not far in front of it, which no key from
//! further in front has passed.
#![allow(unsafe_code)] // Reads keys from slots.

use super::RawMap;
use super::array::TableRef;
use super::inline::is_inline;
use super::needle::{self, RESERVED_SLOTS, boxed_key, has_reserved};
use super::slot::{self, Reading};
use super::value::Seen;
use super::word::{self, Word};
use crate::platform::epoch::Guard;
use crate::platform::lines::{LINE_SLOTS, Line, Slot};
use crate::platform::sync::prefetch;
use crate::platform::tuning::WALK_LINES;
use crate::platform::{rule, site};
use core::marker::PhantomData;

/// The slots of a window fit a bit mask.
const WALK_SLOTS: usize = WALK_LINES * LINE_SLOTS;

const _: () = assert!(WALK_LINES.is_power_of_two() && WALK_SLOTS <= 64);

/// The window that is asked for while one is visited: one ahead is here too late.
const WINDOWS_AHEAD: usize = 2;

/// Lines that are visited one after the other: a page.
const PAGE_LINES: usize = 4 * WALK_LINES;

/// The order in which a walk visits lines.
#[derive(Clone, Copy)]
struct Order {
    stride: usize,
    pages: usize,
}

impl Order {
    /// One after the other, from wherever a walk begins.
    const SEQUENCE: Self = Self { stride: 1, pages: 0 };

    /// Pages all over a table of so many lines.
    fn scattered(lines: usize) -> Self {
        let pages = lines / PAGE_LINES;
        // By the golden section, the next page is always far from all before.
        Self { stride: (((pages as u128 * 0x9E37_79B9_7F4A_7C15) >> 64) as usize) | 1, pages }
    }

    /// The line at a position of the walk.
    #[inline(always)]
    fn line(self, position: usize) -> usize {
        if self.pages <= 1 {
            return position;
        }
        let page = (position / PAGE_LINES).wrapping_mul(self.stride) & (self.pages - 1);
        page * PAGE_LINES + position % PAGE_LINES
    }
}

/// A walk over the slots of the table that was the root, without a successor, when the walk began.
///
/// All keys that were present then have a slot there. An entry that has since moved on is looked up by its key word, in
/// the tables behind. (What is rare is told what it needs by value: a walk whose address nobody takes stands in registers.)
pub(crate) struct Walk<'g, K, V> {
    table: Option<TableRef<'g>>,
    hashes: Hashes,
    order: Order,
    /// The position of the first line.
    start: usize,
    /// The position of the next line to look at, counted on beyond the end of the table.
    position: usize,
    /// The position behind the last home line.
    end: usize,
    /// The position behind all that the walk may look at.
    limit: usize,
    /// The slots looked at, and which of them may hold a value and are still to be visited.
    window: &'g [Slot],
    mask: u64,
    /// Whether the hashes of all keys that were in the window are of the partition.
    is_inside: bool,
    /// The next reserved slot.
    reserved: usize,
    guard: &'g Guard,
    _entries: PhantomData<(Seen<'g, K>, Seen<'g, V>)>,
}

/// The hashes of the keys that a walk yields.
#[derive(Clone, Copy)]
pub(crate) struct Hashes {
    first: u64,
    last: u64,
}

impl Hashes {
    pub(crate) const ALL: Self = Self { first: 0, last: u64::MAX };

    /// The hashes from `index * 2^64 / count` on, below `(index + 1) * 2^64 / count`.
    pub(crate) fn partition(count: usize, index: usize) -> Self {
        let bound = |index| ((index as u128) << 64).div_ceil(count as u128);
        Self { first: bound(index) as u64, last: (bound(index + 1) - 1) as u64 }
    }

    #[inline(always)]
    fn are_all(self) -> bool {
        self.first == 0 && self.last == u64::MAX
    }

    fn contain(self, hash: u64) -> bool {
        (self.first..=self.last).contains(&hash)
    }
}

impl<K: 'static, V: 'static> RawMap<K, V> {
    /// Starts a walk. Completes a running migration first.
    pub(crate) fn walk<'g>(&'g self, hashes: Hashes, hash: &impl Fn(&K) -> u64, guard: &'g Guard) -> Walk<'g, K, V> {
        let mut table = self.root(guard);
        while let Some(root) = table
            && let Some(next) = root.next_decides(guard)
        {
            self.finish_migration(root, next, hash, guard);
            table = self.root(guard);
        }
        let home = |hash| table.map_or(0, |table| table.lines().home(hash).index());
        let (position, end) = (home(hashes.first), home(hashes.last) + 1);
        let lines = table.map_or(0, |table| table.lines().len());
        let (order, limit) =
            if hashes.are_all() { (Order::scattered(lines), end) } else { (Order::SEQUENCE, position + lines) };
        let reserved = if has_reserved::<K>() { 0 } else { RESERVED_SLOTS };
        Walk {
            table,
            hashes,
            order,
            start: position,
            position,
            end,
            limit,
            window: &[],
            mask: 0,
            is_inside: hashes.are_all(),
            reserved,
            guard,
            _entries: PhantomData,
        }
    }
}

impl<'g, K: 'static, V: 'static> Walk<'g, K, V> {
    /// The next entry. `hash` places the inline keys of entries that have moved on.
    #[inline(always)]
    pub(crate) fn next(&mut self, hash: &impl Fn(&K) -> u64) -> Option<(Seen<'g, K>, Seen<'g, V>)> {
        let table = self.table?;
        loop {
            while self.mask != 0 {
                let slot = &self.window[self.mask.trailing_zeros() as usize];
                self.mask &= self.mask - 1;
                let hashes = if self.is_inside { Hashes::ALL } else { self.hashes };
                if let Some(entry) = entry(table, slot, hashes, hash, self.guard) {
                    return Some(entry);
                }
            }
            if self.position >= self.limit {
                break;
            }
            let before = !rule!(ROOM_BEHIND) && self.has_room(WALK_LINES);
            let Some((window, mask)) = look(table, self.order, self.position, self.end) else {
                // The end, whatever spills over it later.
                self.position = self.limit;
                break;
            };
            if !self.hashes.are_all() {
                self.is_inside = before || rule!(ROOM_BEHIND) && self.has_room(window.len() / LINE_SLOTS);
            }
            self.position += window.len() / LINE_SLOTS;
            (self.window, self.mask) = (window, mask);
        }
        while self.reserved < RESERVED_SLOTS {
            let index = self.reserved;
            self.reserved += 1;
            let key = needle::inline_key::<K>(word::from_address(index as u64));
            if let Some(value) = reserved_value(table, index, key, self.hashes, hash, self.guard) {
                return Some((key, value));
            }
        }
        None
    }
}

impl<K, V> Walk<'_, K, V> {
    /// Whether one of the last lines has room, and all lines behind it, to the end of so many that follow, are homes of hashes of the
    /// partition only. Then no key has passed that line, of those that were found in these.
    fn has_room(&self, lines: usize) -> bool {
        if self.position + lines >= self.end {
            return false;
        }
        let at_start = self.position - self.window.len() / LINE_SLOTS <= self.start;
        let lines = self.window.chunks_exact(LINE_SLOTS).skip(usize::from(at_start));
        // Relaxed: who has seen a claim has seen all lines full that it passed.
        lines.rev().any(|line| line[LINE_SLOTS - 1].key.load(site!(WALK_ROOM: Relaxed)) == word::EMPTY)
    }
}

/// The slots of the lines from a position on, and which of them may hold a value. `None`: there are none; behind the last home
/// line, only lines that others may have spilled into count.
#[inline(never)]
fn look(table: TableRef<'_>, order: Order, position: usize, end: usize) -> Option<(&[Slot], u64)> {
    let lines = table.lines();
    let count = match end.checked_sub(position) {
        Some(rest @ 1..) => WALK_LINES.min(rest),
        _ => spills(lines.line(position - 1)).then_some(1)?,
    };
    let slots = lines.slots(order.line(position), count);
    // Asked for while this window is visited: the end of a visit cannot be predicted, so no load of the next overlaps it.
    let next = order.line(position + WINDOWS_AHEAD * WALK_LINES);
    (0..count).for_each(|ahead| prefetch(lines.line(next + ahead)));
    // Most windows are full ones, whose loop is unrolled.
    let mask = <&[Slot; WALK_SLOTS]>::try_from(slots).map_or_else(|_| occupied(slots), |slots| occupied(slots));
    Some((slots, mask))
}

/// Whether keys that are at home in a line, or in front of it, may stand behind it: it is full.
fn spills(line: &Line) -> bool {
    // SeqCst: decides that no key has spilled over; pairs with CLAIM_KEY. A line in front of a key that is there throughout
    // is seen full, since it was when the key came.
    word::is_key(line.slots[LINE_SLOTS - 1].key.load(site!(WALK_LAST: SeqCst)))
}

/// Which of at most 64 slots may hold a value.
#[inline(always)]
fn occupied(slots: &[Slot]) -> u64 {
    slots.iter().rfold(0, |mask, slot| {
        // SeqCst: decides that the slot has no entry to yield; pairs with SET_VALUE.
        let value = slot.value.load(site!(WALK_VALUE: SeqCst));
        // A comparison and an addition with its carry.
        mask + mask + u64::from(word::may_hold(value))
    })
}

type Entry<'g, K, V> = (Seen<'g, K>, Seen<'g, V>);

/// The entry in a slot that may hold one.
#[inline(always)]
fn entry<'g, K: 'static, V: 'static>(
    table: TableRef<'g>,
    slot: &Slot,
    hashes: Hashes,
    hash: &impl Fn(&K) -> u64,
    guard: &'g Guard,
) -> Option<Entry<'g, K, V>> {
    let value = slot::value_for_reader(slot);
    // Relaxed: behind a value word that is not `EMPTY`, which was read with Acquire; who set it had the key.
    let key = slot.key.load(site!(WALK_KEY: Relaxed));
    let value = if word::is_plain::<V>(value) {
        // SAFETY: live, and read under this guard.
        unsafe { Seen::from_plain(value, guard) }
    } else {
        value_anywhere(table, slot, key, hash, guard)?
    };
    // SAFETY: the value was there, read with Acquire before the key word, and whoever set it had the key.
    if !hashes.are_all() && !unsafe { is_of(hashes, key, hash, guard) } {
        return None;
    }
    // SAFETY: as above.
    Some((unsafe { needle::seen_key(key, guard) }, value))
}

/// Whether the hash of a key word is one of those. (Out of line: few keys of a large partition are asked.)
///
/// # Safety
/// As for `boxed_key`.
#[inline(never)]
unsafe fn is_of<K: 'static>(hashes: Hashes, key: Word, hash: &impl Fn(&K) -> u64, guard: &Guard) -> bool {
    // SAFETY: by the contract of this function.
    hashes.contain(unsafe { hash_of(key, hash, guard) })
}

/// The hash of a key word.
///
/// # Safety
/// As for `boxed_key`.
unsafe fn hash_of<K: 'static>(key: Word, hash: &impl Fn(&K) -> u64, guard: &Guard) -> u64 {
    if is_inline::<K>() {
        needle::rehash_inline(key, hash)
    } else {
        // SAFETY: by the contract of this function.
        unsafe { boxed_key::<K>(key, guard) }.hash()
    }
}

/// The value in a slot of the table, in whatever state it is, or where it has gone.
#[cold]
#[inline(never)]
fn value_anywhere<'g, K: 'static, V: 'static>(
    mut table: TableRef<'g>,
    slot: &Slot,
    key: Word,
    hash: &impl Fn(&K) -> u64,
    guard: &'g Guard,
) -> Option<Seen<'g, V>> {
    let mut found = slot::read(slot, guard);
    if let Reading::Elsewhere = found {
        // Not for `DEAD` and `FROZEN_EMPTY`, whose key may be gone.
        if slot::value_for_edit(slot) != word::MOVED {
            return None;
        }
        // SAFETY: the slot is `MOVED`: a table that was promoted after this walk began owns the key.
        let hash = unsafe { hash_of(key, hash, guard) };
        while let Reading::Elsewhere = found {
            table = table.next(guard)?;
            let copy = slot::find_copy(table, key, hash)?;
            found = slot::read(copy, guard);
            if let Reading::Elsewhere = found
                && slot::value_for_edit(copy) != word::MOVED
            {
                return None;
            }
        }
    }
    seen(found, guard)
}

/// The value of a reserved slot, in this table or those behind it.
#[cold]
#[inline(never)]
fn reserved_value<'g, K: 'static, V: 'static>(
    mut table: TableRef<'g>,
    index: usize,
    key: Seen<'_, K>,
    hashes: Hashes,
    hash: &impl Fn(&K) -> u64,
    guard: &'g Guard,
) -> Option<Seen<'g, V>> {
    if !hashes.are_all() && !hashes.contain(hash(key.get())) {
        return None;
    }
    let mut found = slot::read(&table.lines().reserved().slots[index], guard);
    while let Reading::Elsewhere = found {
        table = table.next(guard)?;
        found = slot::read(&table.lines().reserved().slots[index], guard);
    }
    seen(found, guard)
}

/// What a reading has found.
fn seen<V: 'static>(found: Reading, guard: &Guard) -> Option<Seen<'_, V>> {
    match found {
        // SAFETY: a live word that was read under this guard.
        Reading::Present(live) => Some(unsafe { Seen::from_live(live, guard) }),
        Reading::Absent | Reading::Elsewhere => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Hashes, Order, PAGE_LINES, WALK_LINES};

    #[test]
    fn a_walk_visits_every_line_once_and_all_parts_alike() {
        for lines in (0..14).map(|log2| 1 << log2) {
            let order = Order::scattered(lines);
            let mut visited: Vec<_> = (0..lines).map(|position| order.line(position)).collect();
            let windows = visited.chunks(WALK_LINES);
            assert!(windows.map(|window| window[window.len() - 1] - window[0]).all(|span| span < WALK_LINES));
            if lines > 16 * PAGE_LINES {
                for part in visited.chunks(lines / 4) {
                    let upper = part.iter().filter(|&&line| line >= lines / 2).count();
                    assert!(upper.abs_diff(lines / 8) <= lines / 32, "{upper} of {} lines", part.len());
                }
            }
            visited.sort_unstable();
            assert!(visited.into_iter().eq(0..lines));
        }
    }

    #[test]
    fn partitions_share_out_all_hashes() {
        for count in [1, 2, 3, 7, 64, 1000, usize::MAX] {
            let mut next = 0;
            for index in (0..count).take(1000) {
                let Hashes { first, last } = Hashes::partition(count, index);
                assert!(first == next && last >= first, "{index} of {count}");
                next = last.wrapping_add(1);
            }
            assert_eq!(Hashes::partition(count, count - 1).last, u64::MAX);
        }
        assert!(Hashes::partition(1, 0).are_all());
    }
}
