//! The enumeration is complete: each public operation is called in a scene of its type, or runs no code of users.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What calls no `Hash`, `Eq`, `Clone`, `Drop`, hasher, closure or iterator of a user's.
const CALLS_NOTHING: [&str; 14] = [
    "approx_len",
    "bytes",
    "bytes_for",
    "capacity",
    "guard",
    "len",
    "len_bounds",
    "map",
    "max_index",
    "new",
    "stats",
    "value",
    "version",
    "with_capacity",
];

/// Whose arguments are moved to where they stay: a panic finds them in a variable of the map's.
const MOVES_ONLY: [&str; 3] = ["into_value", "with_capacity_and_hasher", "with_hasher"];

fn sources(under: &Path) -> Vec<PathBuf> {
    if under.is_file() {
        return vec![under.to_path_buf()];
    }
    let entries = fs::read_dir(under).unwrap_or_else(|error| panic!("{}: {error}", under.display()));
    entries.flat_map(|entry| sources(&entry.expect("it can be read").path())).collect()
}

fn text(root: &Path, under: &[&str]) -> String {
    let files = under.iter().flat_map(|under| sources(&root.join(under)));
    files.map(|file| fs::read_to_string(file).expect("it is text")).collect()
}

/// The names of all public functions.
fn operations(source: &str) -> BTreeSet<&str> {
    let public = source.lines().filter_map(|line| line.trim_start().strip_prefix("pub fn "));
    public.map(|rest| rest.split(['(', '<']).next().unwrap_or(rest)).collect()
}

/// Operations of these files that no scene of those calls.
fn missing(sources: &[&str], scenes: &[&str]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (source, scenes) = (text(&root.join("src"), sources), text(&root.join("tests/hostile/panics"), scenes));
    let is_called = |name: &&str| {
        ["(", "::<", ")"]
            .iter()
            .any(|end| [".", "::"].iter().any(|start| scenes.contains(&format!("{start}{name}{end}"))))
    };
    let operations = operations(&source);
    assert!(operations.len() >= 15, "{operations:?}");
    let calls = operations.into_iter().filter(|name| !CALLS_NOTHING.contains(name) && !MOVES_ONLY.contains(name));
    calls.filter(|name| !is_called(name)).map(String::from).collect()
}

#[test]
fn every_public_operation_has_a_scene() {
    let of_maps = ["keyed.rs", "handles.rs", "whole.rs", "alike.rs", "reductions.rs"];
    assert_eq!(missing(&["map"], &of_maps), [""; 0]);
    assert_eq!(missing(&["parallel/reduce.rs", "map/mod.rs"], &of_maps), [""; 0]);
    assert_eq!(missing(&["dense"], &["dense", "alike.rs"]), [""; 0]);
    assert_eq!(missing(&["published"], &["published.rs"]), [""; 0]);
    assert!(missing(&["map"], &["published.rs"]).len() > 30, "what is missing is not found");
}
