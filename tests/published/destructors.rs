//! Who drops what, when.

use crate::{alone, together};
use atomic_dict::{AtomicMap, Published, pin};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::{self, ThreadId};

/// Who dropped which number.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(u64, ThreadId)>>>);

impl Log {
    fn dropped(&self) -> usize {
        self.0.lock().expect("no panic under the lock").len()
    }

    fn value(&self, number: u64) -> Logged {
        Logged { number, log: self.clone() }
    }

    fn numbers(&self) -> Vec<u64> {
        self.0.lock().expect("no panic under the lock").iter().map(|(number, _)| *number).collect()
    }

    fn threads(&self) -> Vec<ThreadId> {
        self.0.lock().expect("no panic under the lock").iter().map(|(_, thread)| *thread).collect()
    }
}

struct Logged {
    number: u64,
    log: Log,
}

impl Drop for Logged {
    fn drop(&mut self) {
        self.log.0.lock().expect("no panic under the lock").push((self.number, thread::current().id()));
    }
}

#[test]
fn without_readers_a_publication_drops_what_it_replaces() {
    alone(|| {
        let log = Log::default();
        let cell = Published::new(log.value(0));
        cell.store(log.value(1));
        assert_eq!(log.numbers(), [0]);
        assert!(cell.store_if_version(1, log.value(2)).is_ok());
        assert_eq!(log.numbers(), [0, 1]);
        cell.update(|_| log.value(3));
        assert_eq!(log.numbers(), [0, 1, 2]);
        drop(cell);
        assert_eq!(log.numbers(), [0, 1, 2, 3]);
    });
}

#[test]
fn a_publisher_under_a_guard_leaves_it_to_others() {
    alone(|| {
        let log = Log::default();
        let cell = Published::new(log.value(0));
        cell.swap(log.value(1), &pin());
        cell.swap(log.value(2), &pin());
        assert_eq!(log.numbers(), []);
        let reclaimed = cell.reclaim();
        assert_eq!((reclaimed.dropped, reclaimed.waiting, log.numbers()), (2, 0, vec![0, 1]));
        cell.swap(log.value(3), &pin());
        cell.store(log.value(4));
        assert_eq!(log.numbers(), [0, 1, 2, 3]);
    });
}

/// Even if nobody ever calls `reclaim`, or publishes without a guard.
#[test]
fn publishers_under_guards_keep_few_values() {
    alone(|| {
        let log = Log::default();
        let cell = Published::new(log.value(0));
        for number in 1..1000 {
            let guard = pin();
            cell.store(log.value(number));
            drop(guard);
            assert!(log.dropped() as u64 + 20 > number, "{} of {number}", log.dropped());
        }
    });
}

/// Readers that pin all the time, and so do the collector's work.
#[test]
fn readers_drop_nothing() {
    const DROPS: usize = 5000;
    alone(|| {
        let (log, done) = (Log::default(), AtomicBool::new(false));
        let cell = Published::new(log.value(0));
        let readers: BTreeSet<String> = thread::scope(|scope| {
            let read = || {
                while !done.load(Relaxed) {
                    for _ in 0..500 {
                        assert!(cell.load(&pin()).number < u64::MAX);
                    }
                    assert!(cell.load_owned().number <= cell.version());
                }
                format!("{:?}", thread::current().id())
            };
            let readers = [(); 3].map(|()| scope.spawn(read));
            let publisher = scope.spawn(|| {
                for number in (1..).take_while(|_| log.dropped() < DROPS) {
                    match number % 4 {
                        0 => assert_eq!(cell.swap(log.value(number), &pin()).number, number - 1),
                        1 => assert_eq!(cell.store(log.value(number)), number),
                        2 => assert_eq!(cell.update(|_| log.value(number)), number),
                        _ => assert!(cell.compare_and_set(&cell.load_owned(), log.value(number), &pin()).is_ok()),
                    }
                    if number % 100 == 0 {
                        cell.reclaim();
                    }
                }
                done.store(true, Relaxed);
            });
            publisher.join().expect("the publisher does not panic");
            readers.map(|reader| reader.join().expect("no reader panics")).into()
        });
        let droppers: BTreeSet<String> = log.threads().iter().map(|thread| format!("{thread:?}")).collect();
        assert!(droppers.is_disjoint(&readers), "{droppers:?} and {readers:?}");
        assert_eq!(droppers.len(), 1);
        cell.reclaim();
        let mut dropped = log.numbers();
        dropped.sort_unstable();
        assert!(dropped.into_iter().eq(0..cell.version()), "each once");
    });
}

/// Many publishers and reclaimers: each value is dropped once.
#[test]
fn every_value_is_dropped_once() {
    const EACH: u64 = 5000;
    alone(|| {
        let log = Log::default();
        let cell = Published::new(log.value(0));
        let publish = |thread: u64| {
            for number in thread * EACH + 1..=(thread + 1) * EACH {
                if number % 2 == 0 {
                    cell.store(log.value(number));
                } else {
                    assert!(cell.swap(log.value(number), &pin()).number <= 3 * EACH);
                }
            }
        };
        let reclaim = || (0..1000).for_each(|_| assert!(cell.reclaim().waiting <= 3 * EACH as usize));
        together(&[&|| publish(0), &|| publish(1), &|| publish(2), &reclaim]);
        let waiting = cell.reclaim().waiting;
        assert_eq!((waiting, log.dropped() as u64), (0, 3 * EACH));
        drop(cell);
        let mut dropped = log.numbers();
        dropped.sort_unstable();
        assert!(dropped.into_iter().eq(0..=3 * EACH));
    });
}

/// Nothing is dropped under it, and all after it; and what the collector is asked to do does not pile up.
#[test]
fn a_guard_across_many_publications() {
    const PUBLICATIONS: u64 = 100_000;
    alone(|| {
        let log = Log::default();
        let (cell, figures) = (Published::new(log.value(0)), AtomicMap::<u8, u8>::new());
        let before = figures.stats().retired_bytes;
        let guard = pin();
        let first = cell.load(&guard);
        together(&[&|| (1..=PUBLICATIONS).for_each(|number| assert_eq!(cell.store(log.value(number)), number))]);
        let reclaimed = cell.reclaim();
        assert_eq!((reclaimed.dropped, reclaimed.waiting, first.number), (0, PUBLICATIONS as usize, 0));
        let each = (figures.stats().retired_bytes - before) / PUBLICATIONS as usize;
        assert!((30..40).contains(&each), "{each} bytes for each value");
        drop(guard);
        let reclaimed = cell.reclaim();
        assert_eq!((reclaimed.dropped, reclaimed.waiting), (PUBLICATIONS as usize, 0));
        assert!(figures.stats().retired_bytes <= before + 64);
    });
}

/// A cell that goes takes all its values along, at once, whatever others hold.
#[test]
fn a_cell_takes_its_values_along() {
    alone(|| {
        let log = Log::default();
        let other = Published::new(0);
        let guard = pin(); // keeps everything in the process
        let held = other.load(&guard);
        let cell = Published::new(log.value(0));
        (1..100).for_each(|number| assert_eq!(cell.store(log.value(number)), number));
        assert_eq!(log.numbers(), []);
        let last = cell.into_inner();
        assert_eq!((last.number, log.dropped()), (99, 99));
        let cell = Published::new(log.value(100));
        cell.store(log.value(101));
        drop(cell);
        assert_eq!((log.dropped(), *held), (101, 0));
        drop(guard);
        other.reclaim(); // the requests of the cells that are gone come to nothing
    });
}

/// Panics when it is dropped, if it says so.
struct Bomb(bool, Log);

impl Drop for Bomb {
    fn drop(&mut self) {
        let _logged = self.1.value(0);
        if self.0 {
            resume_unwind(Box::new("a destructor that panics"));
        }
    }
}

#[test]
fn a_panic_of_a_replaced_value_is_contained_and_counted() {
    alone(|| {
        let (log, figures) = (Log::default(), AtomicMap::<u8, u8>::new());
        let before = figures.stats().panics_in_drops;
        let cell = Published::new(Bomb(true, log.clone()));
        for number in 0..6 {
            cell.swap(Bomb(number % 2 == 0, log.clone()), &pin());
        }
        let reclaimed = cell.reclaim();
        assert_eq!(reclaimed.waiting, 0);
        assert_eq!(cell.store(Bomb(false, log.clone())), 7);
        assert_eq!((log.dropped(), figures.stats().panics_in_drops - before), (7, 4));
        // The last one is its owner's.
        cell.store(Bomb(true, log.clone()));
        assert!(catch_unwind(AssertUnwindSafe(|| drop(cell))).is_err());
        assert_eq!((log.dropped(), figures.stats().panics_in_drops - before), (9, 4));
    });
}

#[test]
fn a_panic_of_a_closure_publishes_nothing() {
    alone(|| {
        let log = Log::default();
        let cell = Published::new(log.value(0));
        let update = || cell.update(|_| resume_unwind(Box::new("a closure that panics")));
        assert!(catch_unwind(AssertUnwindSafe(update)).is_err());
        assert_eq!((cell.version(), cell.store(log.value(1)), log.numbers()), (0, 1, vec![0]));
    });
}

/// Publishes when it is dropped, to a cell of its kind.
struct Successor(u64, Arc<Chain>);

#[derive(Default)]
struct Chain {
    cell: OnceLock<Published<Option<Successor>>>,
    dropped: AtomicUsize,
}

impl Drop for Successor {
    fn drop(&mut self) {
        let Self(number, chain) = self;
        chain.dropped.fetch_add(1, Relaxed);
        if *number > 0
            && let Some(cell) = chain.cell.get()
        {
            cell.store(Some(Self(*number - 1, Arc::clone(chain))));
            assert_eq!(cell.reclaim().dropped, 0, "a destructor drops no others");
        }
    }
}

/// Destructors do not run inside of each other, however long the chain.
#[test]
fn destructors_that_publish() {
    const LENGTH: u64 = 100_000;
    alone(|| {
        let chain = Arc::new(Chain::default());
        let cell = chain.cell.get_or_init(|| Published::new(None));
        cell.store(Some(Successor(LENGTH, Arc::clone(&chain))));
        while chain.dropped.load(Relaxed) as u64 <= LENGTH {
            cell.store(None);
        }
        assert_eq!(cell.reclaim().waiting, 0);
    });
}

/// A value of a map that publishes when the collector drops it, on whichever thread that happens.
struct Announcing<'l>(&'static Published<Logged>, &'l Log);

impl Drop for Announcing<'_> {
    fn drop(&mut self) {
        self.0.store(self.1.value(1));
        self.0.reclaim();
    }
}

#[test]
fn publishing_inside_of_the_collector_drops_nothing() {
    static LOG: OnceLock<Log> = OnceLock::new();
    static CELL: OnceLock<Published<Logged>> = OnceLock::new();
    alone(|| {
        let log = LOG.get_or_init(Log::default);
        let cell = CELL.get_or_init(|| Published::new(log.value(0)));
        let map = AtomicMap::new();
        for key in 0..10 {
            map.insert(key, Announcing(cell, log));
            map.remove(&key);
        }
        map.flush();
        assert_eq!((cell.version(), log.numbers()), (10, vec![]));
        assert_eq!((cell.reclaim().dropped, log.dropped()), (10, 10));
    });
}

/// A thread that is being torn down has no place for its guards any more.
#[test]
fn a_thread_that_ends_publishes() {
    struct AtTheEnd(Arc<Published<Logged>>, Log);
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            let before = self.0.load_owned().number;
            self.0.store(self.1.value(before + 1));
            self.0.reclaim();
        }
    }
    thread_local! {
        static LAST: OnceLock<AtTheEnd> = const { OnceLock::new() };
    }
    alone(|| {
        let log = Log::default();
        let cell = Arc::new(Published::new(log.value(0)));
        for _ in 0..20 {
            let (cell, log) = (Arc::clone(&cell), log.clone());
            // Set before the thread's first guard, hence dropped behind it.
            let last = thread::spawn(move || {
                LAST.with(|last| drop(last.set(AtTheEnd(Arc::clone(&cell), log))));
                cell.load(&pin()).number
            });
            last.join().expect("the thread does not panic");
        }
        cell.reclaim();
        assert_eq!((cell.version(), cell.load_owned().number, log.dropped()), (20, 20, 20));
    });
}
