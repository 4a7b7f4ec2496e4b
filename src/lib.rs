//! A lock-free concurrent hash map with inline entries, compare-and-set by value, and orderings held by models.
//!
//! [`AtomicMap`] is the map. Call [`pin`](AtomicMap::pin) for a handle with all operations, or use the conveniences on the map
//! itself. [`DenseMap`] is a map from dense integers: ids, node numbers, ordinals.
//!
//! ```
//! use atomic_dict::AtomicMap;
//!
//! let map = AtomicMap::new();
//! let pinned = map.pin();
//! pinned.insert("one", 1);
//! pinned.insert("two", 2);
//! assert_eq!(pinned.get("two").as_deref(), Some(&2));
//! pinned.update("two", |value| value * 10);
//! assert_eq!(pinned.remove("two").as_deref(), Some(&20));
//! ```
//!
//! [`Published`] is a cell for one immutable value that is replaced as a whole: a snapshot, an index, a configuration. Readers
//! borrow it under a [`Guard`] from [`pin`]; a handle of a map [has one](Pinned::guard), too.
//!
//! # Consistency
//!
//! Every operation on a key takes effect at one moment between its call and its return, and there is one order of these
//! moments for all keys of a map. What you read is what was there at that moment; it stays readable as long as the
//! handle or the reference lives, whatever happens to the map meanwhile. Iteration is no snapshot: see
//! [`Pinned::iter`].
//!
//! # Closures
//!
//! Closures that compute a value from another (`update`, `compute`, the second one of `upsert`) run again when another
//! thread was first, and only then. They should compute, and nothing else. They may call the map; but one that changes its own key each time it
//! runs makes its own attempt fail each time, and never ends.
//!
//! # Sizes
//!
//! A map grows when it has to, and shrinks when most entries are gone, but not below the room that was asked for
//! ([`with_capacity`](AtomicMap::with_capacity), [`reserve`](AtomicMap::reserve)). Slots of removed keys are cleared away by a migration
//! when there are too many. All of that is done by those who write, a piece with each operation; nobody waits for it.
//!
//! # Memory reclamation
//!
//! What is replaced or removed is freed when no thread can see it any more (epoch-based reclamation, by
//! `crossbeam-epoch`, with a collector of this crate's own). A thread sees things while it has a handle or a reference. So
//! a handle that is kept for hours keeps all garbage of these hours: use [`Pinned::repin`], or make a new one. (Without end: each
//! boxed value that is replaced meanwhile keeps its box, and takes 32 bytes more for the note that it is to be freed: 48 bytes for a
//! value of 16. Values that stand in the table cost nothing. On 64-bit targets; held by a test.) Destructors
//! of keys and values run on whichever thread frees them, hence `Send` and `'static`; a panic in one of these is
//! contained there. (Values of a [`Published`] cell are dropped by those who publish,
//! [never by readers](Published#destructors).) A thread hands its garbage over when it has retired 64 objects, when it ends, and at
//! [`flush`](AtomicMap::flush): the last few objects of a thread that retires no more wait for that.
//!
//! # Performance
//!
//! A lookup reads one cache line in most cases, if keys and values are primitives of up to 8 bytes: these stand in the table
//! itself. Other types are boxed: one more line for the key, one for the value. (Keys such as `String` have a copy of up to 64 of their
//! bytes beside them, so that comparing takes no line more.) Prefer the handle in loops: making one
//! costs about as much as a lookup in cache. Tables of 4 MiB and more ask for huge pages.
//!
//! # Many at a time
//!
//! [`reduce`](AtomicMap::reduce) and its specialisations fold rows into a map, by any number of threads: counters, sums, group-by.
//! [`batch_getitem`](Pinned::batch_getitem) and [`batch_insert`](AtomicMap::batch_insert) overlap the cache misses of many keys, which is
//! what large maps cost. [`fast_iter`](Pinned::fast_iter) deals the entries out to threads.
//!
//! With the feature `rayon` there are `par_reduce` and its specialisations, `par_iter` on a handle, `into_par_iter`, `par_extend` and
//! collecting from parallel iterators. They use the pool in which they are called.
//!
//! # Platforms
//!
//! 64-bit targets whose allocator returns addresses of at most 48 bits, as words hold 16 bits beside an address. What is to hold a
//! higher one panics: every table of an [`AtomicMap`], every boxed key and value, and every value of a [`Published`] cell. So where
//! the top bits of heap addresses are tags (on Android on AArch64, unless the application turns tagged heap pointers off; under
//! HWASan or MTE) the crate needs another allocator.
//!
//! # Words
//!
//! The names of cereggii's `AtomicDict`, which this map follows, are kept as aliases of the documentation search.
//!
//! The protocol between threads is written down in `docs/TRANSITIONS.md`, `docs/DENSE.md` and `docs/PUBLISHED.md` of the repository.

#[cfg(not(target_pointer_width = "64"))]
compile_error!("atomic-dict needs a 64-bit target: a word holds a pointer and 16 bits more");

mod api;
pub mod dense;
mod map;
#[cfg(feature = "rayon")]
mod parallel;
mod platform;
mod published;
mod reclaim;
mod table;

pub use api::{Compute, Computed, ExpectationFailed, Expected, OccupiedError, OwnedRef, Ref};
pub use dense::DenseMap;
pub use map::{AtomicMap, Batch, Builder, Drain, IntoIter, Iter, Keys, Pinned, RandomState, RowKey, Stats, Values};
#[cfg(feature = "rayon")]
pub use parallel::{DenseParIter, ParIter};
pub use platform::epoch::{Guard, pin};
pub use published::{NotCurrent, OwnedSnapshot, Published, Reclaimed, Snapshot};

#[cfg(doctest)]
mod does_not_compile;

/// The examples of the README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
