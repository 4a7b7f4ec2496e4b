//! Structures of numbers.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use atomic_dict::{AtomicMap, DenseMap, Expected, Pinned, RandomState};
use parking_lot::RwLock;

use super::{Handle, Store};

/// A vector of atomics: the limit. Zero stands for absence, so a value is stored plus one.
pub struct Atomics(Vec<AtomicU64>);

thread_local! {
    /// Insertions of this thread.
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

impl Store for Atomics {
    type Handle<'s> = &'s [AtomicU64];

    fn new(entries: usize) -> Self {
        Self((0..entries).map(|_| AtomicU64::new(0)).collect())
    }

    fn handle(&self) -> &[AtomicU64] {
        &self.0
    }

    fn empty(&self, _entries: usize) {
        self.0.iter().for_each(|word| word.store(0, SeqCst));
    }
}

impl Handle for &[AtomicU64] {
    #[inline]
    fn get(&mut self, index: usize) -> Option<u64> {
        self[index].load(SeqCst).checked_sub(1)
    }

    #[inline]
    fn insert(&mut self, index: usize, value: u64) -> bool {
        let before = self[index].swap(value + 1, SeqCst);
        COUNT.set(COUNT.get() + 1);
        before == 0
    }

    #[inline]
    fn compare_and_set(&mut self, index: usize, old: u64, new: u64) -> bool {
        self[index].compare_exchange(old + 1, new + 1, SeqCst, SeqCst).is_ok()
    }

    fn push(&mut self, _value: u64) -> usize {
        unreachable!("a plain vector of atomics does not hand out ids")
    }
}

/// `DenseMap` made for all indices.
pub struct Base(DenseMap<u64>);

/// `DenseMap` made for few.
pub struct Overflow(DenseMap<u64>);

macro_rules! dense {
    ($($name:ident made by $make:expr;)+) => {$(
        impl Store for $name {
            type Handle<'s> = &'s DenseMap<u64>;

            fn new(entries: usize) -> Self {
                Self($make(entries))
            }

            fn handle(&self) -> &DenseMap<u64> {
                &self.0
            }

            fn empty(&self, _entries: usize) {
                self.0.clear();
            }
        }
    )+};
}

dense! {
    Base made by DenseMap::with_capacity;
    Overflow made by |_| DenseMap::with_capacity(64);
}

impl Handle for &DenseMap<u64> {
    #[inline]
    fn get(&mut self, index: usize) -> Option<u64> {
        DenseMap::get(self, index).map(|value| *value)
    }

    #[inline]
    fn insert(&mut self, index: usize, value: u64) -> bool {
        DenseMap::insert(self, index, value).is_none()
    }

    #[inline]
    fn compare_and_set(&mut self, index: usize, old: u64, new: u64) -> bool {
        DenseMap::compare_and_set(self, index, Expected::Value(&old), Some(new)).is_ok()
    }

    #[inline]
    fn push(&mut self, value: u64) -> usize {
        DenseMap::push(self, value)
    }
}

/// `AtomicMap` with the same indices as keys.
pub struct Hashed(AtomicMap<u64, u64>);

impl Store for Hashed {
    type Handle<'s> = Pinned<'s, u64, u64, RandomState>;

    fn new(entries: usize) -> Self {
        Self(AtomicMap::with_capacity(entries))
    }

    fn handle(&self) -> Self::Handle<'_> {
        self.0.pin()
    }

    fn empty(&self, _entries: usize) {
        self.0.clear();
    }

    fn settle(&self) {
        self.0.flush();
    }
}

impl Handle for Pinned<'_, u64, u64, RandomState> {
    #[inline]
    fn get(&mut self, index: usize) -> Option<u64> {
        Pinned::get(self, &(index as u64)).map(|value| *value)
    }

    #[inline]
    fn insert(&mut self, index: usize, value: u64) -> bool {
        Pinned::insert(self, index as u64, value).is_none()
    }

    #[inline]
    fn compare_and_set(&mut self, index: usize, old: u64, new: u64) -> bool {
        Pinned::compare_and_set(self, index as u64, Expected::Value(&old), Some(new)).is_ok()
    }

    fn push(&mut self, _value: u64) -> usize {
        unreachable!("a map by hashes does not hand out ids")
    }
}

/// A growing vector behind one lock for reading and writing, as the reference's first version.
pub struct Locked(RwLock<Vec<Option<u64>>>);

impl Store for Locked {
    type Handle<'s> = &'s RwLock<Vec<Option<u64>>>;

    fn new(entries: usize) -> Self {
        Self(RwLock::new(Vec::with_capacity(entries)))
    }

    fn handle(&self) -> Self::Handle<'_> {
        &self.0
    }

    fn empty(&self, _entries: usize) {
        self.0.write().clear();
    }
}

impl Handle for &RwLock<Vec<Option<u64>>> {
    #[inline]
    fn get(&mut self, index: usize) -> Option<u64> {
        self.read().get(index).copied().flatten()
    }

    #[inline]
    fn insert(&mut self, index: usize, value: u64) -> bool {
        let mut vec = self.write();
        if index >= vec.len() {
            vec.resize(index + 1, None);
        }
        vec[index].replace(value).is_none()
    }

    #[inline]
    fn compare_and_set(&mut self, index: usize, old: u64, new: u64) -> bool {
        let mut vec = self.write();
        let is_old = vec.get(index) == Some(&Some(old));
        if is_old {
            vec[index] = Some(new);
        }
        is_old
    }

    #[inline]
    fn push(&mut self, value: u64) -> usize {
        let mut vec = self.write();
        vec.push(Some(value));
        vec.len() - 1
    }
}

/// `boxcar::Vec` of atomics: it hands out ids, and neither inserts at an index nor removes.
pub struct Boxcar(boxcar::Vec<AtomicU64>);

impl Store for Boxcar {
    type Handle<'s> = &'s boxcar::Vec<AtomicU64>;

    fn new(entries: usize) -> Self {
        Self(boxcar::Vec::with_capacity(entries))
    }

    fn handle(&self) -> Self::Handle<'_> {
        &self.0
    }

    fn empty(&self, _entries: usize) {
        unreachable!("nothing is removed")
    }
}

impl Handle for &boxcar::Vec<AtomicU64> {
    #[inline]
    fn get(&mut self, index: usize) -> Option<u64> {
        boxcar::Vec::get(self, index).map(|word| word.load(SeqCst))
    }

    /// Only in ascending order, to fill it.
    #[inline]
    fn insert(&mut self, index: usize, value: u64) -> bool {
        boxcar::Vec::push(self, AtomicU64::new(value)) == index
    }

    #[inline]
    fn compare_and_set(&mut self, index: usize, old: u64, new: u64) -> bool {
        let word = boxcar::Vec::get(self, index);
        word.is_some_and(|word| word.compare_exchange(old, new, SeqCst, SeqCst).is_ok())
    }

    #[inline]
    fn push(&mut self, value: u64) -> usize {
        boxcar::Vec::push(self, AtomicU64::new(value))
    }
}
