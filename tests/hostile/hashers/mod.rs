//! Hashers and comparisons that are poor, or lie. What they cost is counted, not timed.
//!
//! **Comparisons.** Say that E keys stand in the slots of a map (removed ones that no migration has cleared away among them) whose hash,
//! spread by the map, agrees with that of the operation's key but for its lowest 8 bits. An operation looks at the home line of its
//! key, which has four slots; if that does not do, it starts over and passes the table, up to the first free slot. So it calls `Eq`
//! at most E + 4 times, and at most 2 E + 4 times while entries move to another table.
//!
//! **Bytes.** Colliding keys take as much memory as others.

mod lies;

use crate::allocator::live;
use crate::alone::{alone, in_a_process};
use atomic_dict::{AtomicMap, Compute, Expected};
use std::cell::Cell;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};

/// What the map multiplies hashes by.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// The odd number by which to multiply to undo that.
const fn unspread() -> u64 {
    let (mut inverse, mut step) = (1_u64, 0);
    while step < 6 {
        // Newton's iteration doubles the bits that are right.
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(SPREAD.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quality {
    Good,
    Constant,
    Zero,
    Greatest,
    Identity,
    LowByte,
    HighByte,
    EightValues,
    /// Spread, all hashes have the same 16 bits that stand beside a boxed key's address, and differ above.
    OneFingerprint,
    /// Spread, they differ in the lowest 8 bits only, which place nothing.
    LowestBits,
}

const QUALITIES: [Quality; 10] = [
    Quality::Good,
    Quality::Constant,
    Quality::Zero,
    Quality::Greatest,
    Quality::Identity,
    Quality::LowByte,
    Quality::HighByte,
    Quality::EightValues,
    Quality::OneFingerprint,
    Quality::LowestBits,
];

impl Quality {
    fn hash(self, number: u64) -> u64 {
        let good = BuildHasherDefault::<DefaultHasher>::default().hash_one(number);
        match self {
            Self::Good => good,
            Self::Constant => 7,
            Self::Zero => 0,
            Self::Greatest => u64::MAX,
            Self::Identity => number,
            Self::LowByte => good & 0xFF,
            Self::HighByte => good & 0xFF << 56,
            Self::EightValues => good % 8,
            Self::OneFingerprint => (good << 32 | 0x1234_5600).wrapping_mul(unspread()),
            Self::LowestBits => (0x1234_5678_9ABC_DE00 | good & 0xFF).wrapping_mul(unspread()),
        }
    }

    /// What boxed keys remember of a hash.
    fn remembered(self, number: u64) -> u64 {
        self.hash(number).wrapping_mul(SPREAD) & !0xFF
    }
}

/// Hashes of one quality.
#[derive(Clone, Copy, Debug)]
struct Poor(Quality);

impl BuildHasher for Poor {
    type Hasher = PoorHasher;

    fn build_hasher(&self) -> PoorHasher {
        PoorHasher { quality: self.0, number: 0 }
    }
}

struct PoorHasher {
    quality: Quality,
    number: u64,
}

impl Hasher for PoorHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.number = bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
    }

    fn finish(&self) -> u64 {
        self.quality.hash(self.number)
    }
}

thread_local! {
    static COMPARISONS: Cell<u64> = const { Cell::new(0) };
}

/// Counts how often it is compared.
#[derive(Debug)]
struct Compared(u64);

impl PartialEq for Compared {
    fn eq(&self, other: &Self) -> bool {
        COMPARISONS.set(COMPARISONS.get() + 1);
        self.0 == other.0
    }
}

impl Eq for Compared {}

impl Hash for Compared {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0.to_le_bytes());
    }
}

fn comparisons<R>(operation: impl FnOnce() -> R) -> (R, u64) {
    let before = COMPARISONS.get();
    let result = operation();
    (result, COMPARISONS.get() - before)
}

/// How often an operation compares, at most, if so many keys agree with its own.
fn bound(agreeing: u64, tables: u64) -> u64 {
    tables * agreeing + agreeing.min(4)
}

/// Keys that have come, by what is remembered of their hashes.
struct Remembered {
    quality: Quality,
    all: Vec<u64>,
}

impl Remembered {
    fn agreeing(&self, number: u64) -> u64 {
        let hash = self.quality.remembered(number);
        self.all.iter().filter(|&&other| other == hash).count() as u64
    }
}

/// Every operation, on present and absent keys, while a map grows.
#[test]
fn comparisons_are_bounded() {
    alone(|| {
        for quality in QUALITIES {
            let map = AtomicMap::with_hasher(Poor(quality));
            let mut came = Remembered { quality, all: Vec::new() };
            let mut most = 0;
            for number in 0..420_u64 {
                let (before, at_rest) = (map.stats(), |now: atomic_dict::Stats, then: atomic_dict::Stats| {
                    now.migrations == then.migrations && now.bytes == then.bytes
                });
                let agreeing = came.agreeing(number);
                let (_, inserting) = comparisons(|| drop(map.insert(Compared(number), number)));
                came.all.push(quality.remembered(number));
                let tables = if at_rest(map.stats(), before) { 1 } else { 2 };
                assert!(
                    inserting <= bound(agreeing, tables),
                    "{quality:?}: {inserting} comparisons with {agreeing} keys"
                );
                most = most.max(inserting);
                let other = number * 7 % (number + 1);
                let present = came.agreeing(other);
                let absent = came.agreeing(1_000_000 + number);
                let (found, looking) = comparisons(|| map.get(&Compared(other)).map(|value| *value));
                assert!(found == Some(other) && looking <= bound(present, 1), "{quality:?}: {looking} of {present}");
                let (found, looking) = comparisons(|| map.contains_key(&Compared(1_000_000 + number)));
                assert!(!found && looking <= bound(absent, 1), "{quality:?}: {looking} of {absent}");
                let operations: [&dyn Fn(); 6] = [
                    &|| drop(map.update(&Compared(other), |value| *value)),
                    &|| drop(map.upsert(Compared(other), || 0, |value| *value)),
                    &|| drop(map.get_or_insert_with(Compared(other), || 0)),
                    &|| drop(map.try_insert(Compared(other), 0)),
                    &|| drop(map.compare_and_set(Compared(other), Expected::NotFound, Some(0))),
                    &|| {
                        map.pin().compute(Compared(other), |_| Compute::Keep);
                    },
                ];
                for (index, operation) in operations.into_iter().enumerate() {
                    let ((), made) = comparisons(operation);
                    assert!(made <= bound(present, 2), "{quality:?}, operation {index}: {made} of {present}");
                }
                let ((), made) = comparisons(|| drop(map.remove(&Compared(1_000_000 + number))));
                assert!(made <= bound(absent, 2), "{quality:?}: {made} of {absent}");
            }
            let in_vain =
                (0..420).map(|number| comparisons(|| map.get(&Compared(number)).is_none()).1 - 1).sum::<u64>();
            println!("{quality:?}: {most} comparisons of an insertion at most, {in_vain} in vain of 420 lookups");
            let is_distinct = [Quality::Good, Quality::Identity, Quality::OneFingerprint].contains(&quality);
            assert_eq!(
                in_vain == 0,
                is_distinct,
                "{quality:?}: what is remembered tells distinct hashes apart, and equal ones not"
            );
        }
    });
}

/// Keys come and go: slots of removed keys are passed too, but not for ever.
#[test]
fn comparisons_are_bounded_by_what_is_there() {
    const WINDOW: u64 = 40;
    alone(|| {
        for quality in [Quality::Constant, Quality::LowestBits, Quality::EightValues] {
            let map = AtomicMap::with_hasher(Poor(quality));
            let mut most = 0;
            for number in 0..20_000_u64 {
                let claimed = |map: &AtomicMap<Compared, u64, Poor>| (map.stats().live + map.stats().tombstones) as u64;
                let before = claimed(&map);
                let ((), made) = comparisons(|| {
                    drop(map.insert(Compared(number), number));
                });
                assert!(made <= bound(before, 2), "{quality:?}: {made} comparisons in {before} slots");
                most = most.max(made);
                if number >= WINDOW {
                    assert!(map.remove(&Compared(number - WINDOW)).is_some());
                }
            }
            // The limit of the smallest table that is cleaned up has that many claims.
            println!("{quality:?}: {most} comparisons at most, {} slots", map.stats().slots);
            assert!(map.stats().slots <= 512 && most <= bound(340, 2), "{quality:?}: {most}, {:?}", map.stats());
        }
    });
}

/// Live bytes of a map of many keys.
fn bytes_of(quality: Quality, keys: u64) -> isize {
    let before = live();
    let map = AtomicMap::with_hasher(Poor(quality));
    (0..keys).for_each(|number| drop(map.insert(Compared(number), number)));
    map.flush();
    assert_eq!(map.len() as u64, keys);
    live() - before
}

#[test]
fn poor_hashers_cost_no_memory() {
    in_a_process("hashers::poor_hashers_cost_no_memory", || {
        bytes_of(Quality::Good, 10); // what this thread needs once
        for keys in [100, 1000, 2500] {
            let good = bytes_of(Quality::Good, keys);
            for quality in QUALITIES {
                let bytes = bytes_of(quality, keys);
                println!("{quality:?}: {bytes} bytes for {keys} keys");
                // The collector holds some kilobytes, sometimes.
                assert!(bytes <= good + good / 20 + (8 << 10), "{quality:?}: {bytes} bytes, {good} with a good one");
            }
        }
    });
}
