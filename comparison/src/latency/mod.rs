//! Latencies of single operations on a map that grows; the README says how.

mod control;
pub(crate) mod operations;
mod report;
mod rounds;
mod samples;
pub(crate) mod summary;

use clap::ValueEnum;

use crate::contenders::Id;

pub use report::Report;
pub use rounds::run;

pub struct Setup {
    pub keys: usize,
    pub rounds: usize,
    /// Writers in `insert`.
    pub threads: usize,
    pub loads: Vec<Load>,
    pub rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Load {
    Insert,
    Get,
}

impl Load {
    pub const ALL: &[Self] = &[Self::Insert, Self::Get];

    pub fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Get => "get",
        }
    }
}

/// A line of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The same loop on maps that no thread shares and that do not grow: what it shows is the machine.
    Control,
    Map(Id),
}

impl Row {
    pub fn name(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Map(id) => id.name(),
        }
    }
}

/// What a histogram is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Insert,
    /// Lookups while the map grows.
    Busy,
    /// Lookups in the map as it then is.
    Quiet,
}

impl Phase {
    pub const ALL: &[Self] = &[Self::Insert, Self::Busy, Self::Quiet];

    pub fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Busy => "get-busy",
            Self::Quiet => "get-quiet",
        }
    }
}
