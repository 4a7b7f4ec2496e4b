//! What victims do, and what must hold after it.

use crate::api::{Compute, Expected};
use crate::map::AtomicMap;
use crate::support::{Hashing, NthKey, Numbered, Quality};
use core::hint::black_box;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};

/// A map, and whether a key that all threads work on is in it: what came minus what went.
pub(super) struct Arena<K: NthKey, V: Numbered> {
    pub(super) map: AtomicMap<K, V, Hashing>,
    size: u64,
    subject: u64,
    balance: AtomicI64,
    /// Whether `OWN` was inserted.
    brought: AtomicBool,
}

/// What is in the map at first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) quality: Quality,
    /// So many keys.
    pub(super) size: u64,
    /// The number of the key that all threads work on. It is one of them if it is below `size`.
    pub(super) subject: u64,
    /// So many more came and went.
    pub(super) gone: u64,
}

impl Setting {
    pub(super) fn of(size: u64, subject: u64) -> Self {
        Self { quality: Quality::Good, size, subject, gone: 0 }
    }
}

/// What a victim does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Get,
    Insert,
    TryInsert,
    Remove,
    Update,
    CompareAndSet,
    CompareAndRemove,
    CompareAndSetSame,
    GetOrInsert,
    RemoveEntry,
    RemoveIf,
    /// Removes the subject if it is there, and inserts it if it is not.
    Compute,
    /// Inserts or updates a key that is no other operation's.
    Upsert,
    /// The same, with the subject looked up in a batch.
    Batches,
    /// The same key.
    Reduce,
    Iterate,
    Retain,
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
pub(super) const OPERATIONS: [Operation; 23] = [
    Operation::Get,
    Operation::Insert,
    Operation::TryInsert,
    Operation::Remove,
    Operation::Update,
    Operation::CompareAndSet,
    Operation::CompareAndRemove,
    Operation::CompareAndSetSame,
    Operation::GetOrInsert,
    Operation::RemoveEntry,
    Operation::RemoveIf,
    Operation::Compute,
    Operation::Upsert,
    Operation::Batches,
    Operation::Reduce,
    Operation::Iterate,
    Operation::Retain,
    Operation::Len,
    Operation::Stats,
    Operation::Reserve,
    Operation::Compact,
    Operation::ShrinkToFit,
    Operation::Collect,
];

/// Keys of the work of others, far from those of the arena.
const WORK: u64 = 10_000;
const WORK_EACH: u64 = 500;

/// A key that only a victim inserts, and nobody removes.
const OWN: u64 = 5000;

/// Keys that have gone before anybody works.
const GONE: u64 = 3000;

impl<K: NthKey, V: Numbered> Arena<K, V> {
    pub(super) fn new(Setting { quality, size, subject, gone }: Setting) -> Self {
        let map = AtomicMap::with_hasher(Hashing::new(quality));
        for number in 0..size {
            map.insert(K::nth(number), V::numbered(number));
        }
        for number in GONE..GONE + gone {
            map.insert(K::nth(number), V::numbered(number));
            map.remove(&K::nth(number));
        }
        Self { map, size, subject, balance: AtomicI64::new(i64::from(subject < size)), brought: AtomicBool::new(false) }
    }

    /// Does something to the subject, and keeps the balance.
    pub(super) fn operate(&self, operation: Operation) {
        let key = || K::nth(self.subject);
        let value = || V::numbered(self.subject + 100);
        let map = &self.map;
        let change = match operation {
            Operation::Get => {
                drop(map.get(&key()));
                0
            }
            Operation::Insert => i64::from(map.insert(key(), value()).is_none()),
            Operation::TryInsert => i64::from(map.try_insert(key(), value()).is_ok()),
            Operation::Remove => -i64::from(map.remove(&key()).is_some()),
            Operation::Update => {
                drop(map.update(&key(), |_| value()));
                0
            }
            Operation::CompareAndSet => match map.compare_and_set(key(), Expected::Any, Some(value())) {
                Ok(before) => i64::from(before.is_none()),
                Err(failed) => unreachable!("{failed}"),
            },
            Operation::CompareAndRemove => match map.compare_and_set(key(), Expected::Any, None) {
                Ok(before) => -i64::from(before.is_some()),
                Err(failed) => unreachable!("{failed}"),
            },
            Operation::CompareAndSetSame => {
                let pinned = map.pin();
                if let Some(found) = pinned.get(&key()) {
                    drop(pinned.compare_and_set_same(key(), &found, Some(value())));
                }
                0
            }
            Operation::RemoveEntry => -i64::from(map.pin().remove_entry(&key()).is_some()),
            Operation::RemoveIf => -i64::from(map.remove_if(&key(), |_| true).is_some()),
            Operation::Compute => {
                let pinned = map.pin();
                let computed =
                    pinned.compute(key(), |found| found.map_or_else(|| Compute::Put(value()), |_| Compute::Remove));
                i64::from(computed.after.is_some()) - i64::from(computed.before.is_some())
            }
            Operation::Upsert => {
                self.brought.store(true, Relaxed);
                drop(map.upsert(K::nth(OWN), value, V::clone));
                0
            }
            Operation::Batches => {
                self.brought.store(true, Relaxed);
                map.batch_insert([(K::nth(OWN), value())]);
                drop(map.batch_getitem(&[K::nth(OWN), key()]));
                0
            }
            Operation::Reduce => {
                self.brought.store(true, Relaxed);
                map.reduce([(K::nth(OWN), value())], |_, _, new| new.clone());
                0
            }
            Operation::GetOrInsert => {
                let mut made = false;
                let inserted = map.get_or_insert_with(key(), || {
                    made = true;
                    V::numbered(self.subject + 200)
                });
                // Nobody else stores this value.
                i64::from(made && inserted.number() == self.subject + 200)
            }
            Operation::Iterate => {
                let pinned = map.pin();
                let parts = [pinned.iter(), pinned.fast_iter(2, 0), pinned.fast_iter(2, 1)];
                let found =
                    parts.into_iter().flatten().filter(|(found, value)| **found == key() && value.number() < WORK);
                black_box(found.count());
                0
            }
            Operation::Retain => {
                map.retain(|_, _| true);
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
        self.balance.fetch_add(change, Relaxed);
    }

    /// The work of an undisturbed thread: 500 insertions, so that the map grows several times, and with each something else.
    /// With `contended` it works on the subject too.
    pub(super) fn work(&self, thread: u64, contended: bool) {
        for number in 0..WORK_EACH {
            let own = WORK + thread * WORK_EACH + number;
            assert!(self.map.insert(K::nth(own), V::numbered(own)).is_none());
            match number % 8 {
                0 => assert_eq!(
                    self.map.remove(&K::nth(own)).map(|value| value.number()),
                    Some(V::numbered(own).number())
                ),
                1 => assert!(self.map.update(&K::nth(own), V::clone).is_some()),
                2 => {
                    self.assert_old(number % self.size.max(1));
                    self.operate(Operation::Get);
                }
                3 if contended => self.operate(Operation::TryInsert),
                4 if contended => self.operate(Operation::Remove),
                5 if contended => self.operate(Operation::Update),
                6 if number % 128 == 6 => self.operate(Operation::Iterate),
                _ => self.operate(Operation::Get),
            }
        }
    }

    /// Makes the map grow, and leaves removed keys behind; what it inserts goes again.
    pub(super) fn grow(&self) {
        for number in 0..40 {
            self.map.insert(K::nth(2000 + number), V::numbered(number));
            assert!(self.map.remove(&K::nth(2000 + number)).is_some());
        }
    }

    /// A key of the arena that nobody touches is there.
    fn assert_old(&self, number: u64) {
        if number != self.subject && number < self.size {
            let found = self.map.get(&K::nth(number)).map(|value| value.number());
            assert_eq!(found, Some(V::numbered(number).number()), "key {number}");
        }
    }

    /// All that was put in is there, once, and nothing else.
    pub(super) fn verify(&self) {
        let present = self.map.contains_key(&K::nth(self.subject));
        assert_eq!(self.balance.load(Relaxed), i64::from(present), "the subject came and went");
        (0..self.size).for_each(|number| self.assert_old(number));
        let mut expected = self.size - u64::from(self.subject < self.size) + u64::from(present);
        expected += u64::from(self.brought.load(Relaxed));
        for thread in 0..2 {
            for number in 0..WORK_EACH {
                let own = WORK + thread * WORK_EACH + number;
                let found = self.map.get(&K::nth(own)).map(|value| value.number());
                assert_eq!(found, (number % 8 != 0).then(|| V::numbered(own).number()), "key {own}");
                expected += u64::from(number % 8 != 0);
            }
        }
        let pinned = self.map.pin();
        let keys: HashSet<K> = pinned.iter().map(|(key, _)| K::clone(&key)).collect();
        assert_eq!((keys.len() as u64, pinned.iter().count() as u64), (expected, expected), "keys of a traversal");
        assert_eq!(self.map.len() as u64, expected, "length");
    }
}
