//! Insert, replace, remove: one loop for every writing operation.
#![allow(unsafe_code)] // From live words to values.

use super::RawMap;
use super::array::TableRef;
use super::find::{self, Place};
use super::needle;
use super::present;
use super::slot;
use super::source::KeySource;
use super::tags;
use super::value::{NewValue, Seen};
use super::word::{self, LiveWord, Word};
use crate::platform::epoch::Guard;
use crate::platform::lines::Slot;
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
    pub(super) before: Option<LiveWord>,
    pub(super) after: Option<LiveWord>,
}

impl Outcome {
    pub(super) const ABSENT: Self = Self { before: None, after: None };

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
pub(super) enum Right {
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
    pub(super) hash: H,
    pub(super) guard: &'g Guard,
    pub(super) right: Right,
    /// What the operation has decided, given this word (`EMPTY` for absence), and what has not come about yet: to put a value, or,
    /// without one, to remove.
    pub(super) pending: Option<(Word, Option<V>)>,
    /// Where it has found its key last, on its way through `run_to_end`.
    at: Option<(TableRef<'g>, &'g Slot)>,
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
        let mut editing = Editing { map: self, source, edit, hash, guard, right: Right::Root, pending: None, at: None };
        // See `first`.
        match editing.first_attempt() {
            Some(edited) => (edited, editing.into_rest()),
            None => {
                let (outcome, rest) = editing.run();
                (outcome.seen(guard), rest)
            }
        }
    }

    /// The same for an operation that inserts nothing, with the key of what was there, as it stands in the map.
    #[cold]
    #[inline(never)]
    pub(crate) fn edit_entry<'g, N: KeySource<K>, E: Edit<V>, H: Fn(&K) -> u64>(
        &'g self,
        source: N,
        edit: E,
        hash: H,
        guard: &'g Guard,
    ) -> Option<(Seen<'g, K>, Seen<'g, V>)> {
        let mut editing = Editing { map: self, source, edit, hash, guard, right: Right::Root, pending: None, at: None };
        let before = editing.run_to_end().before?;
        let (table, slot) = editing.at?;
        // SAFETY: the key word was read with Acquire when the slot was found, and the value was live after that: whatever happens
        // to the slot since, its key is there for this guard.
        let key = unsafe { needle::seen_key(present::slot_key(table, slot).word(), guard) };
        // SAFETY: a live word that the operation read from the slot under its guard.
        Some((key, unsafe { Seen::from_live(before, guard) }))
    }
}

impl<K: 'static, V: 'static, N: KeySource<K>, E: Edit<V>, H: Fn(&K) -> u64> Editing<'_, '_, K, V, N, E, H> {
    #[cold]
    #[inline(never)]
    fn run(mut self) -> (Outcome, E::Rest) {
        let outcome = self.run_to_end();
        (outcome, self.into_rest())
    }

    /// What is left of the operation, when a key that did not come into the map is dropped: a panic of its destructor would leak
    /// what is to be returned by then.
    #[inline(always)]
    fn into_rest(self) -> E::Rest {
        let Self { source, edit, .. } = self;
        drop(source);
        edit.rest()
    }

    fn run_to_end(&mut self) -> Outcome {
        let mut table = match self.map.root(self.guard) {
            Some(table) => table,
            None => match self.decide(word::EMPTY, None) {
                Decision::Keep | Decision::Remove => return Outcome::ABSENT,
                Decision::Put(value) => {
                    self.pending = Some((word::EMPTY, Some(value)));
                    self.map.first_table(self.guard)
                }
            },
        };
        self.right = Right::Root;
        let mut paid = false;
        if let Some(next) = self.map.successor(table, self.guard) {
            paid = self.map.help(table, next, &self.hash, self.guard);
        }
        loop {
            let attempt = match find::locate::<K, N>(table, &self.source, self.guard) {
                Place::Slot(slot) => {
                    self.at = Some((table, slot));
                    self.at_slot(table, slot)
                }
                Place::Vacant(line, slot, behind) => match self.decide(word::EMPTY, None) {
                    Decision::Keep | Decision::Remove => Attempt::Done(Outcome::ABSENT),
                    Decision::Put(value) => {
                        if self.right == Right::Unpaid && rule!(PAY_TO_CLAIM) {
                            self.right = self.map.earn(table, &self.hash, self.guard);
                        }
                        if rule!(TAG_PASSED) {
                            tags::pass_to(table.lines(), table.lines().home(self.source.hash()), behind);
                        }
                        self.at_vacant::<false>(table, line, slot, value)
                    }
                },
                Place::Sealed(line) => {
                    slot::seal(line);
                    // The read of a final last word that the total order needs before anything in the next table is touched.
                    find::last_word(line);
                    Attempt::Leave
                }
                Place::Full => self.at_end(table),
            };
            match attempt {
                Attempt::Done(outcome) => return outcome,
                Attempt::Again => {}
                Attempt::Leave => {
                    tags::pass_all(table.lines().home(self.source.hash()));
                    let next = table.next(self.guard);
                    table = next.unwrap_or_else(|| unreachable!("a table is left only for its successor"));
                    self.right = if core::mem::take(&mut paid) { Right::Paid } else { Right::Unpaid };
                }
            }
        }
    }

    /// Asks the operation what it wants, given a live word and its value, or `EMPTY` and none; or takes what it has said
    /// about the same already.
    #[inline(always)]
    pub(super) fn decide(&mut self, word: Word, current: Option<&V>) -> Decision<V> {
        match self.pending.take() {
            Some((seen, decided)) if seen == word => return decided.map_or(Decision::Remove, Decision::Put),
            Some((_, Some(value))) => self.edit.refused(value),
            Some((_, None)) | None => {}
        }
        self.edit.decide(current)
    }

    /// The value, decided on given `word`, as it can stand in a slot. The first attempt leaves values of inline types that
    /// need a box to the others.
    #[inline(always)]
    pub(super) fn own<const FIRST: bool>(&mut self, word: Word, value: V) -> Option<NewValue<V>> {
        if FIRST {
            return NewValue::plain(value).map_err(|value| self.pending = Some((word, Some(value)))).ok();
        }
        let value = NewValue::new(value);
        if !word::is_plain::<V>(value.word()) {
            self.map.escapes.note();
        }
        Some(value)
    }
}
