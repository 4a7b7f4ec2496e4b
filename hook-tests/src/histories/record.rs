//! One thread of a round: what it does next, and what it writes down.

use super::act::Yielded;
use super::check::Timed;
use super::event::{KEYS, KeyEvent, MapEvent, value_of};
use super::program::{Program, Step};
use crate::platform::hook;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::Instant;

/// What gives the moments of a round.
#[derive(Debug)]
pub(crate) enum Clock {
    /// The machine's, which is one for all threads and shares nothing that orders accesses.
    Machine(Instant),
    /// A counter, for threads of which one runs at a time.
    Counter(AtomicU64),
}

impl Clock {
    pub(crate) fn now(&self) -> u64 {
        match self {
            Self::Machine(origin) => {
                fence(Ordering::SeqCst);
                let now = u64::try_from(origin.elapsed().as_nanos()).expect("a short run");
                black_box(&now);
                // No access of the operation is done before the clock is read, and none behind it.
                fence(Ordering::SeqCst);
                now
            }
            Self::Counter(counter) => counter.fetch_add(1, Ordering::Relaxed),
        }
    }
}

/// What is faked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fake {
    Nothing,
    /// A compare-and-set by a lookup, and an insertion or removal.
    TwoSteps,
    /// A copier that goes on to the next table but one: see `copier`.
    Follow,
    /// A length of what is counted so far, which may miss what others have seen already.
    ApproximateLen,
    /// The length that the thread has found the last time.
    StaleLen,
    /// What the thread has found by its last traversal or batch.
    StaleWalk,
    /// The first partition twice, and not the last.
    PartTwice,
    /// A sweep of the keys that the thread knows of.
    SweepOfKnown,
}

/// A thread with its records.
#[derive(Debug)]
pub(crate) struct Actor<'r> {
    pub(crate) fake: Fake,
    thread: usize,
    program: &'r Program,
    clock: &'r Clock,
    /// The operation under way.
    operation: usize,
    attempts: u64,
    /// What the thread knows of each key.
    known: [Option<u64>; KEYS],
    /// The length that it has found last, and what by a traversal or batch.
    len: Option<usize>,
    walked: Option<Yielded>,
    /// Other keys that it has brought, and not removed.
    pub(crate) others: Vec<u64>,
    brought: u64,
    /// When the operation has begun that is under way, and how many migrations there had been.
    begun: (u64, u64),
    said: Vec<MapEvent>,
    records: Vec<Timed<MapEvent>>,
}

impl<'r> Actor<'r> {
    pub(crate) fn new(thread: usize, program: &'r Program, fake: Fake, clock: &'r Clock) -> Self {
        Self {
            fake,
            thread,
            program,
            clock,
            operation: 0,
            attempts: 0,
            known: [None; KEYS],
            len: None,
            walked: None,
            others: Vec::new(),
            brought: 0,
            begun: (0, 0),
            said: Vec::new(),
            records: Vec::new(),
        }
    }

    pub(crate) fn into_records(self) -> Vec<Timed<MapEvent>> {
        self.records
    }

    /// The number of the value that the operation is to put.
    pub(crate) fn value(&self) -> u64 {
        self.program.number(value_of(self.thread, self.operation) | self.attempts << 8)
    }

    /// The same, another one for each call.
    pub(crate) fn next_value(&mut self) -> u64 {
        self.attempts = (self.attempts + 1).min(0xFF);
        self.value()
    }

    /// The same for a key that is not on record.
    pub(crate) fn other_value(&self, other: u64) -> u64 {
        self.program.number(other)
    }

    /// Whether it is the second, fourth, sixth operation.
    pub(crate) fn is_even(&self) -> bool {
        self.operation.is_multiple_of(2)
    }

    pub(crate) fn known(&self, key: usize) -> Option<u64> {
        self.known[key]
    }

    /// The length that was found before this one.
    pub(crate) fn len_before(&mut self, len: usize) -> usize {
        self.len.replace(len).unwrap_or(len)
    }

    /// What the traversal or batch before this one has found.
    pub(crate) fn walked_before(&mut self, yielded: Yielded) -> Yielded {
        self.walked.replace(yielded).unwrap_or(yielded)
    }

    /// The partition that is to be traversed in this one's turn.
    pub(crate) fn partition(&self, part: usize) -> usize {
        if self.fake == Fake::PartTwice { part.saturating_sub(1) } else { part }
    }

    /// Keys that a sweep removes one by one, if it is faked.
    pub(crate) fn sweeps_only(&self) -> Option<impl Iterator<Item = usize> + use<>> {
        let known = self.known;
        (self.fake == Fake::SweepOfKnown).then(|| (0..KEYS).filter(move |&key| known[key].is_some()))
    }

    /// The number of a key that is not on record, and that nobody has brought.
    pub(crate) fn next_other(&mut self) -> u64 {
        self.brought += 1;
        let number = 1000 * (1 + self.thread as u64) + self.brought;
        self.others.push(number);
        number
    }

    /// What the operation says about a key.
    pub(crate) fn say(&mut self, key: usize, event: KeyEvent) {
        match event {
            KeyEvent::Seen(state) | KeyEvent::Change { after: state, .. } => self.known[key] = state,
            KeyEvent::Put(value) => self.known[key] = Some(value),
            _ => {}
        }
        self.said.push(MapEvent::Key(key, event));
    }

    pub(crate) fn say_of_map(&mut self, event: MapEvent) {
        self.said.push(event);
    }

    /// Runs a step, and writes down what it says.
    pub(crate) fn step(&mut self, step: Step, act: impl FnOnce(&mut Self, Step)) {
        self.operation += 1;
        self.attempts = 0;
        self.begin();
        act(self, step);
        self.end(step);
    }

    /// Ends a first part of a step that is an operation of its own.
    pub(crate) fn part(&mut self, step: Step, act: impl FnOnce(&mut Self)) {
        act(self);
        self.end(step);
        self.begin();
    }

    fn begin(&mut self) {
        let migrations = hook::migrating();
        self.begun = (self.clock.now(), migrations);
    }

    fn end(&mut self, step: Step) {
        let ((start, migrations), end) = (self.begun, self.clock.now());
        let migrating = hook::migrating() != migrations;
        let (thread, name) = (self.thread, step.action.name());
        let timed = |event| Timed { event, start, end, thread, name, migrating };
        self.records.extend(self.said.drain(..).map(timed));
    }
}
