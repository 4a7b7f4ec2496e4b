//! A guard that is leaked, or held across a million updates: nothing but memory, and as much of it as the documentation says.

use crate::allocator::live;
use crate::process::in_a_process;
use crate::settings::setting;
use atomic_dict::{AtomicMap, DenseMap, Published, pin};
use std::mem::ManuallyDrop;
use std::sync::mpsc::channel;
use std::thread;

/// Something takes about so many bytes that are kept, up to this factor.
fn costs(what: &str, expected: isize, factor: f64, run: impl FnOnce()) {
    let before = live();
    run();
    let found = live() - before;
    println!("{what}: {found} bytes under a guard that is leaked");
    let quotient = found as f64 / expected as f64;
    assert!((1.0 / factor..factor).contains(&quotient), "{what}: {found} bytes, about {expected} are expected");
}

/// Two threads, to each of which `step` gives 20,000 steps. They have ended for good: tables have room for those that have not.
fn in_two_threads(step: impl Fn(u64, u64) + Sync) {
    let step = &step;
    thread::scope(|scope| {
        let run = |thread| scope.spawn(move || (0..20_000).for_each(|number| step(thread, number)));
        [0, 1].map(run).into_iter().for_each(|thread| thread.join().expect("it ends"));
    });
}

/// Everything goes on, for all threads; what is retired stays.
#[test]
fn a_leaked_guard() {
    in_a_process("guards::a_leaked_guard", || {
        let map = AtomicMap::new();
        (0..2000_u64).for_each(|key| drop(map.insert(key, [key; 4])));
        let dense = DenseMap::new();
        (0..2000_usize).for_each(|index| drop(dense.insert(index, [index; 4])));
        let (leaked, of_indices) = (ManuallyDrop::new(map.pin()), ManuallyDrop::new(dense.pin()));
        let read = (leaked.get(&7).expect("it is there"), of_indices.get(7).expect("it is there"));
        let of_a_thread = thread::spawn(|| {
            let _leaked = ManuallyDrop::new(pin());
        });
        of_a_thread.join().expect("a thread may end with a guard");
        costs("40,000 values of a map", 2_584_000, 1.25, || {
            in_two_threads(|thread, step| drop(map.insert(step % 1000 * 2 + thread, [step; 4])));
        });
        costs("40,000 values of a dense map", 2_584_000, 1.25, || {
            in_two_threads(|thread, step| drop(dense.insert((step % 1000 * 2 + thread) as usize, [step as usize; 4])));
        });
        costs("20,000 keys that come and go in each map", 2_618_000, 1.25, || {
            in_two_threads(|thread, step| {
                let key = 5000 + step % 100 * 2 + thread;
                if step % 2 == 0 {
                    drop((map.insert(key, [step; 4]), dense.insert(key as usize, [step as usize; 4])));
                } else {
                    drop((map.remove(&(key - 2)), dense.remove(key as usize - 2)));
                }
            });
        });
        // How large these are depends on how evenly the keys are spread.
        costs("sixteen tables", 9_867_000, 2.5, || {
            for _ in 0..8 {
                map.reserve(10_000);
                map.shrink_to_fit();
            }
        });
        let retired = map.stats().retired_bytes;
        assert!(retired > 8_000_000, "{retired} bytes are retired");
        // How many tables these take depends on how threads meet.
        in_two_threads(|_, step| {
            if step % 5000 == 0 {
                map.shrink_to_fit();
                map.reserve(10_000);
            }
            drop(map.insert(step % 2000, [step; 4]));
        });
        assert_eq!((map.len(), dense.len()), (map.pin().iter().count(), dense.pin().iter().count()));
        assert_eq!((*read.0, *read.1), ([7; 4], [7; 4]), "what was read under the guard stays");
        let cell = Published::new([0; 4]);
        costs("10,000 values of a cell", 482_000, 1.25, || {
            (1..=10_000).for_each(|number| assert_eq!(cell.store([number; 4]), number));
        });
        assert_eq!((cell.reclaim().dropped, *cell.load_owned()), (0, [10_000; 4]));
        drop(cell); // takes its values along all the same
    });
}

/// Bytes for each update of a value under a guard of another thread.
fn slope(updates: u64, mut update: impl FnMut(u64), settle: impl Fn()) -> f64 {
    let (pinned, is_pinned) = channel();
    let (done, is_done) = channel::<()>();
    let holder = thread::spawn(move || {
        let guard = pin();
        pinned.send(()).expect("somebody waits");
        let _disconnected = is_done.recv();
        drop(guard);
    });
    is_pinned.recv().expect("the guard is there");
    (0..1000).for_each(&mut update);
    let before = live();
    let half = (0..updates / 2).map(&mut update).map(|()| live()).last().expect("some updates") - before;
    (updates / 2..updates).for_each(&mut update);
    let all = live() - before;
    // Without end, and in a straight line.
    assert!((all - 2 * half).abs() * 10 <= all.abs() + (256 << 10), "{half} bytes for a half, {all} for all");
    drop(done);
    holder.join().expect("it holds a guard, and lets go");
    let any = AtomicMap::<u8, u8>::new();
    (0..100).for_each(|_| {
        any.flush();
        settle();
    });
    let left = live() - before;
    assert!(left < 64 << 10, "{left} bytes are left when the guard is gone, of {all}");
    all as f64 / updates as f64
}

/// The figures of the documentation: what an update costs in bytes as long as a guard is held.
#[test]
fn a_guard_across_a_million_updates() {
    in_a_process("guards::a_guard_across_a_million_updates", || {
        let updates = setting("ATOMIC_DICT_UPDATES", 1_000_000);
        let words = AtomicMap::new();
        let of_words = slope(updates, |step| drop(words.insert(step % 100, step)), || {});
        let map = AtomicMap::new();
        let of_boxes = slope(updates, |step| drop(map.insert(step % 100, [step; 2])), || {});
        let of_repins = {
            let mut pinned = map.pin();
            let before = live();
            for step in 0..updates {
                pinned.insert(step % 100, [step; 2]);
                if step % 100 == 0 {
                    pinned.repin();
                }
            }
            (live() - before) as f64 / updates as f64
        };
        let dense = DenseMap::new();
        let of_dense = slope(updates, |step| drop(dense.insert((step % 100) as usize, [step; 2])), || {});
        let keys = AtomicMap::new();
        let of_keys = slope(
            updates / 4,
            |step| {
                drop(keys.insert([step; 2], 0));
                drop(keys.remove(&[step; 2]));
            },
            || {},
        );
        let cell = Published::new([0; 2]);
        let of_publications = slope(
            updates / 4,
            |step| assert!(cell.store([step; 2]) > 0),
            || assert!(cell.reclaim().dropped <= updates as usize),
        );
        println!("bytes for each update under a guard: {of_words:.1} of a word, {of_boxes:.1} of a box of 16 bytes,");
        println!(
            "{of_dense:.1} in a dense map, {of_keys:.1} of a boxed key that comes and goes, {of_publications:.1} of a cell;"
        );
        println!("{of_repins:.2} under a guard that repins");
        let is_about = |found: f64, documented: f64| (found - documented).abs() < documented / 10.0;
        assert!(of_words.abs() < 1.0, "{of_words}");
        assert!(is_about(of_boxes, 48.0) && is_about(of_dense, 48.0), "{of_boxes}, {of_dense}");
        assert!(is_about(of_keys, 130.0) && is_about(of_publications, 32.0), "{of_keys}, {of_publications}");
        assert!(of_repins.abs() < 1.0, "{of_repins}");
    });
}
