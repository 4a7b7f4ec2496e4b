//! What victims do to a hash map.

use super::arena::{Arena, OWN, WORK};
use crate::api::{Compute, Computed, Expected};
use crate::support::{NthKey, Numbered};
use std::sync::atomic::Ordering::Relaxed;

/// What a victim does.
///
/// The rest of what users call runs the code of one of these. A method of the map does what that of its handle does,
/// under a pin of its own. `contains_key` is a lookup; `get_or_insert` is its form with a closure; `extend` is
/// `batch_insert`; `reduce_count` and its like are `reduce`; `is_empty`, `keys`, `values` and `Debug` are traversals,
/// `clone` and `==` are one beside `batch_insert` or lookups in another map; `capacity` is a part of `stats`, and the
/// `flush` of a handle a part of that of the map. `pin` comes to a site in the first operation of a thread only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Get,
    GetKeyValue,
    Insert,
    TryInsert,
    Remove,
    Update,
    CompareAndSet,
    CompareAndSetRef,
    CompareAndRemove,
    CompareAndSetSame,
    GetOrInsert,
    GetOrInsertRef,
    RemoveEntry,
    RemoveIf,
    /// Removes the subject if it is there, and inserts it if it is not.
    Compute,
    ComputeRef,
    Upsert,
    UpsertRef,
    /// Inserts the subject and a key that is no other operation's, and looks both up.
    Batches,
    /// The same keys.
    Reduce,
    /// As a whole, and by parts.
    Iterate,
    /// Removes the subject.
    Retain,
    Clear,
    Len,
    /// The one that may be delayed.
    ExactLen,
    Stats,
    Reserve,
    Compact,
    ShrinkToFit,
    /// Removes and collects until garbage of the thread is freed.
    Collect,
}

/// Those that nobody delays.
pub(super) const OPERATIONS: [Operation; 29] = [
    Operation::Get,
    Operation::GetKeyValue,
    Operation::Insert,
    Operation::TryInsert,
    Operation::Remove,
    Operation::Update,
    Operation::CompareAndSet,
    Operation::CompareAndSetRef,
    Operation::CompareAndRemove,
    Operation::CompareAndSetSame,
    Operation::GetOrInsert,
    Operation::GetOrInsertRef,
    Operation::RemoveEntry,
    Operation::RemoveIf,
    Operation::Compute,
    Operation::ComputeRef,
    Operation::Upsert,
    Operation::UpsertRef,
    Operation::Batches,
    Operation::Reduce,
    Operation::Iterate,
    Operation::Retain,
    Operation::Clear,
    Operation::Len,
    Operation::Stats,
    Operation::Reserve,
    Operation::Compact,
    Operation::ShrinkToFit,
    Operation::Collect,
];

impl<K: NthKey, V: Numbered> Arena<K, V> {
    fn key(&self) -> K {
        K::nth(self.subject)
    }

    fn value(&self) -> V {
        V::numbered(self.subject + 100)
    }

    /// Does something to the subject, and notes what came and went.
    pub(super) fn operate(&self, operation: Operation) {
        let (map, key, value) = (&self.map, || self.key(), || self.value());
        let toggle = |found: Option<&V>| found.map_or_else(|| Compute::Put(value()), |_| Compute::Remove);
        let change = match operation {
            Operation::Get => {
                drop(map.get(&key()));
                0
            }
            Operation::GetKeyValue => {
                let pinned = map.pin();
                assert!(pinned.get_key_value(&key()).is_none_or(|(found, _)| *found == key()));
                0
            }
            Operation::Insert => i64::from(map.insert(key(), value()).is_none()),
            Operation::TryInsert => i64::from(map.try_insert(key(), value()).is_ok()),
            Operation::Remove => -i64::from(map.remove(&key()).is_some()),
            Operation::Update => {
                drop(map.update(&key(), |_| value()));
                0
            }
            Operation::CompareAndSet => {
                let before = map.compare_and_set(key(), Expected::Any, Some(value()));
                i64::from(before.unwrap_or_else(|failed| unreachable!("{failed}")).is_none())
            }
            Operation::CompareAndSetRef => {
                let before = map.compare_and_set_ref(&key(), K::clone, Expected::Any, Some(value()));
                i64::from(before.unwrap_or_else(|failed| unreachable!("{failed}")).is_none())
            }
            Operation::CompareAndRemove => {
                let before = map.compare_and_set(key(), Expected::Any, None);
                -i64::from(before.unwrap_or_else(|failed| unreachable!("{failed}")).is_some())
            }
            Operation::CompareAndSetSame => {
                let pinned = map.pin();
                if let Some(found) = pinned.get(&key()) {
                    drop(pinned.compare_and_set_same(key(), &found, Some(value())));
                }
                0
            }
            Operation::GetOrInsert => self.making(|make| map.get_or_insert_with(key(), make).number()),
            Operation::GetOrInsertRef => {
                self.making(|make| map.get_or_insert_with_ref(&key(), K::clone, make).number())
            }
            Operation::RemoveEntry => -i64::from(map.pin().remove_entry(&key()).is_some()),
            Operation::RemoveIf => -i64::from(map.remove_if(&key(), |_| true).is_some()),
            Operation::Compute => came(&map.pin().compute(key(), toggle)),
            Operation::ComputeRef => came(&map.pin().compute_ref(&key(), K::clone, toggle)),
            Operation::Upsert => self.making(|make| map.upsert(key(), make, |_| value()).number()),
            Operation::UpsertRef => self.making(|make| map.upsert_ref(&key(), K::clone, make, |_| value()).number()),
            Operation::Batches => {
                self.fill(|entries| map.batch_insert(entries));
                let found = map.batch_getitem(&[key(), K::nth(OWN)]);
                assert!(found[1].is_some() || self.cleared.load(Relaxed), "it stays, unless the map is cleared");
                0
            }
            Operation::Reduce => {
                self.fill(|entries| map.reduce(entries, |_, _, new| new.clone()));
                0
            }
            Operation::Iterate => {
                self.traverse();
                0
            }
            Operation::Retain => {
                let subject = key();
                map.retain(|key, _| *key != subject);
                self.ledger.note_swept();
                0
            }
            Operation::Clear => {
                self.cleared.store(true, Relaxed);
                map.clear();
                self.ledger.note_swept();
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
            Operation::Stats => {
                assert!(map.stats().migrations < 10_000);
                0
            }
            Operation::Reserve => {
                map.reserve(100);
                0
            }
            Operation::Compact => {
                map.compact();
                0
            }
            Operation::ShrinkToFit => {
                map.shrink_to_fit();
                0
            }
            Operation::Collect => {
                let went = i64::from(map.remove(&key()).is_some());
                for _ in 0..4 {
                    map.flush();
                }
                -went
            }
        };
        self.ledger.note(change);
    }

    /// Runs an operation that makes a value if it finds none, and returns the number of the one that is there then. 1
    /// if that is the one made: no other operation is told to make the same.
    fn making(&self, operation: impl FnOnce(&mut dyn FnMut() -> V) -> u64) -> i64 {
        let mut is_made = false;
        // By threes: all of them need a box, or none.
        let number = self.subject + 200 + 3 * self.made.fetch_add(1, Relaxed);
        let found = operation(&mut || {
            is_made = true;
            V::numbered(number)
        });
        i64::from(is_made && found == number)
    }

    /// Runs an operation that inserts entries, and does not say what was there.
    fn fill(&self, operation: impl FnOnce([(K, V); 2])) {
        self.brought.store(true, Relaxed);
        operation([(self.key(), self.value()), (K::nth(OWN), self.value())]);
        self.ledger.note_filled();
    }

    fn traverse(&self) {
        let subject = self.key();
        let mut found = 0;
        let mut visit = |key: &K, value: &V| {
            if *key == subject {
                found += 1;
                assert!(value.number() < WORK, "a value of the subject");
            }
        };
        self.map.for_each(&mut visit);
        let pinned = self.map.pin();
        for (key, value) in pinned.fast_iter(2, 0).chain(pinned.fast_iter(2, 1)) {
            visit(&key, &value);
        }
        assert!(found <= 2, "a traversal yields a key once");
    }
}

/// Whether a closure has put what was not there (1), or removed what was (-1).
fn came<R>(computed: &Computed<R>) -> i64 {
    i64::from(computed.after.is_some()) - i64::from(computed.before.is_some())
}
