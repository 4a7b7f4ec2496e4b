//! An `AtomicMap` in some state, and a key to work on.

use super::Scene;
use crate::fuse::{Call, FusedState, call};
use crate::items::{Item, Ledger};
use atomic_dict::AtomicMap;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) type Map<K, V> = AtomicMap<K, V, FusedState>;

/// What operations work on.
pub(crate) struct Stage<K: 'static, V: 'static> {
    /// `None` when an operation took it away.
    pub(crate) map: Option<Arc<Map<K, V>>>,
    /// The key of keyed operations.
    pub(crate) number: u64,
    pub(crate) ledger: Ledger,
    /// Whether a migration has begun.
    pub(crate) is_moving: bool,
}

/// The value of a key, in the beginning.
pub(crate) const fn first_value(number: u64) -> u64 {
    number * 2 + 1
}

impl<K: Item, V: Item> Stage<K, V> {
    /// A map into which these came, in this order, and of which those were removed again.
    pub(crate) fn new(
        number: u64,
        inserted: impl IntoIterator<Item = u64>,
        removed: impl IntoIterator<Item = u64>,
    ) -> Self {
        let stage = Self { map: Some(Arc::default()), number, ledger: Ledger::default(), is_moving: false };
        let map = stage.map();
        inserted.into_iter().for_each(|number| drop(map.insert(stage.key(number), stage.value(first_value(number)))));
        removed.into_iter().for_each(|number| drop(map.remove(&stage.key(number))));
        stage
    }

    pub(crate) fn map(&self) -> &Map<K, V> {
        self.map.as_ref().expect("no operation took it away")
    }

    /// Takes the map away.
    pub(crate) fn take(&mut self) -> Option<Map<K, V>> {
        self.map.take().map(|map| Arc::into_inner(map).expect("nobody shares it"))
    }

    /// The map, for itself.
    pub(crate) fn map_mut(&mut self) -> &mut Map<K, V> {
        self.map.as_mut().and_then(Arc::get_mut).expect("nobody shares it")
    }

    pub(crate) fn key(&self, number: u64) -> K {
        K::make(number, &self.ledger)
    }

    pub(crate) fn value(&self, number: u64) -> V {
        V::make(number, &self.ledger)
    }

    /// The key to work on.
    pub(crate) fn own_key(&self) -> K {
        self.key(self.number)
    }

    /// A value, in a closure.
    pub(crate) fn made(&self, number: u64) -> V {
        call(Call::Closure);
        self.value(number)
    }

    /// What comes next, in a closure.
    pub(crate) fn next(&self, before: &V) -> V {
        self.made(before.number() + 1000)
    }
}

impl<K: Item, V: Item> Scene for Stage<K, V> {
    fn contents(&self) -> Option<BTreeMap<u64, u64>> {
        let map = self.map.as_ref()?;
        let pinned = map.pin();
        let entries: Vec<_> = pinned.iter().map(|(key, value)| (key.number(), value.number())).collect();
        let contents: BTreeMap<_, _> = entries.iter().copied().collect();
        assert_eq!(contents.len(), entries.len(), "a key comes twice");
        let lengths = (map.len(), map.approx_len(), map.len_bounds());
        assert_eq!(lengths, (entries.len(), entries.len(), (entries.len(), entries.len())));
        for (number, value) in &contents {
            assert_eq!(pinned.get(&self.key(*number)).map(|found| found.number()), Some(*value), "of {number}");
        }
        Some(contents)
    }

    fn exercise(&self) {
        let map = self.map();
        let before = map.len();
        for number in 70_000..70_020 {
            assert!(map.insert(self.key(number), self.value(number)).is_none());
            let updated = map.update(&self.key(number), |value| self.value(value.number() + 1));
            assert_eq!(updated.map(|value| value.number()), Some(number + 1));
        }
        assert_eq!(map.len(), before + 20);
        (70_000..70_020).for_each(|number| assert!(map.remove(&self.key(number)).is_some()));
        assert_eq!(map.len(), before);
    }

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    fn migration(&self) -> Option<(usize, usize)> {
        let stats = self.map.as_ref()?.stats();
        Some((stats.migrations, stats.bytes))
    }

    fn is_moving(&self) -> bool {
        self.is_moving
    }
}
