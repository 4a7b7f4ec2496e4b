//! What is parked at, and what was.

use super::case::{Case, DEADLINE, Verdict, Work};
use crate::platform::hook::Stop;
use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

/// Hits of a site that are parked at, each in a case of its own; beside an accomplice only the first.
const HITS: u32 = 3;

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

/// Parks a victim at every site that it reaches. `with_case` has a case run, in which others work on the victim's
/// subject or do not, and returns what it was run on, for `verify`.
pub(super) fn park_everywhere<A>(
    what: impl fmt::Debug,
    with_case: impl Fn(bool, &mut dyn FnMut(&Case<'_>)) -> A,
    verify: impl Fn(A),
) -> Coverage {
    let (mut recorded, mut most) = (BTreeMap::new(), HITS);
    drop(with_case(false, &mut |case| {
        recorded = hits(case.record());
        most = if case.accomplice.is_some() { 1 } else { HITS };
    }));
    let mut coverage = Coverage::default();
    for (site, hits) in recorded {
        for hit in 1..=hits.min(most) {
            let stops = [Stop { site, hit }];
            let contended = coverage.cases.is_multiple_of(2);
            verify(with_case(contended, &mut |case| coverage.note(case.run(&stops), &stops)));
        }
    }
    coverage.stuck.iter_mut().for_each(|stuck| *stuck = format!("{what:?} at {stuck}"));
    coverage
}

/// Parks one who counts, while an insertion is stopped at a site, where it has to wait.
pub(super) fn len_beside_a_stop(
    (insertion, site): (Work<'_>, &'static str),
    len: Work<'_>,
    others: &(dyn Fn(u64) + Sync),
) -> Coverage {
    let case = Case {
        accomplice: Some((insertion, Stop { site, hit: 1 })),
        victim: len,
        fresh: false,
        between: &|| {},
        others,
        deadline: DEADLINE,
    };
    let stops = [Stop { site: "LEN_WAIT", hit: 1 }];
    let verdict = case.run(&stops);
    assert!(verdict.parked, "the length was not asked for in vain");
    let mut coverage = Coverage::default();
    coverage.note(verdict, &stops);
    coverage
}

/// Sites with their hits.
fn hits(names: Vec<&'static str>) -> BTreeMap<&'static str, u32> {
    let mut hits = BTreeMap::new();
    for name in names {
        *hits.entry(name).or_default() += 1;
    }
    hits
}
