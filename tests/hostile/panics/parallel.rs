//! Operations of a rayon pool, on all entries of a map, and on many; reductions apart.

use super::maps::{Map, Stage};
use super::{Operation, Points, alike, at_every_call, dense};
use crate::alone::alone_in_a_pool;
use crate::fuse::{Call, call};
use crate::items::{Item, Noisy};
use atomic_dict::DenseMap;
use rayon::prelude::*;

/// Entries for keys that are there, and for some that are not, with values that begin there.
pub(super) fn entries_from<K: Item, V: Item>(
    first: u64,
    s: &Stage<K, V>,
) -> impl IndexedParallelIterator<Item = (K, V)> {
    (0..10_u32).into_par_iter().map(move |number| {
        call(Call::Iterator);
        let number = u64::from(3 * number);
        (s.key(number), s.value(number + first))
    })
}

/// Indices that are there, and some that are not.
fn values<V: Item>(s: &dense::Stage<V>) -> impl IndexedParallelIterator<Item = (usize, V)> {
    (0..13_usize).into_par_iter().map(|number| {
        call(Call::Iterator);
        (7 * number, s.value(7 * number as u64 + 500))
    })
}

/// On maps that others may use meanwhile.
pub(crate) fn operations<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    let mut all = alike::shared_in_a_pool!(Stage<K, V>, |s| entries_from(500, s));
    all.extend([
        Operation::<Stage<K, V>>::new("from_par_iter", |s| {
            let copy: Map<K, V> = entries_from(500, s).collect();
            assert_eq!(copy.len(), 10);
        }),
        Operation::new("par_iter, which removes", |s| {
            s.map().pin().par_iter().for_each(|(key, _)| drop(s.map().remove::<K>(&key)));
        }),
    ]);
    all
}

pub(crate) fn consuming<K: Item, V: Item>() -> Operation<Stage<K, V>> {
    alike::consuming_in_a_pool!(Stage<K, V>)
}

/// The same of dense maps.
pub(crate) fn of_indices<V: Item>() -> Vec<Operation<dense::Stage<V>>> {
    let mut all = alike::shared_in_a_pool!(dense::Stage<V>, values);
    all.extend([
        Operation::<dense::Stage<V>>::new("from_par_iter", |s| {
            let copy: DenseMap<V> = values(s).collect();
            assert_eq!(copy.len(), 13);
        }),
        Operation::new("par_iter, which removes", |s| {
            s.map().pin().par_iter().for_each(|(index, _)| drop(s.map().remove(index)));
        }),
    ]);
    all
}

fn panic_everywhere<K: Item, V: Item>() -> Points {
    let mut points = Points::default();
    for (size, removed) in [(1, 0), (10, 1), (22, 3)] {
        let make = || Stage::<K, V>::new(0, 0..size + removed, size..size + removed);
        for operation in operations().into_iter().chain([consuming()]) {
            points.add(at_every_call(make, &operation, &format!("in a pool, on {size}, {removed} removed")));
        }
    }
    for capacity in [0, 10] {
        let make = || dense::Stage::<V>::new(0, capacity, (0..75).step_by(4));
        for operation in of_indices().into_iter().chain([alike::consuming_in_a_pool!(dense::Stage<V>)]) {
            points.add(at_every_call(make, &operation, &format!("in a pool, on {capacity}")));
        }
    }
    points
}

#[test]
fn boxed_keys_and_values() {
    alone_in_a_pool(|| {
        let kinds = [Call::Hash, Call::Eq, Call::Drop, Call::Hasher, Call::Closure, Call::Iterator];
        panic_everywhere::<Noisy, Noisy>().assert("in a pool, boxed", 670, &kinds);
    });
}

#[test]
fn inline_keys_and_values() {
    alone_in_a_pool(|| {
        let kinds = [Call::Hasher, Call::Closure, Call::Iterator];
        panic_everywhere::<u64, u64>().assert("in a pool, inline", 335, &kinds);
    });
}
