//! Where a thread waits until it is let go.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The stops of one thread.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    arrived: u32,
    released: u32,
    /// The thread will not arrive any more.
    finished: bool,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wait(&self) {
        let mut state = self.state();
        state.arrived += 1;
        self.changed.notify_all();
        let arrived = state.arrived;
        drop(self.changed.wait_while(state, |state| state.released < arrived).unwrap_or_else(PoisonError::into_inner));
    }

    /// Lets the thread go from its first so many stops.
    pub(crate) fn release(&self, stops: u32) {
        self.state().released = stops;
        self.changed.notify_all();
    }

    /// The thread is at its end.
    pub(crate) fn finish(&self) {
        self.state().finished = true;
        self.changed.notify_all();
    }

    /// Waits for the arrival of the thread at a stop; `false` if it came to its end without.
    pub(crate) fn await_arrival(&self, stop: u32) -> bool {
        let pending = |state: &mut State| state.arrived < stop && !state.finished;
        let (state, timeout) = self
            .changed
            .wait_timeout_while(self.state(), Duration::from_secs(30), pending)
            .unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "a thread neither arrived nor ended");
        state.arrived >= stop
    }
}
