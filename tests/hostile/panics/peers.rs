//! Bugs that other maps had where user code panics. A test bears the name of the place where its bug was reported.

use super::maps::Stage;
use super::{Operation, Points, Scene, at_every_call, dense, keyed, whole};
use crate::alone::alone;
use crate::fuse::Call;
use crate::items::Noisy;

/// All points of some operations.
fn points_of<S: Scene>(make: impl Fn() -> S, operations: &[Operation<S>], names: &[&str]) -> Points {
    let mut points = Points::default();
    for name in names {
        let operation = operations.iter().find(|operation| operation.name == *name);
        let operation = operation.unwrap_or_else(|| panic!("there is no operation of the name {name}"));
        points.add(at_every_call(&make, operation, "as a peer had it"));
    }
    points
}

/// Operations on one key of some, one of which was removed.
fn of_key(number: u64, names: &[&str]) -> Points {
    points_of(|| Stage::<Noisy, Noisy>::new(number, 0..11, 2..3), &keyed::operations(), names)
}

/// Operations on all keys.
fn of_all(names: &[&str]) -> Points {
    points_of(|| Stage::<Noisy, Noisy>::new(0, 0..25, 22..25), &whole::operations(), names)
}

/// Operations on an index that is absent, of a segment that is not there.
fn of_index(names: &[&str]) -> Points {
    points_of(|| dense::Stage::<Noisy>::new(200, 10, [1, 2]), &dense::keyed(), names)
}

fn of_all_indices(names: &[&str]) -> Points {
    points_of(|| dense::Stage::<Noisy>::new(0, 10, (0..75).step_by(4)), &dense::whole(), names)
}

/// A comparison panicked, and a value was freed twice (RUSTSEC-2026-0205).
#[test]
fn rustsec_2026_0205_a_comparison_panics() {
    alone(|| {
        let names = ["insert", "get", "remove", "update", "compute, remove", "compare_and_set, value, remove"];
        of_key(1, &names).assert("comparisons of keys and values", 12, &[Call::Eq]);
    });
}

/// A clone panicked, and what had been cloned before was undone by a wrong number (hashbrown #510).
#[test]
fn hashbrown_510_a_clone_panics() {
    alone(|| of_all(&["clone", "extend"]).assert("copies of a map", 60, &[Call::Clone]));
}

/// A clone panicked when its place had been taken already (RUSTSEC-2025-0054). Here many values are copied out.
#[test]
fn rustsec_2025_0054_a_clone_panics_after_an_index_was_advanced() {
    alone(|| {
        let mut points = of_all(&["batch_getitem"]);
        points.add(of_all_indices(&["batch_getitem"]));
        points.assert("copies of many values", 15, &[Call::Clone]);
    });
}

/// A destructor of an element or a hasher panicked (advisory-db #3174, #3219). Here those that the collector runs are among them.
#[test]
fn advisory_db_3174_a_destructor_panics() {
    alone(|| {
        let mut points = of_key(1, &["insert, flush", "remove, flush"]);
        points.add(of_all(&["drop", "clear", "into_iter, in part", "drain, in part", "hasher"]));
        assert!(points.contained > 0, "the collector has run none");
        points.assert("destructors of keys, values and hashers", 60, &[Call::Drop]);
    });
}

/// The same of values without keys.
#[test]
fn advisory_db_3219_a_destructor_panics() {
    alone(|| {
        let mut points = of_index(&["insert", "remove, flush"]);
        points.add(of_all_indices(&["drop", "clear", "into_iter, in part"]));
        points.assert("destructors of values", 20, &[Call::Drop]);
    });
}

/// An initialiser panicked, and what it should have made was taken as made (RUSTSEC-2019-0017). Here the key is absent after that, and
/// the operation can be repeated.
#[test]
fn rustsec_2019_0017_an_initialiser_panics() {
    let inserting = ["get_or_insert_with", "upsert", "get_or_insert_with, which inserts"];
    let by_query = ["get_or_insert_with_ref", "upsert_ref"];
    alone(|| {
        let mut points = of_key(900, &inserting);
        points.add(of_key(2, &by_query));
        points.add(of_index(&inserting));
        assert!(points.by_kind.get(&Call::Closure).is_some_and(|count| *count >= 8), "{points:?}");
        points.assert("initialisers", 20, &[Call::Closure]);
    });
}
