//! Iterators.

use super::DenseMap;
use super::raw::{RawDense, Walk};
use crate::api::Ref;
use core::fmt;
use core::iter::FusedIterator;

/// Entries of a map that others may change meanwhile, in ascending order. Made by [`Pinned::iter`](super::Pinned::iter),
/// which says what it yields.
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Iter<'g, V: 'static>(pub(super) Walk<'g, V>);

impl<'g, V: 'static> Iterator for Iter<'g, V> {
    type Item = (usize, Ref<'g, V>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(index, value)| (index, Ref(value)))
    }
}

/// The indices that have values, in ascending order. Made by [`Pinned::keys`](super::Pinned::keys).
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Keys<'g, V: 'static>(pub(super) Iter<'g, V>);

impl<V: 'static> Iterator for Keys<'_, V> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        self.0.next().map(|(index, _)| index)
    }
}

/// The values, in ascending order of their indices. Made by [`Pinned::values`](super::Pinned::values).
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Values<'g, V: 'static>(pub(super) Iter<'g, V>);

impl<'g, V: 'static> Iterator for Values<'g, V> {
    type Item = Ref<'g, V>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(_, value)| value)
    }
}

macro_rules! fused {
    ($($name:ident),+) => {$(
        impl<V: 'static> FusedIterator for $name<'_, V> {}

        impl<V: 'static> fmt::Debug for $name<'_, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
}

fused!(Iter, Keys, Values);

/// The entries of a map, moved out of it, in ascending order. Made by `DenseMap::into_iter`. What is not taken is dropped with
/// it.
pub struct IntoIter<V: 'static> {
    raw: RawDense<V>,
    position: usize,
}

impl<V: 'static> Iterator for IntoIter<V> {
    type Item = (usize, V);

    fn next(&mut self) -> Option<(usize, V)> {
        self.raw.take_next(&mut self.position)
    }
}

impl<V: 'static> FusedIterator for IntoIter<V> {}

impl<V: 'static> fmt::Debug for IntoIter<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoIter").finish_non_exhaustive()
    }
}

/// ```
/// let map = atomic_dict::DenseMap::new();
/// map.insert(7, vec![1]);
/// map.insert(3, vec![2]);
/// let entries: Vec<(usize, Vec<i32>)> = map.into_iter().collect();
/// assert_eq!(entries, [(3, vec![2]), (7, vec![1])]);
/// ```
impl<V: 'static> IntoIterator for DenseMap<V> {
    type Item = (usize, V);
    type IntoIter = IntoIter<V>;

    fn into_iter(self) -> IntoIter<V> {
        IntoIter { raw: self.raw, position: 0 }
    }
}
