//! Many operations on all structures by several threads, each of which knows what its own keys must be.
//!
//! - values tell whose they are, and whether they are whole; boxed ones are spoiled when they are dropped;
//! - what a thread reads, replaces, removes and traverses of its own keys is what its record says, while others change theirs in the
//!   same table, which grows, is cleaned up and shrinks; of keys that all count up no count is lost;
//! - live bytes stay on a plateau, counted by the allocator. A byte that leaks with each value that is replaced or removed is found, in every
//!   mix; four of them show it, with values that do leak.
//!
//! By default a few million operations for each structure and mix, 10^8 in all, not to be fewer. `SOAK_OPERATIONS=1_000_000_000 cargo test
//! --release --test soak -- --nocapture` is the long run; `SOAK_SEED` repeats one.
#![allow(unsafe_code)] // The allocator.

#[path = "../support/counting.rs"]
mod counting;
#[path = "../support/plateau.rs"]
mod plateau;
mod published;
#[path = "../support/settings.rs"]
mod settings;
mod subjects;
mod values;
mod work;

use atomic_dict::AtomicMap;
use plateau::{Growth, Readings};
use settings::setting;
use std::time::Instant;
use subjects::{Dense, Hashed};
use values::{Boxed, Checked, Leaking};
use work::{Mix, run};

/// A structure with a mix, and its share of all operations, in percent: lookups take less time than the rest.
type Part = (&'static str, u64, fn(u64, u64) -> Result<Readings, Growth>);

const PARTS: [Part; 15] = [
    ("AtomicMap, inline, reads", 12, |operations, seed| run::<Hashed<u64, u64>>(Mix::Reads, operations, seed)),
    ("AtomicMap, inline, writes", 10, |operations, seed| run::<Hashed<u64, u64>>(Mix::Writes, operations, seed)),
    ("AtomicMap, inline, churn", 6, |operations, seed| run::<Hashed<u64, u64>>(Mix::Churn, operations, seed)),
    ("AtomicMap, boxed, reads", 10, |operations, seed| run::<Hashed<String, Boxed>>(Mix::Reads, operations, seed)),
    ("AtomicMap, boxed, writes", 6, |operations, seed| run::<Hashed<String, Boxed>>(Mix::Writes, operations, seed)),
    ("AtomicMap, boxed, churn", 2, |operations, seed| run::<Hashed<String, Boxed>>(Mix::Churn, operations, seed)),
    ("DenseMap, inline, reads", 10, |operations, seed| run::<Dense<u64>>(Mix::Reads, operations, seed)),
    ("DenseMap, inline, writes", 10, |operations, seed| run::<Dense<u64>>(Mix::Writes, operations, seed)),
    ("DenseMap, inline, churn", 6, |operations, seed| run::<Dense<u64>>(Mix::Churn, operations, seed)),
    ("DenseMap, boxed, reads", 10, |operations, seed| run::<Dense<Boxed>>(Mix::Reads, operations, seed)),
    ("DenseMap, boxed, writes", 6, |operations, seed| run::<Dense<Boxed>>(Mix::Writes, operations, seed)),
    ("DenseMap, boxed, churn", 2, |operations, seed| run::<Dense<Boxed>>(Mix::Churn, operations, seed)),
    ("Published, reads", 6, |operations, _| published::run::<Boxed>(16, operations, false)),
    ("Published, writes", 2, |operations, _| published::run::<Boxed>(2, operations, false)),
    ("Published, churn", 2, |operations, _| published::churn::<Boxed>(operations)),
];

/// The mixes in which the fewest values are replaced and removed, when each of these leaks a byte.
const LEAKS: [Part; 4] = [
    ("AtomicMap, boxed, reads", 10, |operations, seed| run::<Hashed<String, Leaking>>(Mix::Reads, operations, seed)),
    ("DenseMap, boxed, reads", 10, |operations, seed| run::<Dense<Leaking>>(Mix::Reads, operations, seed)),
    ("Published, reads", 6, |operations, _| published::run::<Leaking>(16, operations, false)),
    ("Published, churn", 2, |operations, _| published::churn::<Leaking>(operations)),
];

/// What a run of every day has.
const OPERATIONS: u64 = 100_000_000;

/// Values that were dropped by the collector, and found themselves spoiled: their panics reach nobody.
fn spoiled_in_drops() -> usize {
    AtomicMap::<u8, u8>::new().stats().panics_in_drops
}

#[test]
fn all_structures_under_load() {
    let (operations, seed) = (setting("SOAK_OPERATIONS", OPERATIONS), setting("SOAK_SEED", 1));
    assert_eq!(PARTS.iter().map(|part| part.1).sum::<u64>(), 100, "percent");
    values_that_are_not_whole_are_noticed();
    growth_is_noticed(seed);
    let noticed = spoiled_in_drops();
    for (name, percent, part) in PARTS {
        let (share, start) = (operations * percent / 100, Instant::now());
        eprint!("{name}: ");
        let readings = part(share, seed).unwrap_or_else(|growth| panic!("{name}: {growth}"));
        assert_eq!(spoiled_in_drops(), noticed, "{name}: values were not whole when they were dropped");
        let rate = share as f64 / start.elapsed().as_secs_f64() / 1e6;
        eprintln!("{share} operations, {rate:.1} million a second; {readings}");
    }
}

/// A byte that leaks with each value that is dropped, and garbage that waits; at the size of every day.
fn growth_is_noticed(seed: u64) {
    for (name, percent, part) in LEAKS {
        let growth = part(OPERATIONS * percent / 100, seed).expect_err("a byte leaks with each value");
        assert!(matches!(growth, Growth::AtRest(_)), "{name}, {growth}");
        eprintln!("{name}, leaking, {growth}");
    }
    let growth = published::run::<Boxed>(16, OPERATIONS * 6 / 100, true).expect_err("a guard holds all values");
    assert!(matches!(growth, Growth::AtWork(_)), "{growth}");
    eprintln!("Published, reads, held, {growth}");
}

/// Of another key, or spoiled; inline and boxed; read, or dropped by the collector. Not a test beside the other, since a panic allocates.
fn values_that_are_not_whole_are_noticed() {
    let noticed = |look: fn() -> u64| std::panic::catch_unwind(look).is_err();
    assert!(noticed(|| <u64 as Checked>::of(1, 5).version(2)));
    assert!(noticed(|| (<u64 as Checked>::of(1, 5) + 1).version(1)));
    assert!(noticed(|| Boxed::of(1, 5).version(2)));
    assert!(!noticed(|| Boxed::of(1, 5).version(1) + <u64 as Checked>::of(1, 5).version(1)));
    let map = AtomicMap::new();
    map.insert(0, Boxed::spoiled());
    drop(map.insert(0, Boxed::of(0, 1)));
    (0..10).for_each(|_| map.flush());
    assert_eq!(spoiled_in_drops(), 1);
}
