//! Publishing: one exchange for all, and what each call expects to replace.
#![allow(unsafe_code)] // Owns a node before it is published, and the one that it replaces.

use super::snapshot::{Content, Snapshot};
use super::{NotCurrent, Published};
use crate::platform::epoch::{self, Guard};
use crate::platform::tuning::{COLLECTIONS_PER_PUBLICATION, DUE_UNDER_GUARD};
use crate::platform::{rule, site};
use crate::reclaim::node::NodePtr;
use core::ptr;

/// What a publication has done.
struct Done<'g, T> {
    before: Snapshot<'g, T>,
    after: Snapshot<'g, T>,
}

impl<T> Published<T> {
    /// Publishes `value`, whatever is there, and returns its version.
    ///
    /// Lock-free, linearizable. Does not wait for readers. Drops replaced values at the end: see [the
    /// type](Self#destructors).
    ///
    /// ```
    /// let cell = atomic_dict::Published::new("a");
    /// assert_eq!(cell.store("b"), 1);
    /// assert_eq!(*cell.load_owned(), "b");
    /// ```
    pub fn store(&self, value: T) -> u64 {
        let guard = epoch::pin();
        let version = match self.publish(value, &guard, |_| true) {
            Ok(done) => done.after.version(),
            Err(_) => unreachable!("any snapshot is expected"),
        };
        drop(guard);
        self.settle(version);
        version
    }

    /// Publishes `value`, whatever is there, and returns what it replaced.
    ///
    /// Lock-free, linearizable. Does not wait for readers, and takes the time of one exchange: it is called under a
    /// guard, so it leaves destructors to later calls, [`reclaim`](Self::reclaim) for example, unless [too many
    /// wait](Self#destructors).
    ///
    /// ```
    /// use atomic_dict::{Published, pin};
    /// let cell = Published::new("a");
    /// assert_eq!(*cell.swap("b", &pin()), "a");
    /// ```
    pub fn swap<'g>(&'g self, value: T, guard: &'g Guard) -> Snapshot<'g, T> {
        match self.publish(value, guard, |_| true) {
            Ok(done) => {
                self.settle(done.after.version());
                done.before
            }
            Err(_) => unreachable!("any snapshot is expected"),
        }
    }

    /// Publishes `value` in place of the very value that `current` refers to, and returns the new snapshot.
    ///
    /// What counts is which publication it is, not whether values are equal. As long as `current` can be used, no other
    /// value stands where it does, so it cannot be mistaken for a later one. A reference to anything else is not
    /// current. (Values without a size have no place of their own: a reference to another one may be the same.)
    ///
    /// Lock-free, linearizable. Destructors as in [`swap`](Self::swap).
    ///
    /// # Errors
    /// If something else is current: that, and the value that was not published.
    ///
    /// ```
    /// use atomic_dict::{Published, pin};
    /// let (cell, guard) = (Published::new(1), pin());
    /// let current = cell.load(&guard);
    /// assert!(cell.compare_and_set(current, 2, &guard).is_ok());
    /// let failed = cell.compare_and_set(current, 3, &guard).unwrap_err();
    /// assert_eq!((*failed.current, failed.value), (2, 3));
    /// ```
    #[doc(alias = "compare_exchange")]
    pub fn compare_and_set<'g>(
        &'g self,
        current: &T,
        value: T,
        guard: &'g Guard,
    ) -> Result<Snapshot<'g, T>, NotCurrent<Snapshot<'g, T>, T>> {
        let done = self.publish(value, guard, |seen| ptr::eq(seen.value(), current))?;
        self.settle(done.after.version());
        Ok(done.after)
    }

    /// Publishes `value` if the current version is still `version`, and returns the version of `value`.
    ///
    /// For work that takes long: nothing needs to be pinned between reading the version and this call. A version never
    /// comes back.
    ///
    /// Lock-free, linearizable. Destructors as in [`store`](Self::store).
    ///
    /// # Errors
    /// If another version is current: that, and the value that was not published.
    ///
    /// ```
    /// let cell = atomic_dict::Published::new(vec![3, 1, 2]);
    /// let (version, mut numbers) = { let now = cell.load_owned(); (now.version(), now.to_vec()) };
    /// numbers.sort();
    /// assert_eq!(cell.store_if_version(version, numbers), Ok(1));
    /// assert_eq!(cell.store_if_version(version, vec![]).unwrap_err().current, 1);
    /// ```
    pub fn store_if_version(&self, version: u64, value: T) -> Result<u64, NotCurrent<u64, T>> {
        let guard = epoch::pin();
        let version = match self.publish(value, &guard, |seen| seen.version() == version) {
            Ok(done) => done.after.version(),
            Err(NotCurrent { current, value }) => return Err(NotCurrent { current: current.version(), value }),
        };
        drop(guard);
        self.settle(version);
        Ok(version)
    }

    /// Publishes what `compute` makes of the current value, and returns its version: read, copy, update.
    ///
    /// No publication is lost: if another one comes first, `compute` **runs again** with that, and what it had made is
    /// dropped. So it should compute, and nothing else. It runs under a guard: nothing that any map or cell retires
    /// meanwhile is freed. For work that takes long see [`store_if_version`](Self::store_if_version).
    ///
    /// Lock-free, linearizable. Destructors as in [`store`](Self::store). If `compute` panics, nothing is published.
    ///
    /// ```
    /// let cell = atomic_dict::Published::new(vec![1]);
    /// let version = cell.update(|numbers| [numbers.as_slice(), &[2]].concat());
    /// assert_eq!((version, cell.load_owned().as_slice()), (1, &[1, 2][..]));
    /// ```
    #[doc(alias = "rcu")]
    pub fn update(&self, mut compute: impl FnMut(&T) -> T) -> u64 {
        match self.try_update(|current| Some(compute(current))) {
            Some(version) => version,
            None => unreachable!("the closure never declines"),
        }
    }

    /// As [`update`](Self::update), but publishes nothing, and returns `None`, if `compute` does.
    ///
    /// ```
    /// let cell = atomic_dict::Published::new(1);
    /// assert_eq!(cell.try_update(|number| (*number < 2).then_some(number + 1)), Some(1));
    /// assert_eq!(cell.try_update(|number| (*number < 2).then_some(number + 1)), None);
    /// ```
    #[doc(alias = "fetch_update")]
    pub fn try_update(&self, mut compute: impl FnMut(&T) -> Option<T>) -> Option<u64> {
        loop {
            let guard = epoch::pin();
            let current = self.snapshot(&guard);
            let value = compute(&current)?;
            let is_same = |seen: Snapshot<'_, T>| if rule!(SAME_SNAPSHOT) { seen.is(current) } else { true };
            match self.publish(value, &guard, is_same) {
                Ok(done) => {
                    let version = done.after.version();
                    drop(guard);
                    self.settle(version);
                    return Some(version);
                }
                Err(NotCurrent { value, .. }) => {
                    drop(guard); // the user's destructor needs none
                    drop(value);
                }
            }
        }
    }

    /// Publishes `value` in place of a snapshot that `is_expected`.
    fn publish<'g>(
        &'g self,
        value: T,
        guard: &'g Guard,
        is_expected: impl Fn(Snapshot<'g, T>) -> bool,
    ) -> Result<Done<'g, T>, NotCurrent<Snapshot<'g, T>, T>> {
        let mut node = self.current(guard);
        // SAFETY: current under the guard.
        let mut before = unsafe { self.read(node, guard) };
        if !is_expected(before) {
            return Err(NotCurrent { current: before, value });
        }
        let new = NodePtr::new(Content::new(value));
        loop {
            // SAFETY: allocated above, and not published yet.
            let content = unsafe { new.get_mut() };
            content.version = if rule!(NEXT_VERSION) { before.version() + 1 } else { content.version.max(1) };
            let (old, next) = (node.as_ptr(), new.as_ptr());
            // SeqCst: PUBLISH edge, pairs with SNAPSHOT_LOAD: value and version are seen, and it stands in the one order of all
            // operations. On failure: another publisher's value, which is the current one now.
            match self.current.compare_exchange(old, next, site!(PUBLISH: SeqCst), site!(PUBLISH_LOST: SeqCst)) {
                Ok(_) => break,
                // SAFETY: the cell is borrowed, hence whole.
                Err(seen) => node = unsafe { Self::known(seen) },
            }
            // SAFETY: current under the guard, as the exchange has seen.
            before = unsafe { self.read(node, guard) };
            if !is_expected(before) {
                // SAFETY: not published, and not used again.
                let Content { value, .. } = unsafe { new.take() };
                return Err(NotCurrent { current: before, value });
            }
        }
        // SAFETY: replaced by the exchange above, under the guard.
        unsafe { self.retired.push(node, guard) };
        // SAFETY: the exchange above made it current, under the guard.
        let after = unsafe { self.read(new, guard) };
        self.advance(after.version(), guard);
        Ok(Done { before, after })
    }

    /// Takes a step towards the moment when the values before version `replaced` are due.
    pub(super) fn advance(&self, replaced: u64, guard: &Guard) {
        // A request that is not flushed could wait for this thread for ever. The next publication asks.
        if epoch::collecting() {
            return;
        }
        if self.retired.should_ask(replaced) {
            self.retired.ask(replaced, guard);
        }
        guard.flush();
    }

    /// Ends a publication, which made `replaced` values old: drops what is due. To be called without a guard of one's
    /// own.
    fn settle(&self, replaced: u64) {
        if epoch::collecting() {
            return;
        }
        let mut spare = DUE_UNDER_GUARD;
        if !epoch::is_pinned() {
            spare = 0;
            for _ in 0..COLLECTIONS_PER_PUBLICATION {
                if self.retired.due() >= replaced {
                    break;
                }
                self.advance(replaced, &epoch::pin());
            }
        }
        if self.retired.worth_dropping(replaced, spare) {
            self.retired.drop_due();
        }
    }
}
