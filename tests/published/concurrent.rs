//! Several threads at one cell.

use crate::{alone, together};
use atomic_dict::{Published, pin};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;

const PUBLICATIONS: u64 = 20_000;

/// A value that shows whether it was read whole, and while it was alive.
struct Checked {
    number: u64,
    copies: Vec<u64>,
}

impl Checked {
    fn new(number: u64) -> Self {
        Self { number, copies: vec![number; 16] }
    }

    fn check(&self) -> u64 {
        assert!(self.copies.len() == 16 && self.copies.iter().all(|copy| *copy == self.number));
        self.number
    }
}

impl Drop for Checked {
    fn drop(&mut self) {
        self.copies.fill(u64::MAX);
    }
}

/// One publisher, whose numbers are the versions.
#[test]
fn versions_and_values_belong_together_and_never_go_back() {
    alone(|| {
        let (cell, done) = (Published::new(Checked::new(0)), AtomicBool::new(false));
        let read = || {
            let mut last = 0;
            while !done.load(Relaxed) {
                let mut guard = pin();
                for _ in 0..100 {
                    let now = cell.snapshot(&guard);
                    assert_eq!(now.check(), now.version());
                    assert!(now.version() >= last, "{} behind {last}", now.version());
                    last = now.version();
                    guard.repin();
                }
                let owned = cell.load_owned();
                assert!(owned.check() == owned.version() && cell.version() >= owned.version());
                last = owned.version();
            }
        };
        let publish = || {
            for number in 1..=PUBLICATIONS {
                if number % 3 == 0 {
                    assert_eq!(cell.swap(Checked::new(number), &pin()).check(), number - 1);
                } else {
                    assert_eq!(cell.store(Checked::new(number)), number);
                }
            }
            done.store(true, Relaxed);
        };
        together(&[&read, &read, &publish]);
        assert_eq!((cell.version(), cell.load_owned().check()), (PUBLICATIONS, PUBLICATIONS));
    });
}

/// What `swap` gives back to all threads, and what is there at last, is what all have published.
#[test]
fn every_value_is_replaced_once() {
    alone(|| {
        let cell = Published::new(0);
        let mut seen: Vec<u64> = thread::scope(|scope| {
            let threads: Vec<_> = (0..3)
                .map(|thread| {
                    let cell = &cell;
                    scope.spawn(move || {
                        let numbers = 1 + thread * PUBLICATIONS..=(thread + 1) * PUBLICATIONS;
                        numbers.map(|number| *cell.swap(number, &pin())).collect::<Vec<_>>()
                    })
                })
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("no thread panics")).collect()
        });
        seen.push(*cell.load_owned());
        seen.sort_unstable();
        assert!(seen.into_iter().eq(0..=3 * PUBLICATIONS));
        assert_eq!(cell.version(), 3 * PUBLICATIONS);
    });
}

#[test]
fn versions_of_several_publishers_are_different() {
    alone(|| {
        let cell = Published::new(0);
        let versions: Vec<u64> = thread::scope(|scope| {
            let publish = || (0..PUBLICATIONS).map(|number| cell.store(number)).collect::<Vec<_>>();
            let threads = [(); 3].map(|()| scope.spawn(publish));
            threads.into_iter().flat_map(|thread| thread.join().expect("no thread panics")).collect()
        });
        assert_eq!(versions.iter().collect::<BTreeSet<_>>().len(), versions.len());
        assert!(versions.iter().all(|version| (1..=3 * PUBLICATIONS).contains(version)));
    });
}

/// By all four ways to publish what depends on what is there.
#[test]
fn no_update_is_lost() {
    alone(|| {
        let (cell, runs) = (Published::new(Checked::new(0)), AtomicUsize::new(0));
        let next = |current: &Checked| {
            runs.fetch_add(1, Relaxed);
            Checked::new(current.check() + 1)
        };
        let by_identity = || {
            let guard = pin();
            let mut current = cell.snapshot(&guard);
            while let Err(failed) = cell.compare_and_set(&current, next(&current), &guard) {
                assert!(failed.current.version() > current.version());
                current = failed.current;
            }
        };
        let by_version = || {
            loop {
                let current = cell.load_owned();
                let (version, new) = (current.version(), next(&current));
                drop(current);
                if cell.store_if_version(version, new).is_ok() {
                    break;
                }
            }
        };
        together(&[
            &|| (0..PUBLICATIONS).for_each(|_| assert!(cell.update(next) > 0)),
            &|| (0..PUBLICATIONS).for_each(|_| assert!(cell.try_update(|now| Some(next(now))).is_some())),
            &|| (0..PUBLICATIONS).for_each(|_| by_identity()),
            &|| (0..PUBLICATIONS).for_each(|_| by_version()),
        ]);
        assert_eq!(cell.load_owned().check(), 4 * PUBLICATIONS);
        assert_eq!(cell.version(), 4 * PUBLICATIONS);
        assert!(runs.into_inner() as u64 >= 4 * PUBLICATIONS);
    });
}

/// Two cells, published one after the other: who sees the second one's value sees the first one's.
#[test]
fn cells_are_seen_in_order() {
    alone(|| {
        let (first, second) = (Published::new(0), Published::new(0));
        let publish = || {
            for number in 1..=PUBLICATIONS {
                first.store(number);
                second.store(number);
            }
        };
        let read = || {
            loop {
                let guard = pin();
                let later = *second.load(&guard);
                assert!(*first.load(&guard) >= later);
                if later == PUBLICATIONS {
                    break;
                }
            }
        };
        together(&[&publish, &read]);
    });
}
