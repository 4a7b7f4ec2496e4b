//! A cell for one immutable value, replaced as a whole.
//!
//! States, transitions and sites stand in `docs/PUBLISHED.md`.
//!
//! | file | idea |
//! | --- | --- |
//! | `snapshot` | what readers get |
//! | `publish` | replacing it |
//! | `retired` | replaced values, and when they are dropped |
//! | `outcome` | what calls return |
//! | `traits` | common traits |
#![allow(unsafe_code)] // `Send` and `Sync` of a cell of pointers, and reading through them.

mod outcome;
mod publish;
mod retired;
mod snapshot;
mod traits;

pub use outcome::{NotCurrent, Reclaimed};
pub use snapshot::{OwnedSnapshot, Snapshot};

use crate::platform::epoch::{self, Guard};
use crate::platform::site;
use crate::platform::sync::AtomicPtr;
use crate::reclaim::{self, node::NodePtr};
use core::ptr;
use retired::Retired;
use snapshot::Content;

/// A cell that publishes whole snapshots: one immutable value, which readers borrow while others replace it.
///
/// Readers call [`load`](Self::load) under a [`Guard`], and hold a plain reference. They never wait, and
/// write nothing shared. (Making a guard notes the thread's epoch, and now and then frees memory.) Publishers replace
/// the value by one compare-and-set, and wait for nobody. Each publication makes the version one larger; a value and
/// its version are read together ([`snapshot`](Self::snapshot)).
///
/// **Progress.** Reading never waits, and publishing is lock-free: a thread that is stopped anywhere, outside the
/// allocator and your own closures and destructors, never stops the others. (Like any guard it delays the dropping of
/// old values.)
///
/// **Atomicity.** All operations are linearizable, together with those of other cells and of maps: there is one order
/// of all of them. For an index that is rebuilt now and then, with a map for what came since: who looks into the map
/// *first* misses nothing that is taken out of it after an index with it was published (see
/// [`Pinned::guard`](crate::Pinned::guard)).
///
/// **Cost.** A load under a guard is one load, without a branch; making a guard is one locked instruction, if the thread
/// has none yet. A publication is an allocation, an exchange and some steps of the collector: about a microsecond,
/// whatever the size of what the value owns. The destructors come on top.
///
/// # Destructors
///
/// A value that was replaced is dropped when no reader can have it any more, exactly once, and never by a reader:
/// neither making nor dropping a guard runs a destructor of a value. These run
///
/// - at the end of [`store`](Self::store), [`store_if_version`](Self::store_if_version), [`update`](Self::update) and
///   [`try_update`](Self::try_update), when the new value is published already. If no reader is at work, that usually
///   includes the value just replaced; otherwise it waits for the next of these calls;
/// - in [`reclaim`](Self::reclaim);
/// - when the cell is dropped, or taken apart by [`into_inner`](Self::into_inner): no value outlives its cell, so it
///   need not be `'static`.
///
/// A publisher whose thread holds a guard (as it does in [`swap`](Self::swap) and
/// [`compare_and_set`](Self::compare_and_set)) runs none, since others could free nothing meanwhile; but if more than
/// four are due, it drops them all rather than let memory grow. Who wants to be sure that a publication takes
/// microseconds publishes under a guard, and calls `reclaim` without one.
///
/// A panic of a destructor of a replaced value is contained, and counted in
/// [`Stats::panics_in_drops`](crate::Stats::panics_in_drops). One of the last value, which is dropped with the cell, is
/// not.
///
/// # Example
///
/// An index is rebuilt in the background, and published; queries see the old one or the new one.
///
/// ```standalone_crate
/// use atomic_dict::{Published, pin};
/// use std::collections::BTreeMap;
/// use std::thread;
///
/// /// Words by length.
/// struct Index(BTreeMap<usize, Vec<&'static str>>);
///
/// impl Index {
///     fn build(words: &[&'static str]) -> Self {
///         let mut index = BTreeMap::<_, Vec<_>>::new();
///         words.iter().for_each(|word| index.entry(word.len()).or_default().push(*word));
///         Self(index)
///     }
/// }
///
/// let index = Published::new(Index::build(&["map"]));
/// thread::scope(|scope| {
///     let rebuild = scope.spawn(|| {
///         let next = Index::build(&["map", "set", "cell"]); // takes long; nothing is pinned
///         let guard = pin();
///         index.swap(next, &guard); // microseconds
///         drop(guard);
///         index.reclaim(); // takes long, if the old one is large
///     });
///     let query = scope.spawn(|| {
///         let guard = pin(); // one for each query
///         let words = index.load(&guard).0.get(&3).map(Vec::as_slice);
///         assert!(words == Some(&["map"]) || words == Some(&["map", "set"]));
///     });
///     (rebuild.join().unwrap(), query.join().unwrap())
/// });
/// assert_eq!(index.version(), 1);
/// assert_eq!(index.reclaim().waiting, 0); // no reader is left
/// ```
///
/// # What does not compile
///
/// A reference ends with its guard:
///
/// ```compile_fail,E0505
/// let cell = atomic_dict::Published::new(1);
/// let guard = atomic_dict::pin();
/// let value = cell.load(&guard);
/// drop(guard);
/// assert_eq!(value, &1);
/// ```
///
/// and with the cell:
///
/// ```compile_fail,E0505
/// let cell = atomic_dict::Published::new(1);
/// let guard = atomic_dict::pin();
/// let value = cell.load(&guard);
/// drop(cell);
/// assert_eq!(value, &1);
/// ```
///
/// A value with a longer lifetime cannot be replaced by one with a shorter one:
///
/// ```compile_fail
/// fn shorten<'s>(cell: &'s atomic_dict::Published<&'static str>) -> &'s atomic_dict::Published<&'s str> {
///     cell
/// }
/// ```
///
/// What threads share they may also drop:
///
/// ```compile_fail,E0277
/// fn share<T: Sync>(_: T) {}
/// share(atomic_dict::Published::new(std::rc::Rc::new(1)));
/// ```
#[doc(alias = "ArcSwap")]
#[doc(alias = "RCU")]
pub struct Published<T> {
    /// The node of the current value; null only when the cell is taken apart.
    current: AtomicPtr<()>,
    retired: Retired<T>,
}

// SAFETY: the cell owns its values, and drops them on the thread that it was sent to.
unsafe impl<T: Send> Send for Published<T> {}
// SAFETY: threads that share the cell share its values by reference (`Sync`), and move them in and drop them (`Send`).
unsafe impl<T: Send + Sync> Sync for Published<T> {}

impl<T> Published<T> {
    /// A cell with its first value, of version 0.
    ///
    /// ```
    /// let cell = atomic_dict::Published::new(vec![1, 2, 3]);
    /// assert_eq!(cell.version(), 0);
    /// ```
    #[must_use]
    pub fn new(value: T) -> Self {
        Self { current: AtomicPtr::new(NodePtr::new(Content::new(value)).as_ptr()), retired: Retired::new() }
    }

    /// The current value, for as long as the guard lives. Wait-free, linearizable; one load.
    ///
    /// ```
    /// use atomic_dict::{Published, pin};
    /// let cell = Published::new(String::from("a"));
    /// let guard = pin();
    /// let value = cell.load(&guard);
    /// cell.store(String::from("b"));
    /// assert_eq!((value.as_str(), cell.load(&guard).as_str()), ("a", "b"));
    /// ```
    #[inline]
    pub fn load<'a>(&'a self, guard: &'a Guard) -> &'a T {
        self.snapshot(guard).value()
    }

    /// The current value with its version. As [`load`](Self::load).
    ///
    /// ```
    /// use atomic_dict::{Published, pin};
    /// let cell = Published::new("a");
    /// cell.store("b");
    /// let guard = pin();
    /// let now = cell.snapshot(&guard);
    /// assert_eq!((*now, now.version()), ("b", 1));
    /// ```
    #[doc(alias = "load_versioned")]
    #[inline]
    pub fn snapshot<'a>(&'a self, guard: &'a Guard) -> Snapshot<'a, T> {
        // SAFETY: current under the guard.
        unsafe { self.read(self.current(guard), guard) }
    }

    /// The current value with its version and a guard of its own. Never waits, linearizable.
    ///
    /// ```
    /// let cell = atomic_dict::Published::new(1);
    /// let value = cell.load_owned();
    /// cell.store(2);
    /// assert_eq!(*value, 1);
    /// ```
    #[inline]
    pub fn load_owned(&self) -> OwnedSnapshot<'_, T> {
        let guard = epoch::pin();
        let node = self.current(&guard);
        // SAFETY: current under the guard; the result borrows the cell.
        unsafe { OwnedSnapshot::new(node, guard) }
    }

    /// How many values were published since the cell was made. Never goes down; each publication adds one. Never waits,
    /// linearizable; pins.
    ///
    /// ```
    /// let cell = atomic_dict::Published::new('a');
    /// cell.store('b');
    /// cell.store('c');
    /// assert_eq!(cell.version(), 2);
    /// ```
    #[inline]
    pub fn version(&self) -> u64 {
        self.snapshot(&epoch::pin()).version()
    }

    /// Drops replaced values that no reader can have any more, and says how many are left.
    ///
    /// When all guards of the process are gone, nothing of this cell is left, unless another call is dropping it right
    /// now. (A guard of the calling thread keeps what was replaced under it.) Takes as many steps of the collector as
    /// bring something, so it frees what maps have retired, too.
    ///
    /// Waits for nobody, but takes as long as the destructors do, which it runs even if the thread holds a guard. A
    /// destructor that calls it drops nothing.
    ///
    /// ```standalone_crate
    /// use atomic_dict::{Published, pin};
    /// let cell = Published::new("a");
    /// let guard = pin();
    /// cell.swap("b", &guard);
    /// assert_eq!(cell.reclaim().waiting, 1);
    /// drop(guard);
    /// let reclaimed = cell.reclaim();
    /// assert_eq!((reclaimed.dropped, reclaimed.waiting), (1, 0));
    /// ```
    pub fn reclaim(&self) -> Reclaimed {
        let guard = epoch::pin();
        let replaced = self.snapshot(&guard).version();
        drop(guard);
        let mut dropped = 0;
        if !epoch::collecting() {
            // The first time for a request that is under way, the second for our own.
            for _ in 0..2 {
                if self.retired.due() < replaced {
                    self.advance(replaced, &epoch::pin());
                    reclaim::collect();
                }
            }
            dropped = self.retired.drop_due();
        }
        let waiting = replaced.saturating_sub(self.retired.dropped());
        Reclaimed { dropped, waiting: usize::try_from(waiting).unwrap_or(usize::MAX) }
    }

    /// The value, to change it in place: nobody else has borrowed the cell. That is no publication, so the version
    /// stays.
    ///
    /// ```
    /// let mut cell = atomic_dict::Published::new(1);
    /// *cell.get_mut() += 1;
    /// assert_eq!((*cell.load_owned(), cell.version()), (2, 0));
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        let address = self.current.load(site!(SNAPSHOT_OWNED: Relaxed)); // Relaxed: exclusive access.
        // SAFETY: the cell is borrowed, hence whole.
        let node = unsafe { Self::known(address) };
        // SAFETY: owned by the cell, of which nobody else has a reference.
        &mut unsafe { node.get_mut() }.value
    }

    /// Takes the cell apart: the current value. Others are dropped.
    ///
    /// ```
    /// let cell = atomic_dict::Published::new(String::from("a"));
    /// cell.store(String::from("b"));
    /// assert_eq!(cell.into_inner(), "b");
    /// ```
    #[must_use]
    pub fn into_inner(self) -> T {
        // Relaxed: exclusive access.
        let address = self.current.swap(ptr::null_mut(), site!(SNAPSHOT_TAKE: Relaxed));
        // SAFETY: nobody has taken it before, since that takes the cell.
        let node = unsafe { Self::known(address) };
        // SAFETY: owned by the cell, which has forgotten it.
        unsafe { node.take() }.value
    }

    /// The node of the current value, which stays as long as the guard does.
    #[inline(always)]
    fn current(&self, _guard: &Guard) -> NodePtr<Content<T>> {
        // SeqCst: PUBLISH edge, pairs with PUBLISH; and it stands in the one order of all operations.
        let address = self.current.load(site!(SNAPSHOT_LOAD: SeqCst));
        // SAFETY: the cell is borrowed, hence whole.
        unsafe { Self::known(address) }
    }

    /// A node by its address: without a branch, which a reader would pay for.
    ///
    /// # Safety
    /// It was read from `current` of a cell that is whole, where it is never null.
    #[inline(always)]
    unsafe fn known(address: *mut ()) -> NodePtr<Content<T>> {
        // SAFETY: by the contract of this function.
        unsafe { NodePtr::from_ptr(address).unwrap_unchecked() }
    }

    /// What a node holds, for as long as the guard lives. (And the cell, which drops values without a grace period when
    /// it is dropped, is borrowed.)
    ///
    /// # Safety
    /// The node was current in this cell under the guard.
    #[inline(always)]
    unsafe fn read<'g>(&'g self, node: NodePtr<Content<T>>, guard: &'g Guard) -> Snapshot<'g, T> {
        // SAFETY: by the contract of this function it was published, and not replaced before the guard was pinned.
        Snapshot(unsafe { node.get(guard) })
    }
}

impl<T> Drop for Published<T> {
    fn drop(&mut self) {
        // Relaxed: exclusive access. Replaced values go with the list, also if this one panics.
        let node = self.current.load(site!(SNAPSHOT_OWNED: Relaxed));
        // SAFETY: owned by the cell, which nobody has borrowed; null if it was taken.
        unsafe { NodePtr::<Content<T>>::free(node) };
    }
}
