//! The pages of `docs/` against the sources: every site and every rule stands in both.

use super::mutants::{WITHOUT_HOOK, rules, sites, test_path};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The crate's own sources, comments left out.
fn sources() -> String {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../src")];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let mut text = String::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs")) {
        for line in std::fs::read_to_string(file).expect("a source file").lines() {
            text.push_str(line.split("//").next().unwrap_or_default());
            text.push('\n');
        }
    }
    text
}

/// What stands in the parentheses behind `macro_name`, without blanks.
fn uses(sources: &str, macro_name: &str) -> BTreeSet<String> {
    let calls = sources.split(macro_name).skip(1);
    calls.filter_map(|rest| rest.split_once(')')).map(|(inside, _)| inside.split_whitespace().collect()).collect()
}

#[test]
fn every_site_is_on_a_page() {
    let page: BTreeSet<_> = sites().iter().map(|row| format!("{}:{}", row.name, row.ordering)).collect();
    assert!(page.len() > 50, "the pages have tables of sites");
    assert_eq!(page.len(), sites().len(), "each site stands on one page, once");
    let code = uses(&sources(), "site!(");
    assert_eq!(code.difference(&page).collect::<Vec<_>>(), [""; 0], "in the sources, on no page");
    assert_eq!(page.difference(&code).collect::<Vec<_>>(), [""; 0], "on a page, not in the sources");
}

#[test]
fn every_rule_is_on_a_page() {
    let page: BTreeSet<_> = rules().iter().map(|row| row.name.to_owned()).collect();
    assert!(page.len() > 5, "the pages have tables of rules");
    let mut code = uses(&sources(), "rule!(");
    assert!(code.insert(WITHOUT_HOOK.to_owned()), "{WITHOUT_HOOK} has a hook, so its model needs no control");
    assert_eq!(code, page);
}

#[test]
fn every_pair_names_models() {
    let pairs = include_str!("mod.rs").split("# Transitions that meet").nth(1).expect("the table of pairs");
    let comment = pairs.lines().skip(1).take_while(|line| line.starts_with("//!"));
    let names: Vec<_> = comment.flat_map(|line| line.split('`').skip(1).step_by(2)).collect();
    assert!(names.len() > 40, "{} names", names.len());
    for name in names.into_iter().filter(|name| name.contains('_') && !name.ends_with('*')) {
        assert!(test_path(name).is_some(), "there is no model {name}");
    }
}
