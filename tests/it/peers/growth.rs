//! Growth and migration.

use super::{Map, assert_reads, ends, put, take};
use crate::support::{
    Counted, FUSE, FusedState, Hashing, NthKey, Numbered, QUALITIES, Quality, Random, Tally, together,
};
use atomic_dict::{AtomicMap, Compute, Expected};
use std::collections::HashSet;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// Two threads make a map of a few old keys grow, while two others run `look` again and again.
fn look_during_growth<K: NthKey, V: Numbered>(
    quality: Quality,
    old: u64,
    new: u64,
    look: impl Fn(&Map<K, V>, u64) + Sync,
) {
    let map = AtomicMap::with_hasher(Hashing::new(quality));
    (0..old).for_each(|number| drop(map.insert(K::nth(number), V::numbered(number))));
    let growing = AtomicU64::new(2);
    together(4, |thread| {
        if thread < 2 {
            (old..old + new)
                .filter(|number| number % 2 == thread)
                .for_each(|number| drop(map.insert(K::nth(number), V::numbered(number))));
            growing.fetch_sub(1, Relaxed);
            return;
        }
        loop {
            let last = growing.load(Relaxed) == 0; // once more when all is done
            (0..old).for_each(|number| look(&map, number));
            if last {
                return;
            }
        }
    });
}

/// A reader paired an old size with a new version, and missed a key (efficient/libcuckoo #173, #51, #107). Here readers
/// look up old keys in every way while others make the map grow.
#[test]
fn libcuckoo_173_a_present_key_is_missed_during_growth() {
    fn run<K: NthKey, V: Numbered>(rounds: usize) {
        for quality in [Quality::Good, Quality::Identity, Quality::LowByte].repeat(rounds) {
            look_during_growth::<K, V>(quality, 30, 2000, |map, number| {
                assert_reads(map, &K::nth(number), &V::numbered(number));
            });
        }
    }
    run::<u64, u64>(12);
    run::<String, String>(6);
}

/// Keys, values and size were published one by one, and an index for one array was used in another (apache/bookkeeper
/// #1606, apache/pulsar #2387, #25643). Here tables grow by large factors under readers, who must never see another's
/// value.
#[test]
fn bookkeeper_1606_keys_values_and_size_are_of_different_tables() {
    for _ in 0..100 {
        let map: AtomicMap<u64, u64> = (0..3).map(|number| (number, u64::numbered(number))).collect();
        let growing = AtomicBool::new(true);
        together(3, |thread| {
            if thread == 0 {
                [50, 1000, 20_000].into_iter().for_each(|room| map.reserve(room));
                return growing.store(false, Relaxed);
            }
            let mut sizes = (0, 0);
            while growing.load(Relaxed) {
                for number in 0..40 {
                    let expected = (number < 3).then(|| u64::numbered(number));
                    assert_eq!(map.get(&number).as_deref(), expected.as_ref());
                }
                let mut entries: Vec<_> = map.pin().iter().map(|(key, value)| (*key, *value)).collect();
                entries.sort_unstable();
                assert!(entries.into_iter().eq((0..3).map(|number| (number, u64::numbered(number)))));
                let now = (map.capacity(), map.stats().slots);
                assert!(sizes <= now && now.0 < now.1, "{now:?} after {sizes:?}");
                sizes = now;
            }
        });
    }
}

/// Several threads rehashed at once, and one freed what another used (moka-rs/moka #34, #157). Here three threads grow
/// a map from capacity 1, and every key and value is dropped once.
#[test]
fn moka_34_three_threads_rehash_at_once() {
    let (keys, values) = (Tally::default(), Tally::default());
    for _ in 0..150 {
        let map = AtomicMap::with_capacity(1);
        together(3, |thread| {
            for number in (thread..210).step_by(3) {
                assert!(map.insert(keys.make(number), values.make(number)).is_none());
            }
        });
        assert_eq!(map.approx_len(), 210);
        let mut numbers: Vec<_> = map.into_iter().map(|(key, value)| (key.number, value.number)).collect();
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq((0..210).map(|number| (number, number))));
    }
    keys.assert_live(0);
    values.assert_live(0);
}

/// The new array came into place before all values were in it (Gregory-Meyer/cht #6). Here operations that would insert
/// meet old keys during growth, and must find each of them present.
#[test]
fn cht_6_keys_vanish_while_the_table_is_replaced() {
    fn run<K: NthKey, V: Numbered>(rounds: usize) {
        for _ in 0..rounds {
            look_during_growth::<K, V>(Quality::Good, 20, 1500, |map, number| {
                let (key, value) = (|| K::nth(number), V::numbered(number));
                let pinned = map.pin();
                assert!(pinned.try_insert(key(), V::numbered(1)).is_err(), "key {number}");
                assert!(pinned.compare_and_set(key(), Expected::NotFound, None).is_err(), "key {number}");
                assert!(pinned.compare_and_set(key(), Expected::Value(&value), Some(V::numbered(number))).is_ok());
                assert_eq!(pinned.update(&key(), V::clone).as_deref(), Some(&value), "key {number}");
                assert_eq!(*pinned.upsert(key(), || unreachable!("it is there"), V::clone), value);
                assert_eq!(*pinned.get_or_insert_with(key(), || unreachable!("it is there")), value);
                assert!(pinned.compute(key(), |_| Compute::Keep).before.is_some(), "key {number}");
                if number == 0 {
                    assert_eq!(pinned.values().filter(|value| value.number() < 20).count(), 20);
                }
            });
        }
    }
    run::<u64, u64>(25);
    run::<String, String>(12);
}

/// An insertion was lost or doubled while its slot was copied, copies raced, and an insertion that lost to a copy
/// leaked (papaya f1453ee, 9ea694b, 9371590, 265c87a). Here keys are replaced all the time while their table is, and
/// all drops count.
#[test]
fn papaya_f1453ee_an_insertion_is_lost_or_doubled_while_its_slot_is_copied() {
    fn replace_during_growth<K: NthKey, V: PartialEq + Debug + Send + Sync + 'static>(value: impl Fn(u64) -> V + Sync) {
        const STEPS: u64 = 50;
        let map = AtomicMap::with_capacity(1);
        together(4, |thread| {
            for step in 0..STEPS {
                for own in 0..3 {
                    let before = map.insert(K::nth(3 * thread + own), value(step));
                    assert_eq!(
                        before.as_deref(),
                        step.checked_sub(1).map(&value).as_ref(),
                        "what this thread put last"
                    );
                }
                map.insert(K::nth(12 + step % 3), value(step)); // the same for all threads
                assert!(map.insert(K::nth(15 + thread * STEPS + step), value(step)).is_none());
            }
        });
        let keys: Vec<_> = (0..15 + 4 * STEPS).map(K::nth).collect();
        assert!(keys[..12].iter().all(|key| map.get(key).is_some_and(|last| *last == value(STEPS - 1))));
        assert_eq!(map.approx_len(), keys.len());
        let mut left: HashSet<_> = keys.into_iter().collect();
        assert!(map.into_iter().all(|(key, _)| left.remove(&key)), "a key twice");
        assert!(left.is_empty(), "{left:?} are missing");
    }
    let tally = Tally::default();
    for _ in 0..60 {
        replace_during_growth::<u64, u64>(u64::numbered);
        replace_during_growth::<String, String>(String::numbered);
        replace_during_growth::<u64, Counted>(|step| tally.make(step));
        replace_during_growth::<String, Counted>(|step| tally.make(step));
    }
    tally.assert_live(0);
}

/// After an aborted resize threads waited for a table that nobody filled (papaya #92). Here the hasher of one thread
/// panics while it moves keys, time and again, and the others go on.
#[test]
fn papaya_92_an_aborted_resize_leaves_the_others_waiting() {
    ends(|| {
        let (mut panics, mut rounds) = (0, 0);
        while panics < 100 {
            rounds += 1;
            assert!(rounds < 5000, "only {panics} panics");
            let map = AtomicMap::<u64, u64, FusedState>::default();
            let insert = |key| map.insert(key, key).is_none();
            panics += together(4, |thread| {
                let mut panics = 0;
                for key in (thread..400).step_by(4) {
                    if thread == 0 {
                        FUSE.set(2 + key as u32 % 5); // the first call hashes the key itself
                    }
                    let inserted = catch_unwind(AssertUnwindSafe(|| insert(key)));
                    FUSE.set(0);
                    panics += u64::from(inserted.is_err());
                    assert!(inserted.unwrap_or_else(|_| insert(key)), "{key} is new");
                }
                panics
            })
            .into_iter()
            .sum::<u64>();
            assert!(map.approx_len() == 400 && (0..400).all(|key| map.get(&key).as_deref() == Some(&key)));
        }
    });
}

/// The pointer to the table was read before the thread was pinned (cmuparlay/parlayhash #14). Here every lookup has a
/// pin of its own, while tables are replaced and freed as soon as they can be.
#[test]
fn parlayhash_14_a_table_is_read_after_it_was_freed() {
    for _ in 0..30 {
        look_during_growth::<u64, String>(Quality::Good, 8, 600, |map, number| {
            let held = map.get(&u64::nth(number)).expect("it is there");
            map.flush();
            assert!(map.get(&u64::nth(7 - number)).is_some_and(|value| *value == String::numbered(7 - number)));
            assert_eq!(*held, String::numbered(number));
        });
    }
}

/// Pointers were cut to 48 bits to have room for tags (cmuparlay/parlayhash #14). Here keys and values have every
/// pattern of the 16 bits on top, through growth.
#[test]
fn parlayhash_14_the_top_bits_of_a_word_are_lost() {
    let map = AtomicMap::new();
    let (key, value) = (|top: u64| top << 48 | 1, |top: u64| top.rotate_right(16) | top);
    together(4, |thread| {
        let pinned = map.pin();
        for top in (thread..1 << 16).step_by(4) {
            assert!(pinned.insert(key(top), value(top)).is_none());
            assert_eq!(pinned.get(&key(top)).as_deref(), Some(&value(top)));
        }
    });
    assert!((0..1 << 16).all(|top| map.get(&key(top)).is_some_and(|found| *found == value(top))));
    assert!(map.into_iter().all(|(found, stored)| found == key(stored & 0xFFFF) && stored == value(stored & 0xFFFF)));
}

/// An insertion crashed while the map grew (dashmap #107, rlei/nonblockinghashmap #1). Here every kind of hash and of
/// key grows a map from capacity 1, with removals in between.
#[test]
fn dashmap_107_an_insertion_crashes_during_growth() {
    fn run<K: NthKey, V: Numbered>() {
        for (seed, quality) in (0..).zip(QUALITIES.repeat(12)) {
            let map = AtomicMap::with_capacity_and_hasher(1, Hashing::new(quality));
            together(4, |thread| {
                let mut random = Random::new(seed * 4 + thread);
                for way in 0..150 {
                    let number = random.below(120);
                    put(&map, way, K::nth(number), V::numbered(number));
                    if way % 4 == 0 {
                        take(&map, way / 4, &K::nth(random.below(120)));
                    }
                }
            });
            let entries = map.pin().iter().filter(|(key, value)| *key == K::nth(value.number())).count();
            assert!(entries == map.approx_len() && entries <= 120, "{entries} entries, {quality:?}");
        }
    }
    run::<u64, u64>();
    run::<String, String>();
}

/// Directly after the insertion that started growth its key was not found (release notes of high-scale-lib). Here every
/// insertion is read back at once, and when the table has become another, so are all before it.
#[test]
fn high_scale_lib_the_insertion_that_starts_growth_is_not_seen() {
    fn run<K: NthKey, V: Numbered>(rounds: usize) {
        for _ in 0..rounds {
            let map = AtomicMap::with_hasher(Hashing::new(Quality::Good));
            together(2, |thread| {
                let mut slots = 0;
                for number in 0..120 {
                    let own = |number| (K::nth(2 * number + thread), V::numbered(2 * number + thread));
                    let (key, value) = own(number);
                    assert!(put(&map, number, key.clone(), value.clone()));
                    assert_reads(&map, &key, &value);
                    let now = map.stats().slots;
                    if now != slots {
                        (0..number).map(own).for_each(|(key, value)| assert_reads(&map, &key, &value));
                        slots = now;
                    }
                }
            });
        }
    }
    run::<u64, u64>(150);
    run::<String, String>(100);
}

/// An insertion of an absent key succeeded although another's value was just being copied (release notes of
/// high-scale-lib). Here threads insert the same keys in all ways during growth, and one of them finds each key absent.
#[test]
fn high_scale_lib_put_if_absent_succeeds_twice_in_mid_copy() {
    fn run<K: NthKey, V: Numbered>(rounds: u64) {
        for round in 0..rounds {
            let map = AtomicMap::with_hasher(Hashing::new(Quality::Good));
            let absent = together(3, |thread| {
                let unlike_others = |number| V::numbered(number * 3 + thread);
                (0..90)
                    .map(|number| put(&map, round + number + thread, K::nth(number), unlike_others(number)))
                    .collect::<Vec<_>>()
            });
            for number in 0..90 {
                assert_eq!(absent.iter().filter(|absent| absent[number]).count(), 1, "key {number}");
            }
        }
    }
    run::<u64, u64>(150);
    run::<String, String>(100);
}

/// The counter of copies was wrong, and an assertion failed when a table was promoted (JCTools #151, flurry #83). Here
/// the length is exact after each growth, and a table grows neither earlier nor later than it says, whatever was copied
/// into it.
#[test]
fn jctools_151_the_copies_are_miscounted() {
    let map = AtomicMap::new();
    let (mut live, mut claimed) = (0, 0);
    for key in 0..12_000_u64 {
        let (slots, capacity) = (map.stats().slots, map.capacity());
        map.insert(key, key.to_string());
        live += 1;
        claimed += 1;
        assert!(!map.is_empty(), "completes a migration");
        if map.stats().slots != slots && slots > 0 {
            // A thread looks at the limit at every 64th key that it adds.
            assert!(claimed > capacity && claimed <= capacity + 64, "{claimed} in a table for {capacity}");
            claimed = live; // Removed keys stay behind.
            assert_eq!((map.approx_len(), map.pin().iter().count()), (live, live));
            let first = key + 1 - live as u64;
            (first..first + live as u64 / 2).for_each(|key| assert!(map.remove(&key).is_some()));
            live -= live / 2;
        }
    }
    for _ in 0..30 {
        let map = AtomicMap::new();
        together(4, |thread| (thread..2000).step_by(4).for_each(|key| drop(map.insert(key, key))));
        assert_eq!((map.approx_len(), map.pin().iter().count()), (2000, 2000));
        assert!(map.capacity() < 2 * 2000, "a table for {} has 2000", map.capacity());
    }
}
