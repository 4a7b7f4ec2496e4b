//! The first attempt of a writing operation: the home line of the root, and nothing else.
//!
//! Nearly all operations end here. A straight line of code without a loop, whose state fits the registers; whatever is
//! rare gives up, and the operation starts over (`edit`).
#![allow(unsafe_code)] // From words to values.

use super::array::TableRef;
use super::edit::{Attempt, Change, Decision, Edit, Edited, Editing};
use super::find;
use super::slot;
use super::source::KeySource;
use super::tags;
use super::value::Seen;
use super::word::{self, Word};
use crate::platform::lines::{Line, Slot};

impl<'g, K: 'static, V: 'static, N: KeySource<K>, E: Edit<V>, H: Fn(&K) -> u64> Editing<'_, 'g, K, V, N, E, H> {
    /// `None`: the operation has not taken effect, and is ready to start over.
    #[inline(always)]
    pub(super) fn first_attempt(&mut self) -> Option<Edited<'g, V>> {
        let table = self.map.root(self.guard)?;
        if table.is_left() || self.source.reserved().is_some() {
            return None;
        }
        let lines = table.lines();
        let home = lines.home(self.source.hash());
        let line = home.line();
        let (found, vacant) = if N::INSERTS {
            tags::ask_for(home);
            self.source.find_or_vacant(line, self.guard)
        } else {
            (self.source.find_slot(line, self.guard), None)
        };
        match found {
            Some(slot) => self.first_at_slot(slot),
            None if N::INSERTS => self.first_at_vacant(table, line, vacant?),
            None => self.first_at_nothing(table),
        }
    }

    /// The key's slot is known.
    #[inline(always)]
    fn first_at_slot(&mut self, slot: &Slot) -> Option<Edited<'g, V>> {
        let current = slot::value_for_edit(slot);
        if !word::is_plain::<V>(current) {
            return None;
        }
        let before = self.seen_plain(current);
        let after = match self.at_live::<true>(slot, current, before.get()).ok()? {
            Change::None => Some(before),
            Change::Removed => None,
            Change::Put(live) => Some(self.seen_plain(live.as_ptr())),
        };
        Some(Edited { before: Some(before), after })
    }

    /// The key is not in its home line, which had room for it in this slot.
    #[inline(always)]
    fn first_at_vacant(&mut self, table: TableRef<'g>, line: &Line, slot: &Slot) -> Option<Edited<'g, V>> {
        // The operation is asked only when it is certain that the key is absent: in a sealed line it is not.
        if find::key_word(slot) != word::EMPTY {
            return None;
        }
        match self.edit.decide(None) {
            Decision::Keep | Decision::Remove => Some(Edited { before: None, after: None }),
            Decision::Put(value) => match self.at_vacant::<true>(table, line, slot, value) {
                Attempt::Done(outcome) => {
                    let after = outcome.after.map(|live| self.seen_plain(live.as_ptr()));
                    Some(Edited { before: None, after })
                }
                Attempt::Again | Attempt::Leave => None,
            },
        }
    }

    /// The key is not in its home line, and will not be claimed there.
    #[inline(always)]
    fn first_at_nothing(&mut self, table: TableRef<'g>) -> Option<Edited<'g, V>> {
        if tags::may_be(table.lines().home(self.source.hash())) {
            return None;
        }
        match self.edit.decide(None) {
            Decision::Keep | Decision::Remove => Some(Edited { before: None, after: None }),
            Decision::Put(value) => {
                self.edit.refused(value);
                None
            }
        }
    }

    /// What a plain word holds that was read under the guard, or put into a slot under it.
    #[inline(always)]
    fn seen_plain(&self, word: Word) -> Seen<'g, V> {
        // SAFETY: by what this function is for; the callers have checked that the word is plain, or made it so.
        unsafe { Seen::from_plain(word, self.guard) }
    }
}
