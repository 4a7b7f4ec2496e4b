//! The measured loops: one thread's part of one pass.

use std::hint::black_box;
use std::ops::Range;

use crate::contenders::{Access, Handle};
use crate::keys::Key;

/// Loads that write take a new handle this often, so that pinning maps can free garbage.
pub const HANDLE_OPS: usize = 1024;

/// A fresh key of the churn load is removed this many insertions later.
pub const WINDOW: usize = 1000;

/// What one pass saw; compared with what it has to see, which also keeps its work alive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub count: usize,
    pub sum: u64,
}

impl Tally {
    #[inline]
    pub fn add(&mut self, value: u64) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(value);
    }

    pub fn merge(self, other: Self) -> Self {
        Self { count: self.count + other.count, sum: self.sum.wrapping_add(other.sum) }
    }
}

/// One thread's part of a pass. `repeats`: how often the part is walked.
pub enum Work<'d, K> {
    Get { keys: &'d [K], repeats: usize },
    GetOnce { keys: &'d [K], repeats: usize },
    Increment { keys: &'d [K], repeats: usize },
    Insert { keys: Vec<K>, first_value: u64 },
    Churn { fresh: Fresh<'d, K>, repeats: usize },
    Remove { keys: &'d [K] },
    Iterate { repeats: usize },
}

/// A ring of keys of which the last `WINDOW` are in the map before and after each walk.
pub struct Fresh<'d, K> {
    pub keys: &'d [K],
    pub first_value: u64,
}

impl<K: Key> Work<'_, K> {
    /// `&mut self`: what the loop used up is dropped outside the measured time.
    pub fn perform<A: Access<K>>(&mut self, access: &mut A) -> Tally {
        black_box(match self {
            Self::Get { keys, repeats } => get(access, keys, *repeats),
            Self::GetOnce { keys, repeats } => get_once(access, keys, *repeats),
            Self::Increment { keys, repeats } => increment(access, keys, *repeats),
            Self::Insert { keys, first_value } => insert(access, keys, *first_value),
            Self::Churn { fresh, repeats } => churn(access, fresh, *repeats),
            Self::Remove { keys } => remove(access, keys),
            Self::Iterate { repeats } => iterate(access, *repeats),
        })
    }
}

#[inline(never)]
fn get<K: Key, A: Access<K>>(access: &mut A, keys: &[K], repeats: usize) -> Tally {
    let mut tally = Tally::default();
    let mut handle = access.handle();
    for _ in 0..repeats {
        for key in keys {
            if let Some(value) = handle.get(key) {
                tally.add(value);
            }
        }
    }
    tally
}

#[inline(never)]
fn get_once<K: Key, A: Access<K>>(access: &mut A, keys: &[K], repeats: usize) -> Tally {
    let mut tally = Tally::default();
    for _ in 0..repeats {
        for key in keys {
            if let Some(value) = access.get_once(key) {
                tally.add(value);
            }
        }
    }
    tally
}

#[inline(never)]
fn increment<K: Key, A: Access<K>>(access: &mut A, keys: &[K], repeats: usize) -> Tally {
    let mut tally = Tally::default();
    for _ in 0..repeats {
        for chunk in keys.chunks(HANDLE_OPS) {
            let mut handle = access.handle();
            for key in chunk {
                tally.count += usize::from(handle.increment(key));
            }
        }
    }
    tally
}

#[inline(never)]
fn insert<K: Key, A: Access<K>>(access: &mut A, keys: &mut Vec<K>, first_value: u64) -> Tally {
    let mut tally = Tally::default();
    let mut values = first_value..;
    let mut keys = keys.drain(..);
    while keys.len() > 0 {
        let mut handle = access.handle();
        for (key, value) in keys.by_ref().take(HANDLE_OPS).zip(&mut values) {
            tally.count += usize::from(handle.insert(key, value));
        }
    }
    tally
}

#[inline(never)]
fn churn<K: Key, A: Access<K>>(access: &mut A, fresh: &Fresh<'_, K>, repeats: usize) -> Tally {
    let mut tally = Tally::default();
    let keys = fresh.keys;
    let mut step = |range: Range<usize>, old: &[K]| {
        let mut value = fresh.first_value + range.start as u64;
        // Two operations a step.
        let half = HANDLE_OPS / 2;
        for (new, old) in keys[range].chunks(half).zip(old.chunks(half)) {
            let mut handle = access.handle();
            for (new, old) in new.iter().zip(old) {
                handle.insert(new.clone(), value);
                value += 1;
                if let Some(removed) = handle.remove(old) {
                    tally.add(removed);
                }
            }
        }
    };
    for _ in 0..repeats {
        step(0..WINDOW, &keys[keys.len() - WINDOW..]);
        step(WINDOW..keys.len(), &keys[..keys.len() - WINDOW]);
    }
    tally
}

#[inline(never)]
fn remove<K: Key, A: Access<K>>(access: &mut A, keys: &[K]) -> Tally {
    let mut tally = Tally::default();
    for chunk in keys.chunks(HANDLE_OPS) {
        let mut handle = access.handle();
        for key in chunk {
            if let Some(value) = handle.remove(key) {
                tally.add(value);
            }
        }
    }
    tally
}

#[inline(never)]
fn iterate<K: Key, A: Access<K>>(access: &mut A, repeats: usize) -> Tally {
    let mut tally = Tally::default();
    let mut handle = access.handle();
    for _ in 0..repeats {
        handle.for_each(|value| tally.add(value));
    }
    tally
}
