//! Reductions, batches and scans with several threads, beside what one would write by hand; the README says how.

pub mod contenders;
pub mod loads;
pub mod lookups;
pub mod report;
pub mod rounds;
pub mod rows;
pub mod scans;

/// What the command line says.
pub struct Setup {
    /// Rows of a reduction.
    pub rows: usize,
    pub rounds: usize,
    pub threads: usize,
    /// Whether maps are made with room for all keys.
    pub capacity: bool,
    /// Entries of the largest map that is looked up in or scanned.
    pub entries: usize,
    /// Where the words come from.
    pub text: Option<std::path::PathBuf>,
}
