//! Insert, replace, remove: one loop for every writing operation.
#![allow(unsafe_code)] // Retires what was replaced.

use super::RawMap;
use super::array::TableRef;
use super::cells::Cell;
use super::find::{self, Place};
use super::inline::is_inline;
use super::slot::{self, Finished, KeyWord};
use super::source::KeySource;
use super::value::{NewValue, Seen, retire_value};
use super::word::{self, State, Word};
use crate::platform::epoch::Guard;
use crate::platform::lines::{Line, Slot};
use crate::platform::rule;

/// What an operation wants of a slot.
pub(crate) enum Decision<V: 'static> {
    Keep,
    Remove,
    Put(NewValue<V>),
}

/// A writing operation, asked again whenever another thread was first.
pub(crate) trait Edit<V: 'static> {
    /// Decides, given the present value of the key.
    fn decide(&mut self, current: Option<&V>) -> Decision<V>;

    /// Takes back a value that did not come into the map.
    fn refused(&mut self, value: NewValue<V>);
}

/// What was there, and what is there now.
pub(crate) struct Edited<'g, V> {
    pub(crate) before: Option<Seen<'g, V>>,
    pub(crate) after: Option<Seen<'g, V>>,
}

impl<V> Edited<'_, V> {
    const ABSENT: Self = Self { before: None, after: None };
}

/// How an attempt at a slot ended.
enum Attempt<'g, V> {
    Done(Edited<'g, V>),
    /// Look at the same table again.
    Again,
    /// Go to the next table.
    Leave,
}

/// By what right an operation claims slots of a table: rule PAY_TO_CLAIM.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Right {
    /// It was the root.
    Root,
    /// Not the root yet; one block was moved for one claim.
    Paid,
    Unpaid,
}

/// One operation on its way through the tables.
struct Editing<'a, 'g, K: 'static, V: 'static, N, E, H> {
    map: &'a RawMap<K, V>,
    source: N,
    edit: E,
    hash: &'a H,
    guard: &'g Guard,
    right: Right,
}

impl<K: 'static, V: 'static> RawMap<K, V> {
    /// Runs `edit` on the slot of the key that `source` stands for.
    ///
    /// Nearly all operations end in the home line of the root, at the first attempt. As for lookups, that part is a
    /// straight line of code, and everything else starts over out of line. (`source` and `edit` are moved there, not
    /// lent: lent, they would have to stand in memory on the straight line too.)
    #[inline(always)]
    pub(crate) fn edit<'g, N: KeySource<K>, E: Edit<V>, H: Fn(&K) -> u64>(
        &'g self,
        source: N,
        edit: E,
        hash: &H,
        guard: &'g Guard,
    ) -> (Edited<'g, V>, E) {
        let mut editing = Editing { map: self, source, edit, hash, guard, right: Right::Root };
        match editing.first_attempt() {
            Some(edited) => (edited, editing.edit),
            None => editing.run(),
        }
    }
}

impl<'g, K: 'static, V: 'static, N: KeySource<K>, E: Edit<V>, H: Fn(&K) -> u64> Editing<'_, 'g, K, V, N, E, H> {
    #[inline(always)]
    fn first_attempt(&mut self) -> Option<Edited<'g, V>> {
        let table = self.map.root(self.guard)?;
        if table.next(self.guard).is_some() || self.source.reserved().is_some() {
            return None;
        }
        let line = table.lines().home(self.source.hash());
        let keys = find::load_keys_to_claim(line);
        if let Some(slot) = self.source.find_in(line, &keys, self.guard) {
            let current = slot::value_for_edit(slot);
            if !word::is_plain::<V>(current) {
                return None;
            }
            return self.at_live(slot, current).ok();
        }
        let first = find::first_unclaimed(line, &keys)?;
        if find::decide(first) != word::EMPTY {
            return None;
        }
        match self.edit.decide(None) {
            Decision::Keep | Decision::Remove => Some(Edited::ABSENT),
            Decision::Put(value) => match self.at_vacant(table, line, first, value) {
                Attempt::Done(edited) => Some(edited),
                Attempt::Again | Attempt::Leave => None,
            },
        }
    }

    #[cold]
    #[inline(never)]
    fn run(mut self) -> (Edited<'g, V>, E) {
        let edited = self.run_to_end();
        (edited, self.edit)
    }

    fn run_to_end(&mut self) -> Edited<'g, V> {
        let mut table = match self.map.root(self.guard) {
            Some(table) => table,
            None => match self.edit.decide(None) {
                Decision::Keep | Decision::Remove => return Edited::ABSENT,
                Decision::Put(value) => {
                    self.edit.refused(value);
                    self.map.first_table(self.guard)
                }
            },
        };
        self.right = Right::Root;
        let mut paid = false;
        if let Some(next) = table.next(self.guard) {
            paid = self.map.help::<H>(table, next, self.hash, self.guard);
        }
        loop {
            let attempt = match find::locate::<true, K, N>(table, &self.source, 0, self.guard) {
                Place::Slot(slot) => self.at_slot(table, slot),
                Place::Vacant(line, slot) => match self.edit.decide(None) {
                    Decision::Keep | Decision::Remove => Attempt::Done(Edited::ABSENT),
                    Decision::Put(value) => self.at_vacant(table, line, slot, value),
                },
                Place::Sealed(line) => {
                    slot::seal(line);
                    Attempt::Leave
                }
                Place::Full => self.at_end(table),
            };
            match attempt {
                Attempt::Done(edited) => return edited,
                Attempt::Again => {}
                Attempt::Leave => {
                    let next = table.next(self.guard);
                    table = next.unwrap_or_else(|| unreachable!("a table is left only for its successor"));
                    self.right = if core::mem::take(&mut paid) { Right::Paid } else { Right::Unpaid };
                }
            }
        }
    }

    /// The key's slot is known.
    fn at_slot(&mut self, table: TableRef<'g>, slot: &'g Slot) -> Attempt<'g, V> {
        let mut current = slot::value_for_edit(slot);
        loop {
            let attempt = match word::state(current) {
                State::Live => self.at_live(slot, current),
                State::Empty | State::Tomb => self.at_valueless(slot, current),
                _ => return self.at_frozen(table, slot, current),
            };
            match attempt {
                Ok(edited) => return Attempt::Done(edited),
                Err(seen) => current = seen,
            }
        }
    }

    /// One attempt at a slot whose value is `current`. Returns what stood there instead, if another thread was first.
    #[inline(always)]
    fn at_live(&mut self, slot: &Slot, current: Word) -> Result<Edited<'g, V>, Word> {
        let before = self.seen_live(current);
        match self.edit.decide(Some(before.get())) {
            Decision::Keep => Ok(Edited { before: Some(before), after: Some(before) }),
            Decision::Remove => {
                slot::set_value(slot, current, word::TOMB)?;
                Ok(self.replaced(current, before, None))
            }
            Decision::Put(value) => match slot::set_value(slot, current, value.word()) {
                Ok(()) => Ok(self.replaced(current, before, Some(value))),
                Err(seen) => {
                    self.edit.refused(value);
                    Err(seen)
                }
            },
        }
    }

    /// The same for a slot without a value: removed, or claimed by another thread that has not come to set one.
    fn at_valueless(&mut self, slot: &Slot, current: Word) -> Result<Edited<'g, V>, Word> {
        match self.edit.decide(None) {
            Decision::Keep | Decision::Remove => Ok(Edited::ABSENT),
            Decision::Put(value) => {
                if current == word::EMPTY {
                    slot::confirm_key(slot);
                }
                match slot::set_value(slot, current, value.word()) {
                    Ok(()) => {
                        self.map.counter.count(1, 0, self.guard);
                        Ok(self.inserted(value))
                    }
                    Err(seen) => {
                        self.edit.refused(value);
                        Err(seen)
                    }
                }
            }
        }
    }
}

impl<'g, K: 'static, V: 'static, N: KeySource<K>, E: Edit<V>, H: Fn(&K) -> u64> Editing<'_, 'g, K, V, N, E, H> {
    /// The key is not in this table; `slot` is where it would be claimed.
    #[inline(always)]
    fn at_vacant(&mut self, table: TableRef<'g>, line: &Line, slot: &Slot, value: NewValue<V>) -> Attempt<'g, V> {
        if self.right == Right::Unpaid && rule!(PAY_TO_CLAIM) {
            self.right = earn(self.map, table, self.hash, self.guard);
        }
        let key = self.source.word();
        // Read after the whole probe: one who passed over a slot that a migration has closed sees `next` here.
        if table.next(self.guard).is_some() {
            self.edit.refused(value);
            if !rule!(SEAL_BEFORE_CROSSING) {
                return Attempt::Leave;
            }
            slot::seal(line);
            return Attempt::Again;
        }
        if !slot::claim(slot, key) {
            self.edit.refused(value);
            return Attempt::Again;
        }
        self.source.claimed();
        // No user code up to here from the claim.
        let set = slot::set_value(slot, word::EMPTY, value.word());
        if self.right == Right::Paid {
            self.right = Right::Unpaid;
        }
        if set != Err(word::FROZEN_EMPTY) {
            self.source.given();
        }
        let attempt = if set.is_ok() {
            Attempt::Done(self.inserted(value))
        } else {
            self.edit.refused(value);
            Attempt::Again
        };
        if self.map.counter.count(i64::from(set.is_ok()), 1, self.guard) {
            self.map.grow_if_full(table, self.guard);
        }
        attempt
    }

    /// Not in this table, which has no unclaimed slot.
    #[cold]
    fn at_end(&mut self, table: TableRef<'g>) -> Attempt<'g, V> {
        if table.next_decides(self.guard).is_some() {
            return Attempt::Leave;
        }
        match self.edit.decide(None) {
            Decision::Keep | Decision::Remove => Attempt::Done(Edited::ABSENT),
            Decision::Put(value) => {
                self.edit.refused(value);
                self.right = earn(self.map, table, self.hash, self.guard);
                self.map.grow(table, self.guard);
                Attempt::Again
            }
        }
    }

    /// The key's slot is closed to writers of this table.
    #[cold]
    fn at_frozen(&mut self, table: TableRef<'g>, slot: &Slot, current: Word) -> Attempt<'g, V> {
        match word::state(current) {
            // Its key may be gone, so others cannot recognise it: the end of the probe must be sealed (SEAL_AFTER_SKIP).
            State::Dead | State::FrozenEmpty if !is_inline::<K>() && rule!(SEAL_AFTER_SKIP) => Attempt::Again,
            State::Frozen(cell) if rule!(FINISH_SLOT) => {
                if let Some(next) = table.next(self.guard) {
                    // By the slot itself: asking the needle again could give another answer.
                    let key = table.reserved_index(slot).map_or_else(|| slot::claimed_key(slot), KeyWord::Reserved);
                    // SAFETY: the cell's address was read from a slot under this guard, with Acquire.
                    let (live, hash) = unsafe { Cell::read(cell, self.guard) };
                    let finished = slot::finish(slot, key, live, hash, next);
                    self.map.counter.count(0, i64::from(finished == Finished::Claimed), self.guard);
                    // The read of MOVED that the total order needs before anything in the next table is touched.
                    slot::value_for_edit(slot);
                }
                Attempt::Leave
            }
            _ => Attempt::Leave,
        }
    }

    /// `value` stands in a slot that had none.
    #[inline(always)]
    fn inserted(&self, value: NewValue<V>) -> Edited<'g, V> {
        Edited { before: None, after: Some(self.published(value)) }
    }

    /// `before`, in the live word `old`, gave way to `value`.
    #[inline(always)]
    fn replaced(&self, old: Word, before: Seen<'g, V>, value: Option<NewValue<V>>) -> Edited<'g, V> {
        // SAFETY: this thread took `old` out of its slot, and a live word stands in one slot only: a migration freezes
        // it before it goes to another.
        unsafe { retire_value::<V>(old, self.guard) };
        if value.is_none() {
            self.map.counter.count(-1, 0, self.guard);
        }
        Edited { before: Some(before), after: value.map(|value| self.published(value)) }
    }

    /// The value, which stands in a slot now.
    #[inline(always)]
    fn published(&self, value: NewValue<V>) -> Seen<'g, V> {
        let live = value.publish();
        if !word::is_plain::<V>(live) {
            self.map.note_escape();
        }
        self.seen_live(live)
    }

    #[inline(always)]
    fn seen_live(&self, live: Word) -> Seen<'g, V> {
        // SAFETY: a live word that this thread read from a slot, or put there, under its guard.
        unsafe { Seen::from_live(live, self.guard) }
    }
}

/// Gets the right to claim a slot of `table`, which was reached through its predecessor.
#[cold]
fn earn<'g, K: 'static, V: 'static, H: Fn(&K) -> u64>(
    map: &RawMap<K, V>,
    table: TableRef<'g>,
    hash: &H,
    guard: &'g Guard,
) -> Right {
    loop {
        let Some(root) = map.root(guard) else { return Right::Root };
        match root.next(guard) {
            Some(next) if root != table && next == table => {
                if map.help::<H>(root, next, hash, guard) {
                    return Right::Paid;
                }
                map.finish_migration::<H>(root, next, hash, guard);
            }
            // The root, or older than the root.
            _ => return Right::Root,
        }
    }
}
