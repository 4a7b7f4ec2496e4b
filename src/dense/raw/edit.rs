//! Insert, replace, remove: one attempt, and the loop around it.
#![allow(unsafe_code)] // From words to values; retires what was replaced.

use super::RawDense;
use super::cover::{self, Cover};
use super::segments::NoSlot;
use crate::platform::epoch::{self, Guard};
use crate::platform::site;
use crate::platform::sync::AtomicPtr;
use crate::table::inline::is_inline;
use crate::table::word::{self, LiveWord, Word};
use crate::table::{Decision, Edit, Edited, NewValue, Seen, retire_value};

/// Why an attempt came to nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Obstacle {
    /// Another thread was first.
    Lost,
    /// A value of an inline type stands in a box, or is to.
    NeedsGuard,
}

/// One operation on an index.
struct Editing<'g, V: 'static, E> {
    map: &'g RawDense<V>,
    edit: E,
    cover: Cover<'g, V>,
    /// The value that the operation has decided to put, given this word, and that has not come into the map yet.
    pending: Option<(Word, V)>,
}

impl<V: 'static> RawDense<V> {
    /// Runs `edit` on the slot of an index. Without a slot for a value that is to be put, the operation changes nothing.
    ///
    /// Nearly all operations end at the first attempt, which is a straight line of code; all others start over out of line.
    #[inline(always)]
    pub(crate) fn edit<'g, E: Edit<V>>(
        &'g self,
        index: usize,
        edit: E,
        cover: Cover<'g, V>,
    ) -> (Result<Edited<'g, V>, NoSlot>, E::Rest) {
        let mut editing = Editing { map: self, edit, cover, pending: None };
        if let Some(slot) = self.find(index)
            && let Ok(edited) = editing.attempt(slot, value_for_edit(slot), cover.guard())
        {
            return (Ok(edited), editing.edit.rest());
        }
        editing.run(index)
    }
}

/// The word of a slot, for a writer.
#[inline(always)]
pub(super) fn value_for_edit(slot: &AtomicPtr<()>) -> Word {
    // SeqCst: a writer's decision. Acquire part: VALUE edge, pairs with DENSE_SET: the box.
    slot.load(site!(DENSE_EDIT: SeqCst))
}

impl<'g, V: 'static, E: Edit<V>> Editing<'g, V, E> {
    #[cold]
    #[inline(never)]
    fn run(mut self, index: usize) -> (Result<Edited<'g, V>, NoSlot>, E::Rest) {
        let result = self.run_to_end(index);
        (result, self.edit.rest())
    }

    fn run_to_end(&mut self, index: usize) -> Result<Edited<'g, V>, NoSlot> {
        let slot = match self.map.find(index) {
            Some(slot) => slot,
            None => match self.edit.decide(None) {
                Decision::Keep | Decision::Remove => return Ok(Edited { before: None, after: None }),
                Decision::Put(value) => match self.map.make(index) {
                    Ok(slot) => {
                        self.pending = Some((word::EMPTY, value));
                        slot
                    }
                    Err(no_slot) => {
                        self.edit.refused(value);
                        return Err(no_slot);
                    }
                },
            },
        };
        loop {
            let current = value_for_edit(slot);
            match self.attempt(slot, current, self.cover.guard()) {
                Ok(edited) => return Ok(edited),
                Err(Obstacle::Lost) => {}
                Err(Obstacle::NeedsGuard) => {
                    let guard = epoch::pin();
                    let current = cover::again(slot, current);
                    if let Ok(edited) = self.attempt(slot, current, Some(&guard)) {
                        return Ok(cover::copied(&edited));
                    }
                }
            }
        }
    }

    /// One attempt at a slot that held `current`, when it was read under the guard, if there is one.
    #[inline(always)]
    fn attempt<'a>(
        &mut self,
        slot: &AtomicPtr<()>,
        current: Word,
        guard: Option<&'a Guard>,
    ) -> Result<Edited<'a, V>, Obstacle> {
        let before = self.before(current, guard)?;
        let new = match self.decide(current, before.as_ref().map(Seen::get)) {
            Decision::Keep => return Ok(Edited { before, after: before }),
            Decision::Remove if before.is_none() => return Ok(Edited { before, after: None }),
            Decision::Remove => None,
            Decision::Put(value) => Some(self.own(current, value, guard)?),
        };
        let thread = || guard.map_or_else(epoch::thread, Guard::thread);
        let change = (before.is_some() != new.is_some()).then(|| self.map.counter.begin(thread()));
        let word = new.as_ref().map_or(word::EMPTY, NewValue::word);
        // SeqCst: where a writer takes effect; its Release part is the VALUE edge: the box, and that the change has begun.
        // Relaxed on failure: the slot is read again.
        if slot.compare_exchange(current, word, site!(DENSE_SET: SeqCst), site!(DENSE_LOST: Relaxed)).is_err() {
            if let Some(change) = change {
                change.came_to_nothing();
            }
            if let Some(value) = new {
                self.edit.refused(value.into_inner());
            }
            return Err(Obstacle::Lost);
        }
        if let Some(change) = change {
            if new.is_some() {
                change.inserted();
            } else {
                change.removed();
            }
        }
        let after = new.map(NewValue::publish);
        if let Some(guard) = guard {
            // SAFETY: this thread took `current` out of its slot, and a live word stands in one slot only. (Null is ignored.)
            unsafe { retire_value::<V>(current, guard) };
        }
        // SAFETY: a live word of `V` that was put there under the guard, if there is one; plain if there is none.
        let seen = |live: LiveWord| unsafe { cover::live(live, guard) };
        Ok(Edited { before, after: after.map(seen) })
    }

    /// The value of a word that a slot held.
    #[inline(always)]
    fn before<'a>(&self, current: Word, guard: Option<&'a Guard>) -> Result<Option<Seen<'a, V>>, Obstacle> {
        match LiveWord::new(current) {
            None => Ok(None),
            Some(_) if guard.is_none() && !word::is_plain::<V>(current) => Err(Obstacle::NeedsGuard),
            // SAFETY: live, as every word of a slot but null; read under the guard, if there is one, and plain if there is none.
            Some(live) => Ok(Some(unsafe { cover::live(live, guard) })),
        }
    }

    /// A value, decided on given `current`, as it can stand in a slot.
    #[inline(always)]
    fn own(&mut self, current: Word, value: V, guard: Option<&Guard>) -> Result<NewValue<V>, Obstacle> {
        if guard.is_none() {
            return NewValue::plain(value).map_err(|value| {
                self.pending = Some((current, value));
                Obstacle::NeedsGuard
            });
        }
        let value = NewValue::new(value);
        if is_inline::<V>() && !word::is_plain::<V>(value.word()) {
            self.map.escapes.note();
        }
        Ok(value)
    }

    /// Asks the operation what it wants, given a word and its value, or takes what it has said about the same already.
    #[inline(always)]
    fn decide(&mut self, word: Word, current: Option<&V>) -> Decision<V> {
        match self.pending.take() {
            Some((seen, value)) if seen == word => return Decision::Put(value),
            Some((_, value)) => self.edit.refused(value),
            None => {}
        }
        self.edit.decide(current)
    }
}
