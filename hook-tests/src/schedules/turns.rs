//! Threads of which one runs at a time: whose turn it is, and how a turn ends.

use super::strategy::{Moment, Strategy, Why};
use crate::platform::hook::Command;
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Thread};
use std::time::Duration;

/// Steps behind which a schedule is a livelock. A round of a few threads takes some hundred to some thousand.
const MOST_STEPS: u64 = 1 << 20;

/// The same for steps of waiting, each of which may be a change of threads.
const MOST_WAITS: u64 = 1 << 16;

/// How often the coordinator looks whether there was a step, and how often in a row there may be none. (A process that is
/// stopped makes none, either.)
const LOOK: Duration = Duration::from_secs(30);
const LOOKS_IN_VAIN: u32 = 4;

/// What threads do, given their numbers.
pub(crate) type Job = Arc<dyn Fn(usize) + Send + Sync>;

/// Whose turn it is. Threads have the numbers from 0 on, their coordinator the one behind these.
pub(crate) struct Turns {
    turn: AtomicUsize,
    threads: Box<[OnceLock<Thread>]>,
    state: Mutex<State>,
}

struct State {
    job: Option<Job>,
    /// The thread that waits for all of them.
    coordinator: Thread,
    strategy: Strategy,
    runnable: Vec<usize>,
    /// Steps up to the beginning of the turn.
    steps: u64,
    /// Steps of the turn, at most.
    length: u64,
    waits: u64,
    switches: Vec<Switch>,
    failures: Vec<String>,
}

/// A thread has gone on where another one was before.
#[derive(Clone, Copy)]
struct Switch {
    steps: u64,
    from: usize,
    to: usize,
    why: Why,
    site: &'static str,
}

/// What a schedule has come to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) steps: u64,
    pub(crate) switches: usize,
    /// What threads have ended with that did not come to their end, and the schedule that led there.
    pub(crate) failure: Option<String>,
}

impl Turns {
    pub(super) fn new(threads: usize) -> Self {
        Self {
            turn: AtomicUsize::new(threads),
            threads: (0..threads).map(|_| OnceLock::new()).collect(),
            state: Mutex::new(State {
                job: None,
                coordinator: thread::current(),
                strategy: Strategy::bytes(&[]),
                runnable: Vec::new(),
                steps: 0,
                length: 0,
                waits: 0,
                switches: Vec::new(),
                failures: Vec::new(),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The calling thread has this number.
    pub(super) fn sit_down(&self, me: usize) {
        self.threads[me].set(thread::current()).expect("a number has one thread");
    }

    fn coordinator(&self) -> usize {
        self.threads.len()
    }

    fn hand_over(&self, to: usize) {
        // Release, and Acquire in `await_turn`: what is done in one turn happens before what is done in the next.
        let coordinator = (to == self.coordinator()).then(|| self.state().coordinator.clone());
        self.turn.store(to, Ordering::Release);
        if let Some(thread) = coordinator.as_ref().or_else(|| self.threads.get(to)?.get()) {
            thread.unpark();
        }
    }

    /// Waits for the turn of thread `me`.
    pub(super) fn await_turn(&self, me: usize) {
        while self.turn.load(Ordering::Acquire) != me {
            thread::park();
        }
    }

    /// What the thread that has the turn is to do; `None` if it is to leave.
    pub(super) fn job(&self) -> Option<Job> {
        self.state().job.clone()
    }

    /// Runs a job on the first so many threads, and waits until all are through.
    pub(super) fn run(&self, threads: usize, strategy: Strategy, job: Job) -> Run {
        let first = {
            let mut state = self.state();
            *state = State {
                job: Some(job),
                coordinator: thread::current(),
                strategy,
                runnable: (0..threads).collect(),
                steps: 0,
                length: 0,
                waits: 0,
                switches: std::mem::take(&mut state.switches),
                failures: Vec::new(),
            };
            state.switches.clear();
            state.decide(self.coordinator(), Why::Start, "the start")
        };
        self.hand_over(first);
        self.await_all();
        let mut state = self.state();
        state.job = None;
        let failures = std::mem::take(&mut state.failures);
        let failure = (!failures.is_empty()).then(|| format!("{}\n{}", failures.join("\n"), state.schedule()));
        Run { steps: state.steps, switches: state.switches.len(), failure }
    }

    /// Waits until all threads are through. A thread that is stopped outside of the sites, where nobody can help it, ends the process.
    fn await_all(&self) {
        let (mut looks, mut before) = (0, 0);
        while self.turn.load(Ordering::Acquire) != self.coordinator() {
            thread::park_timeout(LOOK);
            let now = self.state().steps;
            looks = if now == before { looks + 1 } else { 0 };
            before = now;
            if looks > LOOKS_IN_VAIN && self.turn.load(Ordering::Acquire) != self.coordinator() {
                eprintln!("a thread that has the turn makes no step\n{}", self.state().schedule());
                std::process::abort();
            }
        }
    }

    /// Asks threads to leave, one after the other.
    pub(super) fn dismiss(&self) {
        self.state().coordinator = thread::current();
        for thread in 0..self.coordinator() {
            self.hand_over(thread);
            self.await_turn(self.coordinator());
        }
    }

    /// The thread gives up its seat.
    pub(super) fn leave(&self) {
        self.hand_over(self.coordinator());
    }

    /// The thread is through with the job, or has ended before it was, with that text.
    pub(super) fn end(&self, me: usize, failure: Option<String>) {
        let next = {
            let mut state = self.state();
            state.runnable.retain(|&thread| thread != me);
            state.failures.extend(failure.map(|text| format!("thread {me}: {text}")));
            if state.runnable.is_empty() { self.coordinator() } else { state.decide(me, Why::Ended, "its end") }
        };
        self.hand_over(next);
    }
}

impl State {
    fn decide(&mut self, current: usize, why: Why, site: &'static str) -> usize {
        let moment = Moment { why, current, runnable: &self.runnable, steps: self.steps };
        let (next, length) = self.strategy.decide(moment);
        self.length = length.min(MOST_STEPS);
        if next != current {
            self.switches.push(Switch { steps: self.steps, from: current, to: next, why, site });
        }
        next
    }

    /// The switches, the last of them if there are many.
    fn schedule(&self) -> String {
        const SHOWN: usize = 200;
        let mut text = format!("schedule: {} steps, {} switches\n", self.steps, self.switches.len());
        for switch in &self.switches[self.switches.len().saturating_sub(SHOWN)..] {
            let Switch { steps, from, to, why, site } = switch;
            let _ = writeln!(text, "  step {steps}: {to} goes on, {from} is at {site} ({why:?})");
        }
        text
    }
}

impl fmt::Debug for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turns").field("threads", &self.coordinator()).finish_non_exhaustive()
    }
}

/// The turns of one thread, asked at every site.
#[derive(Debug)]
pub(super) struct Seat {
    turns: Arc<Turns>,
    me: usize,
    /// Steps of the turn, and those that are left.
    length: u64,
    left: u64,
}

impl Seat {
    /// For the thread that has the turn.
    pub(super) fn new(turns: &Arc<Turns>, me: usize) -> Self {
        let length = turns.state().length;
        Self { turns: Arc::clone(turns), me, length, left: length }
    }

    /// Ends the turn, and waits for the next one.
    fn give_way(&mut self, why: Why, site: &'static str) -> Result<(), String> {
        let next = {
            let mut state = self.turns.state();
            state.steps += self.length - self.left;
            state.waits += u64::from(why == Why::Waits);
            if state.steps > MOST_STEPS || state.waits > MOST_WAITS {
                return Err(format!("livelock: {} steps, waited {} times, and no end", state.steps, state.waits));
            }
            state.decide(self.me, why, site)
        };
        if next != self.me {
            self.turns.hand_over(next);
            self.turns.await_turn(self.me);
        }
        self.length = self.turns.state().length;
        self.left = self.length;
        Ok(())
    }
}

impl Command for Seat {
    #[inline]
    fn at(&mut self, site: &'static str) -> Result<(), String> {
        self.left -= 1;
        if self.left > 0 {
            return Ok(());
        }
        self.give_way(Why::Due, site)
    }

    fn waits(&mut self) -> Result<(), String> {
        self.give_way(Why::Waits, "a wait")
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.turns.state().steps += self.length - self.left;
    }
}
