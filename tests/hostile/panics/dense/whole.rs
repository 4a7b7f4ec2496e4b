//! Operations on all indices, and on many.

use super::Stage;
use crate::fuse::{Call, call, is_disturbed};
use crate::items::Item;
use crate::panics::{Operation, alike};
use atomic_dict::DenseMap;

fn entries<V: Item>(s: &Stage<V>) -> impl Iterator<Item = (usize, V)> {
    (0..90).step_by(7).map(|index| {
        call(Call::Iterator);
        (index, s.value(index as u64 + 500))
    })
}

pub(crate) fn whole<V: Item>() -> Vec<Operation<Stage<V>>> {
    let mut all = shared();
    all.extend(alike::consuming!(Stage<V>));
    all
}

/// Those beside which others can use the map.
pub(crate) fn shared<V: Item>() -> Vec<Operation<Stage<V>>> {
    let mut all = alike::shared!(Stage<V>);
    all.extend(traversing());
    all.extend(bringing());
    all.extend(looking());
    all
}

fn traversing<V: Item>() -> Vec<Operation<Stage<V>>> {
    vec![
        Operation::new("range", |s| s.map().pin().range(2..70).for_each(|_| call(Call::Closure))),
        Operation::new("retain", |s| {
            s.map().retain(|index, _| {
                call(Call::Closure);
                index % 3 == 0
            });
        }),
        Operation::twice(
            "retain, which inserts",
            |s| {
                let map = s.map();
                map.pin().retain(|index, value| {
                    let is_first = value.number() < 500;
                    if is_first {
                        drop(map.insert(index, s.made(500 + index as u64 % 2)));
                    }
                    !is_first && value.number() % 2 == 0
                });
            },
            |found, _, _| found == 500 || found == 501,
        ),
        Operation::new("iter, step by step", |s| {
            for (index, value) in &s.map().pin() {
                call(Call::Closure);
                assert!(index < 10_000 && value.number() < 100_000);
            }
        }),
        Operation::new("iter, which removes", |s| {
            let pinned = s.map().pin();
            pinned.keys().for_each(|index| assert!(pinned.remove(index).is_some() || is_disturbed()));
        }),
    ]
}

fn bringing<V: Item>() -> Vec<Operation<Stage<V>>> {
    vec![
        Operation::new("extend", |s| {
            let mut map = s.map();
            map.extend(entries(s));
        }),
        Operation::new("from_iter", |s| {
            let copy: DenseMap<V> = entries(s).collect();
            assert_eq!(copy.len(), 13);
        }),
        Operation::new("from an array", |s| {
            let copy = DenseMap::from([(0, s.value(1)), (7, s.value(2)), (0, s.value(3))]);
            assert_eq!(copy.len(), 2);
        }),
    ]
}

fn looking<V: Item>() -> Vec<Operation<Stage<V>>> {
    vec![
        Operation::new("batch_getitem", |s| {
            let indices = (0..90).step_by(7).inspect(|_| call(Call::Iterator));
            assert_eq!(s.map().batch_getitem(indices).len(), 13);
        }),
        Operation::new("pinned batch_getitem", |s| {
            let pinned = s.map().pin();
            pinned.batch_getitem(0..20_usize).chunk_size(4).for_each(|_| call(Call::Closure));
        }),
    ]
}
