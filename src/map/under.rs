//! Every operation once, under a given guard. `Pinned` and the conveniences on the map wrap these.

use super::{AtomicMap, hasher};
use crate::api::edits::{CompareAndSet, Free, Insert, InsertAbsent, Offer, Remove, Update, Upsert};
use crate::api::outcome::{Compute, ExpectationFailed, Expected, OccupiedError};
use crate::platform::epoch::Guard;
use crate::table::{Built, Edit, Edited, Habit, KeySource, Needle, Owned, Probe, Seen};
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

impl<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static, S: BuildHasher> AtomicMap<K, V, S> {
    #[inline(always)]
    pub(super) fn hash<Q: Hash + ?Sized>(&self, query: &Q) -> u64 {
        hasher::spread::<S>(self.hasher.hash_one(query))
    }

    /// Hashes keys that stand in the table. Made here only: a closure written in an operation would be of another type in each
    /// operation, and with it all code that moves entries.
    #[inline(always)]
    pub(super) fn key_hasher(&self) -> impl Fn(&K) -> u64 {
        |key| self.hash(key)
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
    fn run<'g, E: Edit<V>>(&'g self, source: impl KeySource<K>, edit: E, guard: &'g Guard) -> (Edited<'g, V>, E::Rest) {
        self.raw.edit(source, edit, self.key_hasher(), guard)
    }

    /// The first half of a lookup, for one who is about to pin: `get_prepared` is the second.
    #[inline(always)]
    pub(super) fn prepare_get<'q, Q>(&self, query: &'q Q) -> Probe<'q, Q>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let probe = self.probe(query);
        self.raw.prefetch(Needle::<K>::hash(&probe));
        probe
    }

    #[inline(always)]
    pub(super) fn get_prepared<'g, Q>(&'g self, probe: Probe<'_, Q>, guard: &'g Guard) -> Option<Seen<'g, V>>
    where
        Q: Equivalent<K> + ?Sized,
    {
        self.raw.get(probe, &Habit::new(), guard)
    }

    #[inline(always)]
    pub(super) fn get_under<'g, Q>(&'g self, query: &Q, habit: &Habit, guard: &'g Guard) -> Option<Seen<'g, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.raw.get(self.probe(query), habit, guard)
    }

    #[inline(always)]
    pub(super) fn insert_under<'g>(&'g self, key: K, value: V, guard: &'g Guard) -> Option<Seen<'g, V>> {
        self.run(self.owned(key, guard), Insert(Offer::Ready(value)), guard).0.before
    }

    #[inline(always)]
    pub(super) fn try_insert_under<'g>(
        &'g self,
        key: K,
        value: V,
        guard: &'g Guard,
    ) -> Result<Seen<'g, V>, OccupiedError<Seen<'g, V>, V>> {
        let (edited, unused) = self.run(self.owned(key, guard), InsertAbsent(<Offer<V>>::Ready(value)), guard);
        match (edited.before, unused) {
            (Some(current), Some(value)) => Err(OccupiedError { current, value }),
            _ => Ok(present(edited.after)),
        }
    }

    #[inline(always)]
    pub(super) fn remove_under<'g, Q>(&'g self, query: &Q, guard: &'g Guard) -> Option<Seen<'g, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.run(self.probe(query), Remove, guard).0.before
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
        self.run(self.probe(query), Update(update), guard).0.after
    }

    #[inline(always)]
    pub(super) fn get_or_insert_with_under<'g>(
        &'g self,
        key: K,
        init: impl FnOnce() -> V,
        guard: &'g Guard,
    ) -> Seen<'g, V> {
        present(self.run(self.owned(key, guard), InsertAbsent(Offer::Make(init)), guard).0.after)
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
        present(self.run(self.built(query, key, guard), InsertAbsent(Offer::Make(init)), guard).0.after)
    }

    #[inline(always)]
    pub(super) fn upsert_under<'g>(
        &'g self,
        key: K,
        init: impl FnOnce() -> V,
        merge: impl FnMut(&V) -> V,
        guard: &'g Guard,
    ) -> Seen<'g, V> {
        let edit = Upsert { init: Offer::Make(init), merge, offered: false };
        present(self.run(self.owned(key, guard), edit, guard).0.after)
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
        let edit = Upsert { init: Offer::Make(init), merge, offered: false };
        present(self.run(self.built(query, key, guard), edit, guard).0.after)
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
        self.compare_and_set_by(self.owned(key, guard), |current| expected.is_met_by(current), desired, guard)
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
        self.compare_and_set_by(self.built(query, key, guard), |current| expected.is_met_by(current), desired, guard)
    }

    #[inline(always)]
    fn compare_and_set_by<'g>(
        &'g self,
        source: impl KeySource<K>,
        meets: impl FnMut(Option<&V>) -> bool,
        desired: Option<V>,
        guard: &'g Guard,
    ) -> CompareAndSetResult<'g, V> {
        let (edited, (met, unused)) = self.run(source, CompareAndSet::new(meets, desired), guard);
        if met { Ok(edited.before) } else { Err(ExpectationFailed { actual: edited.before, desired: unused }) }
    }
}

impl<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static, S: BuildHasher> AtomicMap<K, V, S> {
    #[inline(always)]
    pub(super) fn compare_and_set_same_under<'g>(
        &'g self,
        key: K,
        expected: Seen<'_, V>,
        desired: Option<V>,
        guard: &'g Guard,
    ) -> CompareAndSetResult<'g, V> {
        let same = |current: Option<&V>| current.is_some_and(|current| expected.is(current));
        self.compare_and_set_by(self.owned(key, guard), same, desired, guard)
    }

    /// Removes a key if its value meets a condition.
    #[inline(always)]
    pub(super) fn remove_if_under<'g, Q>(
        &'g self,
        query: &Q,
        mut condition: impl FnMut(&V) -> bool,
        guard: &'g Guard,
    ) -> Option<Seen<'g, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let meets = |current: Option<&V>| current.is_some_and(&mut condition);
        self.compare_and_set_by(self.probe(query), meets, None, guard).ok().flatten()
    }

    #[inline(always)]
    pub(super) fn get_key_value_under<'g, Q>(
        &'g self,
        query: &Q,
        guard: &'g Guard,
    ) -> Option<(Seen<'g, K>, Seen<'g, V>)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.raw.get_key_value(self.probe(query), guard)
    }

    pub(super) fn remove_entry_under<'g, Q>(&'g self, query: &Q, guard: &'g Guard) -> Option<(Seen<'g, K>, Seen<'g, V>)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.raw.edit_entry(self.probe(query), Remove, self.key_hasher(), guard)
    }

    #[inline(always)]
    pub(super) fn compute_under<'g>(
        &'g self,
        key: K,
        compute: impl FnMut(Option<&V>) -> Compute<V>,
        guard: &'g Guard,
    ) -> Edited<'g, V> {
        self.run(self.owned(key, guard), Free(compute), guard).0
    }

    #[inline(always)]
    pub(super) fn compute_ref_under<'g, Q>(
        &'g self,
        query: &Q,
        key: impl FnOnce(&Q) -> K,
        compute: impl FnMut(Option<&V>) -> Compute<V>,
        guard: &'g Guard,
    ) -> Edited<'g, V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.run(self.built(query, key, guard), Free(compute), guard).0
    }
}

/// What a compare-and-set returns: what was there before, or what was there instead.
pub(super) type CompareAndSetResult<'g, V> = Result<Option<Seen<'g, V>>, ExpectationFailed<Seen<'g, V>, V>>;

/// What an inserting operation leaves behind.
#[inline(always)]
fn present<V>(after: Option<Seen<'_, V>>) -> Seen<'_, V> {
    after.unwrap_or_else(|| unreachable!("an inserting operation leaves a value"))
}
