//! What happens at a site: nothing, for a thread without a plan.

use core::cell::{Cell, RefCell};
use core::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

thread_local! {
    /// Whether this thread has a plan. Needs no destructor, so that it can be asked at any time.
    static ACTIVE: Cell<bool> = const { Cell::new(false) };
    static PLAN: RefCell<Option<Plan>> = const { RefCell::new(None) };
}

/// What a thread does at sites.
#[derive(Debug)]
pub(crate) enum Plan {
    /// Notes their names.
    Record(Vec<&'static str>),
    /// Waits at some of them, in this order (the last one first), at a gate.
    Park(Vec<Stop>, Arc<Gate>),
    /// Yields or spins at one in sixteen; the state of a generator.
    Perturb(u64),
}

/// The n-th hit of a site, counted from 1, since the stop before.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    pub(crate) site: &'static str,
    pub(crate) hit: u32,
}

/// Asked at every site.
#[inline]
pub(crate) fn at(name: &'static str, ordering: Ordering) -> Ordering {
    if ACTIVE.get() {
        follow_plan(name);
    }
    ordering
}

#[cold]
fn follow_plan(name: &'static str) {
    // Fails only when the thread is being torn down.
    let gate = PLAN.try_with(|plan| plan.borrow_mut().as_mut().and_then(|plan| plan.step(name)));
    if let Ok(Some(gate)) = gate {
        gate.wait();
    }
}

impl Plan {
    /// Returns the gate to wait at.
    fn step(&mut self, name: &'static str) -> Option<Arc<Gate>> {
        match self {
            Self::Record(names) => names.push(name),
            Self::Perturb(state) => {
                *state ^= *state << 13;
                *state ^= *state >> 7;
                *state ^= *state << 17;
                match *state >> 20 & 31 {
                    0 => std::thread::yield_now(),
                    1 => (0..*state >> 30 & 0x3FF).for_each(|_| core::hint::spin_loop()),
                    _ => {}
                }
            }
            Self::Park(stops, gate) => {
                let stop = stops.last_mut()?;
                if stop.site == name {
                    stop.hit -= 1;
                    if stop.hit == 0 {
                        stops.pop();
                        return Some(Arc::clone(gate));
                    }
                }
            }
        }
        None
    }
}

/// Runs `body` by a plan, and returns the plan as it is then.
pub(crate) fn with_plan<R>(plan: Plan, body: impl FnOnce() -> R) -> (R, Plan) {
    /// Takes the plan away even if the body panics.
    struct Active;
    impl Drop for Active {
        fn drop(&mut self) {
            ACTIVE.set(false);
        }
    }
    PLAN.set(Some(plan));
    ACTIVE.set(true);
    let active = Active;
    let result = body();
    drop(active);
    (result, PLAN.take().expect("set above"))
}

/// Where a thread waits until it is let go.
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

    fn wait(&self) {
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
