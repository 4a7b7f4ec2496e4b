//! [`DenseMap`]: a map from dense integers, and what its operations take and return.

mod batch;
mod builder;
mod conditional;
mod errors;
mod iter;
mod operations;
mod pinned;
mod plain;
mod raw;
mod size;
mod whole;

pub use batch::Batch;
pub use builder::Builder;
pub use errors::{NoSlotError, TryInsertError};
pub use iter::{IntoIter, Iter, Keys, Values};
pub use pinned::Pinned;
pub use raw::NoSlot;

use crate::reclaim;
use raw::{MAX_INDEX, RawDense};

/// The limit of indices of a map that was made without one.
const DEFAULT_MAX_INDEX: usize = 1 << 32;

/// A lock-free concurrent map from dense integers (ids, node numbers, ordinals) to values of any type that threads can share.
///
/// It is an array of 8-byte slots: a lookup is an addition and a load. The slots of the first
/// [`with_capacity`](Self::with_capacity) indices, its *base*, are allocated once and never move. Indices behind it have
/// their slots in *segments*, each twice as large as the one before, made when they are first needed; these never move
/// either, so growth copies nothing and locks nothing. Memory is touched when it is used.
///
/// Primitives of up to 8 bytes stand in the slots themselves, with all their values. Anything else is boxed.
///
/// There are two ways to call an operation, as for [`AtomicMap`](crate::AtomicMap): on a handle from [`pin`](Self::pin), which
/// returns [`Ref`](crate::Ref)s, and on the map itself, which returns [`OwnedRef`](crate::OwnedRef)s. For primitives neither
/// pins the thread, so both cost the same; for boxed values the methods on the map pin it for each call (one locked
/// instruction). (Of integers of 8 bytes one in 2^16 looks like a special word, from 2^61 on: it stands in a box, and an operation that
/// meets it pins the thread for itself, which writes to memory of the thread's own, and now and then frees what others have retired.)
///
/// **Progress.** Lookups never wait and write nothing shared. Inserting, updating, removing and growing are lock-free: a
/// thread that is stopped anywhere, outside the allocator and outside your own closures, never stops the others.
///
/// **Atomicity.** Every operation on an index is linearizable, also across indices: there is one order of all of them that
/// agrees with what each saw, and with the order in which they were called.
///
/// **Large indices.** What a segment costs depends on the largest index, not on the number of entries: so a map takes
/// indices up to a limit only, 2^32 unless it was [built](Self::builder) with another. Reading or removing beyond it finds
/// nothing; inserting panics, or, by [`try_insert`](Self::try_insert) and [`try_push`](Self::try_push), is an error.
///
/// **Many writers.** Eight neighbouring indices share a cache line, so threads that write to neighbours slow each other down.
/// Give each a range of its own where you can. [`push`](Self::push) counts in one place, by its nature.
///
/// **Panics in your code** (`Drop`, a closure) leave the map valid. A `Drop` that is run by the reclamation of memory is
/// contained there.
///
/// ```
/// use atomic_dict::DenseMap;
///
/// let degrees: DenseMap<u32> = DenseMap::with_capacity(100);
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| {
///             for node in 0..200 {
///                 degrees.upsert(node, || 1, |degree| degree + 1);
///             }
///         });
///     }
/// });
/// assert_eq!(degrees.get(150).as_deref(), Some(&4));
/// ```
#[doc(alias = "DenseIntMap")]
#[doc(alias = "IntMap")]
pub struct DenseMap<V: 'static> {
    raw: RawDense<V>,
}

impl<V: 'static> DenseMap<V> {
    /// The largest limit of indices that a map can be [built](Self::builder) with: 2^44 - 1.
    pub const MAX_INDEX: usize = MAX_INDEX;

    /// An empty map without a base. Allocates nothing.
    ///
    /// ```
    /// let map: atomic_dict::DenseMap<u64> = atomic_dict::DenseMap::new();
    /// assert!(map.is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(0)
    }

    /// An empty map with a base for the indices below `capacity`: these are the fastest ones, and using them allocates
    /// nothing (but the boxes of values that are not primitives).
    ///
    /// Costs 8 bytes for each of them, which are address space until they are used. (In pieces of a page; from 4 MiB on, huge pages
    /// are asked for.)
    ///
    /// # Panics
    /// If there is no memory for so many slots ("capacity overflow").
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::with_capacity(1_000_000);
    /// map.insert(999_999, "last");
    /// ```
    #[doc(alias = "initialCapacity")]
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::builder().capacity(capacity).build()
    }

    /// Says how a map is made, for one with another limit of indices than 2^32.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::<u8>::builder().capacity(1000).max_index(9999).build();
    /// assert_eq!((map.capacity(), map.max_index()), (1000, 9999));
    /// ```
    pub fn builder() -> Builder<V> {
        Builder::new()
    }

    /// The index behind the last slot that there is.
    pub(crate) fn slots_end(&self) -> usize {
        self.raw.slots_end()
    }

    fn with_raw(capacity: usize, max_index: usize) -> Self {
        Self { raw: RawDense::new(capacity, max_index) }
    }

    /// A handle with all operations. It pins the current thread, unless values are primitives, which need no pin: then it costs
    /// nothing.
    ///
    /// While a handle to boxed values lives, memory that any map retires meanwhile is kept: drop it, or call
    /// [`repin`](Pinned::repin), from time to time.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// let pinned = map.pin();
    /// pinned.insert(1, "one");
    /// assert_eq!(pinned.get(1).as_deref(), Some(&"one"));
    /// ```
    #[must_use = "a handle does nothing by itself"]
    #[inline]
    pub fn pin(&self) -> Pinned<'_, V> {
        Pinned::new(self)
    }

    /// Frees what can be freed: pushes the garbage of this thread to where every thread can free it, and collects.
    ///
    /// As [`AtomicMap::flush`](crate::AtomicMap::flush), with which it has all garbage in common.
    ///
    /// ```
    /// let map = atomic_dict::DenseMap::new();
    /// map.insert(1, String::from("a"));
    /// map.remove(1);
    /// map.flush();
    /// ```
    pub fn flush(&self) {
        reclaim::collect();
    }
}

/// An empty map without a base.
impl<V: 'static> Default for DenseMap<V> {
    fn default() -> Self {
        Self::new()
    }
}
