//! What the collector frees, and when.

use crate::support::{Counted, Tally, together};
use atomic_dict::{AtomicMap, DenseMap, Published, pin};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

const KEYS: u64 = 16;

/// Garbage bore the epoch that its thread had seen instead of the current one, so it was freed while it was read (crossbeam PR #42).
/// Here readers hold what others replace and remove, collect themselves, and it lives.
#[test]
fn crossbeam_42_garbage_is_freed_while_it_is_read() {
    for _ in 0..5 {
        let (tally, map, dense) = (Tally::default(), AtomicMap::new(), DenseMap::new());
        let writing = AtomicU64::new(2);
        together(4, |thread| {
            if thread < 2 {
                for step in 0..600 {
                    let key = step * 7 % KEYS;
                    if step % 5 == thread {
                        map.remove(&key);
                        dense.remove(key as usize);
                    } else {
                        map.insert(key, tally.make(step));
                        dense.insert(key as usize, tally.make(step));
                    }
                    if step % 8 == 0 {
                        map.flush();
                        thread::yield_now();
                    }
                }
                writing.fetch_sub(1, Relaxed);
                return;
            }
            while writing.load(Relaxed) > 0 {
                let (pinned, pinned_dense) = (map.pin(), dense.pin());
                let read = (0..KEYS).filter_map(|key| pinned.get(&key)).map(|value| value.serial);
                let serials: Vec<u64> = read.chain(pinned_dense.values().map(|value| value.serial)).collect();
                for _ in 0..20 {
                    pinned.flush();
                    thread::yield_now();
                }
                assert!(serials.into_iter().all(|serial| tally.is_live(serial)), "freed under a guard");
            }
        });
        drop((map, dense));
        tally.assert_live(0);
    }
}

/// The collector dropped an item that had been dropped already (RUSTSEC-2018-0009). Here threads end with garbage that nobody has
/// collected yet, maps are dropped beside it, and each key and value is dropped once.
#[test]
fn rustsec_2018_0009_an_item_is_dropped_twice_by_the_collector() {
    for round in 0..20 {
        let (tally, map, dense) = (Tally::default(), AtomicMap::<Counted, Counted>::new(), DenseMap::new());
        together(3, |thread| {
            for step in 0..60 {
                let number = (step + thread) % KEYS;
                map.insert(tally.make(number), tally.make(step));
                dense.insert(number as usize, tally.make(step));
                if (step + round) % 3 == 0 {
                    let pinned = map.pin();
                    let gone = pinned.remove_entry(&tally.make(number));
                    dense.remove(number as usize);
                    pinned.flush();
                    assert!(gone.is_none_or(|(key, value)| tally.is_live(key.serial) && tally.is_live(value.serial)));
                }
            }
        });
        if round % 2 == 0 {
            drop((map.into_iter().take(3).collect::<Vec<_>>(), dense.into_iter().take(3).collect::<Vec<_>>()));
        } else {
            drop((map, dense));
        }
        tally.assert_live(0);
    }
}

/// A channel that was emptied while somebody still sent kept a pointer to what was freed, and its drop freed it again; this had come with
/// the mending of a leak (RUSTSEC-2025-0024). Here what empties a structure meets what fills it, and another way to empty it; then all
/// is dropped at once. Each object is dropped once.
#[test]
fn rustsec_2025_0024_what_was_emptied_is_freed_again_when_it_is_dropped() {
    for round in 0..30 {
        let tally = Tally::default();
        let (mut map, dense) = (AtomicMap::<Counted, Counted>::new(), DenseMap::new());
        let cell = Published::new(tally.make(0));
        together(3, |thread| {
            for step in 0..60 {
                match thread {
                    0 => {
                        map.insert(tally.make(step), tally.make(step));
                        dense.insert(step as usize, tally.make(step));
                        cell.store(tally.make(step));
                    }
                    1 if step % 20 == round % 20 => {
                        map.clear();
                        dense.clear();
                        cell.reclaim();
                    }
                    1 => thread::yield_now(),
                    _ => {
                        map.remove(&tally.make(step));
                        dense.remove(step as usize);
                        map.retain(|_, value| value.number > step);
                        cell.reclaim();
                    }
                }
            }
        });
        {
            // Some wait.
            let guard = pin();
            (0..3).for_each(|number| _ = cell.swap(tally.make(number), &guard));
        }
        match round % 3 {
            0 => {
                drop(map.drain().take(2).collect::<Vec<_>>());
                drop((map, dense, cell));
            }
            1 => drop((map.into_iter().take(2).collect::<Vec<_>>(), dense, cell)),
            _ => drop((map, dense.into_iter().take(2).collect::<Vec<_>>(), cell.into_inner())),
        }
        tally.assert_live(0);
    }
}
