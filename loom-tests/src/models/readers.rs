//! Readers beside writers that replace, remove and bring back what they read: lookups of one key, and walks.

use super::{Boxed, Map, came_to, model, race, race_traced};

/// What there is before a writer comes, what the writer does, and what a reader may see.
struct Scenario {
    removed_before: bool,
    write: fn(&Map<Boxed, Boxed>),
    before: Option<u64>,
    after: Option<u64>,
}

/// V2.
const REPLACEMENT: Scenario = Scenario {
    removed_before: false,
    write: |map| assert_eq!(map.insert(1, 11), Some(10)),
    before: Some(10),
    after: Some(11),
};

/// V3.
const REMOVAL: Scenario =
    Scenario { removed_before: false, write: |map| assert_eq!(map.remove(1), Some(10)), before: Some(10), after: None };

/// V4.
const RETURN: Scenario =
    Scenario { removed_before: true, write: |map| assert_eq!(map.insert(1, 11), None), before: None, after: Some(11) };

fn reading(floor: usize, scenario: &'static Scenario, read: fn(&Map<Boxed, Boxed>) -> Option<u64>) {
    model(floor, &["before", "after"], move |witnesses, swap| {
        let map = Map::of(&[(1, 10)]);
        if scenario.removed_before {
            map.remove(1);
        }
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), seen) = race(swap, move || (scenario.write)(&ours), move || read(&theirs));
        assert!(seen == scenario.before || seen == scenario.after, "{seen:?}");
        witnesses.saw(if seen == scenario.before { "before" } else { "after" });
        assert_eq!(read(&map), scenario.after);
    });
}

fn by_key(map: &Map<Boxed, Boxed>) -> Option<u64> {
    map.get(1)
}

fn by_walk(map: &Map<Boxed, Boxed>) -> Option<u64> {
    let entries = map.entries();
    assert!(entries.len() <= 1, "one key, once: {entries:?}");
    entries.first().map(|&(_, value)| value)
}

#[test]
fn removal_and_get() {
    reading(270, &REMOVAL, by_key);
}

#[test]
fn return_and_get_of_a_removed_key() {
    reading(640, &RETURN, by_key);
}

#[test]
fn replacement_and_walk() {
    reading(220, &REPLACEMENT, by_walk);
}

#[test]
fn removal_and_walk() {
    reading(220, &REMOVAL, by_walk);
}

#[test]
fn return_and_walk_of_a_removed_key() {
    reading(230, &RETURN, by_walk);
}

/// V9 beside a lookup: of a reserved key, whose slot a migration closes without a claim, while another thread puts it into the next
/// table.
#[test]
fn get_of_a_reserved_key_inserted_behind_a_migration() {
    model(440, &["the next table", "the root"], |witnesses, swap| {
        let key = 0xFFFF_FFFF_C3A5_7E18;
        let map = Map::<u64, u32>::with_capacity(1, 0, &[]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, (seen, get)) = race_traced(
            swap,
            move || {
                ours.migrate();
                assert_eq!(ours.insert(key, 10), None);
            },
            move || theirs.get(key),
        );
        witnesses.saw(came_to(&get));
        assert!(seen.is_none_or(|value| value == 10));
    });
}

/// N2 and N3 beside a walk, which takes no notice of a table that is closing, and goes to the successor.
#[test]
fn rebuild_and_walk() {
    model(18_000, &["left", "neither"], |witnesses, swap| {
        let map = Map::<u32, u32>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, (entries, walk)) = race_traced(swap, move || ours.rebuild(), move || theirs.entries());
        witnesses.saw(super::rebuild::found(&walk));
        assert_eq!(entries, [(1, 10)], "present throughout");
    });
}
