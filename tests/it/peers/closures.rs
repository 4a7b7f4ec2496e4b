//! User code inside operations, and references held across them.

use super::{Map, ends, every_operation};
use crate::support::{BOXED_TOP, Hashing, NthKey, Numbered, Quality, together};
use atomic_dict::{AtomicMap, Compute, Expected};
use std::ops::Deref;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A closure runs more often than its operation takes effect (documentation of papaya, linera-io/linera-protocol
/// #5752). Here it runs once for a key that nobody else touches, whatever migrations do, and otherwise never twice for
/// the same value.
#[test]
fn papaya_a_closure_runs_again_though_nobody_was_first() {
    for round in 0..100 {
        let map = AtomicMap::new();
        let calls = together(4, |thread| {
            let (pinned, calls) = (map.pin(), AtomicU64::new(0));
            let count = |value: u64| {
                calls.fetch_add(1, Relaxed);
                value | if round % 2 == 0 { BOXED_TOP } else { 0 }
            };
            for key in (thread..400).step_by(4) {
                pinned.get_or_insert_with(key, || count(1));
                pinned.update(&key, |value| count(value + 1));
                pinned.upsert(key, || unreachable!(), |value| count(value + 1));
                pinned.upsert(1000 + key, || count(1), |_| unreachable!());
                pinned.compute(key, |value| Compute::Put(count(*value.expect("it is there"))));
                pinned.compute(2000 + key, |_| Compute::Put(count(0)));
            }
            calls.into_inner()
        });
        assert_eq!(calls, [600; 4]);
    }
    for _ in 0..100 {
        let map = AtomicMap::new();
        together(3, |thread| {
            for step in 0..100 {
                // Values only increase, so that each is there once.
                let mut last = None;
                let next = |value: &u64| {
                    assert!(last < Some(*value), "asked about {value} again");
                    last = Some(*value);
                    value + 1
                };
                match step % 2 {
                    0 => drop(map.upsert(1, || 1, next)),
                    _ => drop(map.update(&1, next)),
                }
                map.insert(1000 * (thread + 1) + step, 0); // growth
            }
        });
        assert_eq!(map.get(&1).as_deref(), Some(&300));
    }
}

/// The same for closures that decide on a removal, and for a key that moves between the decision and its effect: the
/// closure itself makes the map grow.
#[test]
fn papaya_a_closure_that_removes_runs_again_though_nobody_was_first() {
    fn calls_of(operate: impl Fn(&AtomicMap<u64, u64>, &dyn Fn())) -> u64 {
        let (map, calls) = (AtomicMap::from([(1, 1)]), AtomicU64::new(0));
        operate(&map, &|| {
            if calls.fetch_add(1, Relaxed) == 0 {
                (2..100).for_each(|key| drop(map.insert(key, key)));
            }
        });
        calls.into_inner()
    }
    let replacement = calls_of(|map, call| {
        map.update(&1, |value| {
            call();
            value + 1
        });
    });
    let removal_by_compute = calls_of(|map, call| {
        map.pin().compute(1, |_| {
            call();
            Compute::Remove
        });
    });
    let removal_by_condition = calls_of(|map, call| {
        map.remove_if(&1, |_| {
            call();
            true
        });
    });
    assert_eq!([replacement, removal_by_compute, removal_by_condition], [1, 1, 1], "calls of each closure");
}

/// A closure that called the map again for its own key, or for one in the same place, looped or waited for itself
/// (JDK-8062841, libcuckoo #127). Here every closure calls every operation, for its key and for neighbours, on two
/// threads at once.
#[test]
fn jdk_8062841_a_closure_that_calls_the_map_does_not_return() {
    fn run<K: NthKey, V: Numbered>(rounds: u64) {
        for _ in 0..rounds {
            let map: Map<K, V> = AtomicMap::with_hasher(Hashing::new(Quality::Constant));
            together(2, |thread| {
                (0..OPERATIONS_WITH_CLOSURES)
                    .for_each(|operation| by_closures_that_call_the_map(&map, operation, thread));
            });
        }
    }
    ends(|| {
        run::<u64, u64>(20);
        run::<String, String>(20);
    });
}

const OPERATIONS_WITH_CLOSURES: u64 = 13;

/// Asserts what an operation has returned.
fn found<V: Numbered>(expected: &V, returned: Option<impl Deref<Target = V>>) -> Option<&V> {
    assert_eq!(returned.as_deref(), Some(expected));
    Some(expected)
}

/// One operation on a new key of this thread, all of whose closures call the map.
fn by_closures_that_call_the_map<K: NthKey, V: Numbered>(map: &Map<K, V>, operation: u64, thread: u64) {
    let number = 20 + 4 * operation + 2 * thread;
    let (key, neighbour, shared) = (K::nth(number), K::nth(number + 1), K::nth(7));
    let (old, inner, outer) = (V::numbered(1), V::numbered(2), V::numbered(3));
    let call_the_map = || {
        every_operation(map, &shared, &old);
        every_operation(map, &neighbour, &old);
        every_operation(map, &key, &inner);
    };
    let make = || {
        call_the_map();
        outer.clone()
    };
    let make_key = |query: &K| {
        call_the_map();
        query.clone()
    };
    // Changes its key at its first run only: otherwise it would never end.
    let mut first = true;
    let mut replace = |found: &V| {
        assert_eq!(*found, if first { old.clone() } else { inner.clone() });
        if std::mem::take(&mut first) {
            call_the_map();
        }
        outer.clone()
    };
    if operation >= 5 {
        map.insert(key.clone(), old.clone());
    }
    let pinned = map.pin();
    let after = match operation {
        // What a closure puts comes before what its operation inserts.
        0 => found(&inner, Some(map.get_or_insert_with(key.clone(), make))),
        1 => found(&inner, Some(map.get_or_insert_with_ref(&key, make_key, make))),
        2 => found(&inner, Some(map.get_or_insert_with_ref(&key, make_key, || outer.clone()))),
        3 => {
            let failed = map.compare_and_set_ref(&key, make_key, Expected::NotFound, Some(outer.clone()));
            found(&inner, failed.expect_err("the closure has inserted the key").actual)
        }
        4 => {
            let merge = |found: &V| if *found == inner { old.clone() } else { outer.clone() };
            found(&old, Some(map.upsert_ref(&key, make_key, make, merge)))
        }
        // What a closure was asked about is replaced meanwhile, so it is asked again.
        5 => found(&outer, Some(map.upsert(key.clone(), || unreachable!("it is there"), replace))),
        6 => found(&outer, Some(map.upsert_ref(&key, make_key, make, replace))),
        7 => found(&outer, map.update(&key, replace)),
        8 => {
            let computed = pinned.compute(key.clone(), |found| Compute::Put(replace(found.expect("it is there"))));
            assert_eq!(computed.before.as_deref(), Some(&inner));
            found(&outer, computed.after)
        }
        9 => {
            let computed = pinned.compute_ref(&key, make_key, |found| {
                replace(found.expect("it is there"));
                Compute::Remove
            });
            assert_eq!((computed.before.as_deref(), computed.after.is_none()), (Some(&inner), true));
            None
        }
        10 => {
            assert_eq!(map.remove_if(&key, |found| replace(found) == outer).as_deref(), Some(&inner));
            None
        }
        11 => {
            map.retain(|found, value| *found != key || replace(value) != outer);
            None
        }
        _ => {
            let mut visits = 0;
            map.for_each(|found, value| visits += u32::from(*found == key && replace(value) == outer));
            assert_eq!(visits, 1);
            Some(&inner)
        }
    };
    assert_eq!(pinned.get(&key).as_deref(), after, "operation {operation}");
}

/// An operation waited for a reference or an iterator that the same thread held, or that another held which waited for
/// it (dashmap #64, #74, #195, #233, #369). Here two threads hold all kinds of references to all keys, and call every
/// operation.
#[test]
fn dashmap_64_an_operation_waits_for_a_reference() {
    fn run<K: NthKey, V: Numbered>() {
        for quality in [Quality::Good, Quality::Constant].repeat(5) {
            let map: Map<K, V> = AtomicMap::with_hasher(Hashing::new(quality));
            (0..10).for_each(|number| drop(map.insert(K::nth(number), V::numbered(number))));
            let step = Barrier::new(2);
            together(2, |thread| {
                let (pinned, other) = (map.pin(), map.pin());
                let bound: Vec<_> = (0..10).map(|number| pinned.get(&K::nth(number)).expect("inserted")).collect();
                let owned: Vec<_> = (0..10).map(|number| map.get(&K::nth(number)).expect("inserted")).collect();
                let (key, _) = pinned.get_key_value(&K::nth(4)).expect("inserted");
                let occupied = map.try_insert(K::nth(5), V::numbered(0)).expect_err("inserted");
                let failed = map.compare_and_set(K::nth(6), Expected::NotFound, None).expect_err("inserted");
                let (mut entries, mut part) = (pinned.iter(), other.fast_iter(2, 0));
                let first = entries.next().map(|(key, value)| (K::clone(&key), V::clone(&value)));
                let second = part.next();
                step.wait(); // both hold everything
                for number in (0..10).chain(20 + 30 * thread..50 + 30 * thread) {
                    every_operation(&map, &K::nth(number), &V::numbered(number));
                }
                map.clear();
                map.reserve(200);
                map.retain(|_, _| false);
                map.insert(K::nth(thread), V::numbered(thread));
                step.wait(); // nobody has let go
                assert!((0..10).all(|number| *bound[number as usize] == V::numbered(number)));
                assert!((0..10).all(|number| *owned[number as usize] == V::numbered(number)));
                assert_eq!((&*key, &*occupied.current), (&K::nth(4), &V::numbered(5)));
                assert_eq!(failed.actual.as_deref(), Some(&V::numbered(6)));
                assert!(second.is_none_or(|(key, value)| *key == K::nth(value.number())));
                assert!(first.is_some_and(|(key, value)| key == K::nth(value.number())));
                assert!(entries.chain(part).all(|(key, value)| *key == K::nth(value.number())));
            });
        }
    }
    ends(|| {
        run::<u64, u64>();
        run::<String, String>();
    });
}
