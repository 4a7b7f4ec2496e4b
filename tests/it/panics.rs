//! Panics in user code leave the map valid.
//!
//! - a panic at the k-th call of user code, for every k and every operation: in `Hash`, `Eq`, the hasher, the comparison
//!   of values, closures, key constructors; on maps of sizes at which the operation grows the map or helps a migration:
//!   the operation changed nothing, can be repeated, and nothing is leaked or dropped twice;
//! - a panic in the `Drop` of a key or value: of an argument, in the collector, in the drop of the map or of its iterator;
//! - documented panics: a key constructor's wrong key, capacity overflow.

use crate::support::{Counted, FUSE, FusedState, Tally, burn};
use atomic_dict::{AtomicMap, Expected};
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// A boxed key or value.
#[derive(Debug)]
struct Fused(Counted);

impl PartialEq for Fused {
    fn eq(&self, other: &Self) -> bool {
        burn();
        self.0.number == other.0.number
    }
}

impl Eq for Fused {}

impl Hash for Fused {
    fn hash<H: Hasher>(&self, state: &mut H) {
        burn();
        self.0.number.hash(state);
    }
}

/// How to make keys and read them.
trait Key: Hash + Eq + Send + Sync + 'static {
    fn make(number: u64, tally: &Tally) -> Self;
    fn number(&self) -> u64;
}

impl Key for u64 {
    fn make(number: u64, _tally: &Tally) -> Self {
        number
    }

    fn number(&self) -> u64 {
        *self
    }
}

impl Key for Fused {
    fn make(number: u64, tally: &Tally) -> Self {
        Self(tally.make(number))
    }

    fn number(&self) -> u64 {
        self.0.number
    }
}

type Map<K> = AtomicMap<K, Fused, FusedState>;

fn contents<K: Key>(map: &Map<K>) -> BTreeMap<u64, u64> {
    let pinned = map.pin();
    let entries: Vec<_> = pinned.iter().map(|(key, value)| (key.number(), value.number())).collect();
    let count = entries.len();
    let entries: BTreeMap<_, _> = entries.into_iter().collect();
    assert_eq!(entries.len(), count, "a key came twice");
    assert_eq!(map.approx_len(), count);
    assert!(entries.keys().all(|&number| map.contains_key(&K::make(number, &Tally::default()))));
    entries
}

const OPERATIONS: u32 = 17;

/// One operation on a key, with user code wherever there can be any.
fn operate<K: Key>(map: &Map<K>, operation: u32, number: u64, tally: &Tally) {
    let key = || K::make(number, tally);
    let value = |number| Fused(tally.make(number));
    let late_key = |_: &K| {
        burn();
        K::make(number, tally)
    };
    let init = || {
        burn();
        value(50)
    };
    let next = |before: &Fused| {
        burn();
        value(before.0.number + 100)
    };
    let current = value(number * 2);
    match operation {
        0 => drop(map.insert(key(), value(51))),
        1 => drop(map.try_insert(key(), value(52))),
        2 => drop(map.remove(&key())),
        3 => drop(map.update(&key(), next)),
        4 => drop(map.get_or_insert_with(key(), init)),
        5 => drop(map.get_or_insert_with_ref(&key(), late_key, init)),
        6 => drop(map.upsert(key(), init, next)),
        7 => drop(map.upsert_ref(&key(), late_key, init, next)),
        8 => drop(map.compare_and_set(key(), Expected::NotFound, Some(value(53)))),
        9 => drop(map.compare_and_set(key(), Expected::Value(&current), Some(value(54)))),
        10 => drop(map.compare_and_set(key(), Expected::Value(&current), None)),
        11 => drop(map.compare_and_set(key(), Expected::Any, Some(value(55)))),
        12 => drop(map.compare_and_set_ref(&key(), late_key, Expected::Any, Some(value(56)))),
        13 => drop(map.compare_and_set_ref(&key(), late_key, Expected::NotFound, Some(value(57)))),
        14 => drop(map.get(&key())),
        15 => assert!(map.pin().iter().count() < 1000),
        _ => drop(map.is_empty()),
    }
}

/// Returns how many panics it saw.
fn panic_at_every_call<K: Key>(size: u64, operation: u32, number: u64) -> u32 {
    let mut panics = 0;
    loop {
        let tally = Tally::default();
        let make = || {
            let map = Map::<K>::default();
            for number in 0..size {
                map.insert(K::make(number, &tally), Fused(tally.make(number * 2)));
            }
            if size > 2 {
                map.remove(&K::make(2, &tally));
            }
            map
        };
        let (control, map) = (make(), make());
        // Not by `contents`, which would finish the migration that the operation is to meet.
        let before: BTreeMap<_, _> = (0..size).filter(|&number| number != 2 || size < 3).map(|n| (n, n * 2)).collect();
        operate(&control, operation, number, &tally);
        let after = contents(&control);

        FUSE.set(panics + 1);
        let panicked = catch_unwind(AssertUnwindSafe(|| operate(&map, operation, number, &tally))).is_err();
        FUSE.set(0);
        if panicked {
            panics += 1;
            assert_eq!(contents(&map), before, "operation {operation} on {number} of {size}, call {panics}");
            operate(&map, operation, number, &tally);
        }
        assert_eq!(contents(&map), after, "operation {operation} on {number} of {size}, after {panics} panics");
        drop((control, map));
        tally.assert_live(0);
        if !panicked {
            return panics;
        }
    }
}

/// A present key, a removed one, a new one; below, at and behind the claims that start a migration.
fn panic_everywhere<K: Key>(at_least: u32) {
    let mut panics = 0;
    for size in [0, 1, 3, 9, 10, 11, 12, 21, 22, 23] {
        for operation in 0..OPERATIONS {
            for number in [1, 2, 900] {
                panics += panic_at_every_call::<K>(size, operation, number);
            }
        }
    }
    assert!(panics >= at_least, "only {panics} panics");
}

#[test]
fn at_every_call_inline() {
    panic_everywhere::<u64>(600);
}

#[test]
fn at_every_call_boxed() {
    panic_everywhere::<Fused>(1000);
}

/// Panics when it is dropped, if armed; its object is dropped all the same.
#[derive(Debug)]
struct Bomb {
    object: Counted,
    armed: bool,
}

impl Bomb {
    fn new(tally: &Tally, number: u64, armed: bool) -> Self {
        Self { object: tally.make(number), armed }
    }
}

impl PartialEq for Bomb {
    fn eq(&self, other: &Self) -> bool {
        self.object == other.object
    }
}

impl Eq for Bomb {}

impl Hash for Bomb {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.object.hash(state);
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.armed {
            resume_unwind(Box::new("a destructor panics"));
        }
    }
}

#[test]
fn in_the_drop_of_an_argument() {
    let tally = Tally::default();
    let map = AtomicMap::new();
    map.insert(Bomb::new(&tally, 1, false), 1);
    let insert = || drop(map.insert(Bomb::new(&tally, 1, true), 2));
    assert!(catch_unwind(AssertUnwindSafe(insert)).is_err(), "the caller's own key");
    assert_eq!(map.get(&Bomb::new(&tally, 1, false)).as_deref(), Some(&2), "it was replaced before");
    let try_insert = || map.try_insert(Bomb::new(&tally, 1, true), 3).is_ok();
    assert!(catch_unwind(AssertUnwindSafe(try_insert)).is_err(), "the caller's own key");
    assert_eq!(map.pin().iter().count(), 1);
    drop(map);
    tally.assert_live(0);
}

#[test]
fn in_the_collector() {
    const COUNT: u64 = 2000;
    let tally = Tally::default();
    let map = AtomicMap::new();
    for number in 0..COUNT {
        map.insert(Bomb::new(&tally, number, true), Bomb::new(&tally, number, true));
        let query = Bomb::new(&tally, number, false);
        assert!(map.update(&query, |_| Bomb::new(&tally, number, true)).is_some());
        assert!(map.remove(&query).is_some());
    }
    assert!(map.is_empty());
    // Leaves all removed keys behind in smaller tables.
    for number in COUNT..4 * COUNT {
        map.insert(Bomb::new(&tally, number, false), Bomb::new(&tally, number, false));
    }
    assert_eq!(map.pin().iter().count() as u64, 3 * COUNT);
    tally.assert_live(6 * COUNT as usize);
    drop(map);
    tally.assert_live(0);
}

#[test]
fn in_the_drop_of_the_map() {
    for (key, value) in [(true, false), (false, true)] {
        for bomb in [0, 13, 499] {
            for iterate in [false, true] {
                let tally = Tally::default();
                let map = AtomicMap::new();
                for number in 0..500 {
                    let key = Bomb::new(&tally, number, number == bomb && key);
                    map.insert(key, Bomb::new(&tally, number, number == bomb && value));
                }
                let result = if iterate {
                    let mut entries = map.into_iter();
                    let first = entries.next();
                    assert!(first.is_some());
                    catch_unwind(AssertUnwindSafe(|| drop((first, entries))))
                } else {
                    catch_unwind(AssertUnwindSafe(|| drop(map)))
                };
                assert!(result.is_err(), "the bomb was in the map");
                tally.assert_live(0);
            }
        }
    }
}

#[test]
#[should_panic(expected = "not equivalent to the one looked up")]
fn a_key_constructor_returns_another_boxed_key() {
    let map: AtomicMap<String, u8> = AtomicMap::new();
    map.get_or_insert_with_ref("a", |_| String::from("b"), || 1);
}

#[test]
fn a_key_constructor_returns_another_inline_key() {
    let tally = Tally::default();
    let map: AtomicMap<u64, Counted> = AtomicMap::new();
    map.insert(1, tally.make(1));
    let upserts = || map.upsert_ref(&7, |_| 8, || tally.make(2), |_| unreachable!()).number;
    let sets = || map.compare_and_set_ref(&7, |_| 8, Expected::NotFound, Some(tally.make(3))).is_ok();
    let message =
        |payload: Box<dyn std::any::Any + Send>| payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let expected = "the key constructor returned a key that is not equivalent to the one looked up";
    let first = catch_unwind(AssertUnwindSafe(upserts)).expect_err("a wrong key");
    assert_eq!(message(first).as_deref(), Some(expected));
    let second = catch_unwind(AssertUnwindSafe(sets)).expect_err("a wrong key");
    assert_eq!(message(second).as_deref(), Some(expected));
    assert_eq!(map.approx_len(), 1);
    tally.assert_live(1);
}

#[test]
#[should_panic(expected = "capacity overflow")]
fn a_capacity_beyond_the_address_space() {
    drop(AtomicMap::<u64, u64>::with_capacity(usize::MAX));
}

#[test]
#[should_panic(expected = "capacity overflow")]
fn a_capacity_just_beyond_what_a_table_can_be() {
    drop(AtomicMap::<String, u64>::with_capacity(usize::MAX >> 6));
}
