//! One case: a victim is parked, others work, the victim goes on.

use crate::platform::epoch;
use crate::platform::hook::{Gate, Plan, Stop, as_users, with_plan};
use std::sync::{Arc, mpsc};
use std::thread::{self, Scope};
use std::time::Duration;

/// How long the others may take, in a case that is not to find them stuck.
pub(super) const DEADLINE: Duration = Duration::from_secs(60);

/// Work that a thread can do.
pub(super) type Work<'a> = &'a (dyn Fn() + Sync);

/// Who is parked where, and who works meanwhile.
pub(super) struct Case<'a> {
    /// Parked before the victim starts, until the end.
    pub(super) accomplice: Option<(Work<'a>, Stop)>,
    pub(super) victim: Work<'a>,
    /// Whether the victim's thread takes its number, and is counted, in the middle of that, and not before.
    pub(super) fresh: bool,
    /// Done while the victim is at a stop that is not its last.
    pub(super) between: Work<'a>,
    /// Done by two threads while the victim is at its last stop.
    pub(super) others: &'a (dyn Fn(u64) + Sync),
    /// Done behind that, while the victim is still there.
    pub(super) behind: Option<Work<'a>>,
    /// How long the others may take.
    pub(super) deadline: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// The victim came to its last stop, and the accomplice to its own.
    pub(super) parked: bool,
    /// The others did not finish while it was there.
    pub(super) stuck: bool,
}

/// A thread that runs by a plan; let go when this is dropped, even by a panic, so that its scope can end.
struct Planned(Arc<Gate>);

impl Drop for Planned {
    fn drop(&mut self) {
        self.0.release(u32::MAX);
    }
}

impl Planned {
    fn spawn<'s>(scope: &'s Scope<'s, '_>, fresh: bool, work: &'s (dyn Fn() + Sync), stops: &[Stop]) -> Self {
        /// Tells the gate that its thread will not come any more, however it ends.
        struct Finish(Arc<Gate>);
        impl Drop for Finish {
            fn drop(&mut self) {
                self.0.finish();
            }
        }
        let gate = Arc::new(Gate::default());
        let plan = Plan::Park(stops.iter().rev().cloned().collect(), Arc::clone(&gate));
        let finish = Finish(Arc::clone(&gate));
        scope.spawn(move || {
            let _finish = finish;
            begin(fresh);
            with_plan(plan, work);
        });
        Self(gate)
    }
}

/// What a thread does that has a plan, before it has it.
fn begin(fresh: bool) {
    if !fresh {
        drop(epoch::pin());
    }
}

impl<'a> Case<'a> {
    /// A victim beside nobody.
    pub(super) fn of(victim: Work<'a>, others: &'a (dyn Fn(u64) + Sync)) -> Self {
        Self { accomplice: None, victim, fresh: false, between: &|| {}, others, behind: None, deadline: DEADLINE }
    }

    /// With whether it is parked.
    fn start_accomplice<'s>(&'s self, scope: &'s Scope<'s, '_>) -> Option<(Planned, bool)> {
        let (work, stop) = self.accomplice.as_ref()?;
        let accomplice = Planned::spawn(scope, false, *work, std::slice::from_ref(stop));
        let parked = accomplice.0.await_arrival(1);
        Some((accomplice, parked))
    }

    /// The names of the sites that the victim reaches, in order, and whether the accomplice was parked meanwhile.
    pub(super) fn record(&self) -> (Vec<&'static str>, bool) {
        let (plan, parked) = thread::scope(|scope| {
            let accomplice = self.start_accomplice(scope);
            let victim = scope.spawn(|| {
                begin(self.fresh);
                with_plan(Plan::Record(Vec::new()), self.victim).1
            });
            let plan = victim.join().expect("the victim panicked");
            (plan, accomplice.is_none_or(|(_, parked)| parked))
        });
        match plan {
            Plan::Record(names) => (names, parked),
            other => unreachable!("{other:?}"),
        }
    }

    /// Runs the case with the victim stopping at `stops`, one after the other. The others do nothing if it does
    /// not come to the last one, or the accomplice to its own. All threads are done when it returns.
    pub(super) fn run(&self, stops: &[Stop]) -> Verdict {
        let last = stops.len() as u32;
        let behind = |_| self.behind.iter().for_each(|work| work());
        thread::scope(|scope| {
            let accomplice = self.start_accomplice(scope);
            let victim = Planned::spawn(scope, self.fresh, self.victim, stops);
            let mut parked = false;
            for stop in 1..=last {
                parked = victim.0.await_arrival(stop);
                if parked && stop < last {
                    (self.between)();
                    victim.0.release(stop);
                }
            }
            parked &= accomplice.as_ref().is_none_or(|accomplice| accomplice.1);
            let stuck = parked
                && !(self.ends_in_time(scope, 2, self.others)
                    && self.ends_in_time(scope, u64::from(self.behind.is_some()), &behind));
            drop((accomplice, victim));
            Verdict { parked, stuck }
        })
    }

    /// Whether so many threads have done some work by the deadline.
    fn ends_in_time<'s>(&self, scope: &'s Scope<'s, '_>, threads: u64, work: &'s (dyn Fn(u64) + Sync)) -> bool {
        let (done, finished) = mpsc::channel();
        for thread in 0..threads {
            let done = done.clone();
            scope.spawn(move || {
                as_users(true, || work(thread));
                // Behind the deadline nobody asks.
                let _ = done.send(());
            });
        }
        // So that a panic is noticed at once.
        drop(done);
        (0..threads).all(|_| finished.recv_timeout(self.deadline).is_ok())
    }
}
