//! The names of sites in the sources, and which test has to park a thread at each.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Sites that nobody is parked at, with the reason.
const EXCEPTIONS: [(&str, &str); 14] = [
    ("TAKE_ROOT", "into_iter and the drop of the map own it"),
    ("TAKE_NEXT", "the same"),
    ("LOAD_OWNED", "the same"),
    ("ESCAPE_READ", "the same"),
    ("OWNER_TAKE", "into_iter and the drop of the map own the key"),
    ("COUNT_FORGET", "the same"),
    ("STRIPES_DROP", "the drop of a counter owns it"),
    ("TAKE_SEGMENT", "the drop of the dense map owns it"),
    ("DENSE_OWNED", "into_iter and the drop of the dense map own it"),
    ("TAKE_VALUE", "the same"),
    ("SNAPSHOT_OWNED", "get_mut and the drop of the cell own it"),
    ("SNAPSHOT_TAKE", "into_inner owns the cell"),
    ("STRIPES_LOAD", "here the number of counters is a constant"),
    ("STRIPES_STORE", "the same"),
];

/// The parts of the platform that are there once in a process. Maps reach some of their sites by chance only: when a
/// large array is freed, when two threads begin at once, when one ends.
const COMMON: [&str; 4] =
    ["platform/index_pool.rs", "platform/once.rs", "platform/participants.rs", "platform/pile.rs"];

/// Where destructors panic, which those of the keys and values of these tests do not.
const PANIC: &str = "PANICS_ADD";

/// Those of `scenarios`.
pub(super) fn of_hash_maps() -> BTreeSet<String> {
    &names_in(&["api", "map", "platform", "reclaim", "table"]) - &(&of_common_parts() | &exceptions())
}

/// Those of `dense`.
pub(super) fn of_dense_maps() -> BTreeSet<String> {
    &names_in(&["dense"]) - &exceptions()
}

/// Those of `published`.
pub(super) fn of_cells() -> BTreeSet<String> {
    &names_in(&["published"]) - &exceptions()
}

/// Those of `platform`.
pub(super) fn of_common_parts() -> BTreeSet<String> {
    let mut names = names_in(&COMMON);
    names.insert(String::from(PANIC));
    names
}

fn exceptions() -> BTreeSet<String> {
    EXCEPTIONS.iter().map(|&(name, _)| String::from(name)).collect()
}

/// Takes those that were parked at from those that have to be. None may be an exception.
pub(super) fn cross_off(missing: &mut BTreeSet<String>, parked: &BTreeSet<&str>) {
    let reached: Vec<_> = EXCEPTIONS.iter().filter(|(name, _)| parked.contains(name)).collect();
    assert!(reached.is_empty(), "parked at, in spite of the reason: {reached:?}");
    missing.retain(|site| !parked.contains(site.as_str()));
}

/// All names in some files and folders of the sources.
fn names_in(places: &[&str]) -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src");
    let mut names = BTreeSet::new();
    places.iter().for_each(|place| add_names(&sources.join(place), &mut names));
    names
}

fn add_names(path: &Path, names: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a layer of the crate") {
            add_names(&entry.expect("an entry of a folder").path(), names);
        }
        return;
    }
    let text = fs::read_to_string(path).expect("a source file");
    for after in text.split("site!(").skip(1) {
        let name: String = after.chars().take_while(|c| c.is_ascii_uppercase() || *c == '_').collect();
        if after[name.len()..].trim_start().starts_with(':') {
            names.insert(name);
        }
    }
}

#[test]
fn every_site_has_a_test_or_a_reason() {
    let mut all = names_in(&[""]);
    assert!(all.len() > 100, "only {} sites found in the sources", all.len());
    for part in [of_hash_maps(), of_dense_maps(), of_cells(), of_common_parts()] {
        assert!(part.len() > 10, "only {} sites found in a part of the sources", part.len());
        all = &all - &part;
    }
    assert_eq!(all, exceptions());
}
