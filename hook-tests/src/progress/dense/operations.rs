//! What victims do to a dense map.

use super::arena::{Arena, MADE};
use crate::api::{Compute, Expected};
use crate::progress::left::Scene;
use crate::support::Numbered;
use std::sync::atomic::Ordering::Relaxed;

/// What a victim does.
///
/// The rest of what users call runs the code of one of these. A method of the map does what that of its handle does,
/// under a pin of its own if values are boxed. `get_or_insert` is its form with a closure; `push` is `try_push`;
/// `extend` inserts one by one; `is_empty`, `iter`, `keys`, `values` and `Debug` are traversals; `retain` and `clear`
/// end with `flush`. `capacity` and `max_index` read nothing that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Get,
    Contains,
    Insert,
    TryInsert,
    Remove,
    RemoveIf,
    Update,
    GetOrInsert,
    Upsert,
    /// Removes the value if there is one, and inserts one if there is none.
    Compute,
    CompareAndSet,
    CompareAndRemove,
    CompareAndSetSame,
    Push,
    /// As a whole, and by parts.
    Iterate,
    /// From the subject on.
    Range,
    /// Removes the value of the subject.
    Retain,
    Clear,
    Batch,
    Len,
    /// The one that may be delayed.
    ExactLen,
    Figures,
}

/// Those that nobody delays.
pub(super) const OPERATIONS: [Operation; 21] = [
    Operation::Get,
    Operation::Contains,
    Operation::Insert,
    Operation::TryInsert,
    Operation::Remove,
    Operation::RemoveIf,
    Operation::Update,
    Operation::GetOrInsert,
    Operation::Upsert,
    Operation::Compute,
    Operation::CompareAndSet,
    Operation::CompareAndRemove,
    Operation::CompareAndSetSame,
    Operation::Push,
    Operation::Iterate,
    Operation::Range,
    Operation::Retain,
    Operation::Clear,
    Operation::Batch,
    Operation::Len,
    Operation::Figures,
];

impl<V: Numbered> Arena<V> {
    /// Does something to the subject, and notes what came and went.
    pub(super) fn operate(&self, operation: Operation) {
        let (map, index) = (&self.map, self.subject);
        let value = || V::numbered(self.number);
        let change = match operation {
            Operation::Get => {
                assert!(map.get(index).is_none_or(|found| self.is_subjects(found.number())));
                0
            }
            Operation::Contains => {
                map.contains_key(index);
                0
            }
            Operation::Insert => i64::from(map.insert(index, value()).is_none()),
            Operation::TryInsert => i64::from(map.try_insert(index, value()).is_ok()),
            Operation::Remove => -i64::from(map.remove(index).is_some()),
            Operation::RemoveIf => -i64::from(map.remove_if(index, |_| true).is_some()),
            Operation::Update => {
                map.update(index, V::clone);
                0
            }
            Operation::GetOrInsert => self.making(|make| map.get_or_insert_with(index, make).number()),
            Operation::Upsert => self.making(|make| map.upsert(index, make, |_| value()).number()),
            Operation::Compute => {
                let pinned = map.pin();
                let computed = pinned.compute(index, |found| match found {
                    None => Compute::Put(value()),
                    Some(_) => Compute::Remove,
                });
                i64::from(computed.after.is_some()) - i64::from(computed.before.is_some())
            }
            Operation::CompareAndSet => {
                // Of a value by itself, which an inline one is exchanged for at once.
                drop(map.compare_and_set(index, Expected::Value(&value()), Some(value())));
                let before = map.compare_and_set(index, Expected::Any, Some(value()));
                i64::from(before.unwrap_or_else(|failed| unreachable!("{failed}")).is_none())
            }
            Operation::CompareAndRemove => {
                let before = map.compare_and_set(index, Expected::Any, None);
                -i64::from(before.unwrap_or_else(|failed| unreachable!("{failed}")).is_some())
            }
            Operation::CompareAndSetSame => {
                let pinned = map.pin();
                if let Some(found) = pinned.get(index) {
                    drop(pinned.compare_and_set_same(index, &found, Some(value())));
                }
                0
            }
            Operation::Push => {
                let pushed = map.try_push(value()).unwrap_or_else(|full| unreachable!("{full}"));
                self.pushed.fetch_add(usize::from(pushed != index), Relaxed);
                i64::from(pushed == index)
            }
            Operation::Iterate => {
                map.for_each(|index, _| assert!(index < 10_000));
                let pinned = map.pin();
                let parts = pinned.fast_iter(2, 0).chain(pinned.fast_iter(2, 1));
                parts.for_each(|(index, _)| assert!(index < 10_000));
                0
            }
            Operation::Range => {
                let (range, pinned) = (index..index + 3, map.pin());
                pinned.range(range.clone()).for_each(|(index, _)| assert!(range.contains(&index)));
                0
            }
            Operation::Retain => {
                map.retain(|other, _| other != index);
                self.ledger.note_swept();
                0
            }
            Operation::Clear => {
                self.cleared.store(true, Relaxed);
                map.clear();
                self.ledger.note_swept();
                0
            }
            Operation::Batch => {
                assert_eq!(map.batch_getitem([0, index, usize::MAX]).len(), 3);
                0
            }
            Operation::Len => {
                let (least, most) = map.len_bounds();
                assert!(least <= most && map.approx_len() < 10_000);
                0
            }
            Operation::ExactLen => {
                assert!(map.len() < 10_000);
                0
            }
            Operation::Figures => {
                assert!(map.bytes() > 0);
                0
            }
        };
        self.ledger.note(change);
    }

    /// Runs an operation that makes a value if it finds none, and returns the number of the one that is there then. 1
    /// if that is the one made: no other operation is told to make the same.
    fn making(&self, operation: impl FnOnce(&mut dyn FnMut() -> V) -> u64) -> i64 {
        let mut is_made = false;
        let number = self.number + MADE * (1 + self.made.fetch_add(1, Relaxed));
        let found = operation(&mut || {
            is_made = true;
            V::numbered(number)
        });
        i64::from(is_made && found == number)
    }
}

impl<V: Numbered> Scene for Arena<V> {
    type Operation = Operation;

    const ALL: &'static [Operation] = &OPERATIONS;

    const LOOKS: &'static [Operation] = &[
        Operation::Get,
        Operation::Contains,
        Operation::Iterate,
        Operation::Range,
        Operation::Batch,
        Operation::Len,
        Operation::Figures,
    ];

    const UNTOLD: &'static [Operation] = &[Operation::Retain, Operation::Clear];

    const CLEAR: Operation = Operation::Clear;

    fn operate(&self, operation: Operation) {
        Self::operate(self, operation);
    }

    fn work(&self, thread: u64, contended: bool) {
        Self::work(self, thread, contended);
    }

    fn verify_contents(&self) -> usize {
        Self::verify_contents(self)
    }

    fn lengths(&self) -> (usize, (usize, usize)) {
        (self.map.approx_len(), self.map.len_bounds())
    }

    fn verify(&self) {
        Self::verify(self);
    }
}
