//! Every operation once, under a given guard. `Pinned` and the conveniences on the map wrap these.

use super::AtomicMap;
use super::edits::{CompareAndSet, Insert, InsertAbsent, Offer, Remove, Update, Upsert};
use super::outcome::{ExpectationFailed, Expected, OccupiedError};
use crate::platform::epoch::Guard;
use crate::table::{Built, Edit, Edited, KeySource, Owned, Probe, Seen};
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

impl<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static, S: BuildHasher> AtomicMap<K, V, S> {
    #[inline(always)]
    pub(super) fn hash<Q: Hash + ?Sized>(&self, query: &Q) -> u64 {
        self.hasher.hash_one(query)
    }

    #[inline(always)]
    fn probe<'q, Q: Hash + ?Sized>(&self, query: &'q Q) -> Probe<'q, Q> {
        Probe::new::<K>(self.hash(query), query)
    }

    #[inline(always)]
    fn owned<'g>(&self, key: K, guard: &'g Guard) -> Owned<'g, K> {
        Owned::new(self.hash(&key), key, guard)
    }

    #[inline(always)]
    fn built<'g, 'q, Q: Hash + ?Sized, F>(&self, query: &'q Q, key: F, guard: &'g Guard) -> Built<'g, 'q, K, Q, F> {
        Built::new(self.hash(query), query, key, guard)
    }

    #[inline(always)]
    fn run<'g>(&'g self, mut source: impl KeySource<K>, edit: &mut impl Edit<V>, guard: &'g Guard) -> Edited<'g, V> {
        self.raw.edit(&mut source, edit, &|key: &K| self.hash(key), guard)
    }

    #[inline(always)]
    pub(super) fn get_under<'g, Q>(&'g self, query: &Q, guard: &'g Guard) -> Option<Seen<'g, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.raw.get::<Probe<'_, Q>>(&self.probe(query), guard)
    }

    #[inline(always)]
    pub(super) fn insert_under<'g>(&'g self, key: K, value: V, guard: &'g Guard) -> Option<Seen<'g, V>> {
        self.run(self.owned(key, guard), &mut Insert(Offer::ready(value)), guard).before
    }

    #[inline(always)]
    pub(super) fn try_insert_under<'g>(
        &'g self,
        key: K,
        value: V,
        guard: &'g Guard,
    ) -> Result<Seen<'g, V>, OccupiedError<Seen<'g, V>, V>> {
        let mut edit = InsertAbsent(Offer::ready(value));
        let edited = self.run(self.owned(key, guard), &mut edit, guard);
        match (edited.before, edit.0.unused()) {
            (Some(current), Some(value)) => Err(OccupiedError { current, value }),
            _ => Ok(present(edited.after)),
        }
    }

    #[inline(always)]
    pub(super) fn remove_under<'g, Q>(&'g self, query: &Q, guard: &'g Guard) -> Option<Seen<'g, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.run(self.probe(query), &mut Remove, guard).before
    }

    #[inline(always)]
    pub(super) fn update_under<'g, Q>(
        &'g self,
        query: &Q,
        update: impl FnMut(&V) -> V,
        guard: &'g Guard,
    ) -> Option<Seen<'g, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.run(self.probe(query), &mut Update(update), guard).after
    }

    #[inline(always)]
    pub(super) fn get_or_insert_with_under<'g>(
        &'g self,
        key: K,
        init: impl FnOnce() -> V,
        guard: &'g Guard,
    ) -> Seen<'g, V> {
        present(self.run(self.owned(key, guard), &mut InsertAbsent(Offer::made_by(init)), guard).after)
    }

    #[inline(always)]
    pub(super) fn get_or_insert_with_ref_under<'g, Q>(
        &'g self,
        query: &Q,
        key: impl FnOnce(&Q) -> K,
        init: impl FnOnce() -> V,
        guard: &'g Guard,
    ) -> Seen<'g, V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        present(self.run(self.built(query, key, guard), &mut InsertAbsent(Offer::made_by(init)), guard).after)
    }

    #[inline(always)]
    pub(super) fn upsert_under<'g>(
        &'g self,
        key: K,
        init: impl FnOnce() -> V,
        merge: impl FnMut(&V) -> V,
        guard: &'g Guard,
    ) -> Seen<'g, V> {
        let mut edit = Upsert { init: Offer::made_by(init), merge, offered: false };
        present(self.run(self.owned(key, guard), &mut edit, guard).after)
    }

    #[inline(always)]
    pub(super) fn upsert_ref_under<'g, Q>(
        &'g self,
        query: &Q,
        key: impl FnOnce(&Q) -> K,
        init: impl FnOnce() -> V,
        merge: impl FnMut(&V) -> V,
        guard: &'g Guard,
    ) -> Seen<'g, V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let mut edit = Upsert { init: Offer::made_by(init), merge, offered: false };
        present(self.run(self.built(query, key, guard), &mut edit, guard).after)
    }

    #[inline(always)]
    pub(super) fn compare_and_set_under<'g>(
        &'g self,
        key: K,
        expected: Expected<'_, V>,
        desired: Option<V>,
        guard: &'g Guard,
    ) -> CompareAndSetResult<'g, V>
    where
        V: PartialEq,
    {
        self.compare_and_set_by(self.owned(key, guard), expected, desired, guard)
    }

    #[inline(always)]
    pub(super) fn compare_and_set_ref_under<'g, Q>(
        &'g self,
        query: &Q,
        key: impl FnOnce(&Q) -> K,
        expected: Expected<'_, V>,
        desired: Option<V>,
        guard: &'g Guard,
    ) -> CompareAndSetResult<'g, V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: PartialEq,
    {
        self.compare_and_set_by(self.built(query, key, guard), expected, desired, guard)
    }

    #[inline(always)]
    fn compare_and_set_by<'g>(
        &'g self,
        source: impl KeySource<K>,
        expected: Expected<'_, V>,
        desired: Option<V>,
        guard: &'g Guard,
    ) -> CompareAndSetResult<'g, V>
    where
        V: PartialEq,
    {
        let mut edit = CompareAndSet { expected, desired: desired.map(Offer::ready), met: false };
        let before = self.run(source, &mut edit, guard).before;
        if edit.met {
            Ok(before)
        } else {
            Err(ExpectationFailed { actual: before, desired: edit.desired.and_then(Offer::unused) })
        }
    }
}

/// What a compare-and-set returns: what was there before, or what was there instead.
pub(super) type CompareAndSetResult<'g, V> = Result<Option<Seen<'g, V>>, ExpectationFailed<Seen<'g, V>, V>>;

/// What an inserting operation leaves behind.
#[inline(always)]
fn present<V>(after: Option<Seen<'_, V>>) -> Seen<'_, V> {
    after.unwrap_or_else(|| unreachable!("an inserting operation leaves a value"))
}
