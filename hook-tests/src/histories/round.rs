//! A round: a program on a map of its own, and what its records say.

use super::check::{Search, Timed, meeting};
use super::event::{KEYS, KeyEvent, MapEvent};
use super::findings::{Findings, Wrong};
use super::lengths;
use super::maps::Subject;
use super::program::{Check, Program, SWEEPS};
use super::record::{Actor, Clock, Fake};
use crate::platform::hook;
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
        let meeting = meeting(&records);
        records.extend((0..KEYS).map(|key| last(MapEvent::Key(key, KeyEvent::Seen(values[key])))));
        records.push(last(MapEvent::Len(len as i64, len as i64)));
        if counted != len {
            let why = format!("a traversal finds {counted} keys of {len}: {}", self.program);
            findings.note_wrong(Wrong::Remains, &why, &records);
        }
        let at_first = core::array::from_fn(|key| self.program.at_first(key));
        match self.program.check {
            Check::Keys => self.check_keys(&records, at_first, searches, &mut findings),
            Check::Map => {
                let others = self.subject.others_at_first();
                findings.note(meeting);
                if !searches.of_maps.finds_order((at_first, others), &records) {
                    findings.note_wrong(Wrong::Order, &format!("no order of a map: {}", self.program), &records);
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
            // If nobody has touched it, it is no history, but has to be what it was.
            if events.len() > 1 {
                findings.note(meeting(&events));
            }
            if !searches.of_keys.finds_order(at_first, &events) {
                findings.note_wrong(Wrong::Order, &format!("no order of key {key}: {}", self.program), &events);
            }
        }
        let sweeps = SWEEPS.map(|action| action.name());
        if records.iter().any(|timed| sweeps.contains(&timed.name)) {
            return;
        }
        let at_first = at_first.iter().flatten().count() as i64 + self.subject.others_at_first();
        for (timed, interval) in lengths::outside(records, at_first) {
            findings.note_wrong(Wrong::Length, &format!("{timed:?} is not within {interval:?}"), records);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::Condition;
    use super::super::event::KeyEvent::{Seen, Swept};
    use super::super::event::MapEvent::{self, Key, Len};
    use super::super::program::{Action, Check, Crowd, Past, Program, Step};
    use super::super::record::{Actor, Fake};
    use super::{KEYS, Round, Searches, Subject, Timed, Wrong};

    /// A map that nobody changes: what it says of itself in the end.
    struct Still {
        values: [Option<u64>; KEYS],
        counted: usize,
        len: usize,
    }

    impl Subject for Still {
        fn new(program: &Program) -> Self {
            let values = core::array::from_fn(|key| program.at_first(key));
            let len = values.iter().flatten().count();
            Self { values, counted: len, len }
        }

        fn play(&self, _: &[Step], _: &mut Actor<'_>) {}

        fn remains(&self) -> ([Option<u64>; KEYS], usize, usize) {
            (self.values, self.counted, self.len)
        }

        fn others_at_first(&self) -> i64 {
            0
        }
    }

    /// What is wrong with a map whose first two keys are there at first, with the operations of `name` on record.
    fn wrong(check: Check, change: impl FnOnce(&mut Still), name: &'static str, events: &[MapEvent]) -> Vec<Wrong> {
        let program = Program {
            check,
            past: Past::Fresh,
            crowd: Crowd::None,
            first_key: 6,
            plain: true,
            present: [true, true, false],
            threads: Vec::new(),
        };
        let mut round = Round::<Still>::new(program, Fake::Nothing, None, false);
        change(&mut round.subject);
        let timed = |&event| Timed { event, start: 0, end: 1, thread: 0, name, migrating: false };
        round.records.lock().expect("nobody panics").extend(events.iter().map(timed));
        let findings = round.verdict(&mut Searches::default());
        assert_eq!(findings.wrong.is_empty(), findings.example.is_none());
        findings.wrong
    }

    const CHECKS: [Check; 2] = [Check::Keys, Check::Map];

    #[test]
    fn what_is_left_is_what_the_operations_have_left() {
        for check in CHECKS {
            let left = |change: fn(&mut Still)| wrong(check, change, "", &[]);
            assert_eq!(left(|_| {}), []);
            assert_eq!(left(|still| still.counted += 1), [Wrong::Remains]);
            // One that has gone, one that has changed, and one that has come.
            assert_eq!(left(|still| still.values[0] = None), [Wrong::Order]);
            assert_eq!(left(|still| still.values[1] = Some(1)), [Wrong::Order]);
            assert_eq!(left(|still| still.values[2] = Some(1)), [Wrong::Order]);
            // As many as a traversal finds, and too many.
            let of_both = left(|still| (still.counted, still.len) = (3, 3));
            assert_eq!(of_both, [if check == Check::Keys { Wrong::Length } else { Wrong::Order }]);
        }
    }

    #[test]
    fn each_check_looks_at_keys_and_lengths() {
        for check in CHECKS {
            let of = |event| wrong(check, |_| {}, "", &[event]);
            assert_eq!(of(Len(2, 2)), []);
            assert_eq!(of(Len(1, 1)), [if check == Check::Keys { Wrong::Length } else { Wrong::Order }]);
            assert_eq!(of(Key(2, Seen(None))), []);
            assert_eq!(of(Key(0, Seen(None))), [Wrong::Order]);
        }
    }

    /// How many keys a sweep takes is not on record.
    #[test]
    fn lengths_beside_a_sweep_have_no_interval() {
        let gone = |still: &mut Still| *still = Still { values: [None; KEYS], counted: 0, len: 0 };
        let swept = core::array::from_fn::<_, KEYS, _>(|key| Key(key, Swept(Condition::Any)));
        assert_eq!(wrong(Check::Keys, gone, Action::Clear.name(), &swept), []);
        // What is left of keys is looked at all the same.
        assert_eq!(wrong(Check::Keys, gone, Action::Clear.name(), &swept[..1]), [Wrong::Order]);
        assert_eq!(wrong(Check::Keys, |_| {}, Action::Clear.name(), &swept), [Wrong::Order, Wrong::Order]);
    }
}
