//! Insert, replace, remove: one loop for every writing operation.
#![allow(unsafe_code)] // Retires what was replaced.

use super::RawMap;
use super::array::TableRef;
use super::cells::Cell;
use super::find::{self, Place};
use super::inline::is_inline;
use super::overflow;
use super::slot::{self, Finished, KeyWord};
use super::source::KeySource;
use super::value::{NewValue, Seen, retire_value};
use super::word::{self, LiveWord, State, Word};
use crate::platform::epoch::Guard;
use crate::platform::lines::{Line, Slot};
use crate::platform::rule;

/// What an operation wants of a slot.
pub(crate) enum Decision<V: 'static> {
    Keep,
    Remove,
    Put(V),
}

/// A writing operation, asked again whenever another thread was first.
pub(crate) trait Edit<V: 'static> {
    /// Decides, given the present value of the key.
    fn decide(&mut self, current: Option<&V>) -> Decision<V>;

    /// Takes back a value that did not come into the map.
    fn refused(&mut self, value: V);

    /// What is left of the operation when it is done.
    type Rest;

    fn rest(self) -> Self::Rest;
}

/// What was there, and what is there now.
pub(crate) struct Edited<'g, V> {
    pub(crate) before: Option<Seen<'g, V>>,
    pub(crate) after: Option<Seen<'g, V>>,
}

/// The same as live words, readable under the operation's guard.
#[derive(Clone, Copy)]
pub(super) struct Outcome {
    before: Option<LiveWord>,
    pub(super) after: Option<LiveWord>,
}

impl Outcome {
    const ABSENT: Self = Self { before: None, after: None };

    #[inline(always)]
    fn seen<V: 'static>(self, guard: &Guard) -> Edited<'_, V> {
        // SAFETY: live words that the operation read from a slot, or put there, under its guard.
        let seen = |live: LiveWord| unsafe { Seen::from_live(live, guard) };
        Edited { before: self.before.map(seen), after: self.after.map(seen) }
    }
}

/// What an operation did to a live value.
pub(super) enum Change {
    None,
    Removed,
    Put(LiveWord),
}

/// How an attempt at a slot ended.
pub(super) enum Attempt {
    Done(Outcome),
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
pub(super) struct Editing<'a, 'g, K: 'static, V: 'static, N, E, H> {
    pub(super) map: &'a RawMap<K, V>,
    pub(super) source: N,
    pub(super) edit: E,
    hash: H,
    pub(super) guard: &'g Guard,
    right: Right,
    /// A value that the operation has decided to put, given this word (`EMPTY` for absence), and that is not in the map yet.
    pending: Option<(Word, V)>,
}

impl<K: 'static, V: 'static> RawMap<K, V> {
    /// Runs `edit` on the slot of the key that `source` stands for.
    ///
    /// Nearly all operations end in the home line of the root, at the first attempt. As for lookups, that part is a
    /// straight line of code, and everything else starts over out of line. (`source` and `edit` are moved there, not
    /// lent, and results come back as words: otherwise they would have to stand in memory on the straight line too.)
    #[inline(always)]
    pub(crate) fn edit<'g, N: KeySource<K>, E: Edit<V>, H: Fn(&K) -> u64>(
        &'g self,
        source: N,
        edit: E,
        hash: H,
        guard: &'g Guard,
    ) -> (Edited<'g, V>, E::Rest) {
        let mut editing = Editing { map: self, source, edit, hash, guard, right: Right::Root, pending: None };
        // See `first`.
        match editing.first_attempt() {
            Some(edited) => (edited, editing.edit.rest()),
            None => {
                let (outcome, rest) = editing.run();
                (outcome.seen(guard), rest)
            }
        }
    }
}

impl<'g, K: 'static, V: 'static, N: KeySource<K>, E: Edit<V>, H: Fn(&K) -> u64> Editing<'_, 'g, K, V, N, E, H> {
    #[cold]
    #[inline(never)]
    fn run(mut self) -> (Outcome, E::Rest) {
        let outcome = self.run_to_end();
        (outcome, self.edit.rest())
    }

    fn run_to_end(&mut self) -> Outcome {
        let mut table = match self.map.root(self.guard) {
            Some(table) => table,
            None => match self.decide(word::EMPTY, None) {
                Decision::Keep | Decision::Remove => return Outcome::ABSENT,
                Decision::Put(value) => {
                    self.pending = Some((word::EMPTY, value));
                    self.map.first_table(self.guard)
                }
            },
        };
        self.right = Right::Root;
        let mut paid = false;
        if let Some(next) = table.next(self.guard) {
            paid = self.map.help(table, next, &self.hash, self.guard);
        }
        loop {
            let attempt = match find::locate::<K, N>(table, &self.source, self.guard) {
                Place::Slot(slot) => self.at_slot(table, slot),
                Place::Vacant(line, slot) => match self.decide(word::EMPTY, None) {
                    Decision::Keep | Decision::Remove => Attempt::Done(Outcome::ABSENT),
                    Decision::Put(value) => {
                        if self.right == Right::Unpaid && rule!(PAY_TO_CLAIM) {
                            self.right = earn(self.map, table, &self.hash, self.guard);
                        }
                        let home = table.lines().home(self.source.hash());
                        if !core::ptr::eq(line, home.line()) && rule!(MARK_CLAIM) {
                            overflow::mark(home);
                        }
                        self.at_vacant::<false>(table, line, slot, value)
                    }
                },
                Place::Sealed(line) => {
                    slot::seal(line);
                    Attempt::Leave
                }
                Place::Full => self.at_end(table),
            };
            match attempt {
                Attempt::Done(outcome) => return outcome,
                Attempt::Again => {}
                Attempt::Leave => {
                    if rule!(MARK_CROSSING) {
                        overflow::mark(table.lines().home(self.source.hash()));
                    }
                    let next = table.next(self.guard);
                    table = next.unwrap_or_else(|| unreachable!("a table is left only for its successor"));
                    self.right = if core::mem::take(&mut paid) { Right::Paid } else { Right::Unpaid };
                }
            }
        }
    }

    /// The key's slot is known.
    fn at_slot(&mut self, table: TableRef<'g>, slot: &'g Slot) -> Attempt {
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
                State::Empty | State::Tomb => self.at_valueless(slot, current),
                _ => return self.at_frozen(table, slot, current),
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
        if let Err(seen) = slot::set_value(slot, current, new) {
            if let Some(value) = change {
                self.pending = Some((current, value.into_inner()));
            }
            return Err(seen);
        }
        let change = match change {
            Some(value) => Change::Put(value.publish()),
            None => {
                self.map.counter.count(-1, 0, self.guard);
                Change::Removed
            }
        };
        // SAFETY: this thread took `current` out of its slot, and a live word stands in one slot only: a migration
        // freezes it before it goes to another.
        unsafe { retire_value::<V>(current, self.guard) };
        Ok(change)
    }

    /// The same for a slot without a value: removed, or claimed by another thread that has not come to set one.
    fn at_valueless(&mut self, slot: &Slot, current: Word) -> Result<Outcome, Word> {
        match self.decide(word::EMPTY, None) {
            Decision::Keep | Decision::Remove => Ok(Outcome::ABSENT),
            Decision::Put(value) => {
                let Some(value) = self.own::<false>(word::EMPTY, value) else { return Err(current) };
                if current == word::EMPTY {
                    slot::confirm_key(slot);
                }
                match slot::set_value(slot, current, value.word()) {
                    Ok(()) => {
                        self.map.counter.count(1, 0, self.guard);
                        Ok(Outcome { before: None, after: Some(value.publish()) })
                    }
                    Err(seen) => {
                        self.pending = Some((word::EMPTY, value.into_inner()));
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
        if table.next(self.guard).is_some() {
            self.pending = Some((word::EMPTY, value.into_inner()));
            if !rule!(SEAL_BEFORE_CROSSING) {
                return Attempt::Leave;
            }
            slot::seal(line);
            return Attempt::Again;
        }
        if !slot::claim(slot, key) {
            self.pending = Some((word::EMPTY, value.into_inner()));
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
            Attempt::Done(Outcome { before: None, after: Some(value.publish()) })
        } else {
            self.pending = Some((word::EMPTY, value.into_inner()));
            Attempt::Again
        };
        if self.map.counter.count(i64::from(set.is_ok()), 1, self.guard) {
            self.map.grow_if_full(table, self.guard);
        }
        attempt
    }

    /// Not in this table, which has no unclaimed slot.
    #[cold]
    fn at_end(&mut self, table: TableRef<'g>) -> Attempt {
        if table.next_decides(self.guard).is_some() {
            return Attempt::Leave;
        }
        match self.decide(word::EMPTY, None) {
            Decision::Keep | Decision::Remove => Attempt::Done(Outcome::ABSENT),
            Decision::Put(value) => {
                self.pending = Some((word::EMPTY, value));
                self.right = earn(self.map, table, &self.hash, self.guard);
                self.map.grow(table, self.guard);
                Attempt::Again
            }
        }
    }

    /// The key's slot is closed to writers of this table.
    #[cold]
    fn at_frozen(&mut self, table: TableRef<'g>, slot: &Slot, current: Word) -> Attempt {
        match word::state(current) {
            // Its key may be gone, so others cannot recognise it: the end of the probe must be sealed (SEAL_AFTER_SKIP).
            State::Dead | State::FrozenEmpty if !is_inline::<K>() && rule!(SEAL_AFTER_SKIP) => Attempt::Again,
            State::Frozen(cell) if rule!(FINISH_SLOT) => {
                if let Some(next) = table.next(self.guard) {
                    // By the slot itself: asking the needle again could give another answer.
                    let key = table
                        .reserved_index(slot)
                        .map_or_else(|| KeyWord::Claimed(slot::key_again(slot)), KeyWord::Reserved);
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

    /// Asks the operation what it wants, given a live word and its value, or `EMPTY` and none; or takes what it has said
    /// about the same already.
    #[inline(always)]
    fn decide(&mut self, word: Word, current: Option<&V>) -> Decision<V> {
        match self.pending.take() {
            Some((seen, value)) if seen == word => return Decision::Put(value),
            Some((_, value)) => self.edit.refused(value),
            None => {}
        }
        self.edit.decide(current)
    }

    /// The value, decided on given `word`, as it can stand in a slot. The first attempt leaves values of inline types that
    /// need a box to the others.
    #[inline(always)]
    fn own<const FIRST: bool>(&mut self, word: Word, value: V) -> Option<NewValue<V>> {
        if FIRST {
            return NewValue::plain(value).map_err(|value| self.pending = Some((word, value))).ok();
        }
        let value = NewValue::new(value);
        if !word::is_plain::<V>(value.word()) {
            self.map.note_escape();
        }
        Some(value)
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
