//! Atomicity, counts, iteration.

use super::{Map, WAYS_TO_PUT, WAYS_TO_TAKE, assert_reads, ends, put, take};
use crate::support::{
    BOXED_TOP, Counted, Hashing, NthKey, Numbered, Quality, RESERVED, Random, TRICKY, Tally, together,
};
use atomic_dict::{AtomicMap, Compute, Expected};
use equivalent::Equivalent;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;

/// Two removals returned one value (JCTools #205). Here threads remove the same keys in all ways, others bring new
/// values, and every value leaves the map once.
#[test]
fn jctools_205_two_removals_return_one_value() {
    fn run<K: NthKey, V: Numbered>(rounds: u64) {
        const STEPS: u64 = 400;
        for round in 0..rounds {
            let map = AtomicMap::with_hasher(Hashing::new(Quality::Good));
            let mut out = together(3, |thread| {
                let mut out = Vec::new();
                for step in 0..STEPS {
                    let key = K::nth(step / 2 % 10); // the same for all, at about the same time
                    if (step + thread) % 2 == 0 {
                        let value = V::numbered(thread * STEPS + step);
                        out.extend(map.insert(key, value).map(|before| before.number()));
                    } else {
                        out.extend(take(&map, round + step / 2 + thread, &key));
                        map.insert(K::nth(100 + thread * STEPS + step), V::numbered(0)); // growth
                    }
                }
                out
            })
            .concat();
            let left = map.into_iter().filter(|(key, _)| (0..10).any(|number| *key == K::nth(number)));
            out.extend(left.map(|(_, value)| value.number()));
            out.sort_unstable();
            let put = (0..3).flat_map(|thread| (thread % 2..STEPS).step_by(2).map(move |step| thread * STEPS + step));
            assert!(out.into_iter().eq(put), "every value leaves once");
        }
    }
    run::<u64, u64>(15 * WAYS_TO_TAKE);
    run::<String, String>(10 * WAYS_TO_TAKE);
}

/// Operations on the special key 0 were not atomic (stephenc/high-scale-lib #5). Here threads count under special keys,
/// hand special values on, and take turns in inserting and removing, during growth.
#[test]
fn high_scale_lib_5_operations_on_special_keys_are_not_atomic() {
    const STEPS: u64 = 40;
    let neighbours = [RESERVED[0] - 1, RESERVED[1] + 1, BOXED_TOP + 2, u64::MAX / 2];
    for key in TRICKY.into_iter().chain(neighbours).cycle().take(200) {
        let (map, values) = (AtomicMap::new(), AtomicMap::new());
        values.insert(key, TRICKY[0]);
        let come_and_gone = AtomicMap::new();
        let sums = together(3, |thread| {
            let (mut passed_on, mut balance) = (0, 0_i64);
            for step in 0..STEPS {
                map.upsert(key, || 1, |count| count + 1);
                for index in 0..TRICKY.len() {
                    let next = TRICKY[(index + 1) % TRICKY.len()];
                    passed_on +=
                        values.compare_and_set(key, Expected::Value(&TRICKY[index]), Some(next)).is_ok() as usize;
                }
                balance += i64::from(come_and_gone.try_insert(key, step).is_ok());
                balance -= i64::from(come_and_gone.remove(&key).is_some());
                balance += i64::from(come_and_gone.insert(key, step).is_none());
                // Growth, by keys that are as special.
                let filler = !key ^ (thread << 8 | step << 16);
                map.insert(filler, 0);
                values.insert(filler, 0);
                come_and_gone.insert(filler, 0);
            }
            (passed_on, balance)
        });
        let (passed_on, balance) = sums.into_iter().fold((0, 0), |sums, sum| (sums.0 + sum.0, sums.1 + sum.1));
        assert_eq!(map.get(&key).as_deref(), Some(&(3 * STEPS)), "{key:#x}");
        assert_eq!(values.get(&key).as_deref(), Some(&TRICKY[passed_on % TRICKY.len()]), "{key:#x}");
        assert_eq!(balance, i64::from(come_and_gone.contains_key(&key)), "{key:#x}");
    }
}

/// A replacement of an absent key failed an assertion (JCTools #244). Here conditional operations meet keys that never
/// came, or have gone, and say so, while another thread makes the map grow.
#[test]
fn jctools_244_a_conditional_operation_on_an_absent_key_fails_an_assertion() {
    fn nothing_happens<K: NthKey, V: Numbered>(map: &Map<K, V>, key: &K) {
        let (pinned, value) = (map.pin(), V::numbered(3));
        assert!(pinned.update(key, |_| unreachable!("{key:?} is absent")).is_none());
        assert!(pinned.remove_if(key, |_| unreachable!("{key:?} is absent")).is_none());
        assert!(pinned.remove(key).is_none() && pinned.remove_entry(key).is_none());
        assert!(pinned.get_key_value(key).is_none());
        let failed = pinned.compare_and_set(key.clone(), Expected::Value(&value), Some(value.clone()));
        let failed = failed.expect_err("the key is absent");
        assert!(failed.actual.is_none() && failed.desired.as_ref() == Some(&value));
        let no_key = |_: &K| -> K { unreachable!("nothing is inserted") };
        assert!(pinned.compare_and_set_ref(key, no_key, Expected::Value(&value), None).is_err());
        assert!(pinned.compare_and_set_ref(key, no_key, Expected::NotFound, None).is_ok_and(|before| before.is_none()));
        for wish in [Compute::Keep, Compute::Remove] {
            let computed = pinned.compute_ref(key, no_key, |current| {
                assert!(current.is_none());
                wish.clone()
            });
            assert!(computed.before.is_none() && computed.after.is_none());
        }
        pinned.insert(key.clone(), value);
        let gone = pinned.remove(key).expect("just inserted");
        assert!(pinned.compare_and_set_same(key.clone(), &gone, Some(V::numbered(4))).is_err());
        assert!(pinned.get(key).is_none());
    }
    fn run<K: NthKey, V: Numbered>() {
        for quality in [Quality::Good, Quality::EightValues].repeat(40) {
            let map = AtomicMap::with_hasher(Hashing::new(quality));
            (0..20).for_each(|number| nothing_happens(&map, &K::nth(number)));
            together(3, |thread| match thread {
                0 => (1000..1300).for_each(|number| drop(map.insert(K::nth(number), V::numbered(number)))),
                _ => (0..100).for_each(|round| nothing_happens(&map, &K::nth(round % 10 * 2 + thread - 1))),
            });
            assert_eq!((map.approx_len(), map.pin().iter().count()), (300, 300));
        }
    }
    run::<u64, u64>();
    run::<String, String>();
}

/// A removal through the iterator did nothing to an entry whose value had changed after it was yielded (JCTools #335).
/// Here values change while `retain` and `clear` pass by, which remove every key all the same.
#[test]
fn jctools_335_a_removal_by_iteration_misses_a_changed_value() {
    fn run<K: NthKey, V: Numbered>() {
        let map: AtomicMap<K, V> = (0..100).map(|number| (K::nth(number), V::numbered(number))).collect();
        map.retain(|key, value| {
            if value.number() < 1000 {
                map.update(key, |value| V::numbered(value.number() + 1000));
            }
            false
        });
        assert!(map.is_empty() && map.approx_len() == 0, "the closure changes what it is about to remove");
        for round in 0..30 {
            let map: AtomicMap<K, V> = (0..100).map(|number| (K::nth(number), V::numbered(0))).collect();
            let passing = AtomicBool::new(true);
            together(2, |thread| {
                if thread == 0 {
                    if round % 2 == 0 {
                        map.retain(|_, _| false);
                    } else {
                        map.clear();
                    }
                    return passing.store(false, Relaxed);
                }
                let mut random = Random::new(round);
                while passing.load(Relaxed) {
                    map.update(&K::nth(random.below(100)), |value| V::numbered(value.number() + 1));
                }
            });
            assert!(map.is_empty(), "{} keys are left", map.approx_len());
        }
    }
    run::<u64, u64>();
    run::<String, String>();
}

/// After a removal and another insertion the map showed the key object of the first one, which surprised (JCTools
/// #354). Here that is as documented: a key that is in the map stays when it is inserted again, and a removed one until
/// the next migration.
#[test]
fn jctools_354_a_removed_key_comes_back() {
    let tally = Tally::default();
    let map = AtomicMap::<Counted, ()>::with_capacity(8);
    let shown = |query: &Counted| {
        let pinned = map.pin();
        let by_lookup = pinned.get_key_value(query).map(|(key, _)| key.serial);
        let by_iteration = pinned.keys().find(|key| **key == *query).map(|key| key.serial);
        assert_eq!(by_lookup, by_iteration);
        by_lookup.expect("the key is there")
    };
    let insert = |number| {
        let key = tally.make(number);
        let serial = key.serial;
        map.insert(key, ());
        serial
    };
    let (query, first) = (tally.make(1), insert(1));
    insert(1);
    assert_eq!(shown(&query), first, "the key that is there stays");
    let removed = map.pin().remove_entry(&query).map(|(key, _)| key.serial);
    assert_eq!(removed, Some(first));
    insert(1);
    assert_eq!(shown(&query), first, "it had stayed in its slot");
    (100..1000).for_each(|number| assert!(insert(number) > first));
    assert_eq!(shown(&query), first, "it moves with its value");
    map.remove(&query);
    (1000..10_000).for_each(|number| assert!(insert(number) > first));
    let last = insert(1);
    assert_eq!(shown(&query), last, "migrations leave removed keys behind");
    let keys = map.approx_len();
    tally.assert_live(keys + 1);
}

/// A thread did not see the entry that it had just inserted (scc #172; how it ended is not known). Here threads insert
/// and remove their own keys in all ways, and read them back at once, while others make the map grow.
#[test]
fn scc_172_an_own_entry_is_not_seen_right_after_its_insertion() {
    fn run<K: NthKey, V: Numbered>(rounds: u64) {
        for round in 0..rounds {
            let map = AtomicMap::with_hasher(Hashing::new(Quality::Good));
            together(4, |thread| {
                if thread < 2 {
                    return (0..800)
                        .for_each(|number| drop(map.insert(K::nth(10 + 2 * number + thread), V::numbered(0))));
                }
                for step in 0..150 {
                    let (key, value) = (K::nth(2 * (step % 3) + thread), V::numbered(step + 1));
                    assert!(put(&map, round + step, key.clone(), value.clone()), "{key:?} was removed");
                    assert_reads(&map, &key, &value);
                    if step % 30 == 0 {
                        assert!(map.pin().iter().any(|(found, _)| *found == key));
                    }
                    assert_eq!(take(&map, round + step, &key), Some(value.number()));
                    assert!(!map.contains_key(&key));
                }
            });
        }
    }
    run::<u64, u64>(6 * WAYS_TO_PUT);
    run::<String, String>(4 * WAYS_TO_PUT);
}

/// A key that is looked up under the hash of another.
struct Misplaced(u64);

impl Hash for Misplaced {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.0 + 1).hash(state);
    }
}

impl Equivalent<u64> for Misplaced {
    fn equivalent(&self, key: &u64) -> bool {
        self.0 == *key
    }
}

/// A length below zero, or zero beside an entry, made iteration stop (flurry #86, eclipse-collections #430). Here the
/// length lies between what is there at least and at most, and iteration never asks for it: it finds what is not
/// counted yet.
#[test]
fn flurry_86_a_wrong_length_hides_entries() {
    const KEYS: u64 = 50;
    const STAY: usize = 10;
    for _ in 0..20 {
        let map = AtomicMap::new();
        (0..STAY as u64).for_each(|key| drop(map.insert(key, key)));
        let changing = AtomicU64::new(2);
        together(3, |thread| {
            if thread < 2 {
                // Its own keys: what a thread has counted lies between none of them and all.
                let first = 1000 * (thread + 1);
                for _ in 0..20 {
                    (first..first + KEYS).for_each(|key| assert!(map.insert(key, key).is_none()));
                    (first..first + KEYS).for_each(|key| assert!(map.remove(&key).is_some()));
                }
                changing.fetch_sub(1, Relaxed);
            }
            while thread == 2 && changing.load(Relaxed) > 0 {
                let length = map.len();
                assert!((STAY..=STAY + 2 * KEYS as usize).contains(&length), "a length of {length}");
            }
        });
        assert_eq!(map.approx_len(), STAY);
    }
    // Two slots of a key become one when they are moved, which the counter cannot know.
    let map = Map::<u64, u64>::with_hasher(Hashing::new(Quality::Identity)); // next keys have places far apart
    (0..50).for_each(|key| drop(map.insert(key, key)));
    (0..50).for_each(|key| drop(map.upsert_ref(&Misplaced(key), |query| query.0, || key, |value| *value)));
    map.reserve(1000);
    map.clear();
    assert!(map.approx_len() > 0, "no key had two slots");
    assert!(map.is_empty() && map.pin().iter().next().is_none());
    // One entry, looked for as soon as it can be read, and before it is counted now and then.
    ends(|| {
        let (map, seen, missed) = (AtomicMap::new(), AtomicU64::new(0), AtomicU64::new(0));
        together(2, |thread| {
            for round in 1..=20_000 {
                if thread == 0 {
                    assert!(map.insert(1, round).is_none());
                    while seen.load(Relaxed) < round {
                        thread::yield_now();
                    }
                    map.remove(&1);
                } else {
                    while map.get(&1).is_none_or(|value| *value < round) {
                        thread::yield_now();
                    }
                    missed.fetch_add(u64::from(map.is_empty() || map.pin().iter().count() != 1), Relaxed);
                    seen.store(round, Relaxed);
                }
            }
        });
        assert_eq!(missed.into_inner(), 0);
    });
}

/// An insertion was lost when its neighbour was deleted at the same time (cornelk/hashmap #47, ssvlabs/ssv #1682). Here
/// keys of several threads stand side by side, each thread inserts and removes its own, and always finds them as it
/// left them.
#[test]
fn cornelk_47_an_insertion_is_lost_beside_a_removal() {
    fn run<K: NthKey, V: Numbered>(rounds: u64) {
        for round in 0..rounds {
            let map = Map::<K, V>::with_hasher(Hashing::new(Quality::Constant));
            let left: usize = together(4, |thread| {
                let mut random = Random::new(round * 4 + thread);
                let mut own = [None; 4];
                for step in 1..200 {
                    let index = random.below(own.len() as u64);
                    let (key, present) = (K::nth(4 * index + thread), &mut own[index as usize]);
                    assert_eq!(map.get(&key).map(|value| value.number()), *present, "{key:?}");
                    if random.below(2) == 0 {
                        assert_eq!(take(&map, step, &key), present.take(), "{key:?}");
                    } else {
                        let before = map.insert(key, V::numbered(step)).map(|before| before.number());
                        assert_eq!(before, present.replace(step));
                    }
                }
                own.iter().flatten().count()
            })
            .into_iter()
            .sum();
            assert_eq!((map.approx_len(), map.pin().iter().count()), (left, left));
        }
    }
    run::<u64, u64>(150);
    run::<String, String>(100);
}
