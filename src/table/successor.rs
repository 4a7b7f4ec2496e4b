//! Which table comes next: when, and how large.
//!
//! | moment | successor |
//! | --- | --- |
//! | the limit of claims is reached, and most of them are entries | twice as large |
//! | the same, and most of them are left behind by removed keys | as large, without these; smaller if few are left |
//! | a removal leaves few entries | smaller |
//!
//! It is not so small that entries that are all in one part of the table would not fit that part of it (`density`). Below a few kilobytes
//! tables only grow: there is little to gain, and many a migration to be saved.
//!
//! A successor must have room for every copy, however many threads are in the middle of an insertion. Twice the size always
//! has. For any other size the table is *closed* first: from then on entries come into the successor only, so that what is
//! counted after that, and two insertions of each thread that may not have been counted yet, is all that there can be to copy.

use super::RawMap;
use super::array::{Next, Table, TableRef};
use super::density::lines_for_the_densest;
use super::probe;
use crate::platform::epoch::{self, Guard};
use crate::platform::lines::{LINE_SLOTS, LineArray};
use crate::platform::tuning::{DENSE, IN_FLIGHT_PER_THREAD, MIN_LINES, SMALL_LINES, SPARSE, STRIPED_LINES};
use crate::platform::{discards, rule, site};
use crate::reclaim::node::NodePtr;

/// The lines of a table twice as large.
///
/// # Panics
/// If there is none.
fn doubled(lines: usize) -> usize {
    assert!(lines < LineArray::MAX_LINES, "capacity overflow: the map has {} slots already", lines * LINE_SLOTS);
    lines * 2
}

/// Whether there are so few entries to so many lines that a smaller table is worth the work.
fn is_sparse(lines: usize, live: usize) -> bool {
    lines > SMALL_LINES && live < lines * LINE_SLOTS / SPARSE
}

/// The lines of a good successor for a table of so many lines with so many entries.
fn good_lines(lines: usize, live: usize) -> usize {
    if live > lines * LINE_SLOTS / DENSE || lines < SMALL_LINES {
        doubled(lines)
    } else if is_sparse(lines, live) {
        (live * DENSE).div_ceil(LINE_SLOTS).next_power_of_two().clamp(SMALL_LINES, lines)
    } else {
        lines
    }
}

/// The lines of a successor with room for so many copies, and for the claims that the blocks of `table` pay for. Twice as many as
/// the table has are always enough.
fn lines_with_room(table: TableRef<'_>, copies: usize) -> usize {
    let enough = table.lines().len() * 2;
    probe::lines_for(copies.saturating_add(table.blocks())).map_or(enough, |lines| lines.min(enough))
}

/// A successor needs room for the claims that blocks pay for, so one attempt may not get all the way; and others who open a
/// table that was closed choose a size of their own.
const ATTEMPTS: usize = 3;

impl<K: 'static, V: 'static> RawMap<K, V> {
    fn alloc(&self, lines: usize) -> NodePtr<Table> {
        discards::free_all();
        if lines >= STRIPED_LINES {
            self.counter.stripe();
        }
        Table::alloc(lines, self.counter.claims())
    }

    /// Gives `table` a successor of `lines` lines, at least twice as large, if it is the root (rule ROOT_ONLY) and has none.
    #[cold]
    pub(crate) fn start_migration(&self, table: TableRef<'_>, lines: usize, guard: &Guard) {
        let new = self.alloc(lines);
        if rule!(ROOT_ONLY) && self.root(guard) != Some(table) {
            // SAFETY: just allocated, not published.
            unsafe { NodePtr::<Table>::free(new.as_ptr()) };
            return;
        }
        table.set_next(false, new);
    }

    /// Gives `table`, if it is the root, a successor of any size: `lines`, or more if that has no room for all copies.
    #[cold]
    pub(crate) fn rebuild(&self, table: TableRef<'_>, lines: usize, guard: &Guard) {
        // Only the root may get a successor (rule ROOT_ONLY), and it stays the root until it has one.
        if self.root(guard) == Some(table) {
            let copies = self.close_and_count(table);
            if let Next::Closing = table.next_word(guard) {
                self.open(table, lines, copies);
            }
        }
    }

    /// N2. Returns how many entries there can be to copy, at most, if the table is closing then.
    pub(crate) fn close_and_count(&self, table: TableRef<'_>) -> usize {
        if rule!(COUNT_AFTER_CLOSING) {
            table.close();
            self.copies_at_most()
        } else {
            let copies = self.copies_at_most();
            table.close();
            copies
        }
    }

    /// N3: so many lines, or more if these have no room for so many copies.
    fn open(&self, table: TableRef<'_>, lines: usize, copies: usize) {
        table.set_next(true, self.alloc(lines.max(lines_with_room(table, copies))));
    }

    /// How many entries there can be to copy, at most, in a table that was seen closing before.
    fn copies_at_most(&self) -> usize {
        // Threads first: what those have inserted that end after that is in the count, which comes second.
        let threads = epoch::participants();
        self.approx_len() + IN_FLIGHT_PER_THREAD * threads
    }

    /// The successor of a table, which gets one now if it is closing.
    pub(crate) fn successor<'g>(&self, table: TableRef<'g>, guard: &'g Guard) -> Option<TableRef<'g>> {
        match table.next_word(guard) {
            Next::None => None,
            Next::Table(next) => Some(next),
            Next::Closing => {
                self.open(table, self.good_successor(table), self.copies_at_most());
                table.next(guard)
            }
        }
    }

    /// The lines of a good successor, not below what the user has asked for.
    fn good_successor(&self, table: TableRef<'_>) -> usize {
        let lines = table.lines().len();
        // Relaxed: a wish; nothing is read through it.
        let floor = self.floor.load(site!(FLOOR_LOAD: Relaxed)).min(lines);
        let good = good_lines(lines, self.approx_len());
        if good < lines { good.max(lines_for_the_densest(table)).min(lines).max(floor) } else { good }
    }

    /// Gives a table that is full a successor.
    #[cold]
    pub(crate) fn make_room(&self, table: TableRef<'_>, guard: &Guard) {
        if self.successor(table, guard).is_some() || self.root(guard) != Some(table) {
            return;
        }
        let lines = self.good_successor(table);
        if lines > table.lines().len() {
            self.start_migration(table, lines, guard);
        } else {
            self.rebuild(table, lines, guard);
        }
    }

    /// The same if it has reached its limit of claims.
    #[cold]
    pub(crate) fn make_room_if_full(&self, table: TableRef<'_>, guard: &Guard) {
        discards::free_all();
        if table.is_full_at(self.counter.claims()) {
            self.make_room(table, guard);
        }
    }

    /// Gives the root a smaller successor if there are few entries left.
    #[cold]
    pub(crate) fn shrink_if_sparse(&self, guard: &Guard) {
        discards::free_all();
        let Some(table) = self.root(guard) else { return };
        let lines = table.lines().len();
        let live = self.approx_len();
        if is_sparse(lines, live) && table.may_shrink_at(live) && !table.is_left() {
            let wanted = self.good_successor(table).max(lines_with_room(table, self.copies_at_most()));
            if wanted < lines {
                self.rebuild(table, wanted, guard);
            } else {
                table.shrink_below(live.div_ceil(2));
            }
        }
    }

    /// Keeps tables from shrinking below the current one.
    pub(crate) fn keep_room(&self) {
        if let Some(table) = self.root(&epoch::pin()) {
            self.raise_floor(table.lines().len());
        }
    }

    /// Keeps tables from shrinking below so many lines.
    fn raise_floor(&self, lines: usize) {
        self.floor.fetch_max(lines, site!(FLOOR_RAISE: Relaxed)); // Relaxed: a wish.
    }

    /// The root, when it has no successor.
    fn settled_root<'g, H: Fn(&K) -> u64>(&self, hash: &H, guard: &'g Guard) -> Option<TableRef<'g>> {
        loop {
            let root = self.root(guard)?;
            match self.successor(root, guard) {
                None => return Some(root),
                Some(next) => self.finish_migration(root, next, hash, guard),
            }
        }
    }

    /// Makes room for so many claims more before the next migration, by one that is finished here. Tables will not shrink below
    /// that.
    ///
    /// # Panics
    /// If no table is that large.
    pub(crate) fn reserve<H: Fn(&K) -> u64>(&self, additional: usize, hash: &H, guard: &Guard) {
        if additional == 0 {
            return;
        }
        let overflow = || -> ! { panic!("capacity overflow: {additional} entries more") };
        // Decided once: what others insert meanwhile must not make the table grow again and again.
        let mut wanted = None;
        loop {
            let Some(table) = self.settled_root(hash, guard) else {
                let lines = probe::lines_for(additional).unwrap_or_else(|| overflow());
                self.raise_floor(lines);
                self.add_first_table(lines);
                continue;
            };
            let lines = table.lines().len();
            let wanted = *wanted.get_or_insert_with(|| {
                let entries = self.approx_len().saturating_add(additional);
                self.raise_floor(probe::lines_for(entries).unwrap_or_else(|| overflow()));
                match table.entries_with(additional, self.counter.claims()) {
                    None => lines,
                    Some(claims) => probe::lines_for(claims).unwrap_or_else(|| overflow()).max(doubled(lines)),
                }
            });
            if lines >= wanted {
                return;
            }
            self.start_migration(table, wanted.max(doubled(lines)), guard);
        }
    }

    /// Leaves behind what removed keys have left, and with `tightly` all room that is not needed, by a migration that is
    /// finished here, if that is worth one.
    pub(crate) fn compact<H: Fn(&K) -> u64>(&self, tightly: bool, hash: &H, guard: &Guard) {
        if tightly {
            self.floor.store(0, site!(FLOOR_DROP: Relaxed)); // Relaxed: a wish.
        }
        for _ in 0..ATTEMPTS {
            let Some(table) = self.settled_root(hash, guard) else { return };
            let (lines, live) = (table.lines().len(), self.approx_len());
            let wanted = if tightly { lines_for_the_densest(table).max(MIN_LINES) } else { self.good_successor(table) };
            let wanted = wanted.min(lines).max(lines_with_room(table, self.copies_at_most()));
            if wanted > lines || wanted == lines && table.claimed(self.counter.claims()) <= live {
                return;
            }
            self.rebuild(table, wanted, guard);
        }
        self.settled_root(hash, guard);
    }

    /// Gives the root smaller successors as long as there are few entries left, by migrations that are finished here.
    pub(crate) fn shrink_now<H: Fn(&K) -> u64>(&self, hash: &H, guard: &Guard) {
        for _ in 0..ATTEMPTS {
            let Some(table) = self.settled_root(hash, guard) else { return };
            let lines = table.lines().len();
            let wanted = self.good_successor(table).max(lines_with_room(table, self.copies_at_most()));
            if !is_sparse(lines, self.approx_len()) || wanted >= lines {
                return;
            }
            self.rebuild(table, wanted, guard);
        }
        self.settled_root(hash, guard);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn successors_are_neither_too_small_nor_too_large() {
        for lines in [MIN_LINES, SMALL_LINES / 2].into_iter().filter(|&lines| lines > 0 && lines < SMALL_LINES) {
            assert_eq!(good_lines(lines, 0), 2 * lines, "a small table is not worth the work of cleaning it");
        }
        for log2 in SMALL_LINES.max(64).ilog2()..30 {
            let lines = 1 << log2;
            let slots = lines * LINE_SLOTS;
            let limit = probe::claim_limit(lines);
            assert_eq!(good_lines(lines, limit), 2 * lines);
            assert_eq!(good_lines(lines, slots / DENSE), lines);
            assert_eq!(good_lines(lines, slots.div_ceil(SPARSE)), lines);
            for live in [0, 1, slots / 1000, slots / SPARSE - 1] {
                let good = good_lines(lines, live);
                assert!(good <= lines && good >= SMALL_LINES);
                // Twice as many entries fit before the next migration.
                assert!(probe::claim_limit(good) >= 2 * live - live / 50, "{live} in {good} lines");
                assert!(good == SMALL_LINES || !is_sparse(good, live.max(1)), "{live} in {good} lines");
            }
        }
    }
}
