use crate::rows::{contents, fold, on_threads};
use atomic_dict::AtomicMap;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;

/// Deals rows out to threads, each of which reduces its part in chunks, and compares.
fn check<K, V, X>(
    rows: &[(K, X)],
    (threads, chunk): (usize, usize),
    reduce: impl Fn(&AtomicMap<K, V>, Vec<(K, X)>) + Sync,
    expected: HashMap<K, V>,
) where
    K: Hash + Eq + Clone + Debug + Send + Sync + 'static,
    V: Clone + PartialEq + Debug + Send + Sync + 'static,
    X: Clone + Send + Sync,
{
    let map = AtomicMap::new();
    let parts: Vec<_> =
        (0..threads).map(|thread| rows.iter().skip(thread).step_by(threads).cloned().collect::<Vec<_>>()).collect();
    on_threads(parts, |part| part.chunks(chunk).for_each(|chunk| reduce(&map, chunk.to_vec())));
    assert_eq!(contents(&map), expected);
}

/// Threads, and rows of one call.
fn ways() -> impl Strategy<Value = (usize, usize)> {
    (1..4_usize, prop_oneof![1..4_usize, Just(1000)])
}

/// Rows of few keys and of many.
fn rows<V: Strategy>(value: V) -> impl Strategy<Value = Vec<(u16, V::Value)>>
where
    V::Value: Clone,
{
    let keys = prop_oneof![0..3_u16, any::<u16>()];
    vec((keys, value), 0..600)
}

fn text(rows: &[(u16, i64)]) -> Vec<(String, i64)> {
    rows.iter().map(|(key, value)| (format!("key {key}"), *value)).collect()
}

/// Every number in a box: values that do not stand in the table itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Boxed(Box<i64>);

impl std::ops::Add for Boxed {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(Box::new(*self.0 + *other.0))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn sums(rows in rows(-1000..1000_i64), way in ways()) {
        let expected = fold(rows.iter().copied(), |one, other| one + other);
        check(&rows, way, |map, rows| map.reduce_sum(rows), expected.clone());
        check(&rows, way, |map, rows| map.reduce(rows, |_, now, new| now.unwrap_or(&0) + new), expected);
        let rows = text(&rows);
        let expected = fold(rows.iter().cloned(), |one, other| one + other);
        check(&rows, way, |map, rows| map.reduce_sum(rows.iter().map(|(key, value)| (&**key, *value))), expected);
        let boxed: Vec<_> = rows.iter().map(|(key, value)| (key.clone(), Boxed(Box::new(*value)))).collect();
        let expected = fold(boxed.iter().cloned(), |one, other| one.clone() + other.clone());
        check(&boxed, way, |map, rows| map.reduce_sum(rows), expected);
    }

    #[test]
    fn counts(rows in rows(Just(())), way in ways()) {
        let expected = fold(rows.iter().map(|(key, ())| (*key, 1_u8 as u32)), |one, other| one + other);
        let keys = |rows: Vec<(u16, ())>| rows.into_iter().map(|(key, ())| key);
        check(&rows, way, |map, rows| map.reduce_count(keys(rows)), expected);
    }

    #[test]
    fn extremes(rows in rows(any::<i64>()), way in ways()) {
        check(&rows, way, |map, rows| map.reduce_min(rows), fold(rows.iter().copied(), |one, other| *one.min(other)));
        check(&rows, way, |map, rows| map.reduce_max(rows), fold(rows.iter().copied(), |one, other| *one.max(other)));
        let boxed: Vec<_> = rows.iter().map(|(key, value)| (*key, Boxed(Box::new(*value)))).collect();
        let expected = fold(boxed.iter().cloned(), |one, other| one.min(other).clone());
        check(&boxed, way, |map, rows| map.reduce_min(rows), expected);
    }

    #[test]
    fn bits_and_truth(rows in rows(any::<u8>()), way in ways()) {
        check(&rows, way, |map, rows| map.reduce_and(rows), fold(rows.iter().copied(), |one, other| one & other));
        check(&rows, way, |map, rows| map.reduce_or(rows), fold(rows.iter().copied(), |one, other| one | other));
        let truths: Vec<_> = rows.iter().map(|(key, value)| (*key, value % 8 != 0)).collect();
        check(&truths, way, |map, rows| map.reduce_and(rows), fold(truths.iter().copied(), |one, other| *one && *other));
        check(&truths, way, |map, rows| map.reduce_or(rows), fold(truths.iter().copied(), |one, other| *one || *other));
    }

    #[test]
    fn lists(rows in rows(any::<u8>()), (threads, chunk) in ways()) {
        let map = AtomicMap::new();
        let parts: Vec<_> =
            (0..threads).map(|thread| rows.iter().skip(thread).step_by(threads).copied().collect::<Vec<_>>()).collect();
        on_threads(parts, |part| part.chunks(chunk).for_each(|chunk| map.reduce_list(chunk.iter().copied())));
        let sorted = |mut list: Vec<u8>| { list.sort_unstable(); list };
        let found: HashMap<_, _> = contents(&map).into_iter().map(|(key, list)| (key, sorted(list))).collect();
        let expected = fold(rows.iter().map(|(key, value)| (*key, vec![*value])), |one, other| {
            sorted([&one[..], &other[..]].concat())
        });
        prop_assert_eq!(found, expected);
    }

    /// An aggregate of two numbers, and what was in the map before counts, too.
    #[test]
    fn averages(rows in rows(-1000..1000_i64), before in rows(-1000..1000_i64), way in ways()) {
        let add = |one: &(i64, u32), other: &(i64, u32)| (one.0 + other.0, one.1 + other.1);
        let both = |rows: &[(u16, i64)]| rows.iter().map(|(key, value)| (*key, (*value, 1))).collect::<Vec<_>>();
        let all = [both(&before), both(&rows)].concat();
        let expected = fold(all.iter().copied(), add);
        let aggregate = |_: &u16, now: Option<&(i64, u32)>, new: &(i64, u32)| now.map_or(*new, |now| add(now, new));
        check(&all, way, |map, rows| map.reduce(rows, aggregate), expected.clone());
        let map: AtomicMap<u16, (i64, u32)> = AtomicMap::new();
        map.reduce(both(&before), aggregate);
        map.reduce(both(&rows), aggregate);
        prop_assert_eq!(contents(&map), expected);
    }
}
