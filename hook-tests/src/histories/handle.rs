//! A handle of a map whose operations lend their keys, where they have such a form, or give them.

use super::hashing::Hashing;
use crate::api::{Compute, Computed, ExpectationFailed, Expected, Ref};
use crate::map::Pinned;
use crate::support::{NthKey, Numbered};
use core::ops::Deref;

pub(super) struct Handle<'p, 'm, K: NthKey, V: Numbered> {
    pub(super) pinned: &'p Pinned<'m, K, V, Hashing>,
    pub(super) lends: bool,
}

impl<'m, K: NthKey, V: Numbered> Deref for Handle<'_, 'm, K, V> {
    type Target = Pinned<'m, K, V, Hashing>;

    fn deref(&self) -> &Self::Target {
        self.pinned
    }
}

impl<'p, K: NthKey, V: Numbered> Handle<'p, '_, K, V> {
    pub(super) fn get_or_insert_with(&self, key: K, init: impl FnOnce() -> V) -> Ref<'p, V> {
        if self.lends {
            self.pinned.get_or_insert_with_ref(&key, K::clone, init)
        } else {
            self.pinned.get_or_insert_with(key, init)
        }
    }

    pub(super) fn upsert(&self, key: K, init: impl FnOnce() -> V, merge: impl FnMut(&V) -> V) -> Ref<'p, V> {
        if self.lends {
            self.pinned.upsert_ref(&key, K::clone, init, merge)
        } else {
            self.pinned.upsert(key, init, merge)
        }
    }

    pub(super) fn compute(&self, key: K, compute: impl FnMut(Option<&V>) -> Compute<V>) -> Computed<Ref<'p, V>> {
        if self.lends { self.pinned.compute_ref(&key, K::clone, compute) } else { self.pinned.compute(key, compute) }
    }

    pub(super) fn compare_and_set(
        &self,
        key: K,
        expected: Expected<'_, V>,
        desired: Option<V>,
    ) -> Result<Option<Ref<'p, V>>, ExpectationFailed<Ref<'p, V>, V>> {
        if self.lends {
            self.pinned.compare_and_set_ref(&key, K::clone, expected, desired)
        } else {
            self.pinned.compare_and_set(key, expected, desired)
        }
    }
}
