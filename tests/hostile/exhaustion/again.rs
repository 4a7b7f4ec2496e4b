//! The key whose insertion finds no memory is inserted again.

use super::slots::without_slots;
use crate::alone::alone;
use crate::items::{Item, Ledger, Noisy};
use atomic_dict::DenseMap;

/// After an allocation had failed a key was there twice (scc 3.0.5). Here another thread inserts the key of an insertion at the
/// moment at which that finds no memory, and the key is there once.
#[cfg(unix)]
#[test]
fn scc_3_0_5_a_key_is_there_twice_after_a_failed_allocation() {
    use super::processes::{COMPLETE, INTACT, NOT_INTACT, ended_well, is_complete};
    use crate::allocator::{self, Plan};
    use crate::process::{child, part, printed};
    use atomic_dict::AtomicMap;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
    use std::thread;

    const TEST: &str = "exhaustion::again::scc_3_0_5_a_key_is_there_twice_after_a_failed_allocation";
    static MAP: LazyLock<AtomicMap<String, String>> = LazyLock::new(AtomicMap::new);
    static CURRENT: AtomicU64 = AtomicU64::new(0);
    fn look() {
        let again = || {
            let current = CURRENT.load(Relaxed);
            drop(MAP.insert(current.to_string(), String::from("again")));
            let mut keys: Vec<String> = MAP.pin().keys().map(|key| String::clone(&key)).collect();
            keys.sort_unstable_by_key(|key| key.parse::<u64>().expect("a number"));
            assert!(keys.iter().map(String::as_str).eq((0..=current).map(|key| key.to_string())));
            assert!(MAP.remove(&current.to_string()).is_some() && !MAP.contains_key(&current.to_string()));
        };
        eprintln!("{}", if thread::spawn(again).join().is_ok() { INTACT } else { NOT_INTACT });
    }
    if let Some(part) = part() {
        drop(MAP.insert(String::from("0"), String::new())); // what a thread allocates once
        allocator::arm(Plan { left: part.parse().expect("a number"), zeroed_only: false, look });
        for number in 0..50 {
            CURRENT.store(number, Relaxed);
            let key = allocator::pause(|| number.to_string());
            drop(MAP.insert(key, String::new()));
        }
        allocator::disarm();
        return println!("{COMPLETE}");
    }
    let points = (1..).map(|k| child(TEST, &k.to_string())).take_while(|output| !is_complete(output));
    let points =
        points.inspect(|output| assert!(ended_well(output), "{:?}\n{}", output.status, printed(output))).count();
    println!("{points} points");
    assert!(points >= 100, "{points} points");
}

/// The same of an index whose segment finds no memory, after which the map goes on.
#[test]
fn scc_3_0_5_an_index_is_there_twice_after_a_failed_allocation() {
    alone(|| {
        let (ledger, map) = (Ledger::default(), DenseMap::<Noisy>::new());
        let mut failures = 0;
        for index in (0..5000).step_by(7) {
            let value = || Noisy::make(index as u64, &ledger);
            let (failed, result) = without_slots(1, || map.try_insert(index, value()).is_ok());
            assert_eq!(result, Ok(!failed));
            if failed {
                failures += 1;
                assert!(map.try_insert(index, value()).is_ok());
            }
            assert!(map.try_insert(index, value()).is_err(), "{index} is there");
        }
        assert!(failures >= 5, "{failures} segments");
        assert!(map.pin().keys().eq((0..5000).step_by(7)));
        assert_eq!(map.len(), 715);
        drop(map);
        ledger.assert_all_dropped_once("insertions that are repeated");
    });
}
