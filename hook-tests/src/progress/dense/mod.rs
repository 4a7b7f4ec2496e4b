//! A thread stopped at any site of a dense map stops nobody, and nothing is lost when it goes on.
//!
//! | file | idea |
//! | --- | --- |
//! | `arena` | what others do, and what must hold in the end |
//! | `operations` | what victims do |

mod arena;
mod operations;

use super::case::Case;
use super::coverage::{self, Coverage};
use super::left::{Left, leave_each};
use super::sites;
use crate::alone::alone;
use crate::platform::hook::Stop;
use crate::support::Numbered;
use arena::{Arena, BASE, Setting};
use operations::{OPERATIONS, Operation};

/// Where the subject is: in the base, in the first segment, in one that is not there yet; and whether it has a value.
const SUBJECTS: [(usize, bool); 5] = [(1, true), (2, false), (5, true), (6, false), (60, false)];

/// Values that integers need no box for, or one.
const PLAIN: u64 = 100;
const BOXED: u64 = 102;

/// A thread parked in the middle of an operation on the same index.
type Accomplice = (Operation, &'static str);

const ACCOMPLICES: [Accomplice; 5] = [
    (Operation::Insert, "SEGMENT_SET"),
    (Operation::Insert, "DENSE_SET"),
    (Operation::Remove, "DENSE_SET"),
    (Operation::Push, "PUSH_TAKE"),
    (Operation::Push, "DENSE_SET"),
];

fn park_everywhere<V: Numbered>(setting: Setting, operation: Operation, accomplice: Option<Accomplice>) -> Coverage {
    let with_case = |contended: bool, run: &mut dyn FnMut(&Case<'_>)| {
        let arena = Arena::<V>::new(setting);
        let assist = || accomplice.iter().for_each(|(operation, _)| arena.operate(*operation));
        run(&Case {
            accomplice: accomplice.map(|(_, site)| (&assist as _, Stop { site, hit: 1 })),
            fresh: setting.fresh,
            ..Case::of(&|| arena.operate(operation), &|thread| arena.work(thread, contended))
        });
        arena
    };
    coverage::park_everywhere((operation, setting, accomplice), with_case, |arena| arena.verify())
}

fn operations_alone<V: Numbered>(numbers: &[u64]) -> Coverage {
    let mut coverage = Coverage::default();
    for operation in OPERATIONS {
        for subject in SUBJECTS {
            for &number in numbers {
                coverage.add(park_everywhere::<V>(Setting::of(subject, number), operation, None));
            }
        }
    }
    coverage.add(park_everywhere::<V>(Setting::of((6, false), PLAIN), Operation::ExactLen, None));
    coverage
}

/// The first operations of threads, which take a number on the way.
fn first_operations<V: Numbered>() -> Coverage {
    let mut coverage = Coverage::default();
    for operation in [Operation::Get, Operation::Insert] {
        let setting = Setting { fresh: true, ..Setting::of((6, false), PLAIN) };
        coverage.add(park_everywhere::<V>(setting, operation, None));
    }
    coverage
}

/// Beside another victim, behind the base: in a segment that is there, and in one that is not.
fn operations_in_pairs<V: Numbered>() -> Coverage {
    let mut coverage = Coverage::default();
    for accomplice in ACCOMPLICES {
        for operation in OPERATIONS {
            for subject in SUBJECTS.into_iter().filter(|&(index, _)| index >= BASE) {
                coverage.add(park_everywhere::<V>(Setting::of(subject, BOXED), operation, Some(accomplice)));
            }
        }
    }
    coverage
}

/// So many slots make the lookups of a batch look ahead.
const MANY: usize = 1 << 17;

fn batches_in_a_large_map<V: Numbered>() -> Coverage {
    park_everywhere::<V>(Setting { base: MANY, ..Setting::of((5, true), PLAIN) }, Operation::Batch, None)
}

/// One who counts while another is stopped in the middle of an insertion, and so has to wait.
fn len_beside_a_stopped_insertion<V: Numbered>() -> Coverage {
    let arena = Arena::<V>::new(Setting::of((6, false), BOXED));
    let coverage = coverage::len_beside_a_stop(
        (&|| arena.operate(Operation::Insert), "DENSE_SET"),
        &|| arena.operate(Operation::ExactLen),
        &|thread| arena.work(thread, true),
    );
    arena.verify();
    coverage
}

/// An insertion that never comes to an end: with a segment that nobody knows of, in front of its slot, or with a number.
/// The first number that is free is that of index 1.
fn operations_behind_those_who_are_left<V: Numbered>(numbers: &[u64]) -> Coverage {
    let insertion = |(operation, site, index), number| Left {
        setting: Setting::of((index, false), number),
        operation,
        site,
        other: None,
        inserting: usize::from(site != "SEGMENT_SET"),
    };
    let boxed = [
        (Operation::Insert, "SEGMENT_SET", 60),
        (Operation::Insert, "DENSE_SET", 2),
        (Operation::Upsert, "DENSE_SET", 6),
        (Operation::Compute, "DENSE_SET", 60),
        (Operation::Push, "DENSE_SET", 1),
    ];
    let plain = [(Operation::Insert, "DENSE_SWAP", 2), (Operation::Insert, "DENSE_SWAP", 6)];
    let boxed = boxed.map(|place| insertion(place, numbers[numbers.len() - 1]));
    let plain = plain.map(|place| insertion(place, PLAIN)).into_iter().filter(|_| numbers.len() > 1);
    leave_each(boxed.into_iter().chain(plain), Arena::<V>::new)
}

/// Each part has at least four in five of the cases that a run has.
fn every_case<V: Numbered>(entries: &str, numbers: &[u64]) -> Coverage {
    let mut coverage = Coverage::default();
    for (name, least, part) in [
        ("alone", 800 * numbers.len(), operations_alone::<V>(numbers)),
        ("first of threads", 13, first_operations::<V>()),
        ("in pairs", 1_100, operations_in_pairs::<V>()),
        ("behind those who are left", 24, operations_behind_those_who_are_left::<V>(numbers)),
        ("batches in a large map", 5, batches_in_a_large_map::<V>()),
        ("length beside a stopped insertion", 1, len_beside_a_stopped_insertion::<V>()),
    ] {
        println!("{entries}, {name}: {part}");
        part.assert_complete(name, least);
        coverage.add(part);
    }
    coverage
}

#[test]
fn a_thread_parked_anywhere_in_a_dense_map_stops_nobody() {
    alone("progress::dense::a_thread_parked_anywhere_in_a_dense_map_stops_nobody", || {
        let mut coverage = every_case::<u64>("inline", &[PLAIN, BOXED]);
        // All of these need a box.
        coverage.add(every_case::<String>("boxed", &[PLAIN]));
        println!("{coverage}");
        let mut missing = sites::of_dense_maps();
        sites::cross_off(&mut missing, &coverage.sites);
        assert!(missing.is_empty(), "never parked at: {missing:?}");
    });
}
