//! Weakens every site and takes out every rule that a page of `docs` says a model holds: that model must fail.

use super::killed::reason_of;
use crate::platform::sites::MUTANT;
use std::process::{Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// A page of the protocol.
pub(super) struct Page {
    pub(super) text: &'static str,
    /// The folders of `src` whose sites and rules stand there.
    pub(super) folders: &'static [&'static str],
}

pub(super) const PAGES: [Page; 3] = [
    Page {
        text: include_str!("../../../docs/TRANSITIONS.md"),
        folders: &["api", "map", "parallel", "platform", "reclaim", "table"],
    },
    Page { text: include_str!("../../../docs/PUBLISHED.md"), folders: &["published"] },
    Page { text: include_str!("../../../docs/DENSE.md"), folders: &["dense"] },
];

/// A mutant that has not failed by then counts as one that passed: a model that fails does so early.
const PATIENCE: Duration = Duration::from_secs(120);

/// Processes at a time.
const WORKERS: usize = 2;

/// A rule that no code can leave out: its model is a control that fails without any mutant.
pub(super) const WITHOUT_HOOK: &str = "COPY_STOPS";

pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) ordering: &'static str,
    killed_by: &'static str,
}

impl Row {
    /// The model, or `None` if there is a reason instead.
    fn model(&self) -> Option<&'static str> {
        self.killed_by.strip_prefix('`').and_then(|model| model.strip_suffix('`'))
    }
}

impl Page {
    /// The rows of the table with a header whose first cell is a name. Their last cell says what kills the mutant.
    fn rows(&self, header: &str) -> Vec<Row> {
        let mut lines = self.text.lines().skip_while(|line| !line.starts_with(header));
        assert!(lines.next().is_some(), "the page of {:?} has a table {header}", self.folders);
        lines
            .take_while(|line| line.starts_with('|'))
            .filter_map(|line| {
                let cells: Vec<_> =
                    line.strip_prefix('|')?.trim_end().strip_suffix('|')?.split(" | ").map(str::trim).collect();
                let name = cells.first()?.strip_prefix('`')?.strip_suffix('`')?;
                let site = name.split(':').next()?;
                let is_name = site.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
                (is_name && cells.len() >= 4).then(|| Row {
                    name,
                    ordering: cells[1],
                    killed_by: cells[cells.len() - 1],
                })
            })
            .collect()
    }

    pub(super) fn sites(&self) -> Vec<Row> {
        self.rows("| site | ordering |")
    }

    /// `SITE:Ordering`: exchanges that lose one part of their ordering only.
    pub(super) fn steps(&self) -> Vec<Row> {
        self.rows("| step | gone |")
    }

    pub(super) fn rules(&self) -> Vec<Row> {
        self.rows("| rule | statement |")
    }
}

fn sites() -> impl Iterator<Item = Row> {
    PAGES.iter().flat_map(Page::sites)
}

fn steps() -> impl Iterator<Item = Row> {
    PAGES.iter().flat_map(Page::steps)
}

fn rules() -> impl Iterator<Item = Row> {
    PAGES.iter().flat_map(Page::rules)
}

/// The paths of all tests here.
pub(super) fn test_paths() -> impl Iterator<Item = &'static str> {
    static LIST: OnceLock<String> = OnceLock::new();
    let list = LIST.get_or_init(|| {
        let output = this_executable().arg("--list").output().expect("the list of tests");
        String::from_utf8(output.stdout).expect("names are text")
    });
    list.lines().filter_map(|line| line.strip_suffix(": test")).filter(|path| path.starts_with("models::"))
}

/// The path of a model of this executable.
pub(super) fn test_path(model: &str) -> Option<&'static str> {
    test_paths().find(|path| path.ends_with(&format!("::{model}")))
}

fn this_executable() -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a running executable has a path"));
    command.env_remove(MUTANT).env("RUST_BACKTRACE", "0").stderr(Stdio::null()).stdin(Stdio::null());
    command
}

/// Why a model fails with a mutant in force, if it does.
fn reason(model: &str, mutant: &str) -> Option<String> {
    let path = test_path(model).unwrap_or_else(|| panic!("{mutant}: there is no model {model}"));
    let mut command = this_executable();
    command.args([path, "--exact", "--nocapture"]).env(MUTANT, mutant);
    reason_of(command, PATIENCE)
}

/// Runs models, each with a mutant, and returns the pairs that passed.
pub(super) fn survivors(pairs: Vec<(&str, String)>) -> Vec<String> {
    let queue = Mutex::new(pairs.into_iter());
    let survivors = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let Some((model, mutant)) = queue.lock().expect("no panic while it is held").next() else { return };
                    let start = Instant::now();
                    let reason = reason(model, &mutant);
                    let (verdict, elapsed) = (if reason.is_some() { "killed" } else { "NOT KILLED" }, start.elapsed());
                    println!("{mutant}: {verdict} by {model} in {elapsed:?}: {}", reason.as_deref().unwrap_or("–"));
                    if reason.is_none() {
                        survivors.lock().expect("no panic while it is held").push(format!("{mutant} ({model})"));
                    }
                }
            });
        }
    });
    survivors.into_inner().expect("all workers are done")
}

/// The models that the pages name, each with its mutant.
fn killers() -> impl Iterator<Item = (&'static str, String)> {
    let sites = sites().filter(|row| row.ordering != "Relaxed");
    let mutants = sites.filter_map(|row| Some((row.model()?, format!("{}:Relaxed", row.name))));
    let others = steps().chain(rules().filter(|row| row.name != WITHOUT_HOOK));
    mutants.chain(others.filter_map(|row| Some((row.model()?, row.name.to_owned()))))
}

/// The models that the pages name, a control among them that fails without any mutant.
pub(super) fn named_models() -> impl Iterator<Item = &'static str> {
    sites().chain(steps()).chain(rules()).filter_map(|row| row.model())
}

#[test]
fn every_mutant_is_killed() {
    let pairs: Vec<_> = killers().collect();
    let total = pairs.len();
    let survivors = survivors(pairs);
    let in_words =
        sites().chain(steps()).chain(rules()).filter(|row| row.model().is_none() && row.ordering != "Relaxed");
    println!("{} of {total} mutants killed, {} more have words instead", total - survivors.len(), in_words.count());
    assert!(survivors.is_empty(), "not killed:\n{}", survivors.join("\n"));
}

#[test]
fn every_row_names_a_model_or_a_reason() {
    for row in sites().chain(steps()).chain(rules()) {
        match row.model() {
            Some(model) => assert!(test_path(model).is_some(), "{}: there is no model {model}", row.name),
            None => {
                let reason = row.killed_by.strip_prefix("– ").unwrap_or_default();
                assert!(!reason.is_empty(), "{}: neither a model nor a reason", row.name);
                assert_eq!(reason == "relaxed", row.ordering == "Relaxed", "{}: {}", row.name, row.ordering);
            }
        }
    }
}
