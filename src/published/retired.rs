//! Replaced values: where they wait, and until when.
//!
//! A value that was replaced goes to a list of its cell. It is *due* when no thread can have it any more. What the
//! collector is asked to do at the end of a grace period is to raise one number, `due`: all values with a smaller
//! version are. One number is enough, since versions say the order in which values were replaced: whoever asks for
//! values below *n* asks when all of these were replaced already. So no destructor ever runs in the collector, and
//! nothing in the collector points to a value: a cell that is dropped drops all of its values at once.
//!
//! The list is a stack of which only the whole is taken, so no node can leave it and return between two looks of a
//! thread.
#![allow(unsafe_code)] // Owns the nodes in the list.

use super::snapshot::Content;
use crate::platform::epoch::{self, Guard};
use crate::platform::sync::{AtomicPtr, AtomicU64};
use crate::platform::tuning::WAITING_PER_DUE;
use crate::platform::{discards, rule, site};
use crate::reclaim::node::NodePtr;
use core::marker::PhantomData;
use core::ptr;
use std::sync::Arc;

/// The replaced values of a cell.
pub(super) struct Retired<T> {
    /// The list, roughly newest first.
    top: AtomicPtr<()>,
    /// So many were dropped.
    dropped: AtomicU64,
    /// The end of a grace period was asked for, for so many.
    asked: AtomicU64,
    /// So many are due, or were: those with a smaller version. Requests in the collector may outlive the cell.
    due: Arc<AtomicU64>,
    _values: PhantomData<*mut T>,
}

/// Raises `due` to at least `replaced`, at the end of a grace period.
fn raise(due: &AtomicU64, replaced: u64) {
    // Not by `fetch_max`, which the thread sanitizer does not see: whoever uses it would get false alarms.
    let mut seen = due.load(site!(DUE_PEEK: Relaxed)); // Relaxed: only a guess for the exchange below.
    while seen < replaced {
        // Release: DUE edge, pairs with DUE_LOAD: all uses by readers come before it. Relaxed on failure: a guess.
        match due.compare_exchange(seen, replaced, site!(DUE_RAISE: Release), site!(DUE_LOST: Relaxed)) {
            Ok(_) => return,
            Err(other) => seen = other,
        }
    }
}

impl<T> Retired<T> {
    pub(super) fn new() -> Self {
        Self {
            top: AtomicPtr::new(ptr::null_mut()),
            dropped: AtomicU64::new(0),
            asked: AtomicU64::new(0),
            due: Arc::new(AtomicU64::new(0)),
            _values: PhantomData,
        }
    }

    /// Takes over a value that was replaced.
    ///
    /// # Safety
    /// The caller has replaced it in the cell of this list, and has been pinned by `guard` since before that.
    pub(super) unsafe fn push(&self, node: NodePtr<Content<T>>, guard: &Guard) {
        node.note_retired(guard);
        // SAFETY: owned by the caller, and as a list of one by nobody else.
        unsafe { self.push_list(node, node) };
    }

    /// Puts a list on top.
    ///
    /// # Safety
    /// The caller owns the nodes from `first` to `last`, which are linked.
    unsafe fn push_list(&self, first: NodePtr<Content<T>>, last: NodePtr<Content<T>>) {
        // SAFETY: owned by the caller.
        let last = unsafe { last.get_owned() };
        let mut top = self.top.load(site!(RETIRED_TOP: Relaxed)); // Relaxed: only a guess for the exchange below.
        loop {
            last.link(NodePtr::from_ptr(top));
            let first = first.as_ptr();
            // Release: RETIRED edge, pairs with RETIRED_TAKE: links and versions are seen. Relaxed on failure: a guess.
            match self.top.compare_exchange(top, first, site!(RETIRED_PUSH: Release), site!(RETIRED_LOST: Relaxed)) {
                Ok(_) => return,
                Err(seen) => top = seen,
            }
        }
    }

    /// Asks the collector to say when values with a version below `replaced` are due. `guard` must be flushed after it.
    ///
    /// All of these were replaced, as the caller knows by having read a value with the version `replaced`.
    pub(super) fn ask(&self, replaced: u64, guard: &Guard) {
        self.asked.fetch_max(replaced, site!(ASKED_RAISE: Relaxed)); // Relaxed: a hint that saves requests.
        let due = Arc::clone(&self.due);
        guard.defer(move || raise(&due, replaced));
    }

    /// Whether to ask: no request is under way, and there is something to ask for.
    pub(super) fn should_ask(&self, replaced: u64) -> bool {
        let due = self.due();
        // Relaxed: one request too many, or one that comes with the next publication.
        due < replaced && self.asked.load(site!(ASKED_LOAD: Relaxed)) <= due
    }

    /// How many values are due, or were.
    pub(super) fn due(&self) -> u64 {
        // Acquire: DUE edge, pairs with DUE_RAISE: the readers' uses come before what the caller does to the values.
        self.due.load(site!(DUE_LOAD: Acquire))
    }

    /// How many values were dropped.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(site!(DROPPED_LOAD: Relaxed)) // Relaxed: a figure.
    }

    /// Whether more than `spare` values can be dropped, and enough of all that wait to be worth a walk through the
    /// list.
    pub(super) fn worth_dropping(&self, replaced: u64, spare: u64) -> bool {
        let due = self.due();
        let ready = due.saturating_sub(self.dropped());
        ready > spare && ready * WAITING_PER_DUE >= replaced.saturating_sub(due)
    }

    /// Drops the values that are due, oldest first, and returns how many. A panic of a destructor is contained, and
    /// counted.
    pub(super) fn drop_due(&self) -> usize {
        let due = self.take_due(self.due());
        // SAFETY: taken out of the list above, and no reader has a value that is due.
        unsafe { self.drop_list(due) }
    }

    /// # Safety
    /// The caller owns the nodes of the list, and nobody else reads them.
    unsafe fn drop_list(&self, mut list: Option<NodePtr<Content<T>>>) -> usize {
        let mut count = 0;
        while let Some(node) = list {
            // SAFETY: owned, by the contract of this function.
            list = unsafe { node.get_owned() }.next();
            // SAFETY: the same, and nobody reads it.
            epoch::contain_panic(|| unsafe { node.free_noted() });
            self.dropped.fetch_add(1, site!(DROPPED_ADD: Relaxed)); // Relaxed: a figure.
            count += 1;
        }
        if count > 0 {
            discards::free_all(); // what maps in the values have left
        }
        count
    }

    /// Takes the values with a version below `due` out of the list, oldest first.
    fn take_due(&self, due: u64) -> Option<NodePtr<Content<T>>> {
        let due = if rule!(DUE_FIRST) { due } else { u64::MAX };
        // Relaxed: nothing is read through it; a miss leaves the work to a later call.
        if self.top.load(site!(RETIRED_PEEK: Relaxed)).is_null() {
            return None;
        }
        // Acquire: RETIRED edge, pairs with RETIRED_PUSH.
        let mut list = NodePtr::<Content<T>>::from_ptr(self.top.swap(ptr::null_mut(), site!(RETIRED_TAKE: Acquire)));
        let (mut taken, mut rest, mut last) = (None, None, None);
        while let Some(node) = list {
            // SAFETY: owned here since the whole list was taken.
            let content = unsafe { node.get_owned() };
            list = content.next();
            if content.version < due {
                content.link(taken);
                taken = Some(node);
            } else {
                content.link(rest);
                rest = Some(node);
                last.get_or_insert(node);
            }
        }
        if let (Some(first), Some(last)) = (rest, last) {
            // SAFETY: linked above, and owned here.
            unsafe { self.push_list(first, last) };
        }
        taken
    }
}

impl<T> Drop for Retired<T> {
    fn drop(&mut self) {
        let all = self.take_due(if rule!(DROP_ALL) { u64::MAX } else { self.due() });
        // SAFETY: nobody has borrowed the cell, so no thread has a value of it.
        unsafe { self.drop_list(all) };
    }
}
