//! `AtomicMap` beside `HashMap`.

mod kinds;
mod operations;
mod reductions;
mod same;

use crate::Truth;
use crate::input::Input;
use atomic_dict::AtomicMap;
use kinds::{Item, Mixed, Small};
use operations::Beside;

/// Runs what the bytes say.
///
/// # Panics
/// If the two maps differ.
pub fn run(data: &[u8], truth: Truth) {
    let mut input = Input::new(data);
    // Inputs of the corpus choose by what is left by 7, below 252.
    let kind = match input.byte() {
        byte @ 0..252 => byte % 7,
        _ => 7,
    };
    match kind {
        0 => compare::<u64, u64>(input, truth),
        1 => compare::<String, u64>(input, truth),
        2 => compare::<u64, String>(input, truth),
        3 => compare::<String, String>(input, truth),
        4 => compare::<u8, i16>(input, truth),
        5 => compare::<Small, ()>(input, truth),
        6 => compare::<Vec<u8>, Small>(input, truth),
        _ => compare::<String, Vec<u8>>(input, truth),
    }
}

fn compare<K: Item, V: Item>(mut input: Input<'_>, truth: Truth) {
    let hasher = Mixed::new(input.below(6));
    let capacity = input.byte();
    let map = match capacity % 4 {
        0 => AtomicMap::with_capacity_and_hasher(usize::from(capacity), hasher),
        _ => AtomicMap::with_hasher(hasher),
    };
    let mut beside = Beside::<K, V>::new(map, truth);
    while !input.is_empty() {
        beside.step(&mut input);
    }
    beside.finish();
}
