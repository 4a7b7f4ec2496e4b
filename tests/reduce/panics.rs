use crate::rows::{contents, fold};
use atomic_dict::AtomicMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn panics(run: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(run)).expect_err("it panics");
    match payload.downcast_ref::<&str>() {
        Some(text) => (*text).to_owned(),
        None => *payload.downcast::<String>().expect("a message"),
    }
}

fn rows(count: u64) -> impl Iterator<Item = (u64, u64)> {
    (0..count).map(|row| (row * 7919 % 3001, row))
}

/// Few rows, so many that some are in the map already, and so many that most are sent on.
#[test]
fn all_rows_before_a_panic_of_the_iterator_are_applied() {
    for count in [0, 1, 100, 20_000, 100_000] {
        let map: AtomicMap<u64, u64> = AtomicMap::new();
        let rows = || rows(count).map(|(key, row)| (key * if row > 50_000 { 1 + row } else { 1 }, row));
        let message = panics(|| {
            map.reduce_sum(rows().chain(std::iter::once_with(|| panic!("no more rows"))));
        });
        assert_eq!(message, "no more rows");
        assert!(contents(&map) == fold(rows(), |one, other| one + other), "{count} rows");
    }
}

/// The aggregate panics at one row: only that is lost, of all that were asked for.
#[test]
fn only_the_row_at_hand_is_lost() {
    const BAD: u64 = 1 << 60;
    for bad in [0, 5_000, 60_000] {
        let map: AtomicMap<u64, u64> = AtomicMap::new();
        let mut asked = 0;
        let rows_with_bad = rows(100_000).map(|(key, row)| {
            asked += 1;
            (key, if row == bad { BAD } else { row })
        });
        let message = panics(|| {
            map.reduce(rows_with_bad, |_, current, new| {
                assert!(*new != BAD, "a bad row");
                current.unwrap_or(&0) + new
            });
        });
        assert_eq!(message, "a bad row");
        assert!(asked > bad && asked < bad + 100, "{asked} rows for {bad}");
        let expected = fold(rows(asked).filter(|(_, row)| *row != bad), |one, other| one + other);
        assert!(contents(&map) == expected, "row {bad}");
    }
}

/// The aggregate refuses what another thread has put there: the rows of that key are lost, all others are applied.
#[test]
fn the_rows_of_one_key_are_lost_when_merging_them_panics() {
    let map: AtomicMap<u64, u64> = AtomicMap::new();
    map.insert(17, u64::MAX);
    panics(|| {
        map.reduce(rows(20_000), |_, current, new| {
            assert_ne!(current, Some(&u64::MAX), "no");
            current.unwrap_or(&0) + new
        });
    });
    let mut expected = fold(rows(20_000), |one, other| one + other);
    expected.insert(17, u64::MAX);
    assert!(contents(&map) == expected);
}

/// Two keys that nobody can merge: nothing hangs, and the map stays whole.
#[test]
fn a_second_panic_ends_it() {
    let map: AtomicMap<u64, Arc<u64>> = AtomicMap::new();
    let values = [17, 18, 19].map(|key| {
        let value = Arc::new(key);
        map.insert(key, Arc::clone(&value));
        value
    });
    let row = Arc::new(1000);
    panics(|| {
        map.reduce(rows(20_000).map(|(key, _)| (key, Arc::clone(&row))), |_, current, new| {
            assert!(current.is_none_or(|current| **current >= 1000), "no");
            Arc::clone(new)
        });
    });
    assert!(values.iter().all(|value| map.get(&**value).is_some_and(|found| Arc::ptr_eq(&found, value))));
    drop(map);
    // What was lost was dropped, and what was in the map, too, when the threads of other tests have let go.
    let is_gone = |value: &Arc<u64>| Arc::strong_count(value) == 1;
    let start = Instant::now();
    while !is_gone(&row) || !values.iter().all(is_gone) {
        assert!(start.elapsed() < Duration::from_secs(20), "{} references", Arc::strong_count(&row));
        AtomicMap::<u64, u64>::new().flush();
    }
}

/// A key that cannot be made: the map lacks it, and has all others.
#[test]
fn a_key_that_panics_when_it_is_cloned() {
    #[derive(PartialEq, Eq, Hash)]
    struct Key(u64);
    impl Clone for Key {
        fn clone(&self) -> Self {
            assert_ne!(self.0, 17, "not this one");
            Self(self.0)
        }
    }
    let map: AtomicMap<Key, u64> = AtomicMap::new();
    let message = panics(|| map.reduce_sum((0..1000).map(|row| (Key(row % 100), 1))));
    assert!(message.contains("not this one"));
    assert_eq!(map.len(), 99);
    assert!(map.pin().values().all(|count| *count == 10));
}
