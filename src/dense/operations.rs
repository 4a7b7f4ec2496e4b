//! Every operation once, under a given cover. `Pinned` and the methods on the map wrap these.

use super::errors::{NoSlotError, TryInsertError};
use super::raw::{Cover, NoSlot, RawDense};
use crate::api::edits::{CompareAndSet, Free, Insert, InsertAbsent, Offer, Remove, Update, Upsert};
use crate::api::{Compute, ExpectationFailed, Expected, OccupiedError};
use crate::table::inline::is_inline;
use crate::table::{Edit, Edited, Seen};

/// What a compare-and-set returns: what was there before, or what was there instead.
pub(super) type CompareAndSetResult<'g, V> = Result<Option<Seen<'g, V>>, ExpectationFailed<Seen<'g, V>, V>>;

/// What an operation did that panics where there is no slot.
#[inline(always)]
fn placed<T>(result: Result<T, NoSlot>) -> T {
    #[cold]
    #[inline(never)]
    fn fail(no_slot: NoSlot) -> ! {
        panic!("{no_slot}")
    }
    match result {
        Ok(done) => done,
        Err(no_slot) => fail(no_slot),
    }
}

/// What an inserting operation leaves behind.
#[inline(always)]
fn present<V>(after: Option<Seen<'_, V>>) -> Seen<'_, V> {
    after.unwrap_or_else(|| unreachable!("an inserting operation leaves a value"))
}

impl<V: Send + Sync + 'static> RawDense<V> {
    #[inline(always)]
    fn run<'g, E: Edit<V>>(&'g self, index: usize, edit: E, cover: Cover<'g, V>) -> (Edited<'g, V>, E::Rest) {
        let (result, rest) = self.edit(index, edit, cover);
        (placed(result), rest)
    }

    #[inline(always)]
    pub(super) fn insert<'g>(&'g self, index: usize, value: V, cover: Cover<'g, V>) -> Option<Seen<'g, V>> {
        if is_inline::<V>() {
            return self.insert_plain(index, &value).unwrap_or_else(|| self.insert_by_edit(index, value, cover));
        }
        self.run(index, Insert(Offer::Ready(value)), cover).0.before
    }

    /// The rest of `insert`, out of line: the straight line has room in the loops of callers then.
    #[inline(never)]
    fn insert_by_edit<'g>(&'g self, index: usize, value: V, cover: Cover<'g, V>) -> Option<Seen<'g, V>> {
        self.run(index, Insert(Offer::Ready(value)), cover).0.before
    }

    #[inline(always)]
    pub(super) fn try_insert<'g>(
        &'g self,
        index: usize,
        value: V,
        cover: Cover<'g, V>,
    ) -> Result<Seen<'g, V>, TryInsertError<Seen<'g, V>, V>> {
        let (result, unused) = self.edit(index, InsertAbsent(<Offer<V>>::Ready(value)), cover);
        match (result, unused) {
            (Ok(edited), None) => Ok(present(edited.after)),
            (Ok(edited), Some(value)) => {
                Err(TryInsertError::Occupied(OccupiedError { current: present(edited.before), value }))
            }
            (Err(reason), unused) => {
                let value = unused.unwrap_or_else(|| unreachable!("what has no slot comes back"));
                Err(TryInsertError::NoSlot(NoSlotError { reason, value }))
            }
        }
    }

    #[inline(always)]
    pub(super) fn try_push(&self, value: V, cover: Cover<'_, V>) -> Result<usize, NoSlotError<V>> {
        self.push(value, cover).map_err(|(reason, value)| NoSlotError { reason, value })
    }

    #[inline(always)]
    pub(super) fn remove<'g>(&'g self, index: usize, cover: Cover<'g, V>) -> Option<Seen<'g, V>> {
        self.run(index, Remove, cover).0.before
    }

    #[inline(always)]
    pub(super) fn remove_if<'g>(
        &'g self,
        index: usize,
        mut condition: impl FnMut(&V) -> bool,
        cover: Cover<'g, V>,
    ) -> Option<Seen<'g, V>> {
        let meets = |current: Option<&V>| current.is_some_and(&mut condition);
        self.compare_and_set_by(index, meets, None, cover).ok().flatten()
    }

    #[inline(always)]
    pub(super) fn update<'g>(
        &'g self,
        index: usize,
        update: impl FnMut(&V) -> V,
        cover: Cover<'g, V>,
    ) -> Option<Seen<'g, V>> {
        self.run(index, Update(update), cover).0.after
    }

    #[inline(always)]
    pub(super) fn get_or_insert_with<'g>(
        &'g self,
        index: usize,
        init: impl FnOnce() -> V,
        cover: Cover<'g, V>,
    ) -> Seen<'g, V> {
        present(self.run(index, InsertAbsent(Offer::Make(init)), cover).0.after)
    }

    #[inline(always)]
    pub(super) fn upsert<'g>(
        &'g self,
        index: usize,
        init: impl FnOnce() -> V,
        merge: impl FnMut(&V) -> V,
        cover: Cover<'g, V>,
    ) -> Seen<'g, V> {
        present(self.run(index, Upsert { init: Offer::Make(init), merge, offered: false }, cover).0.after)
    }

    #[inline(always)]
    pub(super) fn compute<'g>(
        &'g self,
        index: usize,
        compute: impl FnMut(Option<&V>) -> Compute<V>,
        cover: Cover<'g, V>,
    ) -> Edited<'g, V> {
        self.run(index, Free(compute), cover).0
    }

    #[inline(always)]
    pub(super) fn compare_and_set<'g>(
        &'g self,
        index: usize,
        expected: Expected<'_, V>,
        desired: Option<V>,
        cover: Cover<'g, V>,
    ) -> CompareAndSetResult<'g, V>
    where
        V: PartialEq,
    {
        // Of what is equal to itself (a NaN is not) the same bits are equal, too.
        if is_inline::<V>()
            && let (Expected::Value(old), Some(new)) = (expected, &desired)
            && expected.is_met_by(Some(old))
            && let Some(before) = self.replace_plain(index, old, new)
        {
            return Ok(Some(before));
        }
        self.compare_and_set_equal(index, expected, desired, cover)
    }

    /// The rest of `compare_and_set`, out of line as that of `insert`.
    #[inline(never)]
    fn compare_and_set_equal<'g>(
        &'g self,
        index: usize,
        expected: Expected<'_, V>,
        desired: Option<V>,
        cover: Cover<'g, V>,
    ) -> CompareAndSetResult<'g, V>
    where
        V: PartialEq,
    {
        self.compare_and_set_by(index, |current| expected.is_met_by(current), desired, cover)
    }

    #[inline(always)]
    pub(super) fn compare_and_set_by<'g>(
        &'g self,
        index: usize,
        meets: impl FnMut(Option<&V>) -> bool,
        desired: Option<V>,
        cover: Cover<'g, V>,
    ) -> CompareAndSetResult<'g, V> {
        let (edited, (met, unused)) = self.run(index, CompareAndSet::new(meets, desired), cover);
        if met { Ok(edited.before) } else { Err(ExpectationFailed { actual: edited.before, desired: unused }) }
    }
}
