//! Operations on one key: a present one, a removed one, one that never came.

use super::inner::{on_indices, on_keys};
use super::{Calls, as_a_whole};
use crate::alone::alone;
use crate::fuse::Call;
use crate::items::{Item, Noisy};
use crate::panics::maps::Stage;
use crate::panics::{dense, keyed};

/// An index of the base, the first one behind it, and one of a segment that is not there yet; each there and not there.
fn at_every_index<V: Item>() -> Calls {
    let mut calls = Calls::default();
    for (index, present) in [(9, true), (9, false), (10, true), (10, false), (200, false)] {
        let make = || dense::Stage::<V>::new(index, 10, [1, 2].into_iter().chain(present.then_some(index)));
        calls.add(make, &dense::keyed(), &on_indices(), as_a_whole, &format!("at {index}"));
    }
    calls
}

fn everywhere<K: Item, V: Item>(sizes: &[u64]) -> Calls {
    let mut calls = Calls::default();
    for &size in sizes {
        for number in [1, 2, 900] {
            let make = || Stage::<K, V>::new(number, 0..size, (2..size.min(3)).take(1));
            calls.add(make, &keyed::operations(), &on_keys(), as_a_whole, &format!("on {number} of {size}"));
        }
    }
    calls
}

#[test]
fn boxed() {
    alone(|| {
        let kinds = [Call::Hash, Call::Eq, Call::Drop, Call::Hasher, Call::Closure, Call::Debug];
        everywhere::<Noisy, Noisy>(&[3, 10, 11]).assert("a boxed key", 25_000, &kinds);
    });
}

#[test]
fn inline() {
    alone(|| {
        everywhere::<u64, Noisy>(&[3, 10]).assert("an inline key", 11_400, &[Call::Hash, Call::Drop, Call::Closure]);
        everywhere::<u64, u64>(&[3, 10]).assert("an inline key and value", 10_600, &[Call::Hash, Call::Closure]);
    });
}

#[test]
fn dense_maps() {
    alone(|| {
        at_every_index::<Noisy>().assert("an index", 990, &[Call::Eq, Call::Drop, Call::Closure, Call::Debug]);
        at_every_index::<u64>().assert("an index of inline values", 260, &[Call::Closure]);
    });
}
