//! What was parked at.

use super::case::Verdict;
use crate::platform::hook::Stop;
use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

/// What was parked at, and in how many cases.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    pub(super) sites: BTreeSet<&'static str>,
    pub(super) cases: usize,
    pub(super) stuck: Vec<String>,
}

impl Coverage {
    pub(super) fn add(&mut self, other: Self) {
        self.sites.extend(other.sites);
        self.cases += other.cases;
        self.stuck.extend(other.stuck);
    }

    pub(super) fn note(&mut self, verdict: Verdict, stops: &[Stop]) {
        if verdict.parked {
            self.cases += 1;
            self.sites.extend(stops.last().map(|stop| stop.site));
        }
        if verdict.stuck {
            self.stuck.push(format!("{stops:?}"));
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cases, {} sites, {} stuck", self.cases, self.sites.len(), self.stuck.len())
    }
}

/// Sites with their hits.
pub(super) fn hits(names: Vec<&'static str>) -> BTreeMap<&'static str, u32> {
    let mut hits = BTreeMap::new();
    for name in names {
        *hits.entry(name).or_default() += 1;
    }
    hits
}
