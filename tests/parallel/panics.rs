use atomic_dict::AtomicMap;
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

/// Each row notes that it has been handed over. All that were, and none else, are applied.
#[test]
fn rows_before_a_panic_of_the_rows_are_applied() {
    for bad in [0, 1000, 29_999] {
        let map: AtomicMap<u64, u64> = AtomicMap::new();
        let taken = Mutex::new(Vec::new());
        let rows = (0..30_000_u64).into_par_iter().map(|row| {
            assert_ne!(row, bad, "no such row");
            taken.lock().expect("no panic while it is held").push(row);
            (row, 1)
        });
        catch_unwind(AssertUnwindSafe(|| map.par_reduce_sum(rows))).expect_err("a row panics");
        let taken = taken.into_inner().expect("no panic while it is held");
        assert_eq!(map.len(), taken.len());
        assert!(taken.iter().all(|row| map.get(row).as_deref() == Some(&1)));
    }
}

#[test]
fn rows_are_lost_only_with_their_key() {
    let map: AtomicMap<u64, u64> = AtomicMap::new();
    map.insert(17, u64::MAX);
    let add = |_: &u64, now: Option<&u64>, new: &u64| {
        assert_ne!(now, Some(&u64::MAX), "no");
        now.unwrap_or(&0) + new
    };
    catch_unwind(AssertUnwindSafe(|| map.par_reduce((0..50_000_u64).into_par_iter().map(|row| (row % 100, 1)), add)))
        .expect_err("17 cannot be merged");
    // Rows are lost with another key only if a thread meets two panics.
    assert_eq!(map.get(&17).as_deref(), Some(&u64::MAX));
    assert!((0..100).filter(|key| *key != 17).all(|key| map.get(&key).as_deref() == Some(&500)));
}

#[test]
fn entries_before_a_panic_are_inserted() {
    let map: AtomicMap<u64, u64> = AtomicMap::new();
    let taken = Mutex::new(0);
    let entries = (0..30_000_u64).into_par_iter().map(|key| {
        assert_ne!(key, 20_000, "no such entry");
        *taken.lock().expect("no panic while it is held") += 1;
        (key, key)
    });
    catch_unwind(AssertUnwindSafe(|| (&map).par_extend(entries))).expect_err("an entry panics");
    assert_eq!(map.len(), taken.into_inner().expect("no panic while it is held"));
}
