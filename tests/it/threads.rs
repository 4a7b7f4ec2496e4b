//! Threads that end, and references that stay.
//!
//! - thousands of short-lived threads, many at a time: all insertions are there, and `approx_len` is exact;
//! - what a thread retired before it ended is freed;
//! - a reference, handle or iterator that one thread holds stops neither that thread nor any other;
//! - operations from the destructor of a thread-local, after the crate's own thread-locals are gone, by new handles and by
//!   one that was made before.

use crate::support::Tally;
use atomic_dict::AtomicMap;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

#[test]
fn thousands_of_threads_that_come_and_go() {
    const THREADS: u64 = 2400;
    const EACH: u64 = 20;
    let map = AtomicMap::new();
    thread::scope(|scope| {
        for spawner in 0..4 {
            let map = &map;
            scope.spawn(move || {
                for batch in (spawner..THREADS).step_by(4).collect::<Vec<_>>().chunks(30) {
                    thread::scope(|scope| {
                        for thread in batch {
                            scope.spawn(move || {
                                for number in 0..EACH {
                                    map.insert(thread * EACH + number, thread.to_string());
                                }
                                map.remove(&(thread * EACH));
                            });
                        }
                    });
                }
            });
        }
    });
    assert_eq!(map.approx_len() as u64, THREADS * (EACH - 1));
    assert_eq!(map.pin().iter().count() as u64, THREADS * (EACH - 1));
}

#[test]
fn more_living_threads_than_counters() {
    let map = AtomicMap::with_capacity(100_000); // large enough to count per thread
    let ready = std::sync::Barrier::new(200);
    thread::scope(|scope| {
        for thread in 0..200_u64 {
            let (map, ready) = (&map, &ready);
            scope.spawn(move || {
                ready.wait();
                for number in 0..300 {
                    map.insert(thread * 300 + number, number);
                    if number % 3 == 0 {
                        map.remove(&(thread * 300 + number));
                    }
                }
                ready.wait(); // all threads live until all are done
            });
        }
    });
    assert_eq!(map.approx_len(), 200 * 200);
    assert_eq!(map.into_iter().count(), 200 * 200);
}

#[test]
fn garbage_of_threads_that_ended() {
    let tally = Tally::default();
    let map = AtomicMap::new();
    for round in 0..50 {
        thread::scope(|scope| {
            scope.spawn(|| {
                for number in 0..10 {
                    map.insert(number, tally.make(round));
                }
            });
        });
    }
    tally.assert_live(10);
    drop(map);
    tally.assert_live(0);
}

#[test]
fn held_references_stop_nobody() {
    let map = AtomicMap::new();
    for number in 0..10_u64 {
        map.insert(number, number.to_string());
    }
    let work = |from: u64| {
        for number in 0..20_000 {
            let key = from + number;
            map.insert(number % 10, key.to_string());
            map.insert(key, String::new());
            map.update(&key, String::clone);
            map.remove(&key);
        }
    };
    let held = map.get(&3).expect("inserted");
    let pinned = map.pin();
    let mut entries = pinned.iter();
    let (key, value) = entries.next().expect("there are ten");
    let shown = (*key, (*value).clone());
    work(1000); // by the holder itself
    thread::scope(|scope| {
        scope.spawn(|| work(100_000));
        scope.spawn(|| work(200_000));
    });
    map.flush();
    assert_eq!(*held, "3");
    assert_eq!((*key, (*value).clone()), shown);
    assert_eq!(entries.filter(|(key, _)| **key < 10).count(), 9);
    assert!((0..10).all(|number| map.contains_key(&number)));
}

struct AtExit(RefCell<Option<Box<dyn FnOnce()>>>);

impl Drop for AtExit {
    fn drop(&mut self) {
        if let Some(run) = self.0.take() {
            run();
        }
    }
}

thread_local! {
    static AT_EXIT: AtExit = const { AtExit(RefCell::new(None)) };
}

/// Runs `first` on a thread, and what it returns when its thread-locals are being destroyed: those of `first` are gone by
/// then.
fn at_exit(first: impl FnOnce() -> Box<dyn FnOnce()> + Send + 'static) {
    let thread = thread::spawn(move || {
        AT_EXIT.with(|at_exit| {
            let last = first();
            at_exit.0.replace(Some(last));
        });
    });
    thread.join().expect("the thread panicked");
}

#[test]
fn operations_while_a_thread_is_torn_down() {
    let tally = Tally::default();
    let map = Arc::new(AtomicMap::new());
    let ran = Arc::new(AtomicBool::new(false));
    let (its_map, its_tally, has_run) = (Arc::clone(&map), tally.clone(), Arc::clone(&ran));
    at_exit(move || {
        its_map.insert(0, its_tally.make(0));
        Box::new(move || {
            for number in 0..500 {
                its_map.insert(number % 100, its_tally.make(number));
                assert!(its_map.get(&(number % 100)).is_some());
            }
            its_map.remove(&7);
            its_map.flush();
            has_run.store(true, Relaxed);
        })
    });
    assert!(ran.load(Relaxed), "the destructor ran");
    assert_eq!(map.approx_len(), 99);
    tally.assert_live(99);
}

/// A handle that is dropped after the thread-locals it was made with: its thread's number must not be another's by then.
#[test]
fn a_handle_that_outlives_the_thread_locals() {
    for _ in 0..20 {
        outlive_the_thread_locals();
    }
}

fn outlive_the_thread_locals() {
    const EACH: u64 = 50_000;
    let map: &'static AtomicMap<u64, u64> = Box::leak(Box::new(AtomicMap::with_capacity(2 * EACH as usize)));
    let (torn_down, pinned_again) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let wait_for = |flag: &AtomicBool| {
        while !flag.load(Relaxed) {
            thread::yield_now();
        }
    };
    let (its_torn_down, its_pinned_again) = (Arc::clone(&torn_down), Arc::clone(&pinned_again));
    let successor = thread::spawn(move || {
        wait_for(&its_torn_down);
        let pinned = map.pin(); // takes the lowest number that is free
        its_pinned_again.store(true, Relaxed);
        (0..EACH).for_each(|number| assert!(pinned.insert(number, 0).is_none()));
    });
    at_exit(move || {
        let pinned = map.pin();
        Box::new(move || {
            torn_down.store(true, Relaxed);
            wait_for(&pinned_again);
            (EACH..2 * EACH).for_each(|number| assert!(pinned.insert(number, 0).is_none()));
        })
    });
    successor.join().expect("the successor panicked");
    assert_eq!(map.pin().iter().count() as u64, 2 * EACH);
    assert_eq!(map.approx_len() as u64, 2 * EACH);
}
