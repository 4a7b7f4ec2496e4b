//! Epoch-based reclamation: the only file that names `crossbeam_epoch`.
//!
//! Used for two things: to pin, and to defer a function until every thread that is pinned now has unpinned. The
//! collector is the crate's own, so that guards of other users of the epoch do not delay ours.
#![allow(unsafe_code)] // The contract of `defer_unchecked`.

use super::discards;
use super::once::Once;
use super::participants::Participants;
use super::sync::{AtomicI64, AtomicPtr, AtomicUsize};
use super::thread::ThreadIndex;
use super::tuning::RETIRED_PER_FLUSH;
use super::{rule, site};
use core::cell::{Cell, RefCell};
use core::fmt;
use core::mem::ManuallyDrop;
use core::ptr;
use crossbeam_epoch::{Collector, LocalHandle};
use crossbeam_utils::CachePadded;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A certificate that a node is read only after it was published. Models check it; here it is nothing.
#[derive(Debug)]
pub(crate) struct Birth;

impl Birth {
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self
    }

    #[inline(always)]
    pub(crate) fn assert_published(&self) {}
}

/// While a guard lives, nothing that its thread can reach in a map or a cell is freed.
///
/// Made by [`pin`]. It locks nothing and stops nobody: only the freeing of memory waits, in the whole process, so a guard
/// should not be kept for long, or be [repinned](Self::repin) now and then. It belongs to the thread that made it.
/// Guards of one thread nest: only the outermost costs a locked instruction.
///
/// A guard serves any number of cells. The handle of a map has one, too: see [`Pinned::guard`](crate::Pinned::guard).
/// It cannot go to another thread:
///
/// ```compile_fail,E0277
/// let guard = atomic_dict::pin();
/// std::thread::spawn(move || drop(guard));
/// ```
///
/// ```
/// use atomic_dict::{Published, pin};
/// let (low, high) = (Published::new(1), Published::new(10));
/// let guard = pin();
/// assert!(low.load(&guard) < high.load(&guard));
/// ```
#[must_use = "if unused the thread will immediately unpin"]
pub struct Guard {
    inner: crossbeam_epoch::Guard,
    thread: usize,
}

struct Local {
    handle: LocalHandle,
    thread: usize,
    index: ManuallyDrop<ThreadIndex>,
    retired: Cell<u32>,
}

static PARTICIPANTS: Participants = Participants { count: AtomicUsize::new(0) };

/// How many threads can be in the middle of an operation, at most, that began before this call.
pub(crate) fn participants() -> usize {
    PARTICIPANTS.count()
}

thread_local! {
    static LOCAL: Local = {
        PARTICIPANTS.add();
        let index = ThreadIndex::acquire();
        Local {
            handle: collector().register(),
            thread: index.get(),
            index: ManuallyDrop::new(index),
            retired: Cell::new(0),
        }
    };
}

// Without destructors, so that they are there while a thread is torn down, too.
thread_local! {
    /// Set while a deferred function or destructor runs, which must not start another collection on top of itself.
    static COLLECTING: Cell<bool> = const { Cell::new(false) };
    /// The handle of `with_spare`, while there is one.
    static SPARE: RefCell<Option<ManuallyDrop<LocalHandle>>> = const { RefCell::new(None) };
}

impl Drop for Local {
    fn drop(&mut self) {
        // A guard that outlives this (in another thread-local) goes on using the number, which is then not given back.
        if !self.handle.is_pinned() {
            // SAFETY: dropped once, here.
            unsafe { ManuallyDrop::drop(&mut self.index) };
            PARTICIPANTS.remove();
        }
    }
}

/// The crate's collector, made by the first thread that needs it. It is never freed: guards may outlive all maps.
fn collector() -> &'static Collector {
    static COLLECTOR: Once<Collector> = Once { made: AtomicPtr::new(ptr::null_mut()) };
    COLLECTOR.get_or_make(Collector::new)
}

/// Pins the current thread: what it reads from maps and cells through the guard stays as long as the guard does.
///
/// Pins nest; only the outermost costs a locked instruction. Never waits. Now and then it frees memory that is ready, but runs
/// no destructor of a value of a [`Published`](crate::Published) cell.
///
/// ```
/// let guard = atomic_dict::pin();
/// let cell = atomic_dict::Published::new(1);
/// assert_eq!(cell.load(&guard), &1);
/// ```
#[inline]
pub fn pin() -> Guard {
    LOCAL.try_with(|local| Guard { inner: local.handle.pin(), thread: local.thread }).unwrap_or_else(|_| pin_once())
}

/// Pins a thread that is being torn down, by a registration for this one guard.
#[cold]
fn pin_once() -> Guard {
    Guard { inner: with_spare(|pinned| pinned), thread: ThreadIndex::SHARED }
}

/// Runs `body` with a pin of a registration for it. Destructors that pin meanwhile, since both may collect, get the same
/// registration, which is pinned by then: the first pin of one collects, so with new ones they would run on top of each
/// other, as deep as there is garbage.
fn with_spare<R>(body: impl FnOnce(crossbeam_epoch::Guard) -> R) -> R {
    SPARE.with(|spare| {
        let pin = || spare.borrow().as_ref().map(|handle| handle.pin());
        if let Some(pinned) = pin() {
            return body(pinned);
        }
        PARTICIPANTS.add();
        spare.replace(Some(ManuallyDrop::new(collector().register())));
        let pinned = pin().expect("it is there until this call ends");
        // The thread counts as a participant until some time after the registration is unpinned.
        pinned.defer(|| PARTICIPANTS.remove());
        let result = body(pinned);
        drop(spare.take().map(ManuallyDrop::into_inner));
        result
    })
}

/// The dense number of this thread, or `ThreadIndex::SHARED`, for a call that needs no guard.
#[inline(always)]
pub(crate) fn thread() -> usize {
    LOCAL.try_with(|local| local.thread).unwrap_or(ThreadIndex::SHARED)
}

impl Guard {
    /// The dense number of this thread, or `ThreadIndex::SHARED`.
    #[inline(always)]
    pub(crate) fn thread(&self) -> usize {
        self.thread
    }

    /// Lets go of everything reached so far, as if by a new guard, at less cost. References taken before end here.
    ///
    /// Another guard of the same thread keeps the thread where it is.
    ///
    /// ```
    /// use atomic_dict::{Published, pin};
    /// let cell = Published::new(1);
    /// let mut guard = pin();
    /// for number in 2..10 {
    ///     cell.swap(number, &guard);
    ///     guard.repin(); // what was replaced so far can be dropped
    /// }
    /// ```
    pub fn repin(&mut self) {
        if LOCAL.try_with(|_| ()).is_ok() {
            self.inner.repin();
        } else {
            // As in `with_spare`, whose deferred function does not wait for a guard that has moved on.
            PARTICIPANTS.add();
            self.inner.repin();
            self.inner.defer(|| PARTICIPANTS.remove());
        }
    }

    /// Pushes this thread's garbage to where any thread can free it, and frees some that is ready.
    pub(crate) fn flush(&self) {
        if collecting() {
            return;
        }
        if LOCAL.try_with(|_| ()).is_ok() {
            self.inner.flush();
        } else {
            with_spare(|_pinned| self.inner.flush());
        }
    }

    /// Models check here that `_address` may be read under this guard.
    #[inline(always)]
    pub(crate) fn assert_protected<T>(&self, _address: *const T) {}

    /// Models note here that `_node` has one owner more.
    #[inline(always)]
    pub(crate) fn note_second_owner(&self, _node: *mut ()) {}

    /// Counts `bytes` at `_node`, which nobody can reach any more who pins from now on, among what is retired. When they are
    /// freed is up to the caller: see `note_freed`.
    pub(crate) fn note_retired(&self, _node: *mut (), bytes: usize) {
        add_pending(bytes, self.thread);
    }

    /// Runs `notice` when every thread that is pinned now has unpinned: on any thread, in the middle of whatever it does. So it
    /// must be quick, and must not panic. It is nothing for the collector before the next `flush` of this thread.
    pub(crate) fn defer<F: FnOnce() + Send + 'static>(&self, notice: F) {
        add_pending(size_of::<F>(), self.thread);
        self.inner.defer(move || {
            notice();
            sub_pending(size_of::<F>());
        });
    }

    /// Calls `free(node)` when every thread that is pinned now has unpinned. `bytes` is what it gives back.
    ///
    /// # Safety
    /// `node` is no longer reachable for threads that pin from now on; it is retired once; `free(node)` may run on
    /// any thread.
    pub(crate) unsafe fn retire(&self, node: *mut (), bytes: usize, free: unsafe fn(*mut ())) {
        add_pending(bytes, self.thread);
        let deferred = move || {
            // SAFETY: the caller of `retire` vouches for `free(node)` once the grace period is over, which it is.
            contain_panic(|| unsafe { free(node) });
            sub_pending(bytes);
        };
        if rule!(GRACE_PERIOD) {
            // SAFETY: the closure owns nothing but a pointer, whose use the caller has vouched for.
            unsafe { self.inner.defer_unchecked(deferred) };
        } else {
            deferred();
        }
        // Collection keeps up only if it runs once per bag; see the docs of `crate::reclaim`.
        let due = LOCAL.try_with(|local| {
            let retired = local.retired.get() + 1;
            local.retired.set(retired % RETIRED_PER_FLUSH);
            retired == RETIRED_PER_FLUSH
        });
        if due.unwrap_or(true) {
            self.flush();
            discards::free_all();
        }
    }
}

/// Whether this thread holds a guard. (One that is being torn down counts as one that does not.)
pub(crate) fn is_pinned() -> bool {
    LOCAL.try_with(|local| local.handle.is_pinned()).unwrap_or(false)
}

/// What `note_retired` has counted is freed. Models check here that nobody can have it.
pub(crate) fn note_freed(_node: *mut (), bytes: usize) {
    sub_pending(bytes);
}

/// Whether this thread is in a deferred function, or a destructor, that `contain_panic` runs on behalf of others.
pub(crate) fn collecting() -> bool {
    COLLECTING.get()
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").finish_non_exhaustive()
    }
}

/// Runs a deferred function, or a destructor, so that its panic cannot reach the innocent thread that happens to run it.
pub(crate) fn contain_panic(deferred: impl FnOnce()) {
    let outer = COLLECTING.replace(true);
    if let Err(payload) = catch_unwind(AssertUnwindSafe(deferred)) {
        PANICS.fetch_add(1, site!(PANICS_ADD: Relaxed)); // Relaxed: a figure, publishes nothing.
        // Dropping the payload could panic again.
        let _leaked = ManuallyDrop::new(payload);
    }
    COLLECTING.set(outer);
}

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Panics that destructors of retired keys and values raised, in the whole process.
pub(crate) fn panics_in_drops() -> usize {
    PANICS.load(site!(PANICS_LOAD: Relaxed)) // Relaxed: a figure.
}

const PENDING_CELLS: usize = 16;

fn pending(thread: usize) -> &'static AtomicI64 {
    static PENDING: [CachePadded<AtomicI64>; PENDING_CELLS] =
        [const { CachePadded::new(AtomicI64::new(0)) }; PENDING_CELLS];
    &PENDING[thread % PENDING_CELLS]
}

/// Notes bytes that are retired, or left behind by a collection.
pub(crate) fn add_pending(bytes: usize, thread: usize) {
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    pending(thread).fetch_add(bytes, site!(PENDING_ADD: Relaxed)); // Relaxed: a figure, publishes nothing.
}

/// Notes bytes that are freed.
pub(crate) fn sub_pending(bytes: usize) {
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    pending(ThreadIndex::SHARED).fetch_sub(bytes, site!(PENDING_SUB: Relaxed)); // Relaxed: a figure.
}

/// Bytes retired and not yet freed, in the whole process.
pub(crate) fn pending_bytes() -> usize {
    let sum: i64 = (0..PENDING_CELLS).map(|cell| pending(cell).load(site!(PENDING_LOAD: Relaxed))).sum(); // Relaxed: a figure.
    usize::try_from(sum).unwrap_or(0)
}
