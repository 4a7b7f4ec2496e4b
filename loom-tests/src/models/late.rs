//! R3: a helper that sleeps through its migration and wakes in the next one.

use super::{Boxed, Map, Word, model, moved_by, race, race_at};
use crate::platform::epoch;
use core::ptr;
use loom::sync::atomic::Ordering;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

fn late_helper<K: Word, V: Word>() {
    model(15_000, &["in time", "in time, with a copy", "late", "late, with a copy"], |witnesses, swap| {
        let map = Map::<K, V>::of(&[(1, 10)]);
        map.start_migration_to(1);
        let (late, ours) = (map.clone(), map.clone());
        let over = Arc::new(AtomicBool::new(false)); // Not one of loom's: it orders nothing, and only tells.
        let end = Arc::clone(&over);
        let helper = move || {
            late.help();
            end.load(Relaxed)
        };
        let migrations = move || {
            remove_and_migrate_twice(&ours);
            over.store(true, Relaxed);
        };
        let ((is_late, copies), _) = race_at("COPY_VALUE", swap, helper, migrations);
        let (end, copy) = (if is_late { "late" } else { "in time" }, if copies > 0 { ", with a copy" } else { "" });
        witnesses.saw(format_args!("{end}{copy}"));
        assert_eq!(map.get(1), None, "a removed key does not come back");
    });
}

/// Finishes a migration, removes key 1, and migrates again.
fn remove_and_migrate_twice<K: Word, V: Word>(map: &Map<K, V>) {
    map.finish_migration();
    assert_eq!(map.remove(1), Some(10));
    map.start_migration_to(1);
    map.finish_migration();
}

#[test]
fn late_helper_inline() {
    late_helper::<u32, u32>();
}

#[test]
fn late_helper_boxed() {
    late_helper::<Boxed, Boxed>();
}

/// A copier of slot 0 written out here, for the rule that it may not have: if it finds its place in the next table
/// closed, it goes on to the table behind (`follows`), or is done (rule `COPY_STOPS`).
fn naive_copier(map: &Map<u32, u32>, follows: bool) -> &'static str {
    const MOVED_OR_DEAD: [usize; 2] = [4, 5];
    let guard = epoch::pin();
    let mut table = map.raw().root(&guard).expect("the map has a table");
    let slot = &table.lines().line(0).slots[0];
    let key = slot.key.load(Ordering::Acquire);
    let live = slot.value.load(Ordering::Acquire);
    let frozen = slot.value.load(Ordering::Acquire);
    if live == frozen || frozen.addr() & 15 != 2 {
        return "no copy";
    }
    let mut outcome = "no place";
    while let Some(next) = table.next(&guard) {
        table = next;
        let copy = &table.lines().line(0).slots[0];
        let claimed = copy.key.compare_exchange(ptr::null_mut(), key, Ordering::AcqRel, Ordering::Acquire);
        let there = claimed.unwrap_or_else(|there| there);
        if there.is_null() || there == key {
            let copied = copy.value.compare_exchange(ptr::null_mut(), live, Ordering::AcqRel, Ordering::Acquire);
            if !copied.is_err_and(|value| MOVED_OR_DEAD.contains(&value.addr())) {
                outcome = if copied.is_ok() { "the copy" } else { "the copy of another" };
                break;
            }
        }
        if !follows {
            break;
        }
    }
    outcome
}

fn late_copier(follows: bool) {
    model(470, &["no copy", "no place", "the copy", "the copy of another"], move |witnesses, swap| {
        let map = Map::<u32, u32>::of(&[(1, 10)]);
        map.start_migration_to(1);
        let (late, ours) = (map.clone(), map.clone());
        let (outcome, ()) = race(swap, move || naive_copier(&late, follows), move || remove_and_migrate_twice(&ours));
        witnesses.saw(outcome);
        assert_eq!(map.get(1), None, "a removed key does not come back");
    });
}

#[test]
fn late_helper_that_stops() {
    late_copier(false);
}

/// `COPY_STOPS`, taken out: the model above must fail.
#[test]
#[should_panic(expected = "a removed key does not come back")]
fn late_helper_that_follows() {
    late_copier(true);
}

/// `ROOT_ONLY`: the next table is asked for growth before it is the root. If it grew, an insertion would close a line of
/// it, and the copy into that line would get lost.
#[test]
fn growth_of_a_table_that_is_not_the_root() {
    model(5000, &["moved by the helper", "moved by the writer"], |witnesses, swap| {
        let map = Map::<u32, u32>::with_capacity(4, 0, &[(1, 10)]);
        map.start_migration_to(2);
        map.grow_next();
        let (late, ours) = (map.clone(), map.clone());
        let (((), helper), ((), writer)) =
            race_at("COPY_VALUE", swap, move || late.help(), move || assert_eq!(ours.insert(2, 20), None));
        witnesses.saw(moved_by("helper", helper, "writer", writer));
        assert_eq!(map.entries(), [(1, 10), (2, 20)]);
    });
}
