//! Bugs that other concurrent maps had, each as a test. A test bears the name of the place where its bug was reported.
//!
//! Growth and migration (`growth`; where it is about equal hashes, `collisions`):
//!
//! | reported in | test |
//! | --- | --- |
//! | efficient/libcuckoo #173, #51, #107 | `libcuckoo_173_a_present_key_is_missed_during_growth` |
//! | apache/bookkeeper #1606, apache/pulsar #2387, #25643 | `bookkeeper_1606_keys_values_and_size_are_of_different_tables` |
//! | moka-rs/moka #34, #157 | `moka_34_three_threads_rehash_at_once` |
//! | Gregory-Meyer/cht #6 | `cht_6_keys_vanish_while_the_table_is_replaced` |
//! | papaya f1453ee, 9ea694b, 9371590, 265c87a | `papaya_f1453ee_an_insertion_is_lost_or_doubled_while_its_slot_is_copied` |
//! | papaya #92 | `papaya_92_an_aborted_resize_leaves_the_others_waiting` |
//! | robclu/leapfrog #6, #15, #22 | `leapfrog_6_a_probe_does_not_end` |
//! | cmuparlay/parlayhash #14 | `parlayhash_14_a_table_is_read_after_it_was_freed`, `parlayhash_14_the_top_bits_of_a_word_are_lost` |
//! | dashmap #107, rlei/nonblockinghashmap #1 | `dashmap_107_an_insertion_crashes_during_growth` |
//! | release notes of high-scale-lib | `high_scale_lib_the_insertion_that_starts_growth_is_not_seen`, `high_scale_lib_put_if_absent_succeeds_twice_in_mid_copy` |
//! | JDK-8028564 | `jdk_8028564_a_key_is_not_found_after_its_insertion_among_collisions` |
//! | JCTools #151, flurry #83 | `jctools_151_the_copies_are_miscounted` |
//! | golang/go #69534, #73427 | `go_69534_more_equal_hashes_than_there_are_bits` |
//! | papaya #20 | `papaya_20_an_identity_hasher_crashes` |
//!
//! Atomicity, counts, iteration (`atomicity`, `indices`, `iteration`), and user code inside operations (`closures`):
//!
//! | reported in | test |
//! | --- | --- |
//! | JCTools #205 | `jctools_205_two_removals_return_one_value` |
//! | stephenc/high-scale-lib #5 | `high_scale_lib_5_operations_on_special_keys_are_not_atomic`, `high_scale_lib_5_operations_at_the_ends_of_a_dense_map_are_not_atomic` |
//! | JCTools #244 | `jctools_244_a_conditional_operation_on_an_absent_key_fails_an_assertion` |
//! | JCTools #335 | `jctools_335_a_removal_by_iteration_misses_a_changed_value` |
//! | JCTools #354 | `jctools_354_a_removed_key_comes_back` |
//! | scc #172 | `scc_172_an_own_entry_is_not_seen_right_after_its_insertion` |
//! | flurry #86, eclipse-collections #430 | `flurry_86_a_wrong_length_hides_entries` |
//! | cornelk/hashmap #47, ssvlabs/ssv #1682 | `cornelk_47_an_insertion_is_lost_beside_a_removal` |
//! | documentation of papaya, linera-io/linera-protocol #5752 | `papaya_a_closure_runs_again_though_nobody_was_first`, `papaya_a_closure_that_removes_runs_again_though_nobody_was_first` |
//! | JDK-8062841, libcuckoo #127 | `jdk_8062841_a_closure_that_calls_the_map_does_not_return` |
//! | dashmap #64, #74, #195, #233, #369 | `dashmap_64_an_operation_waits_for_a_reference` |
//! | RUSTSEC-2022-0006 | `rustsec_2022_0006_an_iterator_yields_what_is_not_there_yet` |
//!
//! Reclamation (`reclamation`):
//!
//! | reported in | test |
//! | --- | --- |
//! | crossbeam PR #42 | `crossbeam_42_garbage_is_freed_while_it_is_read` |
//! | RUSTSEC-2018-0009 | `rustsec_2018_0009_an_item_is_dropped_twice_by_the_collector` |
//! | RUSTSEC-2025-0024 | `rustsec_2025_0024_what_was_emptied_is_freed_again_when_it_is_dropped` |
//!
//! What these rows have that cannot be met here:
//!
//! - papaya #92, waiters parked for good: nothing parks, and a failed allocation ends the process. A hasher that panics
//!   while a key is moved takes its place;
//! - parlayhash #14, a table pointer read before pinning: no public function takes a pointer or a guard, so the test
//!   can only read under short pins;
//! - leapfrog #22, and RUSTSEC-2022-0006 on a processor with weak orderings: a matter of the models.
//!
//! A test of `tests/soundness` reads this table: each name is that of a function.

mod atomicity;
mod closures;
mod collisions;
mod growth;
mod indices;
mod iteration;
mod reclamation;

use crate::support::{Hashing, NthKey, Numbered};
use atomic_dict::{AtomicMap, Compute, Expected};
use std::fmt::Debug;
use std::hash::Hash;
use std::hint::black_box;
use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

type Map<K, V> = AtomicMap<K, V, Hashing>;

/// Runs `body` on a thread of its own, and fails if it does not end.
fn ends(body: impl FnOnce() + Send + 'static) {
    let (running, end) = channel::<()>();
    let thread = thread::spawn(move || {
        let _running = running; // dropped at the end
        body();
    });
    let waited = end.recv_timeout(Duration::from_secs(600));
    assert_eq!(waited, Err(RecvTimeoutError::Disconnected), "still running");
    thread.join().unwrap_or_else(|panic| resume_unwind(panic));
}

const WAYS_TO_PUT: u64 = 12;

/// Puts a value, unlike all others, under a key by one of several operations. Returns whether the operation found the
/// key absent.
fn put<K: NthKey, V: Numbered>(map: &Map<K, V>, way: u64, key: K, value: V) -> bool {
    let pinned = map.pin();
    let make = || value.clone();
    let keep_or_put = |current: Option<&V>| current.map_or_else(|| Compute::Put(make()), |_| Compute::Keep);
    match way % WAYS_TO_PUT {
        0 => pinned.insert(key, make()).is_none(),
        1 => pinned.try_insert(key, make()).is_ok(),
        2 => pinned.compare_and_set(key, Expected::NotFound, Some(make())).is_ok(),
        3 => pinned.compare_and_set(key, Expected::Any, Some(make())).is_ok_and(|before| before.is_none()),
        4 => pinned.compare_and_set_ref(&key, K::clone, Expected::NotFound, Some(make())).is_ok(),
        5 => pinned.compute(key, keep_or_put).before.is_none(),
        6 => pinned.compute_ref(&key, K::clone, keep_or_put).before.is_none(),
        7 => *pinned.get_or_insert(key, make()) == value,
        8 => *pinned.get_or_insert_with(key, make) == value,
        9 => *pinned.get_or_insert_with_ref(&key, K::clone, make) == value,
        10 => *pinned.upsert(key, make, V::clone) == value,
        _ => *pinned.upsert_ref(&key, K::clone, make, V::clone) == value,
    }
}

const WAYS_TO_TAKE: u64 = 7;

/// Removes a key by one of several operations. Returns the value's number, if this very operation has removed it.
fn take<K: NthKey, V: Numbered>(map: &Map<K, V>, way: u64, key: &K) -> Option<u64> {
    let pinned = map.pin();
    let taken = match way % WAYS_TO_TAKE {
        0 => pinned.remove(key),
        1 => pinned.remove_entry(key).map(|(_, value)| value),
        2 => pinned.remove_if(key, |_| true),
        3 => pinned.compute(key.clone(), |_| Compute::Remove).before,
        4 => pinned.compare_and_set(key.clone(), Expected::Any, None).expect("anything is expected"),
        5 => {
            let value = pinned.get(key)?;
            pinned.compare_and_set(key.clone(), Expected::Value(&value), None).ok()?
        }
        _ => {
            let value = pinned.get(key)?;
            pinned.compare_and_set_same(key.clone(), &value, None).ok()?
        }
    };
    taken.map(|value| value.number())
}

/// Asserts that every way of reading finds a value under a key.
fn assert_reads<K: NthKey, V: Numbered>(map: &Map<K, V>, key: &K, value: &V) {
    let pinned = map.pin();
    assert_eq!(pinned.get(key).as_deref(), Some(value), "{key:?} by get");
    assert_eq!(map.get(key).as_deref(), Some(value), "{key:?} by a get with a pin of its own");
    assert!(pinned.contains_key(key), "{key:?} by contains_key");
    let entry = pinned.get_key_value(key).map(|(key, value)| (K::clone(&key), V::clone(&value)));
    assert_eq!(entry.as_ref(), Some(&(key.clone(), value.clone())), "{key:?} by get_key_value");
}

/// Calls every operation, in the end leaves `value` under the key, and takes no entries of others away.
fn every_operation<K: NthKey + Debug + Hash, V: Numbered>(map: &Map<K, V>, key: &K, value: &V) {
    for way in 0..WAYS_TO_PUT {
        put(map, way, key.clone(), value.clone());
        drop(map.update(key, V::clone));
        map.pin().remove_if(key, |_| false);
        take(map, way, key);
    }
    let pinned = map.pin();
    pinned.retain(|_, _| true);
    map.for_each(|_, _| {});
    let copy = map.clone();
    black_box([pinned.iter().count(), pinned.keys().count(), pinned.values().count(), pinned.fast_iter(2, 1).count()]);
    black_box((map.approx_len(), map.capacity(), map.stats(), map.is_empty(), *map == copy, format!("{map:?}")));
    map.reserve(1);
    map.flush();
    let mut shared = map;
    shared.extend([(key.clone(), value.clone())]);
}
