//! What users call. Hashes keys, and says what each operation wants; the table below does the rest.

pub(crate) mod ahead;
mod batch;
mod builder;
mod entry;
mod hasher;
mod iter;
mod pinned;
mod plain;
pub(crate) mod reduce;
mod size;
mod stats;
mod traits;
mod under;
mod whole;

pub use batch::Batch;
pub use builder::Builder;
pub use hasher::RandomState;
pub use iter::{Drain, IntoIter, Iter, Keys, Values};
pub use pinned::Pinned;
pub use reduce::RowKey;
pub use stats::Stats;

use crate::reclaim;
use crate::table::RawMap;

/// A lock-free concurrent hash map.
///
/// All operations take `&self`. Keys and values may be of any type that threads can share; nothing needs to be `Clone`.
/// Primitives of up to 8 bytes stand in the table itself, so an `AtomicMap<u64, u64>` allocates nothing per entry, and a
/// lookup of one touches a single cache line in most cases. Anything else is boxed.
///
/// There are two ways to call an operation: on a handle from [`pin`](Self::pin), which costs nothing more per call and
/// returns [`Ref`](crate::Ref)s, and on the map itself, which pins the thread for each call (one locked instruction) and returns
/// [`OwnedRef`](crate::OwnedRef)s.
///
/// **Progress.** Lookups never wait, and under a handle they write nothing shared. (Making a handle, as the methods on the
/// map do for each call, notes the thread's epoch, and now and then frees memory.) Inserting, updating, removing and growing are lock-free: a
/// thread that is stopped anywhere, outside the allocator and outside your own closures, never stops the others.
///
/// **Atomicity.** Every operation on a key is linearizable, also across keys: there is one order of all of them that
/// agrees with what each saw, and with the order in which they were called.
///
/// **Panics in your code** (`Hash`, `Eq`, `Drop`, a closure) leave the map valid. A `Drop` that is run by the
/// reclamation of memory is contained there.
///
/// **Lookups** take any type that is [`Equivalent`](equivalent::Equivalent) to the key, such as `&str` for `String`, and
/// hashes alike.
///
/// ```
/// use atomic_dict::AtomicMap;
///
/// let stock = AtomicMap::new();
/// std::thread::scope(|scope| {
///     for _ in 0..4 {
///         scope.spawn(|| {
///             let stock = stock.pin();
///             for _ in 0..100 {
///                 stock.upsert("apples", || 1, |apples| apples + 1);
///             }
///         });
///     }
/// });
/// assert_eq!(stock.get("apples").as_deref(), Some(&400));
/// ```
#[doc(alias = "AtomicDict")]
#[doc(alias = "ConcurrentHashMap")]
pub struct AtomicMap<K: 'static, V: 'static, S = RandomState> {
    /// `hook-tests` puts a copier of its own beside those of the table.
    pub(crate) raw: RawMap<K, V>,
    hasher: S,
}

impl<K: 'static, V: 'static> AtomicMap<K, V> {
    /// An empty map. Allocates nothing.
    ///
    /// ```
    /// let map: atomic_dict::AtomicMap<u64, u64> = atomic_dict::AtomicMap::new();
    /// assert!(map.is_empty());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::with_hasher(RandomState::default())
    }

    /// An empty map with room for `capacity` entries: inserting so many different keys, by any number of threads,
    /// causes no migration. Memory is touched when it is used. The map will not shrink below that by itself.
    ///
    /// # Panics
    /// If a table for `capacity` entries exceeds the address space ("capacity overflow").
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::with_capacity(1000);
    /// map.insert(1, "one");
    /// ```
    #[doc(alias = "min_size")]
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, RandomState::default())
    }

    /// Says how a map is made, for one that differs from [`new`](Self::new) in more than one way.
    ///
    /// ```
    /// use atomic_dict::AtomicMap;
    /// use std::hash::{BuildHasherDefault, DefaultHasher};
    /// let hasher = BuildHasherDefault::<DefaultHasher>::default();
    /// let map: AtomicMap<u64, u64, _> = AtomicMap::<u64, u64>::builder().capacity(1000).hasher(hasher).build();
    /// assert!(map.capacity() >= 1000);
    /// ```
    pub fn builder() -> Builder<K, V> {
        Builder::new()
    }
}

impl<K: 'static, V: 'static, S> AtomicMap<K, V, S> {
    /// An empty map that hashes with `hasher`. Allocates nothing.
    ///
    /// Any hasher will do, an identity one included: the table spreads the hash itself. Keys with equal hashes cost a
    /// scan, not memory. A hasher that gives one key several hashes makes the map miss keys, and leak a boxed value of a
    /// primitive key where two entries of it meet; nothing worse.
    ///
    /// ```
    /// use std::hash::{BuildHasherDefault, DefaultHasher};
    /// let map = atomic_dict::AtomicMap::with_hasher(BuildHasherDefault::<DefaultHasher>::default());
    /// map.insert(1, 2);
    /// ```
    #[must_use]
    pub fn with_hasher(hasher: S) -> Self {
        Self { raw: RawMap::new(), hasher }
    }

    /// [`with_capacity`](AtomicMap::with_capacity) and [`with_hasher`](Self::with_hasher) in one.
    ///
    /// # Panics
    /// If a table for `capacity` entries exceeds the address space ("capacity overflow").
    ///
    /// ```
    /// let hasher = atomic_dict::RandomState::default();
    /// let map = atomic_dict::AtomicMap::with_capacity_and_hasher(100, hasher);
    /// map.insert(1, 2);
    /// ```
    #[must_use]
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        let map = Self::with_room(capacity, hasher);
        map.raw.keep_room();
        map
    }

    /// An empty map with room for `capacity` entries, which may shrink below that when it was filled.
    pub(crate) fn with_room(capacity: usize, hasher: S) -> Self {
        Self { raw: RawMap::with_capacity(capacity), hasher }
    }

    /// The hasher.
    ///
    /// ```
    /// let map: atomic_dict::AtomicMap<u8, u8> = atomic_dict::AtomicMap::new();
    /// let _: &atomic_dict::RandomState = map.hasher();
    /// ```
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// Pins the current thread and returns a handle with all operations.
    ///
    /// While the handle lives, memory that any map retires meanwhile is kept: drop it, or call
    /// [`repin`](Pinned::repin), from time to time.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// let pinned = map.pin();
    /// pinned.insert(1, 'a');
    /// assert_eq!(pinned.get(&1).as_deref(), Some(&'a'));
    /// ```
    #[doc(alias = "get_handle")]
    #[must_use = "if unused the thread will immediately unpin"]
    #[inline]
    pub fn pin(&self) -> Pinned<'_, K, V, S> {
        Pinned::new(self)
    }

    /// Frees what can be freed: pushes the garbage of this thread to where every thread can free it, and collects.
    ///
    /// Retired keys, values and tables are freed when all threads that were pinned at that moment have unpinned. That
    /// happens along with other operations; this is for moments when nothing follows for a while. With no guard alive anywhere,
    /// it frees everything that this thread has retired, and what others have handed over; it stops when nothing more can be
    /// freed. The one array that is kept for the next table of a large map in which keys come and go is freed too. Costs as much as freeing
    /// does, for all maps of the process. Called by a destructor that runs in a collection, it frees nothing.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// map.insert(1, String::from("a"));
    /// map.remove(&1);
    /// map.flush();
    /// ```
    pub fn flush(&self) {
        reclaim::collect();
    }
}
