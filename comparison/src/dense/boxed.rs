//! Structures of strings. A number stands for one of some strings that were made before, and is read as its length.

use std::sync::{Arc, OnceLock};

use atomic_dict::{AtomicMap, DenseMap, RandomState, dense};
use parking_lot::RwLock;

use super::{Handle, Store};

/// The string of a number. Inserting it counts up its references, of all structures alike.
fn string(number: u64) -> Arc<str> {
    static STRINGS: OnceLock<Vec<Arc<str>>> = OnceLock::new();
    let strings = STRINGS.get_or_init(|| (0..1024).map(|length| "x".repeat(length % 32).into()).collect());
    Arc::clone(&strings[number as usize % strings.len()])
}

macro_rules! no_numbers {
    () => {
        fn compare_and_set(&mut self, _index: usize, _old: u64, _new: u64) -> bool {
            unreachable!("strings are read and inserted")
        }

        fn push(&mut self, _value: u64) -> usize {
            unreachable!("strings are read and inserted")
        }
    };
}

/// `DenseMap` through a handle.
pub struct Pinned(DenseMap<Arc<str>>);

impl Store for Pinned {
    type Handle<'s> = dense::Pinned<'s, Arc<str>>;

    fn new(entries: usize) -> Self {
        Self(DenseMap::with_capacity(entries))
    }

    fn handle(&self) -> Self::Handle<'_> {
        self.0.pin()
    }

    fn empty(&self, _entries: usize) {
        self.0.clear();
        self.settle();
    }

    fn settle(&self) {
        self.0.flush();
    }
}

impl Handle for dense::Pinned<'_, Arc<str>> {
    #[inline]
    fn get(&mut self, index: usize) -> Option<u64> {
        dense::Pinned::get(self, index).map(|value| value.len() as u64)
    }

    #[inline]
    fn insert(&mut self, index: usize, value: u64) -> bool {
        dense::Pinned::insert(self, index, string(value)).is_none()
    }

    no_numbers!();
}

/// `DenseMap` through its own methods, which pin for each call.
pub struct Plain(DenseMap<Arc<str>>);

impl Store for Plain {
    type Handle<'s> = &'s DenseMap<Arc<str>>;

    fn new(entries: usize) -> Self {
        Self(DenseMap::with_capacity(entries))
    }

    fn handle(&self) -> Self::Handle<'_> {
        &self.0
    }

    fn empty(&self, _entries: usize) {
        self.0.clear();
        self.settle();
    }

    fn settle(&self) {
        self.0.flush();
    }
}

impl Handle for &DenseMap<Arc<str>> {
    #[inline]
    fn get(&mut self, index: usize) -> Option<u64> {
        DenseMap::get(self, index).map(|value| value.len() as u64)
    }

    #[inline]
    fn insert(&mut self, index: usize, value: u64) -> bool {
        DenseMap::insert(self, index, string(value)).is_none()
    }

    no_numbers!();
}

/// `AtomicMap` with the same indices as keys.
pub struct Hashed(AtomicMap<u64, Arc<str>>);

impl Store for Hashed {
    type Handle<'s> = atomic_dict::Pinned<'s, u64, Arc<str>, RandomState>;

    fn new(entries: usize) -> Self {
        Self(AtomicMap::with_capacity(entries))
    }

    fn handle(&self) -> Self::Handle<'_> {
        self.0.pin()
    }

    fn empty(&self, _entries: usize) {
        self.0.clear();
        self.settle();
    }

    fn settle(&self) {
        self.0.flush();
    }
}

impl Handle for atomic_dict::Pinned<'_, u64, Arc<str>, RandomState> {
    #[inline]
    fn get(&mut self, index: usize) -> Option<u64> {
        atomic_dict::Pinned::get(self, &(index as u64)).map(|value| value.len() as u64)
    }

    #[inline]
    fn insert(&mut self, index: usize, value: u64) -> bool {
        atomic_dict::Pinned::insert(self, index as u64, string(value)).is_none()
    }

    no_numbers!();
}

/// A growing vector behind one lock for reading and writing.
pub struct Locked(RwLock<Vec<Option<Arc<str>>>>);

impl Store for Locked {
    type Handle<'s> = &'s RwLock<Vec<Option<Arc<str>>>>;

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

impl Handle for &RwLock<Vec<Option<Arc<str>>>> {
    #[inline]
    fn get(&mut self, index: usize) -> Option<u64> {
        self.read().get(index).and_then(|value| value.as_ref()).map(|value| value.len() as u64)
    }

    #[inline]
    fn insert(&mut self, index: usize, value: u64) -> bool {
        let value = string(value);
        let mut vec = self.write();
        if index >= vec.len() {
            vec.resize(index + 1, None);
        }
        vec[index].replace(value).is_none()
    }

    no_numbers!();
}
