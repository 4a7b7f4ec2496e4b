//! Reductions into an `AtomicMap`, by one thread and by those of a pool; each key has two rows.

use super::maps::Stage;
use super::whole::{entries, entries_from};
use super::{Operation, Points, at_every_call};
use crate::alone::alone_in_a_pool;
use crate::fuse::{Call, call};
use crate::items::{Amount, Item, Noisy};
use rayon::prelude::*;

/// For keys that are there, and for some that are not.
fn rows<K: Item, V: Item>(s: &Stage<K, V>) -> impl Iterator<Item = (K, V)> {
    entries(s).chain(entries_from(740, s))
}

/// The same, to be shared out.
fn shared<K: Item, V: Item>(s: &Stage<K, V>) -> impl ParallelIterator<Item = (K, V)> {
    [500, 740].into_par_iter().flat_map(|first| super::parallel::entries_from(first, s))
}

fn keys<K: Item, V: Item>(s: &Stage<K, V>) -> Vec<K> {
    (0..12).map(|number| s.key(number)).collect()
}

/// The value goes first: a panic of its destructor on the way out would leak the key.
fn key_of<K, V>((key, value): (K, V)) -> K {
    drop(value);
    key
}

/// What any aggregate function of the user's does.
fn sum<K: Item, V: Item>(s: &Stage<K, V>, current: Option<&V>, new: &V) -> V {
    s.made(current.map_or(0, Item::number) + new.number())
}

/// One that takes bits or more away.
fn lessening<K, V>(name: &'static str, run: fn(&mut Stage<K, V>)) -> Operation<Stage<K, V>> {
    Operation::twice(name, run, |found, before, after| {
        after.is_some_and(|after| after <= found) && before.is_none_or(|before| found <= before)
    })
}

/// Those of a function that is given.
fn by_functions<K: Item, V: Item>() -> Vec<Operation<Stage<K, V>>> {
    vec![
        Operation::new("reduce", |s| s.map().reduce(entries(s), |_, current, new| sum(s, current, new))),
        Operation::adding("reduce, twice", |s| s.map().reduce(rows(s), |_, current, new| sum(s, current, new))),
        Operation::adding("reduce by references", |s| {
            let keys = keys(s);
            let rows = keys.iter().map(|key| (key, s.value(5000)));
            s.map().reduce(rows, |_, current, new| sum(s, current, new));
        }),
        Operation::new("par_reduce", |s| {
            let rows = super::parallel::entries_from(500, s);
            s.map().par_reduce(rows, |_, current, new| sum(s, current, new));
        }),
        Operation::adding("par_reduce, twice", |s| {
            s.map().par_reduce(shared(s), |_, current, new| sum(s, current, new));
        }),
        Operation::adding("par_reduce by references", |s| {
            let keys = keys(s);
            let rows = keys.par_iter().map(|key| (key, s.value(5000)));
            s.map().par_reduce(rows, |_, current, new| sum(s, current, new));
        }),
    ]
}

pub(crate) fn operations<K: Item, V: Amount>() -> Vec<Operation<Stage<K, V>>> {
    let mut all = by_functions();
    all.extend([
        Operation::<Stage<K, V>>::adding("reduce_count", |s| s.map().reduce_count(rows(s).map(key_of))),
        Operation::adding("reduce_sum", |s| s.map().reduce_sum(rows(s))),
        Operation::adding("reduce_max", |s| s.map().reduce_max(rows(s))),
        Operation::adding("reduce_or", |s| s.map().reduce_or(rows(s))),
        lessening("reduce_min", |s| s.map().reduce_min(rows(s))),
        lessening("reduce_and", |s| s.map().reduce_and(rows(s))),
        Operation::adding("par_reduce_count", |s| s.map().par_reduce_count(shared(s).map(key_of))),
        Operation::adding("par_reduce_sum", |s| s.map().par_reduce_sum(shared(s))),
        Operation::adding("par_reduce_max", |s| s.map().par_reduce_max(shared(s))),
        Operation::adding("par_reduce_or", |s| s.map().par_reduce_or(shared(s))),
        lessening("par_reduce_min", |s| s.map().par_reduce_min(shared(s))),
        lessening("par_reduce_and", |s| s.map().par_reduce_and(shared(s))),
    ]);
    all
}

/// Those that gather lists.
pub(crate) fn lists<K: Item, T: Item>() -> Vec<Operation<Stage<K, Vec<T>>>> {
    fn row<K: Item, T: Item>(s: &Stage<K, Vec<T>>, number: u64) -> (K, T) {
        call(Call::Iterator);
        (s.key(number / 2 * 3), T::make(number + 500, &s.ledger))
    }
    vec![
        Operation::adding("reduce_list", |s| s.map().reduce_list((0..20).map(|number| row(s, number)))),
        Operation::adding("par_reduce_list", |s| {
            s.map().par_reduce_list((0..20).into_par_iter().map(|number| row(s, number)));
        }),
    ]
}

fn panic_everywhere<K: Item, V: Item>(operations: &[Operation<Stage<K, V>>]) -> Points {
    let mut points = Points::default();
    for (size, removed) in [(1, 0), (10, 1), (22, 3)] {
        let make = || Stage::<K, V>::new(0, 0..size + removed, size..size + removed);
        for operation in operations {
            points.add(at_every_call(make, operation, &format!("on {size}, {removed} removed")));
        }
    }
    points
}

#[test]
fn boxed_keys_and_values() {
    alone_in_a_pool(|| {
        use Call::{Clone, Closure, Default, Drop, Eq, Hash, Hasher, Iterator, Operator};
        let points = panic_everywhere(&operations::<Noisy, Noisy>());
        points.assert(
            "reductions, boxed",
            7800,
            &[Hash, Eq, Clone, Drop, Hasher, Closure, Iterator, Operator, Default],
        );
    });
}

#[test]
fn inline_keys_and_values() {
    alone_in_a_pool(|| {
        let points = panic_everywhere(&operations::<u64, u64>());
        points.assert("reductions, inline", 2100, &[Call::Hasher, Call::Closure, Call::Iterator]);
    });
}

#[test]
fn lists_of_values() {
    alone_in_a_pool(|| {
        let mut points = panic_everywhere(&lists::<Noisy, Noisy>());
        points.add(panic_everywhere(&lists::<u64, u64>()));
        points.assert("lists", 950, &[Call::Hash, Call::Eq, Call::Clone, Call::Drop, Call::Hasher, Call::Iterator]);
    });
}
