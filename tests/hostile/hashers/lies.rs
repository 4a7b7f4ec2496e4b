//! Hashers that change their mind, and comparisons that lie.

use super::counting::{Counting, bound};
use super::{Poor, Quality};
use crate::allocator::live;
use crate::alone::alone;
use crate::compared;
use crate::items::{Item, Ledger, Noisy};
use atomic_dict::{AtomicMap, Compute, Expected};
use std::cell::Cell;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::thread;

thread_local! {
    static MOOD: Cell<u64> = const { Cell::new(1) };
}

/// One of four, as it comes.
fn mood() -> u64 {
    let mut state = MOOD.get();
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    MOOD.set(state);
    state >> 20 & 3
}

/// Has four hashes for each key.
#[derive(Clone, Default)]
struct Moody(BuildHasherDefault<DefaultHasher>);

impl BuildHasher for Moody {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        let mut hasher = self.0.build_hasher();
        hasher.write_u64(mood());
        hasher
    }
}

/// As many entries to a key as it has hashes, and no more; each is dropped once.
#[test]
fn a_hasher_that_changes_its_mind() {
    const KEYS: u64 = 60;
    fn run<K: Item, V: Item>(may_leak: bool) {
        let ledger = Ledger::default();
        let map = AtomicMap::<K, V, Moody>::default();
        let (base, mut most) = (live(), 0);
        for step in 0..20_000 {
            let number = step * 7919 % KEYS;
            let key = || K::make(number, &ledger);
            match step % 7 {
                0 => drop(map.insert(key(), V::make(step, &ledger))),
                1 => drop(map.remove(&key())),
                2 => {
                    let next = |value: &V| V::make(value.number() % 1000, &ledger);
                    drop(map.upsert(key(), || V::make(step, &ledger), next));
                }
                3 => drop(map.update(&key(), |_| V::make(step, &ledger))),
                4 => drop(map.try_insert(key(), V::make(step, &ledger))),
                5 => drop(map.get(&key())),
                _ => drop(map.compare_and_set(key(), Expected::NotFound, Some(V::make(step, &ledger)))),
            }
            if step % 500 == 0 {
                let entries = map.pin().iter().count();
                assert!(entries as u64 <= 4 * KEYS, "{entries} entries of {KEYS} keys with 4 hashes");
                map.flush();
                most = most.max(live() - base);
            }
        }
        // Slots: at most 1024 for 240 entries. The ledger notes a byte for each object, the rest are boxes.
        println!("{most} live bytes at most");
        assert!(most < 600 << 10, "{most} live bytes");
        drop(map);
        if !may_leak {
            ledger.assert_all_dropped_once("a hasher that changes its mind");
        }
    }
    alone(|| {
        run::<Noisy, Noisy>(false);
        run::<Noisy, u64>(false);
        // Two entries of one key meet when they move, and a box is lost, as the documentation of `with_hasher` says.
        run::<u64, Noisy>(true);
        run::<u64, u64>(true);
    });
}

#[derive(Clone, Copy, Debug)]
enum Lie {
    Never,
    Always,
    Sometimes,
}

thread_local! {
    static LIE: Cell<Lie> = const { Cell::new(Lie::Never) };
}

/// Says about its likes what it likes.
#[derive(Debug)]
struct Liar(Noisy);

impl PartialEq for Liar {
    fn eq(&self, _other: &Self) -> bool {
        compared::note();
        match LIE.get() {
            Lie::Never => false,
            Lie::Always => true,
            Lie::Sometimes => mood() == 0,
        }
    }
}

impl Eq for Liar {}

impl Hash for Liar {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0.number().to_le_bytes());
    }
}

/// Each operation adds one entry at most, whatever `Eq` says, and compares at most twice as often as an honest one: it may not
/// know its own key when it has claimed a slot for it.
#[test]
fn comparisons_that_lie() {
    alone(|| {
        for lie in [Lie::Never, Lie::Always, Lie::Sometimes] {
            LIE.set(lie);
            for quality in [Quality::Good, Quality::Constant, Quality::EightValues, Quality::LowestBits] {
                let ledger = Ledger::default();
                let mut counting = Counting::new(quality);
                let base = live();
                let mut inserting = 0;
                for step in 0..1500_u64 {
                    let key = || Liar(Noisy::make(step * 7919 % 50, &ledger));
                    let stats = counting.map.stats();
                    let slots = (stats.live + stats.tombstones) as u64;
                    let (made, tables) = counting.count(|map| match step % 6 {
                        0 => drop(map.insert(key(), 1)),
                        1 => drop(map.remove(&key())),
                        2 => drop(map.upsert(key(), || 2, |value| value + 1)),
                        3 => drop(map.get(&key())),
                        4 => drop(map.try_insert(key(), 3)),
                        _ => _ = map.pin().compute(key(), |value| value.map_or(Compute::Put(4), |_| Compute::Remove)),
                    });
                    inserting += usize::from(step % 6 != 1 && step % 6 != 3);
                    assert!(
                        made <= 2 * bound(slots + 1, tables),
                        "{lie:?}, {quality:?}: {made} comparisons in {slots} slots of {tables} tables"
                    );
                    assert!(counting.map.approx_len() <= inserting);
                }
                println!("{lie:?}, {quality:?}: {counting}");
                let map = counting.map;
                let (entries, bytes) = (map.pin().iter().count(), live() - base);
                assert_eq!(map.len(), entries);
                println!("{lie:?}, {quality:?}: {entries} entries, {bytes} bytes");
                assert!(bytes < 1000 << 10, "{bytes} bytes");
                drop(map);
                ledger.assert_all_dropped_once(&format!("{lie:?}, {quality:?}"));
            }
        }
    });
}

/// A comparison that changed its mind made a value be freed twice (left-right #78). Here two threads replace and remove boxed values
/// under such keys: all of it ends, and each key and value is dropped once.
#[test]
fn left_right_78_a_comparison_changes_its_mind() {
    const STEPS: u64 = 600;
    alone(|| {
        for quality in [Quality::Good, Quality::Constant] {
            let (ledger, map) = (Ledger::default(), AtomicMap::with_hasher(Poor(quality)));
            thread::scope(|scope| {
                for thread in 0..2 {
                    let (ledger, map) = (&ledger, &map);
                    scope.spawn(move || {
                        LIE.set(Lie::Sometimes);
                        MOOD.set(thread + 1);
                        for step in 0..STEPS {
                            let key = || Liar(Noisy::make(step * 7919 % 20, ledger));
                            let value = || Noisy::make(step, ledger);
                            match step % 5 {
                                0 => drop(map.insert(key(), value())),
                                1 => drop(map.upsert(key(), value, |_| value())),
                                2 => drop(map.remove(&key())),
                                3 => drop(map.update(&key(), |_| value())),
                                _ => drop(map.compare_and_set(key(), Expected::Any, Some(value()))),
                            }
                        }
                    });
                }
            });
            let entries = map.pin().iter().count() as u64;
            assert!(entries <= 2 * 3 * STEPS / 5, "{entries} entries");
            drop(map);
            ledger.assert_all_dropped_once(&format!("{quality:?}, a comparison that changes its mind"));
        }
    });
}
