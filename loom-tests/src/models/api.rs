//! The map as the models use it: hashes are given, everything lands in one line.

use crate::map::edits::{CompareAndSet, Insert, Offer, Remove, Update};
use crate::map::outcome::Expected;
use crate::platform::epoch::{self, Guard};
use crate::table::{Owned, Probe, RawMap};
use loom::sync::Arc;

/// A boxed key or value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Boxed(pub(crate) u64);

/// What a model needs to know of a key or value type, inline or boxed.
pub(crate) trait Word: Clone + PartialEq + Eq + core::fmt::Debug + Send + Sync + 'static {
    fn of(number: u64) -> Self;
    fn number(&self) -> u64;
}

impl Word for u64 {
    fn of(number: u64) -> Self {
        number
    }

    fn number(&self) -> u64 {
        *self
    }
}

impl Word for Boxed {
    fn of(number: u64) -> Self {
        Self(number)
    }

    fn number(&self) -> u64 {
        self.0
    }
}

/// A shared map. Every key has hash 0.
pub(crate) struct Map<K: Word, V: Word>(Arc<RawMap<K, V>>);

impl<K: Word, V: Word> Clone for Map<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

fn hash<K>(_key: &K) -> u64 {
    0
}

impl<K: Word, V: Word> Map<K, V> {
    /// A map with some entries.
    pub(crate) fn of(entries: &[(u64, u64)]) -> Self {
        let map = Self(Arc::new(RawMap::new()));
        for &(key, value) in entries {
            map.insert(key, value);
        }
        map
    }

    pub(crate) fn raw(&self) -> &RawMap<K, V> {
        &self.0
    }

    pub(crate) fn get(&self, key: u64) -> Option<u64> {
        self.get_under(key, &epoch::pin())
    }

    pub(crate) fn get_under(&self, key: u64, guard: &Guard) -> Option<u64> {
        let key = K::of(key);
        self.0.get(&Probe::new::<K>(0, &key), guard).map(|value| value.get().number())
    }

    /// Inserts or replaces; returns what was there.
    pub(crate) fn insert(&self, key: u64, value: u64) -> Option<u64> {
        let guard = epoch::pin();
        let mut source = Owned::new(0, K::of(key), &guard);
        let edited = self.0.edit(&mut source, &mut Insert(Offer::ready(V::of(value))), &hash, &guard);
        edited.before.map(|value| value.get().number())
    }

    pub(crate) fn remove(&self, key: u64) -> Option<u64> {
        let guard = epoch::pin();
        let key = K::of(key);
        let edited = self.0.edit(&mut Probe::new::<K>(0, &key), &mut Remove, &hash, &guard);
        edited.before.map(|value: crate::table::Seen<'_, V>| value.get().number())
    }

    /// Adds to a present value; returns the sum.
    pub(crate) fn add(&self, key: u64, amount: u64) -> Option<u64> {
        let guard = epoch::pin();
        let key = K::of(key);
        let mut update = Update(|value: &V| V::of(value.number() + amount));
        let edited = self.0.edit(&mut Probe::new::<K>(0, &key), &mut update, &hash, &guard);
        edited.after.map(|value| value.get().number())
    }

    /// Compare-and-set; `None` is absence, on both sides. Returns what was there instead, if it failed.
    pub(crate) fn compare_and_set(
        &self,
        key: u64,
        expected: Option<u64>,
        desired: Option<u64>,
    ) -> Result<(), Option<u64>> {
        let guard = epoch::pin();
        let expected = expected.map(V::of);
        let mut edit = CompareAndSet {
            expected: expected.as_ref().map_or(Expected::NotFound, Expected::Value),
            desired: desired.map(|value| Offer::ready(V::of(value))),
            met: false,
        };
        let mut source = Owned::new(0, K::of(key), &guard);
        let before = self.0.edit(&mut source, &mut edit, &hash, &guard).before;
        if edit.met { Ok(()) } else { Err(before.map(|value| value.get().number())) }
    }

    /// Gives the root a successor of twice its size.
    pub(crate) fn start_migration(&self) {
        let guard = epoch::pin();
        let root = self.0.root(&guard).expect("the map has a table");
        self.0.grow(root, &guard);
    }

    /// Asks for growth of the root's successor.
    pub(crate) fn grow_next(&self) {
        let guard = epoch::pin();
        if let Some(root) = self.0.root(&guard)
            && let Some(next) = root.next(&guard)
        {
            self.0.start_migration(next, 4, &guard);
        }
    }

    /// Moves everything to the successor, if there is one.
    pub(crate) fn finish_migration(&self) {
        let guard = epoch::pin();
        if let Some(root) = self.0.root(&guard)
            && let Some(next) = root.next(&guard)
        {
            self.0.finish_migration(root, next, &hash, &guard);
        }
    }

    /// A whole migration.
    pub(crate) fn migrate(&self) {
        self.start_migration();
        self.finish_migration();
    }

    /// Every entry, by a walk, in order of keys.
    pub(crate) fn entries(&self) -> Vec<(u64, u64)> {
        let guard = epoch::pin();
        let mut walk = self.0.walk(&hash, &guard);
        let mut entries = Vec::new();
        while let Some((key, value)) = walk.next(&hash) {
            entries.push((key.get().number(), value.get().number()));
        }
        entries.sort_unstable();
        entries
    }
}
