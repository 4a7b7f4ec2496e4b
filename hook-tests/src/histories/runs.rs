//! Correct histories, as many as are asked for.

use super::campaign::{SEED, Way, how_to_repeat, name_of, rounds, scale, scheduled_round, seed, seed_of, volley};
use super::dense::Dense;
use super::findings::Findings;
use super::maps::{Hashed, Subject};
use super::program::Check;
use super::record::Fake;
use super::round::Searches;
use crate::alone::alone;
use crate::schedules::crew::Crew;
use std::time::{Duration, Instant};

/// Rounds of each kind of keys and values in the plain test: under schedules, and volleys.
const SCHEDULES: u64 = 6000;
const VOLLEYS: u64 = 18;

/// What a full run has to come to.
const FULL: u64 = 60;
const FULL_HISTORIES: usize = 2_000_000;
const FULL_SCHEDULES: u64 = 300_000;

#[derive(Debug, Default)]
struct Summary {
    findings: Findings,
    schedules: u64,
    of_pct: u64,
    steps: u64,
}

/// Says now and then how far a campaign is.
struct Progress {
    began: Instant,
    last: Instant,
}

impl Progress {
    fn say(&mut self, what: &str, summary: &Summary) {
        if self.last.elapsed() > Duration::from_secs(10) {
            self.last = Instant::now();
            eprintln!(
                "{:>5.0?} s {what}: {} histories, {} schedules, {} wrong",
                self.began.elapsed().as_secs(),
                summary.findings.histories,
                summary.schedules,
                summary.findings.wrong.len()
            );
        }
    }
}

impl Summary {
    fn add(&mut self, findings: Findings, what: &str, campaign: u64, round: u64) {
        self.findings.add(findings);
        if let Some(example) = &self.findings.example {
            panic!("{} repeats this wrong history of {what}: {example}", how_to_repeat(campaign, round));
        }
    }

    /// Both kinds of rounds on maps of one kind.
    fn run<S: Subject>(&mut self, campaign: u64, progress: &mut Progress) {
        let what = name_of::<S>();
        let crew = Crew::new();
        let mut searches = Searches::default();
        for number in rounds(SCHEDULES * scale()) {
            let way = if number % 4 == 3 { Way::Pct(3) } else { Way::Random };
            let check = if number % 16 < 4 { Check::Map } else { Check::Keys };
            let (findings, steps) = scheduled_round::<S>(&crew, &mut searches, seed_of(campaign, number), check, way);
            self.schedules += 1;
            self.of_pct += u64::from(way != Way::Random);
            self.steps += steps;
            self.add(findings, &what, campaign, number);
            progress.say(&what, self);
        }
        drop(crew);
        for number in rounds(VOLLEYS * scale()) {
            let check = if number % 4 == 0 { Check::Map } else { Check::Keys };
            let seed = seed_of(campaign, !number);
            let findings = volley::<S>(&mut searches, seed, check, |program| program, Fake::Nothing);
            self.add(findings, &what, campaign, number);
            progress.say(&what, self);
        }
    }
}

/// Alone, since threads of other tests count as well, and with many of them no table shrinks.
#[test]
fn every_history_has_an_order() {
    alone("histories::runs::every_history_has_an_order", || {
        let campaign = seed();
        println!("{SEED}={campaign}");
        let mut progress = Progress { began: Instant::now(), last: Instant::now() };
        let mut summary = Summary::default();
        summary.run::<Hashed<u64, u64>>(campaign, &mut progress);
        summary.run::<Hashed<String, String>>(campaign, &mut progress);
        summary.run::<Hashed<String, u64>>(campaign, &mut progress);
        summary.run::<Dense<u64>>(campaign, &mut progress);
        summary.run::<Dense<String>>(campaign, &mut progress);
        let Summary { findings, schedules, of_pct, steps } = summary;
        println!(
            "{} histories in which threads met ({} others do not count), {} of them during a migration ({} migrations, {} rounds \
             ended with a smaller table), {schedules} schedules ({of_pct} PCT, {} steps each), {} wrong, {:.1} s",
            findings.histories,
            findings.apart,
            findings.migrating,
            findings.migrations,
            findings.shrunk,
            steps / schedules,
            findings.wrong.len(),
            progress.began.elapsed().as_secs_f64()
        );
        assert!(findings.migrating * 4 >= findings.histories, "too few histories during a migration");
        assert!(findings.histories * 2 > findings.apart, "threads hardly met");
        assert!(findings.shrunk > 0, "no table shrank");
        if scale() >= FULL {
            assert!(
                findings.histories >= FULL_HISTORIES && schedules >= FULL_SCHEDULES && of_pct * 2 >= FULL_SCHEDULES
            );
        }
    });
}
