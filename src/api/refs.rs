//! References to entries: bound to a handle, or with a guard of their own.
#![allow(unsafe_code)] // Lets a guard stand beside what it protects.

use crate::platform::epoch::{self, Guard};
use crate::table::Seen;
use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;

/// A key or value of a map, read through a [pinned handle](crate::Pinned).
///
/// It shows the entry as it was when it was read, whatever happens to the map meanwhile, and locks nothing: as long as
/// it lives, only the freeing of memory waits. A primitive of up to 8 bytes is a copy; anything else is a pointer.
///
/// ```
/// let map = atomic_dict::AtomicMap::new();
/// let pinned = map.pin();
/// pinned.insert("a", vec![1, 2]);
/// let before = pinned.get("a").expect("just inserted");
/// pinned.insert("a", vec![3]);
/// assert_eq!(*before, [1, 2]);
/// ```
pub struct Ref<'g, T>(pub(crate) Seen<'g, T>);

impl<T> Clone for Ref<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Ref<'_, T> {}

impl<T: 'static> Deref for Ref<'_, T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        self.0.get()
    }
}

/// A value of a map with a guard of its own, returned by the convenience methods of [`AtomicMap`](crate::AtomicMap) and
/// [`DenseMap`](crate::DenseMap).
///
/// Like [`Ref`] it locks nothing. It keeps its thread pinned, so it cannot go to another thread, and should not be kept
/// for long: meanwhile nothing that any map retires is freed. (A primitive of up to 8 bytes from a `DenseMap` is a copy that
/// needs no guard, and has none.)
///
/// ```
/// let map = atomic_dict::AtomicMap::new();
/// map.insert("a", 1.5);
/// let value = map.get("a").expect("just inserted");
/// map.remove("a");
/// assert_eq!(*value, 1.5);
/// ```
pub struct OwnedRef<'m, T> {
    seen: Seen<'m, T>,
    _guard: Option<Guard>,
    _map: PhantomData<&'m T>,
}

impl<'m, T: 'static> OwnedRef<'m, T> {
    /// Runs an operation under a new guard, and keeps the guard with the value that the operation found.
    #[inline]
    pub(crate) fn of<M, R>(
        map: &'m M,
        run: impl for<'g> FnOnce(&'g M, &'g Guard) -> (R, Option<Seen<'g, T>>),
    ) -> (R, Option<Self>) {
        let guard = epoch::pin();
        let (result, seen) = run(map, &guard);
        let Some(seen) = seen else { return (result, None) };
        // SAFETY: the lifetime of `seen` stands for the guard, which moves into the same value and outlives every
        // reference given out; the map, whose destructor frees entries without a grace period, is borrowed for `'m`.
        let seen = unsafe { core::mem::transmute::<Seen<'_, T>, Seen<'m, T>>(seen) };
        (result, Some(Self { seen, _guard: Some(guard), _map: PhantomData }))
    }

    /// What needs no guard to be read for `'m`.
    #[inline]
    pub(crate) fn unguarded(seen: Seen<'m, T>) -> Self {
        Self { seen, _guard: None, _map: PhantomData }
    }
}

impl<T: 'static> Deref for OwnedRef<'_, T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        self.seen.get()
    }
}

macro_rules! read_through {
    ($($name:ident),+) => {$(
        impl<T: fmt::Debug + 'static> fmt::Debug for $name<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&**self, f)
            }
        }

        impl<T: fmt::Display + 'static> fmt::Display for $name<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&**self, f)
            }
        }

        impl<T: 'static> AsRef<T> for $name<'_, T> {
            fn as_ref(&self) -> &T {
                self
            }
        }

        impl<T: PartialEq + 'static> PartialEq for $name<'_, T> {
            fn eq(&self, other: &Self) -> bool {
                **self == **other
            }
        }

        impl<T: Eq + 'static> Eq for $name<'_, T> {}

        impl<T: PartialEq + 'static> PartialEq<T> for $name<'_, T> {
            fn eq(&self, other: &T) -> bool {
                **self == *other
            }
        }
    )+};
}

read_through!(Ref, OwnedRef);
