//! The k-th call of user code panics, for every k: of `Hash`, `Eq`, `Clone`, `Drop`, the hasher, closures, iterators.
//!
//! For each scene (a map or cell in some state, and an operation) and each k until the operation makes fewer calls:
//!
//! - the panic comes back from the operation, or it was one of a deferred `Drop`, which is contained and counted;
//! - each key has the value of before or the one of after the operation, the length is right, no key is there twice;
//! - the map can be used, and the operation be repeated;
//! - in the end every key and value was dropped once.
//!
//! | file | scenes |
//! | --- | --- |
//! | `keyed` | operations on one key of an `AtomicMap` |
//! | `handles` | those of its handles, and by what is equivalent to the key |
//! | `whole` | operations on all its entries, and on many |
//! | `reductions` | reductions, also of a pool |
//! | `parallel` | other operations of a pool |
//! | `alike` | of these those that read the same for dense maps |
//! | `migration` | both, while entries move: to a larger table, a smaller one, one without the slots of removed keys |
//! | `dense` | `DenseMap` |
//! | `published` | `Published` |
//! | `peers` | those in which other maps had bugs, by the names of these |
//! | `controls` | maps that do it wrong, which must be found |
//! | `complete` | no public operation is missing |

mod alike;
mod complete;
mod controls;
pub(crate) mod dense;
mod handles;
pub(crate) mod keyed;
pub(crate) mod maps;
pub(crate) mod migration;
pub(crate) mod parallel;
mod peers;
pub(crate) mod published;
pub(crate) mod reductions;
pub(crate) mod whole;

use crate::fuse::{Call, Ending, blow_at};
use crate::items::Ledger;
use atomic_dict::AtomicMap;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A map or a cell, what an operation is given, and where its objects are on record.
pub(crate) trait Scene {
    /// Values by keys, as numbers, when nothing is under way; `None` if the operation took it away. Asserts that they are whole.
    fn contents(&self) -> Option<BTreeMap<u64, u64>>;

    /// Uses what is left: anything that changes something, and is seen.
    fn exercise(&self);

    fn ledger(&self) -> &Ledger;

    /// Something that changes when a migration begins or ends.
    fn migration(&self) -> Option<(usize, usize)> {
        None
    }

    /// Whether one has begun before the operation.
    fn is_moving(&self) -> bool {
        false
    }
}

/// An operation of a name, to be repeated.
pub(crate) struct Operation<S> {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&mut S),
    /// Whether the value of a key may be this one, between the one before and the one after.
    pub(crate) between: fn(u64, Option<u64>, Option<u64>) -> bool,
}

impl<S> Operation<S> {
    /// One that has nothing in between.
    pub(crate) const fn new(name: &'static str, run: fn(&mut S)) -> Self {
        Self { name, run, between: |_, _, _| false }
    }

    /// One that does two things to a key, the first of which leaves this value.
    pub(crate) const fn twice(
        name: &'static str,
        run: fn(&mut S),
        between: fn(u64, Option<u64>, Option<u64>) -> bool,
    ) -> Self {
        Self { name, run, between }
    }

    /// One that adds up: it may have added a part.
    pub(crate) const fn adding(name: &'static str, run: fn(&mut S)) -> Self {
        let between = |found, before: Option<u64>, after: Option<u64>| {
            before.unwrap_or(0) <= found && after.is_some_and(|after| found <= after)
        };
        Self { name, run, between }
    }
}

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Points {
    by_kind: BTreeMap<Call, usize>,
    contained: usize,
    /// In operations during which entries were moving.
    moving: usize,
}

impl Points {
    fn total(&self) -> usize {
        self.by_kind.values().sum()
    }

    pub(crate) fn add(&mut self, other: Self) {
        for (kind, count) in other.by_kind {
            *self.by_kind.entry(kind).or_default() += count;
        }
        self.contained += other.contained;
        self.moving += other.moving;
    }

    /// At least so many in all, and some of each of these kinds.
    pub(crate) fn assert(&self, what: &str, at_least: usize, kinds: &[Call]) {
        println!("{what}: {} points, {self:?}", self.total());
        assert!(self.total() >= at_least, "{what}: {} points of {at_least}", self.total());
        for kind in kinds {
            assert!(self.by_kind.contains_key(kind), "{what}: nothing panicked in {kind:?}");
        }
    }
}

/// Destructors whose panics were contained, in this process.
pub(crate) fn panics_in_drops() -> usize {
    AtomicMap::<u8, u8>::new().stats().panics_in_drops
}

/// The point at which an operation stands when it is to panic at call `k`. Returns the kind of that call, if there is one.
fn at_call<S: Scene>(
    make: &impl Fn() -> S,
    operation: &Operation<S>,
    k: u32,
    case: &str,
    sides: &Sides,
) -> Option<Seen> {
    let case = format!("{} at call {k}, {case}", operation.name);
    let mut scene = make();
    let ledger = scene.ledger().clone();
    let (contained, migration, is_moving) = (panics_in_drops(), scene.migration(), scene.is_moving());
    let ending = blow_at(k, || (operation.run)(&mut scene));
    let contained = panics_in_drops() - contained;
    let moving = is_moving || scene.migration().is_some_and(|now| migration != Some(now));
    let seen = match ending {
        Ending::Returned => None,
        Ending::Panicked(kind) => {
            assert_eq!(contained, 0, "one panic, counted as another: {case}");
            Some(Seen { kind, contained: false, moving })
        }
        Ending::Swallowed(kind) => {
            assert_eq!((kind, contained), (Call::Drop, 1), "a panic that nobody hears of: {case}");
            Some(Seen { kind, contained: true, moving })
        }
    };
    if let Some(found) = scene.contents() {
        let complete = seen.as_ref().is_none_or(|seen| seen.contained);
        sides.assert(&found, complete, operation.between, &case);
        scene.exercise();
        let again = catch_unwind(AssertUnwindSafe(|| (operation.run)(&mut scene)));
        assert!(again.is_ok(), "cannot be repeated: {case}");
        if scene.contents().is_some() {
            scene.exercise();
        }
    }
    drop(scene);
    ledger.assert_all_dropped_once(&case);
    seen
}

struct Seen {
    kind: Call,
    contained: bool,
    moving: bool,
}

/// What there was before an operation, and what there is after it.
struct Sides {
    before: BTreeMap<u64, u64>,
    after: Option<BTreeMap<u64, u64>>,
}

impl Sides {
    fn assert(
        &self,
        found: &BTreeMap<u64, u64>,
        complete: bool,
        between: fn(u64, Option<u64>, Option<u64>) -> bool,
        case: &str,
    ) {
        let Some(after) = &self.after else { return };
        if complete {
            assert_eq!(found, after, "{case}");
            return;
        }
        let keys = self.before.keys().chain(after.keys()).chain(found.keys());
        for key in keys {
            let (found, before, after) = (found.get(key), self.before.get(key), after.get(key));
            let is_between = found.is_some_and(|&found| between(found, before.copied(), after.copied()));
            assert!(found == before || found == after || is_between, "{key}: {before:?} {found:?} {after:?}, {case}");
        }
    }
}

/// All points of an operation.
pub(crate) fn at_every_call<S: Scene>(make: impl Fn() -> S, operation: &Operation<S>, case: &str) -> Points {
    let sides = {
        let (untouched, mut control) = (make(), make());
        (operation.run)(&mut control);
        let before = untouched.contents().expect("nothing has taken it away");
        Sides { before, after: control.contents() }
    };
    let mut points = Points::default();
    for k in 1.. {
        let Some(seen) = at_call(&make, operation, k, case, &sides) else { return points };
        *points.by_kind.entry(seen.kind).or_default() += 1;
        points.contained += usize::from(seen.contained);
        points.moving += usize::from(seen.moving);
    }
    unreachable!("operations end")
}
