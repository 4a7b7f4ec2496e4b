//! Every value is dropped exactly once, and its memory comes back.
//!
//! - after insertion, replacement, removal, refused and failed operations, and the drop of the map, base and segments;
//! - values that an error gives back belong to the caller;
//! - `into_iter`, taken whole or in part, hands out or drops everything;
//! - while several threads insert, replace and remove;
//! - replaced values are freed while the map lives: after `flush`, and when a handle has repinned;
//! - a reference outlives the removal of what it shows, and a map may be dropped inside a collection.

use crate::support::{Counted, Random, Tally, together};
use atomic_dict::{AtomicMap, DenseMap, Expected};
use std::sync::Arc;

fn filled(entries: usize, capacity: usize) -> (DenseMap<Counted>, Tally) {
    let (map, tally) = (DenseMap::with_capacity(capacity), Tally::default());
    (0..entries).for_each(|index| drop(map.insert(index, tally.make(index as u64))));
    (map, tally)
}

#[test]
fn replaced_and_removed_values_go() {
    let (map, tally) = filled(500, 100);
    (0..500).step_by(2).for_each(|index| drop(map.insert(index, tally.make(7))));
    map.flush();
    tally.assert_live(500);
    (0..500).step_by(5).for_each(|index| drop(map.remove(index)));
    map.flush();
    tally.assert_live(400);
    map.clear();
    tally.assert_live(0);
    map.insert(3, tally.make(1));
    drop(map);
    tally.assert_live(0);
}

#[test]
fn what_is_not_used_comes_back_or_goes() {
    let (map, tally) = filled(1, 1);
    let unused = map.try_insert(0, tally.make(1)).unwrap_err().into_value();
    assert_eq!((unused.number, tally.live()), (1, 2));
    drop(unused);
    let failed = map.compare_and_set(0, Expected::NotFound, Some(tally.make(2))).unwrap_err();
    assert_eq!((failed.desired.as_ref().map(|value| value.number), tally.live()), (Some(2), 2));
    drop(failed);
    drop(map.get_or_insert(0, tally.make(3)));
    tally.assert_live(1);
    assert!(map.remove_if(0, |value| value.number == 9).is_none());
    drop(map);
    assert_eq!(tally.live(), 0);
}

#[test]
fn moved_out_whole_or_in_part() {
    for taken in [0, 1, 99, 100, 101, 500] {
        let (map, tally) = filled(500, 100);
        let mut entries = map.into_iter();
        let first: Vec<(usize, Counted)> = entries.by_ref().take(taken).collect();
        assert!(
            first
                .iter()
                .enumerate()
                .all(|(number, (index, value))| { number == *index && value.number == number as u64 })
        );
        drop(entries);
        assert_eq!(tally.live(), taken);
    }
}

#[test]
fn a_map_of_numbers_that_need_boxes() {
    let map: DenseMap<u64> = (0..300).map(|index| (index, 1 << 61 | index as u64)).collect();
    (0..300).step_by(3).for_each(|index| drop(map.insert(index, 5)));
    (0..300).step_by(7).for_each(|index| drop(map.remove(index)));
    let (boxed, plain): (Vec<u64>, Vec<u64>) = map.into_iter().map(|(_, value)| value).partition(|value| *value > 5);
    assert_eq!((boxed.len(), plain.len()), (172, 85));
}

#[test]
fn while_several_threads_change_it() {
    let (map, tally) = filled(0, 3);
    together(4, |thread| {
        let mut random = Random::new(thread);
        let mut pinned = map.pin();
        for round in 0..5000 {
            let index = random.below(40) as usize;
            match random.below(4) {
                0 => drop(pinned.remove(index)),
                1 => drop(pinned.update(index, |value| tally.make(value.number))),
                2 => drop(pinned.get_or_insert_with(index, || tally.make(1))),
                _ => drop(pinned.insert(index, tally.make(2))),
            }
            if round % 64 == 0 {
                pinned.repin();
            }
        }
    });
    tally.assert_live(map.len());
    drop(map);
    tally.assert_live(0);
}

#[test]
fn a_handle_lets_go_when_it_repins() {
    let (map, tally) = filled(1, 1);
    let mut pinned = map.pin();
    for _ in 0..1000 {
        pinned.insert(0, tally.make(1));
    }
    assert!(tally.live() > 500, "kept while the handle stays");
    // Others hold guards now and then.
    for _ in 0..1_000_000 {
        pinned.repin();
        pinned.flush();
        if tally.live() == 1 {
            return;
        }
        std::thread::yield_now();
    }
    panic!("{} objects live", tally.live());
}

#[test]
fn references_outlast_removal() {
    let (map, tally) = filled(2, 1);
    let (first, second) = (map.get(0).expect("there"), map.remove(1).expect("there"));
    map.clear();
    assert_eq!((first.number, second.number, tally.live()), (0, 1, 2));
    drop((first, second));
    tally.assert_live(0);
}

/// A map whose drop a collection does: large memory is left to others.
#[test]
fn a_map_inside_a_map() {
    let tally = Tally::default();
    let outer = AtomicMap::new();
    let inner = DenseMap::with_capacity(1 << 17);
    (0..1000).for_each(|index| drop(inner.insert(index * 400, tally.make(1))));
    outer.insert(1, Arc::new(inner));
    outer.remove(&1);
    outer.flush();
    tally.assert_live(0);
}
