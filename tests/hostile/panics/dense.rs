//! Operations of a `DenseMap`: on indices of the base, of segments, and of segments that are not there yet.

use super::{Operation, Points, Scene, at_every_call};
use crate::alone::alone;
use crate::fuse::{Call, call};
use crate::items::{Item, Ledger, Noisy};
use atomic_dict::{Compute, DenseMap, Expected};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) struct Stage<V: 'static> {
    /// `None` when an operation took it away.
    pub(crate) map: Option<Arc<DenseMap<V>>>,
    pub(crate) index: usize,
    pub(crate) ledger: Ledger,
}

impl<V: Item> Stage<V> {
    pub(crate) fn new(index: usize, capacity: usize, indices: impl IntoIterator<Item = usize>) -> Self {
        let stage = Self { map: Some(Arc::new(DenseMap::with_capacity(capacity))), index, ledger: Ledger::default() };
        indices.into_iter().for_each(|index| drop(stage.map().insert(index, stage.value(index as u64 * 2 + 1))));
        stage
    }

    fn map(&self) -> &DenseMap<V> {
        self.map.as_ref().expect("no operation took it away")
    }

    /// Takes the map away.
    fn take(&mut self) -> Option<DenseMap<V>> {
        self.map.take().map(|map| Arc::into_inner(map).expect("nobody shares it"))
    }

    fn value(&self, number: u64) -> V {
        V::make(number, &self.ledger)
    }

    fn first(&self) -> V {
        self.value(self.index as u64 * 2 + 1)
    }

    fn made(&self, number: u64) -> V {
        call(Call::Closure);
        self.value(number)
    }

    fn next(&self, before: &V) -> V {
        self.made(before.number() + 1000)
    }
}

impl<V: Item> Scene for Stage<V> {
    fn contents(&self) -> Option<BTreeMap<u64, u64>> {
        let map = self.map.as_ref()?;
        let pinned = map.pin();
        let entries: Vec<_> = pinned.iter().map(|(index, value)| (index as u64, value.number())).collect();
        let contents: BTreeMap<_, _> = entries.iter().copied().collect();
        assert_eq!(contents.len(), entries.len(), "an index comes twice");
        let lengths = (map.len(), map.approx_len(), map.len_bounds());
        assert_eq!(lengths, (entries.len(), entries.len(), (entries.len(), entries.len())));
        for (index, value) in &contents {
            assert_eq!(pinned.get(*index as usize).map(|found| found.number()), Some(*value), "at {index}");
        }
        Some(contents)
    }

    fn exercise(&self) {
        let map = self.map();
        let before = map.len();
        for index in 700..720 {
            assert!(map.insert(index, self.value(1)).is_none());
            assert_eq!(map.update(index, |_| self.value(2)).map(|value| value.number()), Some(2));
        }
        let pushed = map.push(self.value(3));
        assert_eq!((map.len(), map.get(pushed).map(|value| value.number())), (before + 21, Some(3)));
        (700..720).chain([pushed]).for_each(|index| assert!(map.remove(index).is_some()));
        assert_eq!(map.len(), before);
    }

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

pub(crate) fn keyed<V: Item>() -> Vec<Operation<Stage<V>>> {
    let mut all = vec![
        Operation::<Stage<V>>::new("insert", |s| drop(s.map().insert(s.index, s.value(51)))),
        Operation::new("insert, flush", |s| {
            drop(s.map().insert(s.index, s.value(51)));
            s.map().flush();
        }),
        Operation::new("try_insert", |s| drop(s.map().try_insert(s.index, s.value(52)))),
        Operation::new("push", |s| assert!(s.map().push(s.value(53)) < 1000)),
        Operation::new("get", |s| assert!(s.map().get(s.index).is_none_or(|value| value.number() > 0))),
        Operation::new("remove", |s| drop(s.map().remove(s.index))),
        Operation::new("remove, flush", |s| {
            drop(s.map().remove(s.index));
            s.map().flush();
        }),
        Operation::new("remove_if", |s| {
            drop(s.map().remove_if(s.index, |value| s.made(s.index as u64 * 2 + 1) == *value));
        }),
        Operation::new("update", |s| drop(s.map().update(s.index, |value| s.next(value)))),
        Operation::new("get_or_insert", |s| drop(s.map().get_or_insert(s.index, s.value(54)))),
        Operation::new("get_or_insert_with", |s| drop(s.map().get_or_insert_with(s.index, || s.made(55)))),
        Operation::new("upsert", |s| drop(s.map().upsert(s.index, || s.made(56), |value| s.next(value)))),
        Operation::new("get_or_insert_with, which inserts", |s| {
            drop(s.map().get_or_insert_with(s.index, || {
                drop(s.map().try_insert(s.index, s.value(57)));
                s.made(58)
            }));
        }),
    ];
    all.extend(deciding());
    all
}

fn deciding<V: Item>() -> Vec<Operation<Stage<V>>> {
    vec![
        Operation::twice(
            "upsert, which updates",
            |s| {
                let mut first = true;
                drop(s.map().upsert(
                    s.index,
                    || s.made(59),
                    |value| {
                        if std::mem::take(&mut first) {
                            drop(s.map().insert(s.index, s.value(60)));
                        }
                        s.next(value)
                    },
                ));
            },
            |found, _, _| found == 60,
        ),
        Operation::new("compute", |s| {
            s.map().pin().compute(s.index, |value| match value {
                Some(value) if s.made(5) != *value => Compute::Remove,
                Some(_) => Compute::Keep,
                None => Compute::Put(s.made(61)),
            });
        }),
        Operation::new("compare_and_set, absent", |s| {
            drop(s.map().compare_and_set(s.index, Expected::NotFound, Some(s.value(62))));
        }),
        Operation::new("compare_and_set, value", |s| {
            let first = s.first();
            drop(s.map().compare_and_set(s.index, Expected::Value(&first), Some(s.value(63))));
        }),
        Operation::new("compare_and_set, value, remove", |s| {
            let first = s.first();
            drop(s.map().compare_and_set(s.index, Expected::Value(&first), None));
        }),
        Operation::new("compare_and_set_same", |s| {
            let pinned = s.map().pin();
            if let Some(current) = pinned.get(s.index) {
                let _first = pinned.compare_and_set_same(s.index, &current, Some(s.value(64)));
                let _second = pinned.compare_and_set_same(s.index, &current, Some(s.value(65)));
            }
        }),
    ]
}

pub(super) fn whole<V: Item>() -> Vec<Operation<Stage<V>>> {
    fn entries<V: Item>(s: &Stage<V>) -> impl Iterator<Item = (usize, V)> {
        (0..90).step_by(7).map(|index| {
            call(Call::Iterator);
            (index, s.value(index as u64 + 500))
        })
    }
    vec![
        Operation::new("iter", |s| s.map().pin().iter().for_each(|_| call(Call::Closure))),
        Operation::new("range", |s| s.map().pin().range(2..70).for_each(|_| call(Call::Closure))),
        Operation::new("fast_iter", |s| {
            let pinned = s.map().pin();
            (0..3).for_each(|part| pinned.fast_iter(3, part).for_each(|_| call(Call::Closure)));
        }),
        Operation::new("for_each", |s| s.map().for_each(|_, _| call(Call::Closure))),
        Operation::new("retain", |s| {
            s.map().retain(|index, _| {
                call(Call::Closure);
                index % 3 == 0
            });
        }),
        Operation::new("clear", |s| s.map().clear()),
        Operation::new("drop", |s| drop(s.take())),
        Operation::new("into_iter", |s| {
            if let Some(map) = s.take() {
                map.into_iter().for_each(|_| call(Call::Closure));
            }
        }),
        Operation::new("into_iter, in part", |s| {
            if let Some(map) = s.take() {
                let _first = map.into_iter().next();
            }
        }),
        Operation::new("extend", |s| {
            let mut map = s.map();
            map.extend(entries(s));
        }),
        Operation::new("from_iter", |s| {
            let copy: DenseMap<V> = entries(s).collect();
            assert_eq!(copy.len(), 13);
        }),
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

fn panic_everywhere<V: Item>() -> Points {
    let mut points = Points::default();
    for capacity in [0, 10] {
        // At the beginning, in the base, at the edges of the first segments, and where there is none.
        for index in [0, 9, 10, 63, 64, 73, 74, 200] {
            for present in [false, true] {
                let make = || Stage::<V>::new(index, capacity, [1, 2].into_iter().chain(present.then_some(index)));
                for operation in keyed() {
                    let case = format!("at {index} of {capacity}, {present}");
                    points.add(at_every_call(make, &operation, &case));
                }
            }
        }
        for operation in whole() {
            let make = || Stage::<V>::new(0, capacity, (0..75).step_by(4));
            points.add(at_every_call(make, &operation, &format!("on {capacity}")));
        }
    }
    points
}

#[test]
fn at_every_call_of_user_code() {
    alone(|| {
        let mut points = panic_everywhere::<Noisy>();
        points.add(panic_everywhere::<u64>());
        points.assert("dense maps", 1500, &[Call::Eq, Call::Clone, Call::Drop, Call::Closure, Call::Iterator]);
    });
}
