//! The pages of `docs` against the sources: every site and every rule stands in both.

use super::mutants::{PAGES, WITHOUT_HOOK, test_path};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../src")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of sources");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

/// The crate's own sources in some folders, comments left out.
fn sources(folders: &[&str]) -> String {
    let mut folders: Vec<_> = folders.iter().map(|folder| source_folder().join(folder)).collect();
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
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
fn uses(sources: &str, macro_name: &str) -> Vec<String> {
    let calls = sources.split(macro_name).skip(1);
    calls.filter_map(|rest| rest.split_once(')')).map(|(inside, _)| inside.split_whitespace().collect()).collect()
}

#[test]
fn every_folder_has_a_page() {
    let folders = entries(&source_folder()).into_iter().filter(|path| path.is_dir());
    let folders: BTreeSet<_> =
        folders.map(|path| path.file_name().expect("a name").to_string_lossy().into_owned()).collect();
    let covered = PAGES.iter().flat_map(|page| page.folders).map(|folder| (*folder).to_owned());
    assert_eq!(covered.collect::<BTreeSet<_>>(), folders);
}

#[test]
fn every_site_is_on_its_page() {
    let mut names = BTreeSet::new();
    for page in PAGES {
        let folders = page.folders;
        let sites: BTreeSet<_> = page.sites().iter().map(|row| format!("{}:{}", row.name, row.ordering)).collect();
        assert!(sites.len() > 10, "the page of {folders:?} has a table of sites");
        assert_eq!(sites.len(), page.sites().len(), "each site stands there once");
        let uses = uses(&sources(folders), "site!(");
        let code: BTreeSet<_> = uses.iter().cloned().collect();
        let twice = |&site: &&String| uses.iter().filter(|other| *other == site).count() > 1;
        let ordered_twice: Vec<_> = code.iter().filter(twice).filter(|site| !site.ends_with(":Relaxed")).collect();
        assert_eq!(ordered_twice, [""; 0], "two accesses have one name, and a mutant would weaken both at once");
        assert_eq!(code.difference(&sites).collect::<Vec<_>>(), [""; 0], "in the sources, not on the page");
        assert_eq!(sites.difference(&code).collect::<Vec<_>>(), [""; 0], "on the page, not in the sources");
        assert!(page.sites().iter().all(|row| names.insert(row.name)), "a site of {folders:?} is on two pages");
    }
}

/// The exchanges and other changes in one step whose ordering has two parts.
fn changes_of_two_parts(sources: &str) -> BTreeSet<&str> {
    let calls = sources.match_indices("site!(").filter_map(|(start, _)| {
        let (name, rest) = sources[start + "site!(".len()..].split_once(':')?;
        let ordering = rest.split_once(')')?.0.trim();
        // The call whose argument this is: the last parenthesis before it that is not closed yet.
        let mut closed = 0;
        let open = sources[..start].bytes().rposition(|byte| {
            closed += i32::from(byte == b')') - i32::from(byte == b'(');
            closed < 0
        })?;
        let method = sources[..open].rsplit(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next()?;
        let changes = method.starts_with("fetch_") || ["compare_exchange", "swap"].contains(&method);
        let is_failure = name.ends_with("_LOST");
        (changes && !is_failure && ["SeqCst", "AcqRel"].contains(&ordering)).then_some(name)
    });
    calls.collect()
}

#[test]
fn every_part_of_an_ordering_is_on_its_page() {
    for page in PAGES {
        let sources = sources(page.folders);
        let changes = changes_of_two_parts(&sources).into_iter();
        let expected: BTreeSet<_> =
            changes.flat_map(|name| ["Acquire", "Release"].map(|part| format!("{name}:{part}"))).collect();
        assert!(!expected.is_empty(), "the sources of {:?} have exchanges", page.folders);
        let steps: BTreeSet<_> = page.steps().iter().map(|row| row.name.to_owned()).collect();
        assert_eq!(steps, expected);
    }
}

#[test]
fn every_rule_is_on_its_page() {
    assert!(PAGES.iter().any(|page| page.rules().iter().any(|row| row.name == WITHOUT_HOOK)));
    for page in PAGES {
        let folders = page.folders;
        let rules: BTreeSet<_> = page.rules().iter().map(|row| row.name.to_owned()).collect();
        assert!(!rules.is_empty(), "the page of {folders:?} has a table of rules");
        let mut code: BTreeSet<_> = uses(&sources(folders), "rule!(").into_iter().collect();
        if rules.contains(WITHOUT_HOOK) {
            assert!(code.insert(WITHOUT_HOOK.to_owned()), "{WITHOUT_HOOK} has a hook, so its model needs no control");
        }
        assert_eq!(code, rules);
    }
}

/// The names in back quotes behind `heading`, as far as they can be those of models.
fn models_behind<'t>(text: &'t str, heading: &str) -> Vec<&'t str> {
    let (_, text) = text.split_once(heading).expect("the table of pairs");
    let names = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    names.filter(|name| name.contains('_') && !name.ends_with('*')).collect()
}

const HEADING: &str = "Transitions that meet";

/// The documentation of the models.
fn comment() -> String {
    let lines = include_str!("mod.rs").lines().filter_map(|line| line.strip_prefix("//!"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The numbers of transitions in a text: `K1`, `P6`.
fn numbers(text: &str) -> BTreeSet<&str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let is_number = |word: &&str| {
        let digits = word.strip_prefix(|letter: char| letter.is_ascii_uppercase()).unwrap_or_default();
        !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
    };
    words.filter(is_number).collect()
}

#[test]
fn every_transition_meets_something() {
    let comment = comment();
    for page in PAGES {
        let cells = page.text.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
        let defined: Vec<_> = cells.filter(|cell| numbers(cell).contains(cell)).collect();
        let folders = page.folders;
        assert!(defined.len() >= 4, "the page of {folders:?} has tables of transitions: {defined:?}");
        // A page has a table of its own, or stands in that of the models.
        let (_, pairs) =
            page.text.split_once(HEADING).or_else(|| comment.split_once(HEADING)).expect("a table of pairs");
        let named = numbers(pairs);
        let missing: Vec<_> = defined.into_iter().filter(|number| !named.contains(number)).collect();
        assert_eq!(missing, [""; 0], "{folders:?}: no pair and no reader names them");
    }
}

#[test]
fn every_pair_names_models() {
    let comment = comment();
    let published = include_str!("../../../docs/PUBLISHED.md");
    for (text, least) in [(comment.as_str(), 40), (published, 10)] {
        let names = models_behind(text, HEADING);
        assert!(names.len() >= least, "{} names", names.len());
        for name in names {
            assert!(test_path(name).is_some(), "there is no model {name}");
        }
    }
}
