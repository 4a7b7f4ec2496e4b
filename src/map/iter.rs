//! Iterators.

use super::AtomicMap;
use crate::api::refs::Ref;
use crate::table::{Remains, Walk};
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;

/// The entries of a map that others may change meanwhile. Made by [`Pinned::iter`](crate::Pinned::iter), which says
/// what it yields.
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Iter<'g, K: 'static, V: 'static, S> {
    walk: Walk<'g, K, V>,
    map: &'g AtomicMap<K, V, S>,
}

impl<'g, K: 'static, V: 'static, S> Iter<'g, K, V, S> {
    pub(super) fn new(walk: Walk<'g, K, V>, map: &'g AtomicMap<K, V, S>) -> Self {
        Self { walk, map }
    }
}

impl<'g, K, V, S> Iterator for Iter<'g, K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
{
    type Item = (Ref<'g, K>, Ref<'g, V>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let map = self.map;
        let (key, value) = self.walk.next(&map.key_hasher())?;
        Some((Ref(key), Ref(value)))
    }

    /// A loop whose state stands in registers, which that of a caller of `next` does not.
    #[inline]
    fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
        let (mut walk, map) = (self.walk, self.map);
        let mut folded = init;
        while let Some((key, value)) = walk.next(&map.key_hasher()) {
            folded = f(folded, (Ref(key), Ref(value)));
        }
        folded
    }
}

impl<K, V, S> core::iter::FusedIterator for Iter<'_, K, V, S>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Send + Sync + 'static,
    S: BuildHasher,
{
}

impl<K: 'static, V: 'static, S> fmt::Debug for Iter<'_, K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}

macro_rules! halves {
    ($($name:ident yields $half:ident: $what:literal, $of:literal;)+) => {$(
        #[doc = concat!("The ", $what, " of a map that others may change meanwhile. Made by ", $of, ".")]
        #[must_use = "iterators are lazy and do nothing unless consumed"]
        pub struct $name<'g, K: 'static, V: 'static, S>(pub(super) Iter<'g, K, V, S>);

        impl<'g, K, V, S> Iterator for $name<'g, K, V, S>
        where
            K: Hash + Eq + Send + Sync + 'static,
            V: Send + Sync + 'static,
            S: BuildHasher,
        {
            type Item = Ref<'g, $half>;

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                let (key, value) = self.0.next()?;
                Some(halves!(@ $half key value))
            }

            #[inline]
            fn fold<B, F: FnMut(B, Self::Item) -> B>(self, init: B, mut f: F) -> B {
                self.0.fold(init, |folded, (key, value)| f(folded, halves!(@ $half key value)))
            }
        }

        impl<K, V, S> core::iter::FusedIterator for $name<'_, K, V, S>
        where
            K: Hash + Eq + Send + Sync + 'static,
            V: Send + Sync + 'static,
            S: BuildHasher,
        {
        }

        impl<K: 'static, V: 'static, S> fmt::Debug for $name<'_, K, V, S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+};
    (@ K $key:ident $value:ident) => { { let _value = $value; $key } };
    (@ V $key:ident $value:ident) => { { let _key = $key; $value } };
}

halves! {
    Keys yields K: "keys", "[`Pinned::keys`](crate::Pinned::keys)";
    Values yields V: "values", "[`Pinned::values`](crate::Pinned::values)";
}

/// The entries of a map, moved out of it. Made by [`AtomicMap::drain`]. What is not taken is dropped with it.
pub struct Drain<'m, K: 'static, V: 'static> {
    remains: Remains<K, V>,
    /// Ends before anything comes into the map again.
    _map: PhantomData<&'m mut (K, V)>,
}

impl<K: 'static, V: 'static> Drain<'_, K, V> {
    pub(super) fn new(remains: Remains<K, V>) -> Self {
        Self { remains, _map: PhantomData }
    }
}

impl<K: 'static, V: 'static> Iterator for Drain<'_, K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.remains.next()
    }
}

impl<K: 'static, V: 'static> core::iter::FusedIterator for Drain<'_, K, V> {}

impl<K: 'static, V: 'static> fmt::Debug for Drain<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drain").finish_non_exhaustive()
    }
}

/// The entries of a map, moved out of it. Made by `AtomicMap::into_iter`. What is not taken is dropped with it.
pub struct IntoIter<K: 'static, V: 'static>(Remains<K, V>);

impl<K: 'static, V: 'static> Iterator for IntoIter<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        self.0.next()
    }
}

impl<K: 'static, V: 'static> core::iter::FusedIterator for IntoIter<K, V> {}

impl<K: 'static, V: 'static> fmt::Debug for IntoIter<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoIter").finish_non_exhaustive()
    }
}

/// ```
/// let map = atomic_dict::AtomicMap::new();
/// map.insert(String::from("a"), vec![1]);
/// let entries: Vec<(String, Vec<i32>)> = map.into_iter().collect();
/// assert_eq!(entries, [(String::from("a"), vec![1])]);
/// ```
impl<K: 'static, V: 'static, S> IntoIterator for AtomicMap<K, V, S> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    fn into_iter(self) -> IntoIter<K, V> {
        let Self { mut raw, hasher } = self;
        // First: a panic of its destructor leaks what is to be returned by then.
        drop(hasher);
        IntoIter(raw.take_remains())
    }
}
