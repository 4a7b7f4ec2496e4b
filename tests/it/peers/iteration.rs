//! Iteration beside insertions.

use super::Map;
use crate::support::{Hashing, NthKey, Numbered, Quality, together};
use atomic_dict::{AtomicMap, DenseMap};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// An iterator asked with too weak an ordering whether an entry was there, and yielded one that was not yet (RUSTSEC-2022-0006). Here
/// every entry that comes out is whole, and all come out that were there before.
#[test]
fn rustsec_2022_0006_an_iterator_yields_what_is_not_there_yet() {
    fn run<K: NthKey, V: Numbered>(rounds: u64) {
        const COUNT: u64 = 600;
        for _ in 0..rounds {
            let map: Map<K, V> = AtomicMap::with_hasher(Hashing::new(Quality::Good));
            let (dense, done) = (DenseMap::<(K, V)>::new(), [const { AtomicU64::new(0) }; 2]);
            // The value of a key is known by it.
            let entry = |number: u64| (K::nth(number), V::numbered(number));
            let entries: Vec<(K, V)> = (0..COUNT).map(entry).collect();
            together(4, |thread| {
                if thread < 2 {
                    for number in (thread..COUNT).step_by(2) {
                        let (key, value) = entry(number);
                        map.insert(key.clone(), value.clone());
                        dense.insert(number as usize, (key, value));
                        done[thread as usize].fetch_add(1, Relaxed);
                    }
                    return;
                }
                let count = || done.iter().map(|done| done.load(Relaxed)).sum::<u64>();
                let mut least = 0;
                while least < COUNT {
                    least = count();
                    let (pinned, pinned_dense) = (map.pin(), dense.pin());
                    let mut seen = 0;
                    for (key, value) in &pinned {
                        let expected = entries.get(value.number() as usize).expect("a value that was inserted");
                        assert_eq!((&*key, &*value), (&expected.0, &expected.1));
                        seen += 1;
                    }
                    assert!((least..=COUNT).contains(&seen), "{seen} entries of {least}");
                    let mut seen = 0;
                    for (index, value) in pinned_dense.iter() {
                        assert_eq!(*value, entries[index]);
                        seen += 1;
                    }
                    assert!((least..=COUNT).contains(&seen), "{seen} indices of {least}");
                }
            });
        }
    }
    run::<u64, u64>(10);
    run::<String, String>(10);
}
