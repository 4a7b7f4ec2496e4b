//! What readers get: a value together with its version.
#![allow(unsafe_code)] // Reads through a guard of its own.

use crate::platform::epoch::Guard;
use crate::platform::site;
use crate::platform::sync::AtomicPtr;
use crate::reclaim::node::NodePtr;
use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;
use core::ptr;

/// A value, and what is to be known about it. The value comes first, so that its address is that of the node.
#[repr(C)]
pub(super) struct Content<T> {
    pub(super) value: T,
    /// How many values were published before. Final once this one is.
    pub(super) version: u64,
    /// The next in a list of replaced values. Readers do not look at it.
    next: AtomicPtr<()>,
}

impl<T> Content<T> {
    pub(super) fn new(value: T) -> Self {
        Self { value, version: 0, next: AtomicPtr::new(ptr::null_mut()) }
    }

    pub(super) fn next(&self) -> Option<NodePtr<Self>> {
        NodePtr::from_ptr(self.next.load(site!(RETIRED_NEXT: Relaxed))) // Relaxed: read behind RETIRED_TAKE.
    }

    pub(super) fn link(&self, next: Option<NodePtr<Self>>) {
        let next = next.map_or(ptr::null_mut(), NodePtr::as_ptr);
        self.next.store(next, site!(RETIRED_LINK: Relaxed)); // Relaxed: published by RETIRED_PUSH.
    }
}

/// A value of a [`Published`](crate::Published) cell together with its version, read under a [`Guard`].
///
/// It stays as it is, whatever is published meanwhile, and locks nothing: as long as the guard lives, only the dropping
/// of replaced values waits.
///
/// ```
/// use atomic_dict::{Published, pin};
/// let cell = Published::new("first");
/// let guard = pin();
/// let before = cell.snapshot(&guard);
/// cell.store("second");
/// assert_eq!((*before, before.version()), ("first", 0));
/// ```
pub struct Snapshot<'g, T>(pub(super) &'g Content<T>);

impl<'g, T> Snapshot<'g, T> {
    /// The value, for as long as the guard and the cell are borrowed: longer than through [`Deref`].
    ///
    /// ```
    /// use atomic_dict::{Published, pin};
    /// let (cell, guard) = (Published::new(1), pin());
    /// let value: &i32 = cell.snapshot(&guard).value();
    /// assert_eq!(value, &1);
    /// ```
    #[inline(always)]
    pub fn value(self) -> &'g T {
        &self.0.value
    }

    /// How many values were published before this one: 0 for the one that the cell was made with.
    ///
    /// ```
    /// use atomic_dict::{Published, pin};
    /// let (cell, guard) = (Published::new('a'), pin());
    /// cell.store('b');
    /// assert_eq!(cell.snapshot(&guard).version(), 1);
    /// ```
    #[inline(always)]
    pub fn version(self) -> u64 {
        self.0.version
    }

    /// Whether both are the same publication.
    pub(super) fn is(self, other: Self) -> bool {
        ptr::eq(self.0, other.0)
    }
}

impl<T> Clone for Snapshot<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Snapshot<'_, T> {}

impl<T> Deref for Snapshot<'_, T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.0.value
    }
}

/// A [`Snapshot`] with a guard of its own, returned by [`Published::load_owned`](crate::Published::load_owned).
///
/// It keeps its thread pinned, so it cannot go to another thread, and should not be kept for long: meanwhile nothing
/// that was replaced in any cell or map is freed.
///
/// ```
/// let cell = atomic_dict::Published::new(String::from("first"));
/// let before = cell.load_owned();
/// cell.store(String::from("second"));
/// assert_eq!((before.as_str(), before.version()), ("first", 0));
/// ```
pub struct OwnedSnapshot<'c, T> {
    /// Protected by the guard, and by the loan of the cell.
    node: NodePtr<Content<T>>,
    guard: Guard,
    _cell: PhantomData<&'c T>,
}

impl<T> OwnedSnapshot<'_, T> {
    /// Keeps a node with the guard that it was read under.
    ///
    /// # Safety
    /// The node was current, in a cell that is borrowed for the lifetime of the result, when `guard` was pinned
    /// already.
    #[inline]
    pub(super) unsafe fn new(node: NodePtr<Content<T>>, guard: Guard) -> Self {
        Self { node, guard, _cell: PhantomData }
    }

    #[inline(always)]
    fn content(&self) -> &Content<T> {
        // SAFETY: by the contract of `new`; the guard lives as long as the reference.
        unsafe { self.node.get(&self.guard) }
    }

    /// As [`Snapshot::version`].
    ///
    /// ```
    /// let cell = atomic_dict::Published::new('a');
    /// assert_eq!(cell.load_owned().version(), 0);
    /// ```
    #[inline]
    pub fn version(&self) -> u64 {
        self.content().version
    }

    /// The guard, for calls that take one.
    ///
    /// ```
    /// let cell = atomic_dict::Published::new(1);
    /// let current = cell.load_owned();
    /// assert!(cell.compare_and_set(&current, *current + 1, current.guard()).is_ok());
    /// ```
    pub fn guard(&self) -> &Guard {
        &self.guard
    }
}

impl<T> Deref for OwnedSnapshot<'_, T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.content().value
    }
}

macro_rules! show_as_value {
    ($($name:ident),+) => {$(
        impl<T: fmt::Debug> fmt::Debug for $name<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("version", &self.version()).field("value", &**self).finish()
            }
        }

        impl<T> AsRef<T> for $name<'_, T> {
            fn as_ref(&self) -> &T {
                self
            }
        }
    )+};
}

show_as_value!(Snapshot, OwnedSnapshot);
