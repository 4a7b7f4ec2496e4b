//! A thread stopped at any site of a dense map stops nobody, and nothing is lost when it goes on.

use super::case::Case;
use super::coverage::{Coverage, hits};
use super::scenarios::DEADLINE;
use super::sites::in_layers;
use crate::DenseMap;
use crate::alone::alone;
use crate::api::Expected;
use crate::platform::hook::Stop;
use crate::support::Numbered;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

/// Sites that nobody reaches who shares the map.
const OWNERS_ONLY: [&str; 3] = ["TAKE_SEGMENT", "DENSE_OWNED", "TAKE_VALUE"];

#[derive(Clone, Copy, Debug)]
enum Operation {
    Get,
    Contains,
    Insert,
    TryInsert,
    Remove,
    Update,
    CompareAndSet,
    CompareAndRemove,
    Push,
    Iterate,
    Batch,
    Len,
    Figures,
}

const OPERATIONS: [Operation; 13] = [
    Operation::Get,
    Operation::Contains,
    Operation::Insert,
    Operation::TryInsert,
    Operation::Remove,
    Operation::Update,
    Operation::CompareAndSet,
    Operation::CompareAndRemove,
    Operation::Push,
    Operation::Iterate,
    Operation::Batch,
    Operation::Len,
    Operation::Figures,
];

/// A map, and whether the index that all threads work on has a value: what came minus what went.
struct Arena<V: Numbered> {
    map: DenseMap<V>,
    subject: usize,
    /// The number of the value that comes there.
    number: u64,
    balance: AtomicI64,
    pushed: AtomicI64,
}

/// Where the subject is: in the base, in the first segment, in one that is not there yet; and whether it has a value.
const SUBJECTS: [(usize, bool); 5] = [(1, true), (2, false), (5, true), (6, false), (60, false)];

/// Values that integers need no box for, or one.
const PLAIN: u64 = 100;
const BOXED: u64 = 102;

/// What the other threads fill, far behind.
const WORK: usize = 200;
const WORK_EACH: usize = 500;

impl<V: Numbered> Arena<V> {
    fn new((subject, present): (usize, bool), number: u64) -> Self {
        let map = DenseMap::with_capacity(4);
        map.insert(0, V::numbered(0));
        map.insert(7, V::numbered(7));
        if present {
            map.insert(subject, V::numbered(number));
        }
        Self { map, subject, number, balance: AtomicI64::new(i64::from(present)), pushed: AtomicI64::new(0) }
    }

    fn operate(&self, operation: Operation) {
        let (map, index) = (&self.map, self.subject);
        let value = || V::numbered(self.number);
        let change = match operation {
            Operation::Get => {
                assert!(map.get(index).is_none_or(|found| found.number() == self.number));
                0
            }
            Operation::Contains => {
                map.contains_key(index);
                0
            }
            Operation::Insert => i64::from(map.insert(index, value()).is_none()),
            Operation::TryInsert => i64::from(map.try_insert(index, value()).is_ok()),
            Operation::Remove => -i64::from(map.remove(index).is_some()),
            Operation::Update => {
                map.update(index, V::clone);
                0
            }
            Operation::CompareAndSet => {
                // Of a value by itself, which an inline one is exchanged for at once.
                drop(map.compare_and_set(index, Expected::Value(&value()), Some(value())));
                match map.compare_and_set(index, Expected::Any, Some(value())) {
                    Ok(before) => i64::from(before.is_none()),
                    Err(failed) => unreachable!("{failed}"),
                }
            }
            Operation::CompareAndRemove => match map.compare_and_set(index, Expected::Any, None) {
                Ok(before) => -i64::from(before.is_some()),
                Err(failed) => unreachable!("{failed}"),
            },
            Operation::Push => {
                let pushed = map.push(value());
                self.pushed.fetch_add(i64::from(pushed != index), Relaxed);
                i64::from(pushed == index)
            }
            Operation::Iterate => {
                let pinned = map.pin();
                let parts = [pinned.iter(), pinned.fast_iter(2, 0), pinned.fast_iter(2, 1)];
                assert!(parts.into_iter().flatten().all(|(index, _)| index < 10_000));
                0
            }
            Operation::Batch => {
                assert_eq!(map.batch_getitem([0, index, usize::MAX]).len(), 3);
                0
            }
            Operation::Len => {
                let (least, most) = map.len_bounds();
                assert!(least <= most && map.approx_len() < 10_000);
                0
            }
            Operation::Figures => {
                assert!(map.bytes() > 0);
                0
            }
        };
        self.balance.fetch_add(change, Relaxed);
    }

    /// The work of an undisturbed thread, behind a growing number of segments.
    fn work(&self, thread: u64, contended: bool) {
        for number in 0..WORK_EACH {
            let own = WORK + (number * 2 + thread as usize) * 3;
            assert!(self.map.insert(own, V::numbered(own as u64)).is_none());
            match number % 8 {
                0 => assert!(self.map.remove(own).is_some_and(|value| value.number() == own as u64)),
                1 => assert!(self.map.update(own, V::clone).is_some()),
                2 => assert!(self.map.get(7).is_some_and(|value| value.number() == 7)),
                3 if contended => self.operate(Operation::TryInsert),
                4 if contended => self.operate(Operation::Remove),
                5 if contended => self.operate(Operation::Update),
                6 if number % 32 == 6 => self.operate(Operation::Iterate),
                7 if number % 32 == 7 => self.operate(Operation::Push),
                _ => self.operate(Operation::Get),
            }
        }
    }

    /// All that was put in is there, once, and nothing else.
    fn verify(&self) {
        let present = self.map.contains_key(self.subject);
        assert_eq!(self.balance.load(Relaxed), i64::from(present), "the subject came and went");
        let kept = 2 * (0..WORK_EACH).filter(|number| number % 8 != 0).count();
        let expected = 2 + kept + usize::from(present) + self.pushed.load(Relaxed) as usize;
        assert_eq!(self.map.len(), expected, "length");
        assert!(self.map.pin().keys().is_sorted() && self.map.pin().keys().count() == expected, "a traversal");
        for (own, value) in &self.map.pin() {
            let is_own = (own >= WORK || own == 0 || own == 7) && own != self.subject;
            assert!(value.number() == if is_own { own as u64 } else { self.number }, "index {own}");
        }
    }
}

type Accomplice = (Operation, &'static str);

fn park_everywhere<V: Numbered>(
    subject: (usize, bool),
    number: u64,
    operation: Operation,
    accomplice: Option<Accomplice>,
) -> Coverage {
    let with_case = |contended: bool, run: &mut dyn FnMut(&Case<'_>)| {
        let arena = Arena::<V>::new(subject, number);
        let assist = || accomplice.iter().for_each(|(operation, _)| arena.operate(*operation));
        run(&Case {
            accomplice: accomplice.map(|(_, site)| (&assist as _, Stop { site, hit: 1 })),
            victim: &|| arena.operate(operation),
            between: &|| {},
            others: &|thread| arena.work(thread, contended),
            deadline: DEADLINE,
        });
        arena
    };
    let mut recorded = Default::default();
    with_case(false, &mut |case| recorded = hits(case.record()));
    let mut coverage = Coverage::default();
    for (site, hits) in recorded {
        for hit in 1..=hits.min(if accomplice.is_some() { 1 } else { 2 }) {
            let stops = [Stop { site, hit }];
            let contended = coverage.cases.is_multiple_of(2);
            with_case(contended, &mut |case| coverage.note(case.run(&stops), &stops)).verify();
        }
    }
    coverage
}

fn every_case<V: Numbered>() -> Coverage {
    let mut coverage = Coverage::default();
    let accomplices = [
        (Operation::Insert, "SEGMENT_SET"),
        (Operation::Insert, "DENSE_SET"),
        (Operation::Remove, "DENSE_SET"),
        (Operation::Push, "PUSH_TAKE"),
        (Operation::Push, "DENSE_SET"),
    ];
    for operation in OPERATIONS {
        for subject in SUBJECTS {
            coverage.add(park_everywhere::<V>(subject, PLAIN, operation, None));
            coverage.add(park_everywhere::<V>(subject, BOXED, operation, None));
            // Beside another victim, behind the base: in a segment that is there, and in one that is not.
            if subject.0 > 4 {
                for accomplice in accomplices {
                    coverage.add(park_everywhere::<V>(subject, BOXED, operation, Some(accomplice)));
                }
            }
        }
    }
    coverage
}

#[test]
fn a_thread_parked_anywhere_in_a_dense_map_stops_nobody() {
    alone("progress::dense::a_thread_parked_anywhere_in_a_dense_map_stops_nobody", || {
        let mut coverage = every_case::<u64>();
        coverage.add(every_case::<String>());
        println!("{coverage}");
        assert!(coverage.stuck.is_empty(), "stopped others: {:?}", coverage.stuck);
        let mut expected: BTreeSet<String> = in_layers(&["dense"]);
        assert!(OWNERS_ONLY.iter().all(|site| expected.remove(*site)), "sites of owners");
        let missed: Vec<_> = expected.iter().filter(|site| !coverage.sites.contains(site.as_str())).collect();
        assert!(missed.is_empty(), "never parked at: {missed:?}");
    });
}
