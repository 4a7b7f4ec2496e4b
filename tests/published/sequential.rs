//! What each call does and returns.

use crate::alone;
use atomic_dict::{AtomicMap, Guard, NotCurrent, OwnedSnapshot, Published, Snapshot, pin};
use std::cell::Cell;
use std::error::Error;

#[test]
fn every_publication_takes_one_step() {
    alone(|| {
        let cell = Published::new(0);
        let guard = pin();
        assert_eq!(cell.version(), 0);
        assert_eq!(cell.store(1), 1);
        assert_eq!((*cell.swap(2, &guard), cell.version()), (1, 2));
        let published = cell.compare_and_set(cell.load(&guard), 3, &guard).expect("it is current");
        assert_eq!((*published, published.version()), (3, 3));
        assert_eq!(cell.store_if_version(3, 4), Ok(4));
        assert_eq!(cell.update(|number| number + 1), 5);
        assert_eq!(cell.try_update(|number| Some(number + 1)), Some(6));
        assert_eq!((*cell.load(&guard), cell.version()), (6, 6));
    });
}

#[test]
fn what_publishes_nothing_takes_no_step() {
    alone(|| {
        let cell = Published::new(String::from("a"));
        let guard = pin();
        let first = cell.load(&guard);
        cell.store(String::from("b"));
        let failed = cell.compare_and_set(first, String::from("c"), &guard).expect_err("it was replaced");
        assert_eq!((failed.current.as_str(), failed.current.version(), failed.value.as_str()), ("b", 1, "c"));
        assert_eq!(cell.store_if_version(0, failed.value), Err(NotCurrent { current: 1, value: String::from("c") }));
        assert_eq!(cell.store_if_version(2, String::new()).map_err(|failed| failed.current), Err(1));
        assert_eq!(cell.try_update(|_| None), None);
        assert_eq!((cell.load(&guard).as_str(), cell.version()), ("b", 1));
        assert_eq!(first, "a", "still there");
    });
}

/// Identity, not equality: of values with and without a size.
#[test]
fn compare_and_set_goes_by_identity() {
    fn check<T: Clone>(value: T) {
        let cell = Published::new(value.clone());
        let guard = pin();
        let elsewhere = value.clone();
        assert!(cell.compare_and_set(&elsewhere, value.clone(), &guard).is_err());
        let first = cell.load(&guard);
        assert!(cell.compare_and_set(first, value.clone(), &guard).is_ok());
        assert!(cell.compare_and_set(first, value.clone(), &guard).is_err(), "an equal one is current");
        assert!(cell.compare_and_set(&cell.load_owned(), value, &guard).is_ok());
        assert_eq!(cell.version(), 2);
    }
    alone(|| {
        check(1_u8);
        check(());
        check(String::from("a"));
        check([0_u64; 100]);
    });
}

#[test]
fn values_of_any_kind() {
    #[repr(align(128))]
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Aligned(u8);

    alone(|| {
        let cell = Published::new(Aligned(1));
        cell.store(Aligned(2));
        let guard = pin();
        let value = cell.load(&guard);
        assert_eq!((*value, std::ptr::from_ref(value).addr() % 128), (Aligned(2), 0));

        let text = String::from("borrowed");
        let cell = Published::new(text.as_str());
        cell.store(&text[1..]);
        assert_eq!(*cell.load(&guard), "orrowed");

        let large = Published::new([7_u8; 1 << 16]);
        assert_eq!(large.into_inner()[(1 << 16) - 1], 7);
    });
}

#[test]
fn the_owner_has_the_value() {
    alone(|| {
        let mut cell = Published::from(vec![1]);
        cell.get_mut().push(2);
        assert_eq!((cell.load_owned().as_slice(), cell.version()), (&[1, 2][..], 0));
        cell.store(vec![3]);
        cell.get_mut().push(4);
        assert_eq!(cell.into_inner(), [3, 4]);
        assert_eq!(Published::<u8>::default().into_inner(), 0);
    });
}

#[test]
fn references_last_as_long_as_their_guard() {
    alone(|| {
        let cell = Published::new(String::from("0"));
        let mut guard = pin();
        let old: Vec<Snapshot<'_, String>> = (1..100).map(|n| cell.swap(n.to_string(), &guard)).collect();
        for (number, old) in old.iter().enumerate() {
            assert_eq!((old.value(), old.version()), (&number.to_string(), number as u64));
        }
        let owned: OwnedSnapshot<'_, String> = cell.load_owned();
        guard.repin();
        cell.store(String::from("100"));
        drop(guard);
        cell.reclaim();
        assert_eq!((owned.as_str(), owned.version()), ("99", 99));
    });
}

#[test]
fn one_guard_serves_a_map_and_cells() {
    alone(|| {
        let (map, cell) = (AtomicMap::from([(1, 'a')]), Published::new('b'));
        let pinned = map.pin();
        let guard: &Guard = pinned.guard();
        let (first, second) = (pinned.get(&1), cell.load(guard));
        map.remove(&1);
        cell.store('c');
        assert_eq!((first.as_deref(), *second), (Some(&'a'), 'b'));
    });
}

#[test]
fn closures_run_again_when_others_come_first() {
    alone(|| {
        let (cell, runs) = (Published::new(0), Cell::new(0));
        let version = cell.update(|number| {
            runs.set(runs.get() + 1);
            if runs.get() < 4 {
                cell.store(number + 10);
            }
            number + 1
        });
        assert_eq!((runs.get(), version, *cell.load_owned()), (4, 4, 31));
    });
}

#[test]
fn what_is_shown() {
    alone(|| {
        let cell = Published::new(7);
        let guard = pin();
        assert_eq!(format!("{cell:?}"), "Published { version: 0, value: 7 }");
        assert_eq!(format!("{:?}", cell.snapshot(&guard)), "Snapshot { version: 0, value: 7 }");
        assert_eq!(format!("{:?}", cell.load_owned()), "OwnedSnapshot { version: 0, value: 7 }");
        let failed = cell.compare_and_set(&8, 9, &guard).expect_err("not the same");
        assert!(failed.to_string().contains("value: 7"), "{failed}");
        let failed = cell.store_if_version(1, 9).expect_err("not the version");
        let error: &dyn Error = &failed;
        assert_eq!(error.to_string(), "something else is current than was expected: 0");
    });
}

#[test]
fn what_threads_may_do() {
    fn may_be_sent<T: Send>() {}
    fn may_be_shared<T: Sync>() {}
    may_be_sent::<Published<Cell<u8>>>();
    may_be_sent::<Published<String>>();
    may_be_shared::<Published<String>>();
    may_be_sent::<Snapshot<'_, String>>();
    may_be_shared::<Snapshot<'_, String>>();
}
