//! K2 to K4, V5 to V9: operations against a migration.

use super::{Boxed, Map, Word, model, race};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, Ordering};

fn get_and_migration<K: Word, V: Word>() {
    model(300, &[], |_, swap| {
        let map = Map::<K, V>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), seen) = race(swap, move || ours.migrate(), move || theirs.get(1));
        assert_eq!(seen, Some(10), "present throughout");
        assert_eq!(map.entries(), [(1, 10)]);
    });
}

#[test]
fn get_and_migration_inline() {
    get_and_migration::<u64, u64>();
}

#[test]
fn get_and_migration_boxed() {
    get_and_migration::<Boxed, Boxed>();
}

/// R1: a key that is in the next table is found by one who starts in the old one.
#[test]
fn get_of_a_key_inserted_behind_a_migration() {
    model(300, &["before", "after"], |witnesses, swap| {
        let map = Map::<Boxed, u64>::of(&[(7, 70)]);
        map.start_migration();
        let inserted = Arc::new(AtomicBool::new(false));
        let (ours, theirs, ours_inserted) = (map.clone(), map.clone(), Arc::clone(&inserted));
        race(
            swap,
            move || {
                ours.insert(1, 10);
                ours_inserted.store(true, Ordering::Release);
            },
            {
                let witnesses = witnesses.clone();
                move || {
                    let after = inserted.load(Ordering::Acquire);
                    let seen = theirs.get(1);
                    witnesses.saw(if after { "after" } else { "before" });
                    assert!(!after || seen == Some(10), "an acknowledged insert is seen");
                }
            },
        );
    });
}

/// R1, R2: a claim races the sealing of its line.
fn insert_and_migration<K: Word, V: Word>() {
    model(500, &[], |_, swap| {
        let map = Map::<K, V>::of(&[(7, 70)]);
        let (ours, theirs) = (map.clone(), map.clone());
        race(
            swap,
            move || ours.migrate(),
            move || {
                assert_eq!(theirs.insert(1, 10), None);
                assert_eq!(theirs.get(1), Some(10), "one's own insert is seen");
            },
        );
        assert_eq!(map.entries(), [(1, 10), (7, 70)]);
        assert_eq!(map.raw().approx_len(), 2);
    });
}

#[test]
fn insert_and_migration_inline() {
    insert_and_migration::<u64, u64>();
}

#[test]
fn insert_and_migration_boxed() {
    insert_and_migration::<Boxed, Boxed>();
}

/// R4: an update while the value is being copied.
fn update_and_migration<K: Word, V: Word>() {
    model(500, &[], |_, swap| {
        let map = Map::<K, V>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), added) = race(swap, move || ours.migrate(), move || theirs.add(1, 1));
        assert_eq!(added, Some(11));
        assert_eq!(map.entries(), [(1, 11)], "no update is lost");
    });
}

#[test]
fn update_and_migration_inline() {
    update_and_migration::<u64, u64>();
}

#[test]
fn update_and_migration_boxed() {
    update_and_migration::<Boxed, Boxed>();
}

/// V6: a removal while the slot is being moved; then the key comes back.
#[test]
fn removal_and_migration() {
    model(500, &[], |_, swap| {
        let map = Map::<Boxed, Boxed>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        race(
            swap,
            move || ours.migrate(),
            move || {
                assert_eq!(theirs.remove(1), Some(10));
                assert_eq!(theirs.get(1), None, "removed");
                assert_eq!(theirs.insert(1, 11), None);
            },
        );
        assert_eq!(map.entries(), [(1, 11)]);
        assert_eq!(map.raw().approx_len(), 1);
    });
}

/// Two helpers at one block.
#[test]
fn two_helpers() {
    model(500, &[], |_, swap| {
        let map = Map::<Boxed, Boxed>::of(&[(1, 10), (2, 20)]);
        map.remove(2);
        map.start_migration();
        let (ours, theirs) = (map.clone(), map.clone());
        race(swap, move || ours.finish_migration(), move || theirs.finish_migration());
        assert_eq!(map.entries(), [(1, 10)]);
    });
}

/// FINISH_SLOT: a frozen value is not written behind the back of one who still reads it.
#[test]
fn update_of_a_frozen_value_and_get() {
    model(500, &["10", "11"], |witnesses, swap| {
        let map = Map::<u64, Boxed>::of(&[(1, 10)]);
        map.start_migration();
        let updated = Arc::new(AtomicBool::new(false));
        let (ours, theirs, helper, theirs_updated) = (map.clone(), map.clone(), map.clone(), Arc::clone(&updated));
        let helper = loom::thread::spawn(move || helper.finish_migration());
        let witnesses = witnesses.clone();
        race(
            swap,
            move || {
                assert_eq!(ours.add(1, 1), Some(11));
                updated.store(true, Ordering::Release);
            },
            move || {
                let after = theirs_updated.load(Ordering::Acquire);
                let seen = theirs.get(1).expect("present throughout");
                witnesses.saw(seen);
                assert!(!after || seen == 11, "an acknowledged update is seen");
            },
        );
        helper.join().expect("the helper does not panic");
    });
}

/// A reserved slot, whose key word is never read.
#[test]
fn update_of_a_reserved_key_and_migration() {
    model(300, &[], |_, swap| {
        let key = u64::from_le_bytes(0xC3A5_7E19_5D2B_F186_u64.to_le_bytes());
        for (key, other) in [(key, key ^ 1), (key ^ 1, key)] {
            let map = Map::<u64, u64>::of(&[(key, 10)]);
            let (ours, theirs) = (map.clone(), map.clone());
            race(
                swap,
                move || ours.migrate(),
                move || {
                    assert_eq!(theirs.add(key, 1), Some(11));
                    assert_eq!(theirs.insert(other, 5), None);
                },
            );
            let mut expected = [(key, 11), (other, 5)];
            expected.sort_unstable();
            assert_eq!(map.entries(), expected);
        }
    });
}

/// A walk against a migration and an insertion: what is there throughout is seen once.
#[test]
fn walk_and_migration() {
    model(500, &["2", "3"], |witnesses, swap| {
        let map = Map::<Boxed, u64>::of(&[(1, 10), (2, 20)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), entries) = race(
            swap,
            move || {
                ours.migrate();
                ours.insert(3, 30);
            },
            move || theirs.entries(),
        );
        witnesses.saw(entries.len());
        assert_eq!(entries[..2], [(1, 10), (2, 20)]);
    });
}
