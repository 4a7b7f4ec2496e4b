//! What happens at a site, at a rule, and where the crate waits: nothing, for a thread without a plan.
//!
//! | file | idea |
//! | --- | --- |
//! | `kind` | what a site is for |
//! | `gate` | where a thread is parked |

mod gate;
mod kind;

use core::cell::{Cell, RefCell};
use core::sync::atomic::Ordering;
use std::panic::resume_unwind;
use std::sync::{Arc, OnceLock};
use std::thread::LocalKey;

pub(crate) use gate::Gate;
pub(crate) use kind::Kind;

thread_local! {
    /// Whether this thread has a plan. Needs no destructor, so that it can be asked at any time.
    static ACTIVE: Cell<bool> = const { Cell::new(false) };
    static PLAN: RefCell<Option<Plan>> = const { RefCell::new(None) };
    /// Sites of migrations that this thread has come to by a plan.
    static MIGRATING: Cell<u64> = const { Cell::new(0) };
    /// The rule that is not in force for this thread.
    static WITHOUT: Cell<Option<&'static str>> = const { Cell::new(None) };
    static AS_USERS: Cell<bool> = const { Cell::new(false) };
}

/// A site with a weaker ordering, in the whole process.
static WEAKENED: OnceLock<(&str, Ordering)> = OnceLock::new();

/// Weakens a site, for good. The first call counts.
pub(crate) fn weaken(site: &'static str, ordering: Ordering) {
    WEAKENED.get_or_init(|| (site, ordering));
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
    /// Does what another decides.
    Obey(Box<dyn Command>),
}

/// Decides at each site how a thread goes on.
pub(crate) trait Command: core::fmt::Debug + Send {
    /// The thread is at a site. Returns when it is to go on; with an error it ends there, by unwinding with that text.
    fn at(&mut self, site: &'static str) -> Result<(), String>;

    /// The same for a thread that waits for others.
    fn waits(&mut self) -> Result<(), String>;
}

/// The n-th hit of a site, counted from 1, since the stop before.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    pub(crate) site: &'static str,
    pub(crate) hit: u32,
}

/// Asked at every site.
#[inline]
pub(crate) fn at(name: &'static str, kind: Kind, ordering: Ordering) -> Ordering {
    if ACTIVE.get() {
        if kind == Kind::Migration {
            MIGRATING.set(MIGRATING.get() + 1);
        }
        follow_plan(|plan| plan.step(name, kind));
    }
    match WEAKENED.get() {
        Some((site, weaker)) if *site == name => *weaker,
        _ => ordering,
    }
}

/// Asked where the crate spins or yields. Returns whether that is done.
#[inline]
pub(crate) fn waits() -> bool {
    ACTIVE.get() && follow_plan(Plan::wait)
}

/// Whether a rule is in force.
#[inline]
pub(crate) fn rule(name: &'static str) -> bool {
    WITHOUT.get() != Some(name)
}

/// Runs `body` without one of the rules, on this thread.
pub(crate) fn without<R>(rule: Option<&'static str>, body: impl FnOnce() -> R) -> R {
    with_value(&WITHOUT, rule, body)
}

/// Whether lines are searched in the way that users get, which has no sites. No thread can be stopped in it.
#[inline]
pub(crate) fn searches_as_users() -> bool {
    AS_USERS.get()
}

/// Runs `body` with that way of searching lines, or with the portable one, on this thread.
pub(crate) fn as_users<R>(yes: bool, body: impl FnOnce() -> R) -> R {
    with_value(&AS_USERS, yes, body)
}

/// Runs `body` while the cell has this value.
fn with_value<T: Copy + 'static, R>(cell: &'static LocalKey<Cell<T>>, value: T, body: impl FnOnce() -> R) -> R {
    struct Restore<T: Copy + 'static>(&'static LocalKey<Cell<T>>, T);
    impl<T: Copy> Drop for Restore<T> {
        fn drop(&mut self) {
            self.0.set(self.1);
        }
    }
    let _restore = Restore(cell, cell.replace(value));
    body()
}

/// How many sites of migrations this thread has come to so far.
pub(crate) fn migrating() -> u64 {
    MIGRATING.get()
}

/// What is left to do when the plan is not in use any more.
enum Then {
    Go,
    Wait(Arc<Gate>),
    End(String),
}

#[cold]
fn follow_plan(step: impl FnOnce(&mut Plan) -> Then) -> bool {
    // Fails only when the thread is being torn down.
    let then = PLAN.try_with(|plan| plan.borrow_mut().as_mut().map(step));
    let Ok(Some(then)) = then else { return false };
    match then {
        Then::Go => {}
        Then::Wait(gate) => gate.wait(),
        Then::End(why) => {
            // What is dropped on the way out comes to sites as well.
            ACTIVE.set(false);
            resume_unwind(Box::new(why));
        }
    }
    true
}

impl Plan {
    fn step(&mut self, name: &'static str, kind: Kind) -> Then {
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
                let Some(stop) = stops.last_mut() else { return Then::Go };
                if stop.site == name {
                    stop.hit -= 1;
                    if stop.hit == 0 {
                        stops.pop();
                        return Then::Wait(Arc::clone(gate));
                    }
                }
            }
            Self::Obey(command) => {
                if kind != Kind::Platform {
                    return command.at(name).map_or_else(Then::End, |()| Then::Go);
                }
            }
        }
        Then::Go
    }

    fn wait(&mut self) -> Then {
        match self {
            Self::Obey(command) => command.waits().map_or_else(Then::End, |()| Then::Go),
            Self::Record(_) | Self::Park(..) | Self::Perturb(_) => {
                std::thread::yield_now();
                Then::Go
            }
        }
    }
}

/// Runs `body` by a plan, and returns the plan as it is then.
pub(crate) fn with_plan<R>(plan: Plan, body: impl FnOnce() -> R) -> (R, Plan) {
    /// Takes the plan away even if the body panics.
    struct Active;
    impl Drop for Active {
        fn drop(&mut self) {
            ACTIVE.set(false);
            PLAN.take();
        }
    }
    let _active = Active;
    PLAN.set(Some(plan));
    ACTIVE.set(true);
    let result = body();
    ACTIVE.set(false);
    (result, PLAN.take().expect("set above"))
}
