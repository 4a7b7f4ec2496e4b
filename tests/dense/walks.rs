//! Traversals, ranges, parts.
//!
//! - ranges of every kind of bounds, on the borders of base and segments;
//! - parts are disjoint, complete and stable while the map grows, and of equal size in a map that is used in part;
//! - `retain` and `clear` remove what they should, beside others who change it;
//! - `Debug`, `Default`, `FromIterator`, `From`, `Extend`, `IntoIterator`.

use crate::support::together;
use atomic_dict::DenseMap;
use std::ops::Bound::{Excluded, Included, Unbounded};

#[test]
fn ranges_of_every_kind() {
    for capacity in [0, 1, 10, 64, 100, 300] {
        let map = DenseMap::<usize>::with_capacity(capacity);
        (0..300).filter(|index| index % 2 == 0).for_each(|index| drop(map.insert(index, index * 10)));
        let pinned = map.pin();
        let points =
            [0, 1, 9, 10, 11, 63, 64, 65, 99, 100, 101, 298, 299, 300, 301, 1 << 32, (1 << 32) + 1, usize::MAX];
        for from in points {
            for to in points {
                let check = |range, expected: &dyn Fn(usize) -> bool| {
                    let actual: Vec<usize> = pinned.range(range).map(|(index, _)| index).collect();
                    let expected: Vec<usize> = (0..300).filter(|index| index % 2 == 0 && expected(*index)).collect();
                    assert_eq!(actual, expected, "{range:?} of a base of {capacity}");
                };
                check((Included(from), Excluded(to)), &|index| index >= from && index < to);
                check((Included(from), Included(to)), &|index| index >= from && index <= to);
                check((Excluded(from), Excluded(to)), &|index| index > from && index < to);
                check((Excluded(from), Included(to)), &|index| index > from && index <= to);
                check((Unbounded, Included(to)), &|index| index <= to);
                check((Included(from), Unbounded), &|index| index >= from);
                check((Excluded(from), Unbounded), &|index| index > from);
            }
        }
        let mut all = pinned.iter();
        assert_eq!(all.by_ref().count(), 150);
        assert!(all.next().is_none(), "and none after that");
    }
}

#[test]
fn parts_agree_while_the_map_grows() {
    let map = DenseMap::<usize>::with_capacity(700);
    (0..5000).for_each(|index| drop(map.insert(index, index)));
    for parts in [1, 2, 3, 10, 1000] {
        let mut keys = Vec::new();
        for part in 0..parts {
            keys.extend(map.pin().fast_iter(parts, part).map(|(index, _)| index));
            map.insert(5000 + 100 * part, 1); // grows between the calls
        }
        keys.retain(|index| *index < 5000);
        keys.sort_unstable();
        assert!(keys.into_iter().eq(0..5000), "{parts} parts");
        map.retain(|index, _| index < 5000);
    }
}

#[test]
fn parts_of_a_map_that_is_used_in_part_are_equal() {
    let map = DenseMap::<u8>::with_capacity(1 << 20);
    (0..100 << 10).for_each(|index| drop(map.insert(index, 1)));
    let counts: Vec<usize> = (0..4).map(|part| map.pin().fast_iter(4, part).count()).collect();
    assert_eq!(counts, [25 << 10; 4]);
}

#[test]
#[should_panic(expected = "there is no partition 3 of 3: they count from 0")]
fn a_part_that_is_none() {
    let _ = DenseMap::<u8>::new().pin().fast_iter(3, 3);
}

/// Each thread removes its own, and nobody else's.
#[test]
fn retain_beside_retain() {
    let map: DenseMap<String> = (0..4000).map(|index| (index, index.to_string())).collect();
    together(4, |thread| map.retain(|index, value| index as u64 % 5 != thread && *value == index.to_string()));
    assert!(map.pin().keys().eq((0..4000).filter(|index| index % 5 == 4)));
    map.clear();
    assert!(map.is_empty() && map.len_bounds() == (0, 0));
}

#[test]
fn common_traits() {
    let mut map: DenseMap<&str> = DenseMap::default();
    assert_eq!(format!("{map:?}"), "{}");
    map.extend([(3, "c"), (1, "a")]);
    (&map).extend(vec![(2, "b"), (1, "again")]);
    assert_eq!(format!("{map:?}"), r#"{1: "again", 2: "b", 3: "c"}"#);
    assert_eq!(format!("{:?}", map.pin()), format!("{map:?}"));
    assert_eq!(format!("{:?} {:?}", map.pin().iter(), map.pin().keys()), "Iter { .. } Keys { .. }");
    let from = DenseMap::from([(0, 5), (9, 6)]);
    assert_eq!((&from.pin()).into_iter().map(|(index, value)| index + *value).sum::<usize>(), 20);
    let mut rest = from.into_iter();
    assert_eq!(rest.next(), Some((0, 5)));
    assert_eq!(format!("{rest:?}"), "IntoIter { .. }");
    assert_eq!(rest.collect::<Vec<_>>(), [(9, 6)]);
    let many: DenseMap<usize> = (0..1000).filter(|index| index % 7 == 0).map(|index| (index, index)).collect();
    assert_eq!(many.len(), 143);
}

/// A walk ends at the slots that there were, also if each of its steps adds another entry.
#[test]
fn a_walk_that_pushes_comes_to_an_end() {
    let mut map = DenseMap::new();
    map.extend((0..1000).map(|index| (index, index)));
    let push_beside =
        |walk: atomic_dict::dense::Iter<'_, usize>| walk.map(|(index, _)| map.push(index)).collect::<Vec<_>>().len();
    let visited = push_beside(map.pin().iter());
    assert!((1000..4000).contains(&visited), "{visited}");
    let pushed = map.len();
    let visited: usize = (0..3).map(|part| push_beside(map.pin().fast_iter(3, part))).sum();
    assert!(visited >= pushed, "{visited} of {pushed}");
}
