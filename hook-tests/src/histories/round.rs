//! A round: a program on a map of its own, and what its records say.

use super::check::{Search, Timed, overlap};
use super::event::{KEYS, KeyEvent, MapEvent};
use super::maps::Subject;
use super::program::{Check, Program, SWEEPS};
use super::record::{Actor, Clock, Fake};
use crate::platform::hook;
use std::fmt::Debug;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

/// A round, shared by its threads.
pub(crate) struct Round<S> {
    program: Program,
    fake: Fake,
    without: Option<&'static str>,
    subject: S,
    clock: Clock,
    /// Slots and migrations at first.
    before: (usize, usize),
    records: Mutex<Vec<Timed<MapEvent>>>,
}

/// What rounds have shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// Those in which operations overlapped: only these count.
    pub(crate) histories: usize,
    /// Histories in which nothing overlapped.
    pub(crate) apart: usize,
    /// Of those that count, those with an operation that took part in a migration, or met one.
    pub(crate) migrating: usize,
    pub(crate) migrations: usize,
    /// Rounds that ended with a smaller table.
    pub(crate) shrunk: usize,
    pub(crate) wrong: usize,
    /// The first wrong one.
    pub(crate) example: Option<String>,
}

impl Findings {
    pub(crate) fn add(&mut self, other: Self) {
        self.histories += other.histories;
        self.apart += other.apart;
        self.migrating += other.migrating;
        self.migrations += other.migrations;
        self.shrunk += other.shrunk;
        self.wrong += other.wrong;
        self.example = self.example.take().or(other.example);
    }

    fn note(&mut self, overlaps: bool, migrating: bool) {
        self.histories += usize::from(overlaps);
        self.apart += usize::from(!overlaps);
        self.migrating += usize::from(overlaps && migrating);
    }

    fn note_wrong(&mut self, why: &str, events: &[impl Debug]) {
        self.wrong += 1;
        self.example.get_or_insert_with(|| {
            let lines: Vec<_> = events.iter().map(|event| format!("  {event:?}")).collect();
            format!("{why}\n{}", lines.join("\n"))
        });
    }
}

/// Memory of the searches.
#[derive(Default)]
pub(crate) struct Searches {
    of_keys: Search<KeyEvent>,
    of_maps: Search<MapEvent>,
}

impl<S: Subject> Round<S> {
    /// For threads that run at once, or one at a time.
    pub(crate) fn new(program: Program, fake: Fake, without: Option<&'static str>, at_once: bool) -> Self {
        let subject = S::new(&program);
        let before = subject.figures();
        let clock = if at_once { Clock::Machine(Instant::now()) } else { Clock::Counter(AtomicU64::new(0)) };
        Self { program, fake, without, subject, clock, before, records: Mutex::default() }
    }

    /// What one of the threads does.
    pub(crate) fn play(&self, thread: usize) {
        let mut actor = Actor::new(thread, &self.program, self.fake, &self.clock);
        hook::without(self.without, || self.subject.play(&self.program.threads[thread], &mut actor));
        self.records.lock().expect("no panic while it is held").append(&mut actor.into_records());
    }

    /// Looks at the records, when all threads are through.
    pub(crate) fn verdict(&self, searches: &mut Searches) -> Findings {
        let mut records = std::mem::take(&mut *self.records.lock().expect("no panic while it is held"));
        let (slots, migrations) = self.subject.figures();
        let mut findings = Findings {
            migrations: migrations - self.before.1,
            shrunk: usize::from(slots < self.before.0),
            ..Findings::default()
        };
        let (values, counted, len) = self.subject.remains();
        // What is there in the end is what the last operations have left.
        let last =
            |event| Timed { event, start: u64::MAX, end: u64::MAX, thread: 15, name: "the end", migrating: false };
        records.sort_by_key(|timed| timed.start);
        let (overlaps, migrating) = (overlap(&records), records.iter().any(|timed| timed.migrating));
        records.extend((0..KEYS).map(|key| last(MapEvent::Key(key, KeyEvent::Seen(values[key])))));
        if counted != len {
            findings.note_wrong(&format!("a traversal finds {counted} keys of {len}: {}", self.program), &records);
        }
        let at_first = core::array::from_fn(|key| self.program.at_first(key));
        match self.program.check {
            Check::Keys => self.check_keys(&records, at_first, searches, &mut findings),
            Check::Map => {
                let others = self.subject.others_at_first();
                records.push(last(MapEvent::Len(len as i64, len as i64)));
                findings.note(overlaps, migrating);
                if !searches.of_maps.finds_order((at_first, others), &records) {
                    findings.note_wrong(&format!("no order of a map: {}", self.program), &records);
                }
            }
        }
        findings
    }

    fn check_keys(
        &self,
        records: &[Timed<MapEvent>],
        at_first: [Option<u64>; KEYS],
        searches: &mut Searches,
        findings: &mut Findings,
    ) {
        for (key, at_first) in at_first.into_iter().enumerate() {
            let events: Vec<Timed<KeyEvent>> = records
                .iter()
                .filter_map(|timed| match timed.event {
                    MapEvent::Key(of, event) if of == key => Some(Timed {
                        event,
                        start: timed.start,
                        end: timed.end,
                        thread: timed.thread,
                        name: timed.name,
                        migrating: timed.migrating,
                    }),
                    _ => None,
                })
                .collect();
            if events.len() == 1 {
                continue; // Nobody has touched it.
            }
            findings.note(overlap(&events), events.iter().any(|timed| timed.migrating));
            if !searches.of_keys.finds_order(at_first, &events) {
                findings.note_wrong(&format!("no order of key {key}: {}", self.program), &events);
            }
        }
        let sweeps = SWEEPS.map(|action| action.name());
        if !records.iter().any(|timed| sweeps.contains(&timed.name)) {
            self.check_lengths(records, at_first, findings);
        }
    }

    /// The interval rule of lengths: no more than what had come by the end, without what had gone by the start, and no less than
    /// what had come by the start, without what had gone by the end. (Where nothing is swept.)
    fn check_lengths(&self, records: &[Timed<MapEvent>], at_first: [Option<u64>; KEYS], findings: &mut Findings) {
        let at_first = at_first.iter().flatten().count() as i64 + self.subject.others_at_first();
        let change = |event: MapEvent| match event {
            MapEvent::Key(_, KeyEvent::Change { before, after }) => {
                i64::from(after.is_some()) - i64::from(before.is_some())
            }
            MapEvent::Others(number) => number,
            _ => 0,
        };
        for timed in records {
            let MapEvent::Len(least, most) = timed.event else { continue };
            let sum = |keep: &dyn Fn(i64, &Timed<MapEvent>) -> bool| {
                let changes = records.iter().map(|other| (change(other.event), other));
                at_first + changes.filter(|(change, other)| keep(*change, other)).map(|(change, _)| change).sum::<i64>()
            };
            let began = |other: &Timed<MapEvent>| other.start <= timed.end;
            let ended = |other: &Timed<MapEvent>| other.end < timed.start;
            let highest = sum(&|change, other| if change > 0 { began(other) } else { ended(other) });
            let lowest = sum(&|change, other| if change > 0 { ended(other) } else { began(other) });
            if least > highest || most < lowest || least > most {
                findings.note_wrong(&format!("{timed:?} is not from {lowest} to {highest}"), records);
            }
        }
    }
}
