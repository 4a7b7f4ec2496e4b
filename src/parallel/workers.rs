//! A state for each thread that takes part, not for each piece of work.
//!
//! Rayon cuts work into many more pieces than there are threads, and asks for a new state for each of them. Here a piece
//! takes a state that none is using at the moment, and gives it back at its end. So there are no more of them than pieces
//! that run at once: one for each thread, unless the rows themselves are made by parallel work on top of it.

use core::ops::{Deref, DerefMut};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};

/// States that are in nobody's hands.
struct Idle<W>(Mutex<Vec<W>>);

impl<W> Idle<W> {
    fn with<T>(&self, run: impl FnOnce(&mut Vec<W>) -> T) -> T {
        // Nothing panics while it is locked.
        run(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn lease(&self, new: impl FnOnce() -> W) -> Lease<'_, W> {
        let worker = self.with(Vec::pop).unwrap_or_else(new);
        Lease { idle: self, worker: Some(worker) }
    }
}

/// A state in the hands of one piece of work, which gives it back also when it panics.
struct Lease<'i, W> {
    idle: &'i Idle<W>,
    worker: Option<W>,
}

impl<W> Deref for Lease<'_, W> {
    type Target = W;

    fn deref(&self) -> &W {
        self.worker.as_ref().unwrap_or_else(|| unreachable!("it is given back at the end"))
    }
}

impl<W> DerefMut for Lease<'_, W> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut W {
        self.worker.as_mut().unwrap_or_else(|| unreachable!("it is given back at the end"))
    }
}

impl<W> Drop for Lease<'_, W> {
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take() {
            self.idle.with(|idle| idle.push(worker));
        }
    }
}

/// Hands all rows to states, and finishes these, each on a thread of the pool. After a panic it finishes all the same, and
/// panics then.
pub(super) fn for_each<T: Send, W: Send>(
    rows: impl IntoParallelIterator<Item = T>,
    new: impl Fn() -> W + Sync + Send,
    push: impl Fn(&mut W, T) + Sync + Send,
    finish: impl Fn(&mut W) + Sync + Send,
) {
    let idle = Idle(Mutex::new(Vec::new()));
    let take_in = || rows.into_par_iter().for_each_init(|| idle.lease(&new), |worker, row| push(worker, row));
    // States, and the map, are whole wherever code of the user's may panic.
    let mut first = catch_unwind(AssertUnwindSafe(take_in)).err();
    let workers = idle.with(core::mem::take);
    let rest: Vec<_> = workers
        .into_par_iter()
        .filter_map(|mut worker| {
            // One whose rest panics tries once more, as for one thread, if that is the first panic.
            let mut finish = || catch_unwind(AssertUnwindSafe(|| finish(&mut worker))).err();
            let panicked = finish()?;
            let _second = finish();
            Some(panicked)
        })
        .collect();
    first = first.or_else(|| rest.into_iter().next());
    if let Some(payload) = first {
        resume_unwind(payload);
    }
}
