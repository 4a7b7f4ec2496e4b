//! The cases, and the sites that they cover.

use super::arena::{Arena, Setting};
use super::case::{Case, DEADLINE, Verdict};
use super::claims::operations_behind_those_who_are_left;
use super::coverage::{self, Coverage};
use super::operations::{OPERATIONS, Operation};
use super::sites;
use crate::alone::in_parts;
use crate::platform::epoch;
use crate::platform::hook::{self, Kind, Stop};
use crate::support::{NthKey, Numbered, Quality};
use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering;
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

/// Rounds of all cases until every site was parked at: what a victim meets depends on how threads run.
const ROUNDS: u32 = 3;

/// A thread parked in the middle of an operation on the same key.
pub(super) type Accomplice = (Operation, &'static str, u32);

/// Parks a victim at every site that `operation` reaches in a setting.
pub(super) fn park_everywhere<K: NthKey, V: Numbered>(
    setting: Setting,
    operation: Operation,
    accomplice: Option<Accomplice>,
) -> Coverage {
    let with_case = |contended: bool, run: &mut dyn FnMut(&Case<'_>)| {
        let arena = Arena::<K, V>::new(setting);
        let assist = || accomplice.iter().for_each(|(operation, ..)| arena.operate(*operation));
        run(&Case {
            accomplice: accomplice.map(|(_, site, hit)| (&assist as _, Stop { site, hit })),
            fresh: setting.fresh,
            ..Case::of(&|| arena.operate(operation), &|thread| arena.work(thread, contended))
        });
        arena
    };
    coverage::park_everywhere((operation, setting, accomplice), with_case, |arena| arena.verify())
}

/// Sizes below, at and behind the starts of migrations, in tables of one line to several: with a key that is there, and
/// with a new one. And one of the reserved slots.
const SIZES_AND_SUBJECTS: [(u64, u64); 12] =
    [(0, 0), (2, 1), (2, 2), (3, 1), (3, 3), (5, 2), (5, 5), (6, 3), (6, 6), (12, 6), (12, 12), (8, 6)];

fn operations_alone<K: NthKey, V: Numbered>() -> Coverage {
    let mut coverage = Coverage::default();
    for operation in OPERATIONS {
        for (size, subject) in SIZES_AND_SUBJECTS {
            coverage.add(park_everywhere::<K, V>(Setting::of(size, subject), operation, None));
        }
    }
    // Partitions of several windows.
    coverage.add(park_everywhere::<K, V>(Setting::of(60, 3), Operation::Iterate, None));
    coverage.add(park_everywhere::<K, V>(Setting::of(8, 6), Operation::ExactLen, None));
    coverage
}

/// First operations of threads, which take a number and are counted on the way, also while somebody counts threads.
fn first_operations<K: NthKey, V: Numbered>() -> Coverage {
    let mut coverage = Coverage::default();
    let counting = Some((Operation::Compact, "PARTICIPANTS_LOAD", 1));
    for operation in [Operation::Get, Operation::Insert, Operation::Compact] {
        let setting = Setting { fresh: true, ..Setting::of(5, 2) };
        coverage.add(park_everywhere::<K, V>(setting, operation, None));
        let closed = Setting { fresh: true, gone: 20, ..Setting::of(3, 9) };
        coverage.add(park_everywhere::<K, V>(closed, operation, counting));
    }
    coverage
}

/// Tables full of what removed keys have left: the next insertion makes one as large, or smaller, and a removal a smaller one.
fn operations_on_removed_keys<K: NthKey, V: Numbered>() -> Coverage {
    let mut coverage = Coverage::default();
    for operation in OPERATIONS {
        for gone in 20..26 {
            let setting = Setting { gone, ..Setting::of(3, gone % 5) };
            coverage.add(park_everywhere::<K, V>(setting, operation, None));
        }
    }
    coverage
}

/// A thread that has closed a table, and one that opens it.
fn operations_on_a_closed_table<K: NthKey, V: Numbered>() -> Coverage {
    let mut coverage = Coverage::default();
    for operation in OPERATIONS {
        for (accomplice, subject) in [("SET_NEXT", 1), ("SET_NEXT", 9), ("PARTICIPANTS_LOAD", 9)] {
            // A table as large has room for what all threads of cases may bring that have not ended yet.
            let setting = Setting { gone: 20, room: 40, ..Setting::of(3, subject) };
            coverage.add(park_everywhere::<K, V>(setting, operation, Some((Operation::Compact, accomplice, 1))));
        }
    }
    coverage
}

/// One who counts while another is stopped in the middle of an insertion, and so has to wait.
fn len_beside_a_stopped_insertion() -> Coverage {
    let mut coverage = Coverage::default();
    for size in [2, 20] {
        let arena = Arena::<u64, u64>::new(Setting::of(size, size));
        coverage.add(coverage::len_beside_a_stop(
            (&|| arena.operate(Operation::Insert), "SET_VALUE"),
            &|| arena.operate(Operation::ExactLen),
            &|thread| arena.work(thread, true),
        ));
        arena.verify();
    }
    coverage
}

/// Beside a claim without a value, a removal under way, and a slot that is frozen, claimed in the next table, or copied.
/// Every other key is the subject.
fn operations_in_pairs<K: NthKey, V: Numbered>() -> Coverage {
    let mut coverage = Coverage::default();
    for operation in OPERATIONS {
        for (size, accomplice) in [
            (2, (Operation::Insert, "SET_VALUE", 1)),
            (7, (Operation::Insert, "SET_VALUE", 1)),
            (7, (Operation::Remove, "SET_VALUE", 1)),
            (3, (Operation::Update, "COPY_CLAIM", 1)),
            (3, (Operation::Update, "COPY_VALUE", 1)),
            (6, (Operation::Update, "MOVE", 1)),
            (3, (Operation::Update, "PROMOTE", 1)),
        ] {
            let absent = accomplice.0 == Operation::Insert;
            for subject in if absent { size..size + 1 } else { 0..size }.step_by(2) {
                coverage.add(park_everywhere::<K, V>(Setting::of(size, subject), operation, Some(accomplice)));
            }
        }
    }
    coverage
}

/// Keys that stand behind their home lines, in every table: there are more with one hash than a line takes.
fn operations_in_crowded_lines<K: NthKey, V: Numbered>() -> Coverage {
    let mut coverage = Coverage::default();
    for operation in [Operation::Get, Operation::Insert, Operation::Remove, Operation::Update] {
        for (size, subject) in [(41, 40), (42, 42)] {
            let setting = Setting { quality: Quality::EightValues, ..Setting::of(size, subject) };
            coverage.add(park_everywhere::<K, V>(setting, operation, None));
        }
    }
    // One of these moves a block from whose lines keys have spilled.
    for size in 40..48 {
        let setting = Setting { quality: Quality::EightValues, ..Setting::of(size, size) };
        coverage.add(park_everywhere::<K, V>(setting, Operation::Insert, None));
    }
    coverage
}

/// Partitions of more lines than a walk looks at in one go: behind a line with room, it relies on that room.
fn walks_of_long_partitions<K: NthKey, V: Numbered>() -> Coverage {
    let mut coverage = Coverage::default();
    for size in [40, 60, 80] {
        coverage.add(park_everywhere::<K, V>(Setting::of(size, 1), Operation::Iterate, None));
    }
    coverage
}

/// Operations on a table that is sparse: removals while it stays as large as was asked for, and its closing.
fn operations_on_a_table_with_room<K: NthKey, V: Numbered>() -> Coverage {
    let come_and_go = [Operation::TryInsert, Operation::Remove].repeat(4);
    let close = vec![Operation::ShrinkToFit];
    let mut coverage = Coverage::default();
    for (site, operations) in
        [("SHRINK_LOAD", &come_and_go), ("SHRINK_STORE", &come_and_go), ("CLOSE", &close), ("CLOSE_LOST", &close)]
    {
        let arena = Arena::<K, V>::new(Setting::of(1, 1));
        arena.operate(Operation::Reserve);
        let victim = || operations.iter().for_each(|&operation| arena.operate(operation));
        let others = |thread| arena.work(thread, true);
        let case = Case::of(&victim, &others);
        coverage.add(coverage::park_at("one with room", &[Stop { site, hit: 1 }], |stops| case.run(stops)));
        arena.verify();
    }
    coverage
}

/// Room for so many takes an array that is large to free.
const ROOM: usize = 9_000;

/// Room for so many makes the lookups of a batch look ahead.
const MORE_ROOM: usize = 33_000;

/// Batches of entries and lookups, which ask for what the next ones need.
fn batches_in_a_large_table<K: NthKey, V: Numbered>() -> Coverage {
    park_everywhere::<K, V>(Setting { room: MORE_ROOM, ..Setting::of(6, 3) }, Operation::Batches, None)
}

/// A thread that comes across a large array while it collects, and leaves it to later, or takes what was left.
fn a_large_table_that_is_left() -> Coverage {
    let mut coverage = Coverage::default();
    for site in ["DISCARD_HEAD", "DISCARD_PUSH", "DISCARD_TAKE"] {
        let arena = Arena::<u64, u64>::new(Setting { room: ROOM, ..Setting::of(3, 1) });
        let (victim, others) = (|| arena.operate(Operation::ShrinkToFit), |thread| arena.work(thread, true));
        let case = Case::of(&victim, &others);
        coverage.add(coverage::park_at("who frees an array", &[Stop { site, hit: 1 }], |stops| case.run(stops)));
        arena.verify();
    }
    coverage
}

/// A claimer whose key is inserted, removed and left behind by a migration before it goes on: it needs its node again.
fn a_node_that_is_needed_again<V: Numbered>() -> Coverage {
    let mut coverage = Coverage::default();
    for site in ["OWNER_ADD", "CLAIM_KEY", "SET_VALUE"] {
        let arena = Arena::<String, V>::new(Setting::of(2, 2));
        let stops = [Stop { site: "SET_VALUE", hit: 1 }, Stop { site, hit: 1 }];
        let (victim, others) = (|| arena.operate(Operation::Insert), |thread| arena.work(thread, true));
        let case = Case {
            between: &|| {
                arena.operate(Operation::Insert);
                arena.operate(Operation::Remove);
                arena.grow();
            },
            ..Case::of(&victim, &others)
        };
        coverage.add(coverage::park_at("a claimer", &stops, |stops| case.run(stops)));
        arena.verify();
    }
    coverage
}

/// Victims that have no counter of their own.
fn operations_of_one_thread_too_many() -> Coverage {
    const HOLDERS: usize = 40;
    let (ready, end) = (Barrier::new(HOLDERS + 1), Barrier::new(HOLDERS + 1));
    let mut coverage = Coverage::default();
    thread::scope(|scope| {
        for _ in 0..HOLDERS {
            scope.spawn(|| {
                drop(epoch::pin()); // takes a number
                ready.wait();
                end.wait();
            });
        }
        ready.wait();
        for operation in [Operation::Insert, Operation::Remove] {
            coverage.add(park_everywhere::<u64, u64>(Setting::of(20, 20), operation, None));
            coverage.add(park_everywhere::<u64, u64>(Setting::of(20, 3), operation, None));
        }
        end.wait();
    });
    coverage
}

/// A group of cases: its name, and four in five of the cases that a run has, of those keys that have fewer.
type Part = (&'static str, usize, fn() -> Coverage);

/// Those of every type.
fn of<K: NthKey, V: Numbered>() -> [Part; 8] {
    [
        ("alone", 11_900, operations_alone::<K, V>),
        ("first of threads", 95, first_operations::<K, V>),
        ("in pairs", 7_250, operations_in_pairs::<K, V>),
        ("on removed keys", 3_900, operations_on_removed_keys::<K, V>),
        ("on a closed table", 1_900, operations_on_a_closed_table::<K, V>),
        ("in long partitions", 48, walks_of_long_partitions::<K, V>),
        ("behind those who are left", 200, operations_behind_those_who_are_left::<K, V>),
        ("batches in a large table", 32, batches_in_a_large_table::<K, V>),
    ]
}

const INLINE_ONLY: [Part; 5] = [
    ("in crowded lines", 450, operations_in_crowded_lines::<u64, u64>),
    ("on a table with room", 4, operations_on_a_table_with_room::<u64, u64>),
    ("a large table that is left", 3, a_large_table_that_is_left),
    ("length beside a stopped insertion", 2, len_beside_a_stopped_insertion),
    ("one thread too many", 60, operations_of_one_thread_too_many),
];

const BOXED_ONLY: [Part; 1] = [("a node that is needed again", 3, a_node_that_is_needed_again::<String>)];

/// What the processes print in front of the sites that they have parked at.
const PARKED_AT: &str = "parked at:";

fn run(entries: &str) {
    let parts: Vec<Part> = match entries {
        "inline" => of::<u64, u64>().into_iter().chain(INLINE_ONLY).collect(),
        _ => of::<String, String>().into_iter().chain(BOXED_ONLY).collect(),
    };
    let mut sites = BTreeSet::new();
    for (name, least, part) in parts {
        let part = part();
        println!("{entries}, {name}: {part}");
        part.assert_complete(name, least);
        sites.extend(part.sites);
    }
    println!("{PARKED_AT} {}", Vec::from_iter(sites).join(" "));
}

/// Alone, since threads of other tests count as well, and with many of them no smaller table has room. Most of the time of a
/// process is waiting, so there are two.
#[test]
fn a_thread_parked_anywhere_stops_nobody() {
    let mut missing = sites::of_hash_maps();
    for _ in 0..ROUNDS {
        let test = "progress::scenarios::a_thread_parked_anywhere_stops_nobody";
        let printed = in_parts(test, &["inline", "boxed"], run);
        let Some(printed) = printed else { return };
        let sites: BTreeSet<&str> =
            printed.lines().filter_map(|line| line.strip_prefix(PARKED_AT)).flat_map(str::split_whitespace).collect();
        sites::cross_off(&mut missing, &sites);
        if missing.is_empty() {
            return;
        }
        println!("not parked at yet: {missing:?}");
    }
    panic!("never parked at: {missing:?}");
}

#[test]
fn a_map_behind_a_mutex_is_found_out() {
    let map = Mutex::new(HashMap::new());
    let insert = |number: u64| {
        let mut map = map.lock().expect("no panic under the lock");
        hook::at("UNDER_LOCK", Kind::Plain, Ordering::SeqCst);
        map.insert(number, number);
    };
    let (victim, others) = (|| insert(1), |thread| (0..300).for_each(|number| insert(thread * 1000 + number)));
    let mut case = Case { deadline: Duration::from_millis(200), ..Case::of(&victim, &others) };
    assert_eq!(case.record(), (vec!["UNDER_LOCK"], true));
    assert_eq!(case.run(&[Stop { site: "UNDER_LOCK", hit: 1 }]), Verdict { parked: true, stuck: true });
    case.deadline = DEADLINE;
    assert_eq!(case.run(&[Stop { site: "UNDER_LOCK", hit: 2 }]), Verdict { parked: false, stuck: false });
}
