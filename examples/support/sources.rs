//! Which files make up the text.

use std::collections::HashSet;
use std::env;
use std::ffi::OsStr;
use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

/// What lies below this package and is not its source.
const NOT_SOURCE: &[&str] = &["target", ".git"];

/// A file or directory to read.
pub(crate) struct Root {
    /// Free of symbolic links, so that equal files have equal paths.
    path: PathBuf,
    /// Names of directories below it that are passed over.
    passed_over: &'static [&'static str],
}

/// A file to read and its size when it was found.
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
}

/// A directory entry that gives no text.
pub(crate) struct Skipped {
    pub(crate) path: PathBuf,
    pub(crate) reason: Reason,
}

/// Why an entry gives no text.
pub(crate) enum Reason {
    NotUtf8 { at: usize },
    Unreadable(String),
    NotRegular(&'static str),
}

/// The regular files below the roots, each once, and what was passed over.
#[derive(Default)]
pub(crate) struct Sources {
    pub(crate) files: Vec<Source>,
    pub(crate) skipped: Vec<Skipped>,
}

impl Root {
    /// The paths as roots, or a message that names every path that leads nowhere.
    pub(crate) fn from_paths(paths: &[PathBuf]) -> Result<Vec<Self>, String> {
        let mut roots = Vec::new();
        let mut errors = Vec::new();
        for path in paths {
            match fs::canonicalize(path) {
                Ok(path) => roots.push(Self { path, passed_over: &[] }),
                Err(error) => errors.push(format!("cannot read {path:?}: {error}")),
            }
        }
        if errors.is_empty() { Ok(roots) } else { Err(errors.join("\nerror: ")) }
    }

    /// Text that every machine with Rust has; a place that does not exist is left out.
    pub(crate) fn default_text() -> Vec<Self> {
        let unpacked = cargo_home().map(|home| (home.join("registry").join("src"), &[][..]));
        let package = (PathBuf::from(env!("CARGO_MANIFEST_DIR")), NOT_SOURCE);
        let existing = |(path, passed_over)| fs::canonicalize(path).ok().map(|path| Self { path, passed_over });
        unpacked.into_iter().chain([package]).filter_map(existing).collect()
    }

    fn passes_over(&self, entry: &DirEntry) -> bool {
        // The root itself may have any name.
        entry.depth() > 0
            && entry.file_type().is_dir()
            && self.passed_over.iter().any(|name| entry.file_name() == OsStr::new(name))
    }
}

/// Lists the files below `roots` in the order of their names, so that runs are alike.
///
/// Links are not followed: no loop can arise, and no file counts twice.
pub(crate) fn find(roots: &[Root]) -> Sources {
    let mut sources = Sources::default();
    let mut seen = HashSet::new();
    for root in roots {
        let entries =
            WalkDir::new(&root.path).sort_by_file_name().into_iter().filter_entry(|entry| !root.passes_over(entry));
        for entry in entries {
            let found = match entry {
                Ok(entry) if entry.file_type().is_dir() => continue,
                Ok(entry) => examine(entry),
                Err(error) => Err(unreadable(root, &error)),
            };
            let path = match &found {
                Ok(source) => &source.path,
                Err(skipped) => &skipped.path,
            };
            // Roots may overlap.
            if !seen.insert(path.clone()) {
                continue;
            }
            match found {
                Ok(source) => sources.files.push(source),
                Err(skipped) => sources.skipped.push(skipped),
            }
        }
    }
    sources
}

fn examine(entry: DirEntry) -> Result<Source, Skipped> {
    let kind = entry.file_type();
    let metadata = entry.metadata();
    let path = entry.into_path();
    if !kind.is_file() {
        let reason = not_regular(kind, &path);
        return Err(Skipped { path, reason });
    }
    match metadata {
        Ok(metadata) => Ok(Source { path, bytes: metadata.len() }),
        Err(error) => Err(Skipped { path, reason: Reason::Unreadable(error.to_string()) }),
    }
}

fn not_regular(kind: FileType, path: &Path) -> Reason {
    if !kind.is_symlink() {
        // Opening a pipe would wait, and a device need not end.
        return Reason::NotRegular("not a regular file");
    }
    match fs::metadata(path) {
        Ok(_) => Reason::NotRegular("symbolic link, not followed"),
        Err(error) => Reason::Unreadable(format!("symbolic link that leads nowhere: {error}")),
    }
}

fn unreadable(root: &Root, error: &walkdir::Error) -> Skipped {
    let reason = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    Skipped { path: error.path().unwrap_or(&root.path).to_owned(), reason: Reason::Unreadable(reason) }
}

fn cargo_home() -> Option<PathBuf> {
    let named = env::var_os("CARGO_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    // Up to 1.86 the compiler calls this function deprecated.
    #[allow(deprecated)]
    named.or_else(|| env::home_dir().map(|home| home.join(".cargo")))
}
