//! What is parked at, and what was.

use super::case::{Case, Verdict, Work};
use crate::platform::hook::Stop;
use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

/// Hits of a site that are parked at, each in a case of its own; beside an accomplice only the first.
const HITS: u32 = 3;

/// How often a case is tried.
const TRIES: u32 = 8;

/// What was parked at, and in how many cases.
#[derive(Debug, Default)]
pub(super) struct Coverage {
    pub(super) sites: BTreeSet<&'static str>,
    pub(super) cases: usize,
    /// Cases of each who has to have one.
    due: BTreeMap<String, usize>,
    stuck: Vec<String>,
}

impl Coverage {
    pub(super) fn add(&mut self, other: Self) {
        self.sites.extend(other.sites);
        self.cases += other.cases;
        other.due.into_iter().for_each(|(who, cases)| self.owe(who, cases));
        self.stuck.extend(other.stuck);
    }

    /// Somebody has to have a case, here or elsewhere; so many are here.
    fn owe(&mut self, who: String, cases: usize) {
        *self.due.entry(who).or_default() += cases;
    }

    /// Has a case run until all are parked who have to be, which may depend on hashes, and on what others did before.
    fn park(&mut self, what: &str, stops: &[Stop], mut run: impl FnMut(&[Stop]) -> Verdict) {
        for _ in 0..TRIES {
            let verdict = run(stops);
            if verdict.stuck {
                self.stuck.push(format!("{what} at {stops:?}"));
            }
            if verdict.parked {
                self.cases += 1;
                self.sites.extend(stops.last().map(|stop| stop.site));
                return;
            }
        }
    }

    pub(super) fn assert_nobody_stuck(&self) {
        assert!(self.stuck.is_empty(), "stopped others: {:?}", self.stuck);
    }

    /// Nobody was stuck, and there were as many cases as there have to be.
    pub(super) fn assert_complete(&self, part: &str, least: usize) {
        self.assert_nobody_stuck();
        let missing: Vec<_> = self.due.iter().filter(|&(_, &cases)| cases == 0).map(|(who, _)| who).collect();
        assert!(missing.is_empty(), "{part}: never parked: {missing:#?}");
        assert!(self.cases >= least, "{part}: {} cases instead of {least} or more", self.cases);
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cases, {} sites, {} stuck", self.cases, self.sites.len(), self.stuck.len())
    }
}

/// Parks a victim at every site that it reaches. `with_case` has a case run, in which others work on the victim's
/// subject or do not, and returns what it was run on, for `verify`.
///
/// The operation has to have a case, unless its accomplice does not come to its own site in this setting; the
/// accomplice has to come to it in one.
pub(super) fn park_everywhere<A>(
    (operation, setting, accomplice): (impl fmt::Debug, impl fmt::Debug, Option<impl fmt::Debug>),
    with_case: impl Fn(bool, &mut dyn FnMut(&Case<'_>)) -> A,
    verify: impl Fn(A),
) -> Coverage {
    let what = format!("{operation:?} in {setting:?} beside {accomplice:?}");
    let (mut recorded, mut parked) = (Vec::new(), false);
    for _ in 0..TRIES {
        if !parked {
            drop(with_case(false, &mut |case| (recorded, parked) = case.record()));
        }
    }
    let most = if accomplice.is_some() { 1 } else { HITS };
    let mut coverage = Coverage::default();
    for (site, hits) in hits(recorded).into_iter().filter(|_| parked) {
        for hit in 1..=hits.min(most) {
            let contended = coverage.cases.is_multiple_of(2);
            coverage.park(&what, &[Stop { site, hit }], |stops| {
                let mut verdict = Verdict { parked: false, stuck: false };
                verify(with_case(contended, &mut |case| verdict = case.run(stops)));
                verdict
            });
        }
    }
    let cases = coverage.cases;
    if parked {
        coverage.owe(what, cases);
    }
    if let Some(accomplice) = accomplice {
        coverage.owe(format!("anybody beside {accomplice:?}"), cases);
    }
    coverage
}

/// Has one case, in which the victim has to come to its last stop.
pub(super) fn park_at(what: &str, stops: &[Stop], run: impl FnMut(&[Stop]) -> Verdict) -> Coverage {
    let mut coverage = Coverage::default();
    coverage.park(what, stops, run);
    let cases = coverage.cases;
    coverage.owe(format!("{what} at {stops:?}"), cases);
    coverage
}

/// Parks one who counts, while an insertion is stopped at a site, where it has to wait.
pub(super) fn len_beside_a_stop(
    (insertion, site): (Work<'_>, &'static str),
    len: Work<'_>,
    others: &(dyn Fn(u64) + Sync),
) -> Coverage {
    let case = Case { accomplice: Some((insertion, Stop { site, hit: 1 })), ..Case::of(len, others) };
    park_at("a length", &[Stop { site: "LEN_WAIT", hit: 1 }], |stops| case.run(stops))
}

/// Sites with their hits.
fn hits(names: Vec<&'static str>) -> BTreeMap<&'static str, u32> {
    let mut hits = BTreeMap::new();
    for name in names {
        *hits.entry(name).or_default() += 1;
    }
    hits
}

#[test]
fn those_who_do_not_come_are_missed() {
    use crate::platform::hook::{self, Kind};
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed, Ordering::SeqCst};
    let complete = |visits, accomplice: Option<&'static str>, least| {
        let visits = AtomicU32::new(visits);
        let visit = |site| _ = hook::at(site, Kind::Plain, SeqCst);
        let victim = || {
            if visits.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok() {
                visit("HERE");
            }
        };
        let with_case = |_: bool, run: &mut dyn FnMut(&Case<'_>)| {
            let assist = || visit("THERE");
            let accomplice = accomplice.map(|site| (&assist as _, Stop { site, hit: 1 }));
            run(&Case { accomplice, ..Case::of(&victim, &|_| {}) });
        };
        let coverage = park_everywhere(("somebody", (), accomplice), with_case, |()| {});
        catch_unwind(AssertUnwindSafe(|| coverage.assert_complete("all", least))).is_ok()
    };
    // It is recorded first, and parked then.
    assert!(complete(2, None, 1) && !complete(2, None, 2), "a floor");
    assert!(!complete(1, None, 0) && !complete(0, None, 0), "a victim");
    assert!(complete(2, Some("THERE"), 1) && !complete(2, Some("NOWHERE"), 0), "an accomplice");
}
