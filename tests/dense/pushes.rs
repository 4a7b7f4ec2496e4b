//! Ids.
//!
//! - pushes of several threads take every index once, in order within a thread, from a base of one;
//! - indices that are taken are passed over; removed ones are not used again;
//! - a full map gives the value back, and never wraps around.

use crate::support::together;
use atomic_dict::DenseMap;
use atomic_dict::dense::NoSlot;

#[test]
fn every_index_is_taken_once() {
    const EACH: usize = 3000;
    let map = DenseMap::<String>::with_capacity(1);
    let ids = together(4, |thread| {
        let ids: Vec<usize> = (0..EACH).map(|number| map.push(format!("{thread} {number}"))).collect();
        assert!(ids.is_sorted_by(|left, right| left < right));
        ids
    });
    for (thread, ids) in ids.iter().enumerate() {
        for (number, id) in ids.iter().enumerate() {
            assert_eq!(map.get(*id).as_deref(), Some(&format!("{thread} {number}")));
        }
    }
    assert!(map.pin().keys().eq(0..4 * EACH));
    assert_eq!(map.len(), 4 * EACH);
}

#[test]
fn pushes_beside_inserts_lose_nothing() {
    let map = DenseMap::<u64>::new();
    let pushed = together(3, |thread| match thread {
        0 => {
            (0..2000).filter(|index| index % 3 == 0).for_each(|index| drop(map.try_insert(index, 1 << 32)));
            Vec::new()
        }
        _ => (0..1000_u64).map(|number| (map.push(thread << 16 | number), thread << 16 | number)).collect(),
    });
    for (index, value) in pushed.into_iter().flatten() {
        assert_eq!(map.get(index).as_deref(), Some(&value), "nobody replaced it");
    }
    assert!(map.len() >= 2000);
}

#[test]
fn taken_indices_are_passed_over() {
    let map = DenseMap::with_capacity(3);
    [0, 1, 3].into_iter().for_each(|index| drop(map.insert(index, 'x')));
    assert_eq!([map.push('a'), map.push('b')], [2, 4]);
    map.remove(2);
    map.remove(4);
    assert_eq!(map.push('c'), 5, "removed ones are not used again");
    map.clear();
    assert_eq!(map.push('d'), 6);
}

#[test]
fn a_full_map_gives_the_value_back() {
    let map = DenseMap::builder().capacity(2).max_index(4).build();
    map.insert(4, String::from("taken"));
    let pushed =
        together(3, |thread| (0..10).filter(|number| map.try_push(format!("{thread} {number}")).is_ok()).count());
    assert_eq!(pushed.iter().sum::<usize>(), 4);
    for _ in 0..100 {
        let failed = map.try_push(String::from("late")).unwrap_err();
        assert!(matches!(failed.reason, NoSlot::AboveLimit { max_index: 4, .. }), "{failed}");
        assert_eq!(failed.value, "late");
    }
    assert_eq!(map.len(), 5);
}

#[test]
#[should_panic(expected = "is above the limit of this map, 0")]
fn push_panics_when_full() {
    let map = DenseMap::builder().max_index(0).build();
    map.push(1);
    map.push(2);
}
