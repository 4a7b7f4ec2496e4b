//! K2 to K4, V5 to V9: operations against a migration.

use super::{Boxed, Map, PLACES, Word, came_to, insertion_that_is_seen, long_model, model, race, race_traced};

fn get_and_migration<K: Word, V: Word>() {
    model(550, &PLACES, |witnesses, swap| {
        let map = Map::<K, V>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, (seen, get)) = race_traced(swap, move || ours.migrate(), move || theirs.get(1));
        witnesses.saw(came_to(&get));
        assert_eq!(seen, Some(10), "present throughout");
        assert_eq!(map.entries(), [(1, 10)]);
    });
}

#[test]
fn get_and_migration_inline() {
    get_and_migration::<u32, u32>();
}

#[test]
fn get_and_migration_boxed() {
    get_and_migration::<Boxed, Boxed>();
}

/// R1: a key that is in the next table is found by one who starts in the old one. The block of its home line belongs to
/// a helper that is stopped for good, so the writer itself must seal the line.
fn get_of_a_key_inserted_behind_a_migration<K: Word>() {
    model(20_000, &["absent", "present"], |witnesses, swap| {
        let map = Map::<K, u32>::with_capacity(4, 0, &[(7, 70)]);
        map.start_migration_to(2);
        map.take_block();
        insertion_that_is_seen(&map, witnesses, swap);
    });
}

#[test]
fn get_of_an_inline_key_inserted_behind_a_migration() {
    get_of_a_key_inserted_behind_a_migration::<u32>();
}

#[test]
fn get_of_a_boxed_key_inserted_behind_a_migration() {
    get_of_a_key_inserted_behind_a_migration::<Boxed>();
}

/// The same for a key whose tag is none of those that are there.
#[test]
fn get_of_a_key_without_a_tag_inserted_behind_a_migration() {
    model(3400, &["absent", "present"], |witnesses, swap| {
        let map = Map::<u32, u32>::with_capacity(4, 0, &[]).for_misses();
        map.for_other_tag().insert(7, 70);
        map.start_migration_to(2);
        map.take_block();
        insertion_that_is_seen(&map, witnesses, swap);
    });
}

/// The same for one who asks twice: a key that was seen in the next table is not missed in the old one after that.
#[test]
fn two_gets_of_a_key_inserted_behind_a_migration() {
    model(35_000, &["absent", "came", "present"], |witnesses, swap| {
        let map = Map::<u32, u32>::with_capacity(4, 0, &[(7, 70)]);
        map.start_migration_to(2);
        map.take_block();
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, seen) = race(swap, move || ours.insert(1, 10), move || (theirs.get(1), theirs.get(1)));
        witnesses.saw(match seen {
            (None, None) => "absent",
            (None, Some(10)) => "came",
            (Some(10), Some(10)) => "present",
            other => panic!("seen, and then missed: {other:?}"),
        });
    });
}

/// R1, R2: a claim and its value race the sealing of its line and the freezing of its slot.
fn insert_and_migration<K: Word, V: Word>() {
    model(16_000, &PLACES, |witnesses, swap| {
        let map = Map::<K, V>::with_capacity(1, 0, &[]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, ((), insertion)) = race_traced(
            swap,
            move || ours.migrate(),
            move || {
                assert_eq!(theirs.insert(1, 10), None);
                assert_eq!(theirs.get(1), Some(10), "one's own insert is seen");
            },
        );
        witnesses.saw(came_to(&insertion));
        assert_eq!(map.entries(), [(1, 10)]);
        assert_eq!(map.raw().approx_len(), 1);
    });
}

#[test]
fn insert_and_migration_inline() {
    insert_and_migration::<u32, u32>();
}

#[test]
fn insert_and_migration_boxed() {
    insert_and_migration::<Boxed, Boxed>();
}

/// R4: an update while the value is being copied.
fn update_and_migration<K: Word, V: Word>() {
    long_model(2, 24_000, &PLACES, |witnesses, swap| {
        let map = Map::<K, V>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, (added, update)) = race_traced(swap, move || ours.migrate(), move || theirs.add(1, 1));
        witnesses.saw(came_to(&update));
        assert_eq!(added, Some(11));
        assert_eq!(map.entries(), [(1, 11)], "no update is lost");
    });
}

#[test]
fn update_and_migration_inline() {
    update_and_migration::<u32, u32>();
}

#[test]
fn update_and_migration_boxed() {
    update_and_migration::<Boxed, Boxed>();
}

/// V3 against V5 and V6: a removal while the slot is being moved.
#[test]
fn removal_and_migration() {
    long_model(2, 175_000, &PLACES, |witnesses, swap| {
        let map = Map::<Boxed, u32>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, ((), removal)) = race_traced(
            swap,
            move || ours.migrate(),
            move || {
                assert_eq!(theirs.remove(1), Some(10));
                assert_eq!(theirs.get(1), None, "removed");
            },
        );
        witnesses.saw(came_to(&removal));
        assert_eq!(map.entries(), []);
        assert_eq!(map.raw().approx_len(), 0);
    });
}

/// V4 against V6: a removed key comes back while its slot is being moved.
#[test]
fn insertion_of_a_removed_key_and_migration() {
    long_model(2, 60_000, &["the next table", "the root"], |witnesses, swap| {
        let map = Map::<Boxed, Boxed>::of(&[(1, 10)]);
        map.remove(1);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, ((), insertion)) =
            race_traced(swap, move || ours.migrate(), move || assert_eq!(theirs.insert(1, 11), None));
        witnesses.saw(came_to(&insertion));
        assert_eq!(map.entries(), [(1, 11)]);
        assert_eq!(map.raw().approx_len(), 1);
    });
}

/// FINISH_SLOT: a frozen value is not written behind the back of one who still reads it.
#[test]
fn update_of_a_frozen_value_and_get() {
    model(14_000, &PLACES, |witnesses, swap| {
        let map = Map::<u32, Boxed>::of(&[(1, 10)]);
        map.start_migration_to(1);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, ((), update)) = race_traced(
            swap,
            move || ours.help(),
            move || {
                assert_eq!(theirs.insert(1, 11), Some(10));
                assert_eq!(theirs.get(1), Some(11), "one's own insert is seen");
            },
        );
        witnesses.saw(came_to(&update));
    });
}

/// Slots whose key words are never read: the migration closes them without sealing anything.
fn reserved_key_and_migration(reserved: u64, present: bool) {
    model(1200, if present { &PLACES } else { &["the next table", "the root"] }, move |witnesses, swap| {
        let key = 0xFFFF_FFFF_C3A5_7E18 ^ reserved;
        let map = Map::<u64, u32>::with_capacity(
            1,
            0,
            if present { &[(0xFFFF_FFFF_C3A5_7E18, 10), (0xFFFF_FFFF_C3A5_7E19, 10)] } else { &[] },
        );
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, ((), edit)) = race_traced(
            swap,
            move || ours.migrate(),
            move || {
                if present {
                    assert_eq!(theirs.add(key, 1), Some(11));
                } else {
                    assert_eq!(theirs.insert(key, 11), None);
                }
            },
        );
        witnesses.saw(came_to(&edit));
        assert_eq!(map.get(key), Some(11));
        assert_eq!(map.get(key ^ 1), present.then_some(10));
    });
}

#[test]
fn update_of_a_reserved_key_and_migration() {
    reserved_key_and_migration(0, true);
}

#[test]
fn insertion_of_a_reserved_key_and_migration() {
    reserved_key_and_migration(1, false);
}
