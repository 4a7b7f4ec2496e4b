//! Operations on all entries, and on many: the key is one of theirs, and has come or will.
//!
//! Nobody can call a map while it is drained, consumed or dropped, as it is borrowed for that, or owned. So destructors use another
//! one there.

use super::inner::{on_indices, on_keys};
use super::{Calls, Shared, key_by_key};
use crate::alone::alone_in_a_pool;
use crate::fuse::{Call, detour_at};
use crate::items::{Amount, Item, Noisy};
use crate::panics::maps::Stage;
use crate::panics::{Scene, dense, parallel, reductions, whole};

fn everywhere<K: Item, V: Amount>() -> Calls {
    let mut calls = Calls::default();
    for number in [3, 27] {
        let (make, case) = (|| Stage::<K, V>::new(number, 0..11, 10..11), format!("on {number}"));
        calls.add(make, &whole::shared(), &on_keys(), key_by_key, &case);
        calls.add(make, &reductions::operations(), &on_keys(), key_by_key, &case);
        calls.add(make, &parallel::operations(), &on_keys(), key_by_key, &case);
    }
    calls
}

#[test]
fn boxed() {
    alone_in_a_pool(|| {
        use Call::{Clone, Closure, Debug, Default, Drop, Eq, Hash, Hasher, Iterator, Operator};
        let kinds = [Clone, Closure, Debug, Default, Drop, Eq, Hash, Hasher, Iterator, Operator];
        everywhere::<Noisy, Noisy>().assert("all entries, boxed", 73_000, &kinds);
    });
}

#[test]
fn inline() {
    alone_in_a_pool(|| {
        let mut calls = everywhere::<u64, u64>();
        let make = || Stage::<u64, Vec<Noisy>>::new(3, 0..11, 10..11);
        calls.add(make, &reductions::lists(), &on_keys(), key_by_key, "on lists");
        calls.assert("all entries, inline", 25_000, &[Call::Closure, Call::Hasher, Call::Iterator]);
    });
}

#[test]
fn dense_maps() {
    fn everywhere<V: Item>(calls: &mut Calls) {
        for index in [4, 7] {
            let (make, case) = (|| dense::Stage::<V>::new(index, 10, (0..75).step_by(4)), format!("at {index}"));
            calls.add(make, &dense::shared(), &on_indices(), key_by_key, &case);
            calls.add(make, &parallel::of_indices(), &on_indices(), key_by_key, &case);
        }
    }
    alone_in_a_pool(|| {
        let mut calls = Calls::default();
        everywhere::<Noisy>(&mut calls);
        everywhere::<u64>(&mut calls);
        calls.assert("all indices", 8600, &[Call::Clone, Call::Closure, Call::Debug, Call::Drop, Call::Iterator]);
    });
}

#[test]
fn destructors_of_what_is_moved_out_use_another_map() {
    alone_in_a_pool(|| {
        let mut points = 0;
        for operation in whole::consuming().iter().chain(&[parallel::consuming()]) {
            for inner in on_keys::<Noisy, Noisy>() {
                for k in 1.. {
                    let (mut stage, other) = (Stage::<Noisy, Noisy>::new(3, 0..9, 8..9), Stage::new(3, 0..9, 8..9));
                    let (map, ledger) = (other.share(), other.ledger.clone());
                    let kind = detour_at(k, move || (inner.run)(&map, 3, &ledger), || (operation.run)(&mut stage));
                    let ledgers = [stage.ledger.clone(), other.ledger.clone()];
                    other.exercise();
                    drop((stage, other));
                    let case = format!("{} inside of {} at call {k}", inner.name, operation.name);
                    ledgers.iter().for_each(|ledger| ledger.assert_all_dropped_once(&case));
                    if kind.is_none() {
                        break;
                    }
                    points += 1;
                }
            }
        }
        println!("{points} calls of another map");
        assert!(points >= 1200, "{points} calls of another map");
    });
}
