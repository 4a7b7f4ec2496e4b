//! User code that calls the map again, on the same key: at the k-th call of `Hash`, `Eq`, `Clone`, `Drop`, the hasher or a closure,
//! for every k, every operation, and every operation inside.
//!
//! Two operations on one key, of which the second begins when the first is under way: what is left is what one of the two orders
//! leaves. A map that does them in two steps is found. Operations on all entries are atomic for each key: there each key has what one
//! of the orders leaves.
//!
//! | file | idea |
//! | --- | --- |
//! | `inner` | what is called inside |
//! | `keyed` | inside of operations on one key |
//! | `whole` | inside of those on all entries, and on many, reductions and operations of a pool among them |
//! | `cells` | the same of `Published` |

mod cells;
mod inner;
mod keyed;
mod whole;

use crate::alone::alone;
use crate::fuse::{Call, detour_at};
use crate::items::{Item, Noisy};
use crate::panics::maps::{Map, Stage};
use crate::panics::{Operation, Scene, dense, panics_in_drops};
use atomic_dict::DenseMap;
use inner::Inner;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What was called, and from where.
#[derive(Default)]
struct Calls {
    points: usize,
    kinds: BTreeSet<Call>,
}

impl Calls {
    /// Everything inside of everything.
    fn add<S: Shared>(
        &mut self,
        make: impl Fn() -> S + Copy,
        operations: &[Operation<S>],
        inners: &[Inner<S::Map>],
        judge: Judge,
        case: &str,
    ) {
        for operation in operations {
            for inner in inners {
                let (seen, wrong) = at_every_call(make, operation, inner, judge, &mut self.kinds);
                assert_eq!(wrong, 0, "in neither order: {} inside of {}, {case}", inner.name, operation.name);
                self.points += seen;
            }
        }
    }

    fn assert(&self, what: &str, at_least: usize, kinds: &[Call]) {
        println!("{what}: {} calls from {:?}", self.points, self.kinds);
        assert!(self.points >= at_least, "{what}: {} calls of {at_least}", self.points);
        assert!(kinds.iter().all(|kind| self.kinds.contains(kind)), "{what}: {:?} of {kinds:?}", self.kinds);
    }
}

/// A scene whose map can be called from inside of its operation.
trait Shared: Scene {
    type Map: 'static;

    fn share(&self) -> Arc<Self::Map>;

    /// The key to work on, as a number.
    fn number(&self) -> u64;
}

impl<K: Item, V: Item> Shared for Stage<K, V> {
    type Map = Map<K, V>;

    fn share(&self) -> Arc<Map<K, V>> {
        Arc::clone(self.map.as_ref().expect("it is there"))
    }

    fn number(&self) -> u64 {
        self.number
    }
}

impl<V: Item> Shared for dense::Stage<V> {
    type Map = DenseMap<V>;

    fn share(&self) -> Arc<DenseMap<V>> {
        Arc::clone(self.map.as_ref().expect("it is there"))
    }

    fn number(&self) -> u64 {
        self.index as u64
    }
}

/// Whether what is found can be what two operations leave, of which this is left in the one order and in the other.
type Judge = fn(&[BTreeMap<u64, u64>; 2], &BTreeMap<u64, u64>) -> bool;

/// All of it, of operations that are atomic.
fn as_a_whole(orders: &[BTreeMap<u64, u64>; 2], found: &BTreeMap<u64, u64>) -> bool {
    orders.contains(found)
}

/// Each key by itself.
fn key_by_key(orders: &[BTreeMap<u64, u64>; 2], found: &BTreeMap<u64, u64>) -> bool {
    let keys = orders.iter().chain([found]).flat_map(BTreeMap::keys);
    keys.into_iter().all(|key| orders.iter().any(|order| order.get(key) == found.get(key)))
}

/// Operations that do more than one thing to a key.
const COMPOSITE: [&str; 8] = [
    "get_or_insert_with, which inserts",
    "upsert, which updates",
    "compare_and_set_same",
    "what was not done",
    "retain, which inserts",
    "update, which stores",
    "load_owned",
    "eight stores",
];

/// What two operations leave that do not overlap.
fn in_order<S: Shared>(
    make: &impl Fn() -> S,
    operation: &Operation<S>,
    inner: &Inner<S::Map>,
    inner_first: bool,
) -> BTreeMap<u64, u64> {
    let mut stage = make();
    if inner_first {
        (inner.run)(&stage.share(), stage.number(), stage.ledger());
    }
    (operation.run)(&mut stage);
    if !inner_first {
        (inner.run)(&stage.share(), stage.number(), stage.ledger());
    }
    stage.contents().expect("it is there")
}

/// Returns at how many points `inner` was called, in what; and how often it left something else than in either order.
fn at_every_call<S: Shared>(
    make: impl Fn() -> S,
    operation: &Operation<S>,
    inner: &Inner<S::Map>,
    judge: Judge,
    kinds: &mut BTreeSet<Call>,
) -> (usize, usize) {
    let expected = [true, false].map(|inner_first| in_order(&make, operation, inner, inner_first));
    let mut wrong = 0;
    for k in 1.. {
        let mut stage = make();
        let (map, number, ledger) = (stage.share(), stage.number(), stage.ledger().clone());
        let (run, of_inner) = (inner.run, ledger.clone());
        let contained = panics_in_drops();
        let kind = detour_at(k, move || run(&map, number, &of_inner), || (operation.run)(&mut stage));
        assert_eq!(panics_in_drops(), contained, "{} inside of a destructor in {}", inner.name, operation.name);
        let Some(kind) = kind else { return (k as usize - 1, wrong) };
        kinds.insert(kind);
        let found = stage.contents().expect("it is there");
        wrong += usize::from(!judge(&expected, &found) && !COMPOSITE.contains(&operation.name));
        stage.exercise();
        drop(stage);
        ledger.assert_all_dropped_once(&format!("{} inside of {} at call {k}", inner.name, operation.name));
    }
    unreachable!("operations end")
}

#[test]
fn an_update_in_two_steps_is_found() {
    alone(|| {
        let in_two_steps = Operation::<Stage<Noisy, u64>>::new("in two steps", |s| {
            let before = s.map().get(&s.own_key()).map(|value| value.number());
            let after = s.made(before.unwrap_or(0) + 1000);
            drop(s.map().insert(s.own_key(), after));
        });
        let (mut wrong, mut kinds) = (0, BTreeSet::new());
        for inner in inner::on_keys() {
            wrong += at_every_call(|| Stage::new(1, 0..5, 0..0), &in_two_steps, &inner, as_a_whole, &mut kinds).1;
        }
        assert!(wrong > 0, "a lost update is not found");
    });
}
