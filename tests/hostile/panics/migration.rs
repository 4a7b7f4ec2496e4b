//! Panics while entries move: tables at the edge of growth, of shrinking, of a clean-up, and in the middle of a migration that takes
//! several operations.

use super::maps::Stage;
use super::{Operation, Points, Scene, at_every_call, keyed, parallel, reductions, whole};
use crate::alone::{alone, alone_in_a_pool};
use crate::fuse::Call;
use crate::items::{Amount, Item, Noisy};
use std::ops::Range;

/// The moment at which a table gets a successor, by an operation on this key.
#[derive(Clone, Copy)]
enum Edge {
    /// So many keys come before it, and all stay.
    Growth(u64),
    /// So many come before it, most of which have gone.
    CleanUp(u64),
    /// Of so many keys all before this one have gone.
    Shrink(u64, u64),
}

const GONE: Range<u64> = 20..100;

/// The key whose insertion gives a successor to a map of so many keys at least, of which those have gone.
fn limit(least: u64, gone: Range<u64>) -> u64 {
    let stage = Stage::<u64, u64>::new(0, 0..least, gone);
    let before = stage.migration();
    let limit = (least..).find(|&number| {
        drop(stage.map().insert(stage.key(number), 1));
        stage.migration() != before
    });
    limit.expect("maps grow, and are cleaned up")
}

impl Edge {
    /// All of them, found by looking, so that the scenes stay at the edge when the constants change.
    fn all() -> [Self; 3] {
        let growth = limit(100, 0..0);
        let large = Stage::<u64, u64>::new(0, 0..growth + 20, 0..0);
        let before = large.migration();
        let shrink = (0..growth).find(|&number| {
            drop(large.map().remove(&large.key(number)));
            large.migration() != before
        });
        let shrink = shrink.expect("maps shrink");
        [Self::Growth(growth), Self::CleanUp(limit(100, GONE)), Self::Shrink(growth + 20, shrink)]
    }

    /// A map at this edge; `begun`: the successor is there, and the next operation moves entries.
    fn stage<K: Item, V: Item>(self, begun: bool) -> Stage<K, V> {
        let (number, mut stage) = match self {
            Self::Growth(limit) => (limit, Stage::<K, V>::new(limit, 0..limit, 0..0)),
            Self::CleanUp(limit) => (limit, Stage::new(limit, 0..limit, GONE)),
            Self::Shrink(all, limit) => (limit, Stage::new(limit, 0..all, 0..limit)),
        };
        if begun {
            let before = stage.migration();
            let is_shrink = matches!(self, Self::Shrink(..));
            if is_shrink {
                drop(stage.map().remove(&stage.key(number)));
            } else {
                drop(stage.map().insert(stage.key(number), stage.value(1)));
            }
            assert_ne!(stage.migration(), before, "not at the edge");
            stage.is_moving = true;
            stage.number += 1;
        }
        stage
    }
}

fn at_edges<K: Item, V: Item>(edges: &[Edge], operations: &[Operation<Stage<K, V>>]) -> Points {
    let mut points = Points::default();
    for edge in edges {
        for begun in [false, true] {
            for operation in operations {
                points.add(at_every_call(|| edge.stage(begun), operation, "at an edge"));
            }
        }
    }
    points
}

/// Those of these names.
fn some<S>(names: &[&str], mut operations: Vec<Operation<S>>) -> Vec<Operation<S>> {
    operations.retain(|operation| names.contains(&operation.name));
    assert_eq!(operations.len(), names.len(), "of {names:?}");
    operations
}

const KEYED: [&str; 8] =
    ["insert", "upsert", "get_or_insert_with", "compute, put", "remove", "update", "compare_and_set, any", "get"];

#[test]
fn at_the_edge_boxed() {
    alone(|| {
        let mut points = at_edges::<Noisy, Noisy>(&Edge::all(), &some(&KEYED, keyed::operations()));
        let names = ["reserve", "compact", "shrink_to_fit", "iter", "batch_insert"];
        points.add(at_edges::<Noisy, Noisy>(&Edge::all(), &some(&names, whole::operations())));
        assert!(points.moving > 1600, "{} points while entries moved", points.moving);
        points.assert("at the edge, boxed keys", 2150, &[Call::Hash, Call::Drop, Call::Closure]);
    });
}

/// Inline keys are hashed again when they move, each of them.
#[test]
fn at_the_edge_inline() {
    alone(|| {
        let points = at_edges::<u64, Noisy>(&Edge::all(), &some(&KEYED, keyed::operations()));
        assert!(points.moving > 1850, "{} points while entries moved", points.moving);
        points.assert("at the edge, inline keys", 1900, &[Call::Hasher, Call::Closure]);
    });
}

/// All operations, on a small map.
fn at_an_edge<K: Item, V: Amount>() -> Points {
    let edges = [Edge::Growth(limit(10, 0..0))];
    let mut points = at_edges::<K, V>(&edges, &keyed::operations());
    points.add(at_edges(&edges, &whole::operations::<K, V>()));
    points.add(at_edges(&edges, &reductions::operations::<K, V>()));
    points.add(at_edges(&edges, &parallel::operations::<K, V>()));
    points.add(at_edges(&edges, &[parallel::consuming::<K, V>()]));
    points
}

#[test]
fn at_an_edge_all_operations() {
    alone_in_a_pool(|| {
        let mut points = at_an_edge::<Noisy, Noisy>();
        points.add(at_an_edge::<u64, Noisy>());
        assert!(points.moving > 11_900, "{} points while entries moved", points.moving);
        points.assert("at an edge, all operations", 14_400, &[Call::Hash, Call::Drop, Call::Closure, Call::Operator]);
    });
}

/// A map of several blocks, of which some have moved.
pub(crate) fn moving<K: Item, V: Item>(number: u64, steps: u64) -> Stage<K, V> {
    let mut stage = Stage::<K, V>::new(number, 0..600, 0..10);
    let before = stage.migration();
    let begin = (600..).find(|&number| {
        drop(stage.map().insert(stage.key(number), stage.value(number)));
        stage.migration() != before
    });
    assert!(begin.is_some_and(|number| number < 800), "a map of 1024 slots grows");
    let started = stage.map().stats().migrations;
    for step in 0..steps {
        drop(stage.map().insert(stage.key(5000 + step), stage.value(1)));
    }
    assert_eq!(stage.map().stats().migrations, started, "the migration has ended before the operation begins");
    stage.is_moving = true;
    stage
}

/// One block moves with an operation. The hasher may panic at each of its keys; the operation after it goes on.
#[test]
fn in_the_middle() {
    alone(|| {
        let mut points = Points::default();
        for operation in keyed::operations::<u64, u64>().iter().filter(|operation| operation.name == "insert") {
            points.add(at_every_call(|| moving(20_000, 0), operation, "in the middle"));
        }
        for operation in keyed::operations::<u64, Noisy>().iter().filter(|operation| operation.name == "remove") {
            points.add(at_every_call(|| moving(3, 1), operation, "in the middle"));
        }
        for operation in &keyed::operations::<Noisy, Noisy>() {
            for number in [3, 200, 20_000] {
                points.add(at_every_call(|| moving(number, 1), operation, "in the middle"));
            }
        }
        assert!(points.moving > 1200, "{} points while entries moved", points.moving);
        points.assert("in the middle", 1200, &[Call::Hash, Call::Eq, Call::Drop, Call::Hasher, Call::Closure]);
    });
}
