//! 256 locked tables, each on lines of its own.

use std::hash::BuildHasher;

use crossbeam_utils::CachePadded;
use hashbrown::HashTable;
use parking_lot::RwLock;

use super::{Access, Contender, Handle, Hasher};
use crate::keys::Key;

const STRIPES: usize = 256;

/// A table instead of a map: the hash that picks the stripe serves inside it too.
type Stripe<K> = CachePadded<RwLock<HashTable<(K, u64)>>>;

pub struct Striped<K> {
    stripes: Box<[Stripe<K>]>,
    hasher: Hasher,
}

impl<K: Key> Striped<K> {
    #[inline]
    fn locate(&self, key: &K) -> (u64, &Stripe<K>) {
        let hash = self.hasher.hash_one(key.query());
        // The table uses the low bits for the place and the top seven for the tag.
        (hash, &self.stripes[(hash >> 49) as usize % STRIPES])
    }
}

impl<K: Key> Contender<K> for Striped<K> {
    type Access<'a> = &'a Self;

    fn new(capacity: Option<usize>) -> Self {
        let each = capacity.map_or(0, |capacity| capacity.div_ceil(STRIPES));
        let stripe = || CachePadded::new(RwLock::new(HashTable::with_capacity(each)));
        Self { stripes: (0..STRIPES).map(|_| stripe()).collect(), hasher: Hasher::default() }
    }

    fn accesses(&mut self, threads: usize) -> Vec<Self::Access<'_>> {
        vec![&*self; threads]
    }
}

impl<K: Key> Access<K> for &Striped<K> {
    type Handle<'h>
        = &'h Striped<K>
    where
        Self: 'h;

    #[inline]
    fn handle(&mut self) -> Self::Handle<'_> {
        self
    }
}

impl<K: Key> Handle<K> for &Striped<K> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        let (hash, stripe) = self.locate(key);
        let table = stripe.read();
        table.find(hash, |entry| entry.0 == *key).map(|entry| entry.1)
    }

    #[inline]
    fn insert(&mut self, key: K, value: u64) -> bool {
        let (hash, stripe) = self.locate(&key);
        let mut table = stripe.write();
        let rehash = |entry: &(K, u64)| self.hasher.hash_one(entry.0.query());
        match table.entry(hash, |entry| entry.0 == key, rehash) {
            hashbrown::hash_table::Entry::Occupied(mut entry) => {
                entry.get_mut().1 = value;
                false
            }
            hashbrown::hash_table::Entry::Vacant(place) => {
                place.insert((key, value));
                true
            }
        }
    }

    #[inline]
    fn increment(&mut self, key: &K) -> bool {
        let (hash, stripe) = self.locate(key);
        let mut table = stripe.write();
        table.find_mut(hash, |entry| entry.0 == *key).map(|entry| entry.1 += 1).is_some()
    }

    #[inline]
    fn remove(&mut self, key: &K) -> Option<u64> {
        let (hash, stripe) = self.locate(key);
        let mut table = stripe.write();
        let entry = table.find_entry(hash, |entry| entry.0 == *key).ok()?;
        Some(entry.remove().0.1)
    }

    #[inline]
    fn for_each(&mut self, mut visit: impl FnMut(u64)) {
        for stripe in &self.stripes {
            for entry in stripe.read().iter() {
                visit(entry.1);
            }
        }
    }
}
