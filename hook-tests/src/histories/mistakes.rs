//! Mistakes that are put in must be found, under schedules and, where that is certain enough, by threads at once.

use super::campaign::{SEED, Way, program, scheduled, seed, seed_of, volley};
use super::maps::Hashed;
use super::program::{Action, Check, Past, Program, Step};
use super::record::Fake;
use super::round::Searches;
use crate::alone::alone;
use crate::schedules::crew::Crew;

type Inline = Hashed<u64, u64>;

/// A mistake: what is faked, or the rule that is not in force, and programs that meet it.
struct Mistake {
    name: &'static str,
    fake: Fake,
    without: Option<&'static str>,
    programs: fn(u64) -> Program,
    /// It is found in so many schedules of each of these kinds.
    within: u64,
    ways: &'static [Way],
}

const BOTH: &[Way] = &[Way::Random, Way::Pct(3)];

/// Any program.
fn any(seed: u64) -> Program {
    Program { plain: true, ..program(seed, Check::Keys) }
}

fn compare_and_sets(seed: u64) -> Program {
    any(seed).of_compare_and_sets()
}

/// Programs that go through migrations: keys come in every thread, and what is on record is looked for meanwhile.
fn migrations(seed: u64) -> Program {
    let mut program = any(seed);
    program.past = Past::Filled(seed % 7);
    for (number, step) in program.threads.iter_mut().flatten().enumerate() {
        match number % 4 {
            0 => step.action = Action::Fill,
            1 => step.action = Action::Get,
            2 if number % 8 == 2 => step.action = Action::Insert,
            _ => {}
        }
    }
    program
}

/// A copier beside a thread that goes through two migrations, and removes keys between them.
fn late_copiers(seed: u64) -> Program {
    let mut program = any(seed);
    program.past = Past::Filled(seed % 3);
    program.present = [true; 3];
    let steps = |actions: &[(Action, usize)]| -> Vec<Step> {
        actions.iter().map(|&(action, key)| Step { action, key }).collect()
    };
    let mut busy = vec![(Action::Fill, 0); 3];
    busy.extend((0..3).map(|key| (Action::Remove, key)));
    busy.extend([(Action::Fill, 0); 6]);
    busy.extend((0..3).map(|key| (Action::Get, key)));
    program.threads = vec![steps(&[(Action::NaiveCopy, 0); 6]), steps(&busy)];
    program
}

/// Whether a schedule finds a mistake.
fn is_found(mistake: &Mistake, way: Way, seed: u64, crew: &Crew, searches: &mut Searches) -> bool {
    let program = (mistake.programs)(seed);
    let strategy = way.strategy(seed, &program);
    scheduled::<Inline>(crew, searches, program, strategy, (mistake.fake, mistake.without)).0.wrong > 0
}

/// The number of schedules of one kind that it took to find a mistake, at most `within`.
fn schedules_to_find(mistake: &Mistake, way: Way, campaign: u64) -> Option<u64> {
    let (crew, mut searches) = (Crew::new(), Searches::default());
    (0..mistake.within).find(|&number| is_found(mistake, way, seed_of(campaign, number), &crew, &mut searches))
}

/// A schedule that has found a mistake finds it whenever it is run.
fn assert_repeats(mistake: &Mistake, way: Way, seed: u64) {
    let (crew, mut searches) = (Crew::new(), Searches::default());
    for _ in 0..3 {
        assert!(is_found(mistake, way, seed, &crew, &mut searches), "{} by seed {seed}, {way:?}", mistake.name);
    }
}

/// As many schedules of the same programs without the mistake, in which nothing may be wrong.
fn assert_right_without(mistake: &Mistake, way: Way, campaign: u64, schedules: u64) {
    let (crew, mut searches) = (Crew::new(), Searches::default());
    for number in 0..schedules {
        let seed = seed_of(campaign, number);
        let program = (mistake.programs)(seed);
        let strategy = way.strategy(seed, &program);
        let (findings, _) = scheduled::<Inline>(&crew, &mut searches, program, strategy, (Fake::Nothing, None));
        assert!(findings.wrong == 0, "{SEED}={campaign}, without a mistake: {}", findings.example.unwrap_or_default());
    }
}

fn find(mistakes: &[Mistake]) {
    let campaign = seed();
    println!("{SEED}={campaign}");
    for mistake in mistakes {
        for &way in mistake.ways {
            let Some(schedules) = schedules_to_find(mistake, way, campaign) else {
                panic!("{} was not found in {} schedules, {way:?}", mistake.name, mistake.within)
            };
            println!("{}: found by schedule {} ({way:?})", mistake.name, schedules + 1);
            assert_repeats(mistake, way, seed_of(campaign, schedules));
            assert_right_without(mistake, way, campaign, schedules + 1);
        }
    }
}

#[test]
fn mistakes_are_found_by_schedules() {
    alone("histories::mistakes::mistakes_are_found_by_schedules", || {
        let mistake =
            |name, programs, within| Mistake { name, fake: Fake::Nothing, without: None, programs, within, ways: BOTH };
        find(&[
            Mistake { fake: Fake::TwoSteps, ..mistake("a compare-and-set in two steps", compare_and_sets, 20_000) },
            Mistake {
                without: Some("SEALED_LEADS_ON"),
                ..mistake("a reader that takes a sealed word for an empty one", migrations, 20_000)
            },
            // It has to sleep through a migration and a removal, which random turns let it do once in some thousand schedules.
            Mistake {
                fake: Fake::Follow,
                ways: &[Way::Pct(3)],
                ..mistake("a copier that follows", late_copiers, 20_000)
            },
        ]);
    });
}

/// Rules whose breach leaves memory in order, as long as nothing is boxed.
#[test]
fn breaches_of_rules_are_found_by_schedules() {
    alone("histories::mistakes::breaches_of_rules_are_found_by_schedules", || {
        let rules = [
            "CLAIM_FIRST",
            "SEAL_BEFORE_CROSSING",
            "SEAL_KEY_WORD",
            "FREEZE_FIRST",
            "FINISH_SLOT",
            "TAG_VALUE",
            "TAG_PASSED",
            "TAG_CROSSING",
            "TAG_COPY",
        ];
        let mistakes = rules.map(|name| Mistake {
            name,
            fake: Fake::Nothing,
            without: Some(name),
            programs: migrations,
            within: 20_000,
            ways: BOTH,
        });
        find(&mistakes);
    });
}

#[test]
fn a_compare_and_set_in_two_steps_is_found_by_threads_at_once() {
    let campaign = seed();
    println!("{SEED}={campaign}");
    let mut searches = Searches::default();
    let volleys = (0..200).find(|&number| {
        let seed = seed_of(campaign, number);
        volley::<Inline>(&mut searches, seed, Check::Keys, Program::of_compare_and_sets, Fake::TwoSteps).wrong > 0
    });
    println!("found in volley {:?}", volleys.expect("it is found"));
}
