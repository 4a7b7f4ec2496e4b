//! What a writing operation does at the slot of its key.
#![allow(unsafe_code)] // Retires what was replaced.

use super::RawMap;
use super::array::TableRef;
use super::cells::Cell;
use super::counter::Mine;
use super::edit::{Attempt, Change, Decision, Edit, Editing, Outcome};
use super::inline::is_inline;
use super::migrate;
use super::slot::{self, Finished, KeyWord};
use super::source::KeySource;
use super::tags;
use super::value::{NewValue, Seen, retire_value};
use super::word::{self, State, Word};
use crate::platform::epoch::Guard;
use crate::platform::lines::Slot;
use crate::platform::rule;

impl<'g, K: 'static, V: 'static, N: KeySource<K>, E: Edit<V>, H: Fn(&K) -> u64> Editing<'_, 'g, K, V, N, E, H> {
    /// The key's slot is known.
    pub(super) fn at_slot(&mut self, table: TableRef<'g>, slot: &'g Slot) -> Attempt {
        let mut current = slot::value_for_edit(slot);
        loop {
            let attempt = match word::state(current) {
                State::Live(live) => {
                    // SAFETY: read from the slot under this guard.
                    let before = unsafe { Seen::from_live(live, self.guard) };
                    self.at_live::<false>(slot, current, before.get()).map(|change| Outcome {
                        before: Some(live),
                        after: match change {
                            Change::None => Some(live),
                            Change::Removed => None,
                            Change::Put(live) => Some(live),
                        },
                    })
                }
                State::Empty | State::Tomb => self.at_valueless(table, slot, current),
                _ => return self.map.at_frozen(table, slot, current, self.guard),
            };
            match attempt {
                Ok(outcome) => return Attempt::Done(outcome),
                Err(seen) => current = seen,
            }
        }
    }

    /// One attempt at a slot whose value is `before`, in the live word `current`. Returns what stood there instead, if
    /// another thread was first.
    #[inline(always)]
    pub(super) fn at_live<const FIRST: bool>(
        &mut self,
        slot: &Slot,
        current: Word,
        before: &V,
    ) -> Result<Change, Word> {
        // (Nothing can be pending at the first attempt.)
        let decision = if FIRST { self.edit.decide(Some(before)) } else { self.decide(current, Some(before)) };
        let (new, change) = match decision {
            Decision::Keep => return Ok(Change::None),
            Decision::Remove => (word::TOMB, None),
            Decision::Put(value) => {
                let Some(value) = self.own::<FIRST>(current, value) else { return Err(current) };
                (value.word(), Some(value))
            }
        };
        let removal = change.is_none().then(|| self.map.counter.begin(self.guard.thread()));
        if let Err(seen) = slot::set_value(slot, current, new) {
            if let Some(removal) = removal {
                removal.came_to_nothing();
            }
            self.pending = Some((current, change.map(NewValue::into_inner)));
            return Err(seen);
        }
        let time_to_look = removal.is_some_and(Mine::removed);
        let change = change.map_or(Change::Removed, |value| Change::Put(value.publish()));
        // SAFETY: this thread took `current` out of its slot, and a live word stands in one slot only: a migration
        // freezes it before it goes to another.
        unsafe { retire_value::<V>(current, self.guard) };
        if time_to_look {
            self.map.shrink_if_sparse(self.guard);
        }
        Ok(change)
    }

    /// The same for a slot without a value: removed, or claimed by another thread that has not come to set one.
    fn at_valueless(&mut self, table: TableRef<'g>, slot: &Slot, current: Word) -> Result<Outcome, Word> {
        let value = match self.decide(word::EMPTY, None) {
            Decision::Keep | Decision::Remove => return Ok(Outcome::ABSENT),
            Decision::Put(value) => value,
        };
        let Some(value) = self.own::<false>(word::EMPTY, value) else { return Err(current) };
        if table.is_left() && rule!(NO_REVIVAL) {
            self.pending = Some((word::EMPTY, Some(value.into_inner())));
            return Err(self.map.close(table, slot, current, self.guard));
        }
        if current == word::EMPTY {
            slot::confirm_key(slot);
            tags::set(table.lines(), table.lines().home(self.source.hash()), slot);
        }
        let insertion = self.map.counter.begin(self.guard.thread());
        match slot::set_value(slot, current, value.word()) {
            Ok(()) => {
                insertion.inserted();
                Ok(Outcome { before: None, after: Some(value.publish()) })
            }
            Err(seen) => {
                insertion.came_to_nothing();
                self.pending = Some((word::EMPTY, Some(value.into_inner())));
                Err(seen)
            }
        }
    }
}

/// What no operation has a part in, and so is the same code for all.
impl<K: 'static, V: 'static> RawMap<K, V> {
    /// Closes a slot without a value in a table that is being left, as its migration would. Returns what stands there then.
    #[cold]
    fn close(&self, table: TableRef<'_>, slot: &Slot, current: Word, guard: &Guard) -> Word {
        // Behind a closed slot readers look for a successor.
        self.successor(table, guard);
        let key = slot_key(table, slot);
        // Lost to another thread, it has been closed by that one, or has a value.
        let _ = migrate::close::<K>(slot, key, current, guard);
        // The read of a closed slot that the total order needs before anything in the next table is touched.
        slot::value_for_edit(slot)
    }

    /// The key's slot is closed to writers of this table.
    #[cold]
    fn at_frozen(&self, table: TableRef<'_>, slot: &Slot, current: Word, guard: &Guard) -> Attempt {
        match word::state(current) {
            // Its key may be gone, so others cannot recognise it: the end of the probe must be sealed (SEAL_AFTER_SKIP).
            State::Dead | State::FrozenEmpty if !is_inline::<K>() && rule!(SEAL_AFTER_SKIP) => Attempt::Again,
            State::Frozen(cell) if rule!(FINISH_SLOT) => {
                if let Some(next) = table.next(guard) {
                    let key = slot_key(table, slot);
                    // SAFETY: the cell's address was read from a slot under this guard, with Acquire.
                    let (live, hash) = unsafe { Cell::read(cell, guard) };
                    let finished = slot::finish(slot, key, live, hash, next);
                    if finished == Finished::Claimed {
                        self.counter.mine(guard.thread()).claimed(1);
                    }
                    // The read of MOVED that the total order needs before anything in the next table is touched.
                    slot::value_for_edit(slot);
                }
                Attempt::Leave
            }
            _ => Attempt::Leave,
        }
    }
}

/// How the key of a slot is known: by the slot itself, since asking the needle again could give another answer.
pub(super) fn slot_key(table: TableRef<'_>, slot: &Slot) -> KeyWord {
    table.reserved_index(slot).map_or_else(|| KeyWord::Claimed(slot::key_again(slot)), KeyWord::Reserved)
}
