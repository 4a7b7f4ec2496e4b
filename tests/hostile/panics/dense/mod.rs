//! A `DenseMap` in some state, and an index to work on: of the base, of segments, and of segments that are not there yet.

mod keyed;
mod whole;

pub(crate) use keyed::keyed;
pub(crate) use whole::{shared, whole};

use super::{Points, Scene, at_every_call};
use crate::alone::alone;
use crate::fuse::{Call, call};
use crate::items::{Item, Ledger, Noisy};
use atomic_dict::DenseMap;
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

    pub(in crate::panics) fn map(&self) -> &DenseMap<V> {
        self.map.as_ref().expect("no operation took it away")
    }

    /// Takes the map away.
    pub(in crate::panics) fn take(&mut self) -> Option<DenseMap<V>> {
        self.map.take().map(|map| Arc::into_inner(map).expect("nobody shares it"))
    }

    pub(in crate::panics) fn value(&self, number: u64) -> V {
        V::make(number, &self.ledger)
    }

    pub(in crate::panics) fn first(&self) -> V {
        self.value(self.index as u64 * 2 + 1)
    }

    pub(in crate::panics) fn made(&self, number: u64) -> V {
        call(Call::Closure);
        self.value(number)
    }

    pub(in crate::panics) fn next(&self, before: &V) -> V {
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
        points.assert("dense maps", 2450, &[Call::Eq, Call::Clone, Call::Drop, Call::Closure, Call::Iterator]);
    });
}
