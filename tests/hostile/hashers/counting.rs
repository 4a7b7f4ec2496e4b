//! Comparisons of keys, counted.

use super::{Poor, Quality};
use crate::compared::{Compared, comparisons};
use atomic_dict::AtomicMap;
use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;

/// How often an operation compares, at most, if so many keys agree with its own.
pub(super) fn bound(agreeing: u64, tables: u64) -> u64 {
    tables * agreeing + agreeing.min(4)
}

/// An operation, what it is called, and how many keys agree with its own.
pub(super) type Operation<'o> = (&'static str, u64, &'o dyn Fn(&AtomicMap<Compared, u64, Poor>));

/// A map of which it is known whether it is at rest when it compares.
pub(super) struct Counting<K: 'static = Compared> {
    pub(super) map: AtomicMap<K, u64, Poor>,
    /// The fewest bytes that it had with so many slots. With more than these it has two tables.
    least: HashMap<usize, usize>,
    /// The most comparisons of an operation, at rest and during a migration, and how many operations that were.
    most: [u64; 2],
    operations: [u64; 2],
}

impl<K: Hash + Eq + Send + Sync> Counting<K> {
    pub(super) fn new(quality: Quality) -> Self {
        let map = AtomicMap::with_hasher(Poor(quality));
        Self { map, least: HashMap::new(), most: [0; 2], operations: [0; 2] }
    }

    fn is_at_rest(&mut self) -> bool {
        let stats = self.map.stats();
        let least = self.least.entry(stats.slots).or_insert(stats.bytes);
        *least = stats.bytes.min(*least);
        stats.bytes == *least
    }

    /// Runs an operation. Returns how often it compared, and in how many tables at most: one if no migration was under way, before, after,
    /// or in between.
    pub(super) fn count(&mut self, operation: impl FnOnce(&AtomicMap<K, u64, Poor>)) -> (u64, u64) {
        let (was_at_rest, migrations) = (self.is_at_rest(), self.map.stats().migrations);
        let ((), made) = comparisons(|| operation(&self.map));
        let moves = !(was_at_rest && self.is_at_rest() && self.map.stats().migrations == migrations);
        self.operations[usize::from(moves)] += 1;
        self.most[usize::from(moves)] = self.most[usize::from(moves)].max(made);
        (made, if moves { 2 } else { 1 })
    }

    /// Runs an operation, and asserts how often it compares.
    pub(super) fn assert(&mut self, what: &str, agreeing: u64, operation: impl FnOnce(&AtomicMap<K, u64, Poor>)) {
        let (made, tables) = self.count(operation);
        assert!(
            made <= bound(agreeing, tables),
            "{what}: {made} comparisons, {agreeing} keys agree in {tables} tables"
        );
    }

    pub(super) fn in_migrations(&self) -> u64 {
        self.operations[1]
    }

    pub(super) fn most(&self) -> u64 {
        self.most[0].max(self.most[1])
    }
}

impl<K> fmt::Display for Counting<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ([at_rest, moving], [most, most_moving]) = (self.operations, self.most);
        write!(
            f,
            "{most} comparisons at most in {at_rest} operations at rest, {most_moving} in {moving} during a migration"
        )
    }
}
