//! What a writing operation does where its key is not: it claims a slot, if the table takes entries.

use super::RawMap;
use super::array::TableRef;
use super::edit::{Attempt, Decision, Edit, Editing, Outcome, Right};
use super::slot;
use super::source::KeySource;
use super::tags;
use super::word;
use crate::platform::epoch::Guard;
use crate::platform::lines::{Line, Slot};
use crate::platform::rule;

impl<'g, K: 'static, V: 'static, N: KeySource<K>, E: Edit<V>, H: Fn(&K) -> u64> Editing<'_, 'g, K, V, N, E, H> {
    /// The key is not in this table; `slot` is where it would be claimed.
    #[inline(always)]
    pub(super) fn at_vacant<const FIRST: bool>(
        &mut self,
        table: TableRef<'g>,
        line: &Line,
        slot: &Slot,
        value: V,
    ) -> Attempt {
        let Some(value) = self.own::<FIRST>(word::EMPTY, value) else { return Attempt::Again };
        let key = self.source.word();
        // Read after the whole probe: one who passed over a slot that a migration has closed sees `next` here.
        if table.is_left() {
            self.pending = Some((word::EMPTY, Some(value.into_inner())));
            return self.map.leave(table, line, self.guard);
        }
        let insertion = self.map.counter.begin(self.guard.thread());
        if !slot::claim(slot, key) {
            insertion.came_to_nothing();
            self.pending = Some((word::EMPTY, Some(value.into_inner())));
            return Attempt::Again;
        }
        self.source.claimed();
        tags::set(table.lines(), table.lines().home(self.source.hash()), slot);
        // No user code up to here from the claim.
        let set = slot::set_value(slot, word::EMPTY, value.word());
        if self.right == Right::Paid {
            self.right = Right::Unpaid;
        }
        if set != Err(word::FROZEN_EMPTY) {
            self.source.given();
        }
        let attempt = if set.is_ok() {
            insertion.inserted();
            Attempt::Done(Outcome { before: None, after: Some(value.publish()) })
        } else {
            insertion.came_to_nothing();
            self.pending = Some((word::EMPTY, Some(value.into_inner())));
            Attempt::Again
        };
        if insertion.claimed(1) | table.is_small() {
            self.map.make_room_if_full(table, self.guard);
        }
        attempt
    }

    /// Not in this table, which has no unclaimed slot.
    #[cold]
    pub(super) fn at_end(&mut self, table: TableRef<'g>) -> Attempt {
        if table.next_decides(self.guard).is_some() {
            return Attempt::Leave;
        }
        match self.decide(word::EMPTY, None) {
            Decision::Keep | Decision::Remove => Attempt::Done(Outcome::ABSENT),
            Decision::Put(value) => {
                self.pending = Some((word::EMPTY, Some(value)));
                self.right = self.map.earn(table, &self.hash, self.guard);
                self.map.make_room(table, self.guard);
                Attempt::Again
            }
        }
    }
}

impl<K: 'static, V: 'static> RawMap<K, V> {
    /// The table takes no more entries. Makes sure that none comes into `line`, where the key would have been claimed.
    #[cold]
    fn leave(&self, table: TableRef<'_>, line: &Line, guard: &Guard) -> Attempt {
        if !rule!(SEAL_BEFORE_CROSSING) {
            return Attempt::Leave;
        }
        // Behind a sealed word readers look for a successor.
        self.successor(table, guard);
        slot::seal(line);
        Attempt::Again
    }

    /// Gets the right to claim a slot of `table`, which was reached through its predecessor.
    #[cold]
    pub(super) fn earn<'g, H: Fn(&K) -> u64>(&self, table: TableRef<'g>, hash: &H, guard: &'g Guard) -> Right {
        loop {
            let Some(root) = self.root(guard) else { return Right::Root };
            match root.next(guard) {
                Some(next) if root != table && next == table => {
                    if self.help(root, next, hash, guard) {
                        return Right::Paid;
                    }
                    self.finish_migration(root, next, hash, guard);
                }
                // The root, or older than the root.
                _ => return Right::Root,
            }
        }
    }
}
