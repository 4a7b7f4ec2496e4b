//! R3: a helper that sleeps through its migration and wakes in the next one.

use super::{Boxed, Map, Word, model, race};

fn late_helper<K: Word, V: Word>() {
    model(1000, &[], |_, swap| {
        let map = Map::<K, V>::of(&[(1, 10)]);
        map.start_migration();
        let (late, ours) = (map.clone(), map.clone());
        race(
            swap,
            move || late.finish_migration(),
            move || {
                ours.finish_migration();
                assert_eq!(ours.remove(1), Some(10));
                ours.migrate();
                assert_eq!(ours.get(1), None, "a removed key does not come back");
            },
        );
        assert_eq!(map.entries(), []);
    });
}

#[test]
fn late_helper_inline() {
    late_helper::<u64, u64>();
}

#[test]
fn late_helper_boxed() {
    late_helper::<Boxed, Boxed>();
}

/// `ROOT_ONLY`: growth is asked for by one who came to the next table before it is the root.
#[test]
fn growth_of_a_table_that_is_not_the_root() {
    model(300, &[], |_, swap| {
        let map = Map::<Boxed, u64>::of(&[(1, 10)]);
        map.start_migration();
        let (late, ours) = (map.clone(), map.clone());
        race(
            swap,
            move || late.finish_migration(),
            move || {
                ours.grow_next();
                ours.remove(1);
                ours.finish_migration();
                ours.finish_migration();
            },
        );
        map.finish_migration();
        assert_eq!(map.entries(), []);
    });
}

/// `PAY_TO_CLAIM`: a helper stops in the middle of its block; others may insert as much as they like, and the copies
/// still find room.
#[test]
fn a_stopped_helper_and_many_insertions() {
    model(300, &[], |_, swap| {
        let map = Map::<u64, u64>::of(&[(1, 1), (2, 2), (3, 3)]);
        map.start_migration();
        let (late, ours) = (map.clone(), map.clone());
        race(
            swap,
            move || late.finish_migration(),
            move || {
                for key in 10..17 {
                    ours.insert(key, key);
                }
            },
        );
        assert_eq!(map.entries().len(), 10);
    });
}
