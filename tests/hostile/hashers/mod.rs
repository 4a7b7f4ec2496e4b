//! Hashers and comparisons that are poor, or lie. What they cost is counted, not timed.
//!
//! **Comparisons.** Say that E keys stand in the slots of a map (removed ones that no migration has cleared away among them) whose hash,
//! spread by the map, agrees with that of the operation's key but for its lowest 8 bits. An operation looks at the home line of its
//! key, which has four slots; if that does not do, it starts over and passes the table, up to the first free slot. So every operation
//! calls `Eq` at most E + min(E, 4) times at rest, and E times more while entries move to another table. (An operation of two tables is
//! one before or after which the map has two, or in which it gets another.)
//!
//! **Bytes.** Colliding keys take as much memory as others: the very same table, and the same boxes.

mod counting;
mod lies;

use crate::allocator::live;
use crate::alone::alone;
use crate::compared::{Compared, comparisons};
use crate::process::in_a_process;
use atomic_dict::{AtomicMap, Compute, Expected};
use counting::{Counting, Operation, bound};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hasher};

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
        let mut in_migrations = 0;
        for quality in QUALITIES {
            let mut counting = Counting::new(quality);
            let mut came = Remembered { quality, all: Vec::new() };
            for number in 0..420_u64 {
                counting.assert("insert", came.agreeing(number), |map| drop(map.insert(Compared(number), number)));
                came.all.push(quality.remembered(number));
                let (other, missing) = (|| Compared(number * 7 % (number + 1)), || Compared(1_000_000 + number));
                let (present, absent) = (came.agreeing(other().0), came.agreeing(missing().0));
                let operations: [Operation<'_>; 9] = [
                    ("get", present, &|map| assert_eq!(map.get(&other()).map(|value| *value), Some(other().0))),
                    ("contains_key", absent, &|map| assert!(!map.contains_key(&missing()))),
                    ("update", present, &|map| drop(map.update(&other(), |value| *value))),
                    ("upsert", present, &|map| drop(map.upsert(other(), || 0, |value| *value))),
                    ("get_or_insert_with", present, &|map| drop(map.get_or_insert_with(other(), || 0))),
                    ("try_insert", present, &|map| drop(map.try_insert(other(), 0))),
                    ("compare_and_set", present, &|map| {
                        drop(map.compare_and_set(other(), Expected::NotFound, Some(0)));
                    }),
                    ("compute", present, &|map| _ = map.pin().compute(other(), |_| Compute::Keep)),
                    ("remove", absent, &|map| assert!(map.remove(&missing()).is_none())),
                ];
                // Each is the first behind an insertion now and then, which may have started a migration.
                let (last, first) = operations.split_at(number as usize % operations.len());
                for (what, agreeing, operation) in first.iter().chain(last) {
                    counting.assert(what, *agreeing, operation);
                }
            }
            println!("{quality:?}: {counting}");
            in_migrations += counting.in_migrations();
            let in_vain =
                (0..420).map(|number| comparisons(|| counting.map.get(&Compared(number)).is_none()).1 - 1).sum::<u64>();
            println!("{quality:?}: {in_vain} in vain of 420 lookups");
            let is_distinct = [Quality::Good, Quality::Identity, Quality::OneFingerprint].contains(&quality);
            assert_eq!(
                in_vain == 0,
                is_distinct,
                "{quality:?}: what is remembered tells distinct hashes apart, and equal ones not"
            );
        }
        assert!(in_migrations > 0, "no operation met a migration");
    });
}

/// Keys come and go: slots of removed keys are passed too, but not for ever.
#[test]
fn comparisons_are_bounded_by_what_is_there() {
    const WINDOW: u64 = 40;
    alone(|| {
        for quality in [Quality::Constant, Quality::LowestBits, Quality::EightValues] {
            let mut counting = Counting::new(quality);
            for number in 0..20_000_u64 {
                let stats = counting.map.stats();
                let claimed = (stats.live + stats.tombstones) as u64;
                counting.assert("insert", claimed, |map| drop(map.insert(Compared(number), number)));
                if let Some(oldest) = number.checked_sub(WINDOW) {
                    counting.assert("remove", claimed + 1, |map| assert!(map.remove(&Compared(oldest)).is_some()));
                }
            }
            println!("{quality:?}: {counting}");
            // The limit of the smallest table that is cleaned up has that many claims.
            let (stats, most) = (counting.map.stats(), counting.most());
            assert!(stats.slots <= 512 && most <= bound(340, 2), "{quality:?}: {most}, {stats:?}");
        }
    });
}

/// Bytes of the table of a map of many keys, and live bytes of all of it.
fn bytes_of(quality: Quality, keys: u64) -> (usize, isize) {
    let before = live();
    let map = AtomicMap::with_hasher(Poor(quality));
    (0..keys).for_each(|number| drop(map.insert(Compared(number), number)));
    map.flush();
    assert_eq!(map.len() as u64, keys);
    (map.stats().bytes, live() - before)
}

/// The table has the very same size. What lives is measured where it is much more than the collector holds, which is a few of its
/// bags, of two kilobytes each.
#[test]
fn poor_hashers_cost_no_memory() {
    in_a_process("hashers::poor_hashers_cost_no_memory", || {
        bytes_of(Quality::Good, 10); // what this thread needs once
        for keys in [100, 1000, 8000] {
            let (good_table, good) = bytes_of(Quality::Good, keys);
            for quality in QUALITIES {
                let (table, bytes) = bytes_of(quality, keys);
                println!("{quality:?}: {bytes} bytes for {keys} keys, {table} of them in the table");
                assert_eq!(table, good_table, "{quality:?}");
                let is_measured = keys == 8000;
                assert!(
                    !is_measured || bytes <= good + good / 20,
                    "{quality:?}: {bytes} bytes, {good} with a good one"
                );
            }
        }
    });
}
