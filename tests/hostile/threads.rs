//! Threads that end in the middle of something, and maps that are dropped there.

use crate::allocator::live;
use crate::alone::alone;
use crate::fuse::{Ending, blow_at};
use crate::items::{Item, Ledger, Noisy};
use crate::panics::Scene;
use crate::panics::maps::Stage;
use crate::panics::migration::moving;
use crate::process::in_a_process;
use atomic_dict::{AtomicMap, Compute};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread;

/// Silently.
fn die() -> ! {
    resume_unwind(Box::new("a thread that ends here"))
}

/// The closure of an insertion panics, and the thread is gone: the key is free for others, at once. Closures run before a slot is
/// claimed, and nothing of the user's between claim and value, so no thread ends there. One that is stopped there for
/// good is in `hook-tests`, `progress::claims`.
#[test]
fn a_thread_that_ends_before_its_value_is_there() {
    alone(|| {
        for round in 0..60 {
            let (map, ledger) = (Arc::new(AtomicMap::<Noisy, Noisy>::new()), Ledger::default());
            for number in 0..30 {
                let (of_thread, of_ledger) = (Arc::clone(&map), ledger.clone());
                let ended = thread::spawn(move || {
                    let key = || Noisy::make(number, &of_ledger);
                    match (round + number) % 4 {
                        0 => drop(of_thread.get_or_insert_with(key(), || die())),
                        1 => drop(of_thread.upsert(key(), || die(), |_| die())),
                        2 => drop(of_thread.get_or_insert_with_ref(&key(), |_| die(), || die())),
                        _ => {
                            of_thread.pin().compute(key(), |_| -> Compute<Noisy> { die() });
                        }
                    }
                });
                assert!(ended.join().is_err());
                assert!(!map.contains_key(&Noisy::make(number, &ledger)));
                assert_eq!(map.len() as u64, number, "nothing has come");
                assert!(map.try_insert(Noisy::make(number, &ledger), Noisy::make(number, &ledger)).is_ok());
            }
            assert_eq!((map.len(), map.pin().iter().count()), (30, 30));
            drop(map);
            ledger.assert_all_dropped_once("threads that end before their value is there");
        }
    });
}

/// Threads begin a migration, move a block, and are gone, or panic in the middle of a block. The last one finds all entries.
#[test]
fn threads_that_end_in_the_middle_of_a_migration() {
    fn run<K: Item, V: Item>(panicking: bool) -> u32 {
        let mut panics = 0;
        for steps in 0..4 {
            let stage = Arc::new(moving::<K, V>(0, 0));
            for step in 0..steps {
                let of_thread = Arc::clone(&stage);
                let ending = thread::spawn(move || {
                    let insert = || drop(of_thread.map().insert(of_thread.key(10_000 + step), of_thread.value(1)));
                    // Some calls after it begins to move a block, if keys are hashed again for that.
                    let k = if panicking { 20 + 30 * step as u32 } else { u32::MAX };
                    matches!(blow_at(k, insert), Ending::Panicked(_))
                });
                panics += u32::from(ending.join().expect("the panic was caught in there"));
            }
            let contents = stage.contents().expect("it is there");
            assert!((10..600).all(|number| contents.contains_key(&number)));
            stage.exercise();
            let ledger = stage.ledger.clone();
            drop(stage);
            ledger.assert_all_dropped_once("threads that end in the middle of a migration");
        }
        panics
    }
    alone(|| {
        assert_eq!(run::<Noisy, Noisy>(false) + run::<u64, u64>(false), 0);
        assert!(run::<u64, Noisy>(true) >= 4, "threads panic while they move entries");
    });
}

/// Whatever has moved, everything is dropped once, nothing waits, and no byte is left: of tables, boxes or lists of blocks. Entries
/// of dense maps do not move.
#[test]
fn a_map_that_is_dropped_while_its_entries_move() {
    fn run<K: Item, V: Item>(take: impl Fn(AtomicMap<K, V, crate::fuse::FusedState>)) {
        for steps in 0..4 {
            let mut stage: Stage<K, V> = moving(0, steps);
            let ledger = stage.ledger.clone();
            take(stage.take().expect("it is there"));
            drop(stage);
            ledger.assert_all_dropped_once("a map that is dropped while its entries move");
        }
    }
    fn in_all_ways<K: Item, V: Item>() {
        run::<K, V>(drop);
        run::<K, V>(|map| assert!(map.into_iter().count() >= 590));
        run::<K, V>(|map| drop(map.into_iter().take(300).collect::<Vec<_>>()));
        run::<K, V>(|mut map| {
            assert!(map.drain().next().is_some());
            assert_eq!((map.is_empty(), map.approx_len()), (true, 0));
        });
    }
    fn live_after_all() -> isize {
        in_all_ways::<Noisy, Noisy>();
        in_all_ways::<u64, Noisy>();
        in_all_ways::<Noisy, u64>();
        in_all_ways::<u64, u64>();
        (0..100).for_each(|_| AtomicMap::<u8, u8>::new().flush());
        live()
    }
    in_a_process("threads::a_map_that_is_dropped_while_its_entries_move", || {
        let before = live_after_all();
        let left = live_after_all() - before;
        println!("{left} bytes are left of 64 maps");
        assert!(left.abs() < 4 << 10, "{left} bytes are left");
    });
}

/// A thread panics in the middle of its own iteration, under a guard; its destructors use the map.
#[test]
fn a_thread_that_ends_in_an_iteration() {
    struct AtTheEnd(Arc<AtomicMap<u64, String>>);
    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            drop(self.0.insert(1, String::from("at the end")));
            assert!(self.0.pin().iter().count() > 900);
        }
    }
    alone(|| {
        let map: Arc<AtomicMap<u64, String>> = Arc::new((0..1000).map(|key| (key, key.to_string())).collect());
        for count in [1, 10, 500, 999] {
            let map = Arc::clone(&map);
            let ended = thread::spawn(move || {
                let pinned = map.pin();
                let _last = AtTheEnd(Arc::clone(&map));
                let mut seen = 0;
                pinned.iter().for_each(|(key, _)| {
                    seen += 1;
                    drop(map.insert(*key, String::from("seen")));
                    if seen == count {
                        die();
                    }
                });
            });
            assert!(ended.join().is_err());
        }
        assert_eq!(map.get(&1).as_deref().map(String::as_str), Some("at the end"));
        assert_eq!((map.len(), map.pin().iter().count()), (1000, 1000));
        let again = catch_unwind(AssertUnwindSafe(|| map.retain(|key, _| if *key == 500 { die() } else { false })));
        assert!(again.is_err() && map.contains_key(&500) && map.len() < 1000);
    });
}
