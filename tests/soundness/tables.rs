//! The tables of bugs that other maps had name tests that exist.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

/// Names of tests in the sources below a directory.
fn tests(directory: &Path, names: &mut HashSet<String>) {
    for entry in fs::read_dir(directory).expect("a directory of the crate") {
        let path = entry.expect("a file of the crate").path();
        if path.is_dir() {
            tests(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("a source is text");
            for behind in source.split("#[test]\n").skip(1) {
                let (_, behind) = behind.split_once("fn ").expect("a test is a function");
                names.extend(behind.split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned));
            }
        }
    }
}

/// What the rows of a file's tables name: in their last cell, in backquotes, and no path.
fn named(source: &str) -> Vec<&str> {
    let rows = source.lines().filter_map(|line| line.strip_prefix("//! |")?.strip_suffix(" |")?.rsplit('|').next());
    let quoted = rows.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    quoted.filter(|name| name.contains('_') && name.chars().all(|c| c.is_alphanumeric() || c == '_')).collect()
}

#[test]
fn rows_name_what_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut existing = HashSet::new();
    tests(&root.join("tests"), &mut existing);
    for (table, at_least) in [("tests/it/peers/mod.rs", 30), ("tests/soundness.rs", 18)] {
        let source = fs::read_to_string(root.join(table)).expect("it is there");
        let named = named(&source);
        assert!(named.len() >= at_least, "{} names in {table}", named.len());
        // The module, in the library's sources, whose documentation is compiled.
        let known = |name: &&str| existing.contains(*name) || *name == "does_not_compile";
        let gone: Vec<_> = named.into_iter().filter(|name| !known(name)).collect();
        assert!(gone.is_empty(), "{table} names what is gone: {gone:?}");
    }
}
