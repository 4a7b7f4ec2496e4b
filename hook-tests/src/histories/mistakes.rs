//! Mistakes that are put in must be found, under schedules and, where that is certain enough, by threads at once.

use super::campaign::{SEED, Way, name_of, program, scheduled, seed, seed_of, volley};
use super::dense::Dense;
use super::findings::Wrong;
use super::maps::{Hashed, Subject};
use super::program::{Action, Check, Past, Program, Step};
use super::record::Fake;
use super::round::Searches;
use crate::alone::alone;
use crate::schedules::crew::Crew;

type Inline = Hashed<u64, u64>;

/// A mistake: what is faked, or the rule that is not in force, and programs that meet it.
#[derive(Clone, Copy)]
struct Mistake {
    name: &'static str,
    fake: Fake,
    without: Option<&'static str>,
    programs: fn(u64) -> Program,
    /// What tells. Anything else does not count, a thread that panics or does not come to its end for example.
    by: &'static [Wrong],
    /// It is found in so many schedules of each of these kinds.
    within: u64,
    ways: &'static [Way],
}

const BOTH: &[Way] = &[Way::Random, Way::Pct(3)];

/// A mistake that the search for an order finds in both kinds of schedules.
const fn mistake(name: &'static str, programs: fn(u64) -> Program) -> Mistake {
    Mistake { name, fake: Fake::Nothing, without: None, programs, by: &[Wrong::Order], within: 20_000, ways: BOTH }
}

const TWO_STEPS: Mistake =
    Mistake { fake: Fake::TwoSteps, ..mistake("a compare-and-set in two steps", compare_and_sets) };

/// Any program.
fn any(seed: u64) -> Program {
    Program { plain: true, ..program(seed, Check::Keys) }
}

fn compare_and_sets(seed: u64) -> Program {
    any(seed).of_compare_and_sets()
}

/// Lengths that have to be in the order of all keys.
fn lengths_in_order(seed: u64) -> Program {
    Program { plain: true, ..program(seed, Check::Map) }.of_lengths()
}

/// Lengths that have to keep to their intervals.
fn lengths_in_intervals(seed: u64) -> Program {
    any(seed).of_lengths()
}

/// Traversals and batches beside a key that comes and goes.
fn walks(seed: u64) -> Program {
    any(seed).of(&[Action::Batch, Action::Iterate, Action::Partitions, Action::ForEach])
}

fn partitions(seed: u64) -> Program {
    any(seed).of(&[Action::Partitions])
}

fn sweeps(seed: u64) -> Program {
    any(seed).of(&[Action::Clear])
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
fn is_found<S: Subject>(mistake: &Mistake, way: Way, seed: u64, crew: &Crew, searches: &mut Searches) -> bool {
    let program = (mistake.programs)(seed);
    let strategy = way.strategy(seed, &program);
    let (findings, _) = scheduled::<S>(crew, searches, program, strategy, (mistake.fake, mistake.without));
    findings.wrong.iter().any(|wrong| mistake.by.contains(wrong))
}

/// The number of schedules of one kind that it took to find a mistake, at most `within`.
fn schedules_to_find<S: Subject>(mistake: &Mistake, way: Way, campaign: u64) -> Option<u64> {
    let (crew, mut searches) = (Crew::new(), Searches::default());
    (0..mistake.within).find(|&number| is_found::<S>(mistake, way, seed_of(campaign, number), &crew, &mut searches))
}

/// A schedule that has found a mistake finds it whenever it is run.
fn assert_repeats<S: Subject>(mistake: &Mistake, way: Way, seed: u64) {
    let (crew, mut searches) = (Crew::new(), Searches::default());
    for _ in 0..3 {
        assert!(is_found::<S>(mistake, way, seed, &crew, &mut searches), "{} by seed {seed}, {way:?}", mistake.name);
    }
}

/// As many schedules of the same programs without the mistake, in which nothing may be wrong.
fn assert_right_without<S: Subject>(mistake: &Mistake, way: Way, campaign: u64, schedules: u64) {
    let (crew, mut searches) = (Crew::new(), Searches::default());
    for number in 0..schedules {
        let seed = seed_of(campaign, number);
        let program = (mistake.programs)(seed);
        let strategy = way.strategy(seed, &program);
        let (findings, _) = scheduled::<S>(&crew, &mut searches, program, strategy, (Fake::Nothing, None));
        if let Some(example) = findings.example {
            panic!("{SEED}={campaign}, without a mistake: {example}");
        }
    }
}

fn find<S: Subject>(mistakes: &[Mistake]) {
    let (campaign, kind) = (seed(), name_of::<S>());
    println!("{SEED}={campaign}");
    for mistake in mistakes {
        for &way in mistake.ways {
            let Some(schedules) = schedules_to_find::<S>(mistake, way, campaign) else {
                panic!("{} was not found in {} schedules of {kind}, {way:?}", mistake.name, mistake.within)
            };
            println!("{}: found by schedule {} of {kind} ({way:?})", mistake.name, schedules + 1);
            assert_repeats::<S>(mistake, way, seed_of(campaign, schedules));
            assert_right_without::<S>(mistake, way, campaign, schedules + 1);
        }
    }
}

#[test]
fn mistakes_are_found_by_schedules() {
    alone("histories::mistakes::mistakes_are_found_by_schedules", || {
        find::<Inline>(&[
            TWO_STEPS,
            Mistake {
                without: Some("SEALED_LEADS_ON"),
                ..mistake("a reader that takes a sealed word for an empty one", migrations)
            },
            // It has to sleep through a migration and a removal, which random turns let it do once in some thousand schedules.
            Mistake { fake: Fake::Follow, ways: &[Way::Pct(3)], ..mistake("a copier that follows", late_copiers) },
        ]);
    });
}

/// By the operations alone, so what is boxed stays in order.
#[test]
fn a_mistake_is_found_on_every_kind_of_map() {
    alone("histories::mistakes::a_mistake_is_found_on_every_kind_of_map", || {
        find::<Hashed<String, String>>(&[TWO_STEPS]);
        find::<Hashed<String, u64>>(&[TWO_STEPS]);
        find::<Dense<u64>>(&[TWO_STEPS]);
        find::<Dense<String>>(&[TWO_STEPS]);
    });
}

/// Lies about more than one key.
const LIES: [Mistake; 6] = [
    // Not by its interval: what is not counted yet has not ended.
    Mistake { fake: Fake::ApproximateLen, ..mistake("an approximate length", lengths_in_order) },
    Mistake { fake: Fake::StaleLen, ..mistake("a stale length in an order", lengths_in_order) },
    Mistake {
        fake: Fake::StaleLen,
        by: &[Wrong::Length],
        ..mistake("a stale length in an interval", lengths_in_intervals)
    },
    Mistake { fake: Fake::StaleWalk, ..mistake("a stale traversal or batch", walks) },
    Mistake { fake: Fake::PartTwice, ..mistake("a partition twice", partitions) },
    Mistake { fake: Fake::SweepOfKnown, ..mistake("a sweep that passes keys over", sweeps) },
];

#[test]
fn lies_about_many_keys_are_found_by_schedules() {
    alone("histories::mistakes::lies_about_many_keys_are_found_by_schedules", || {
        find::<Inline>(&LIES);
        find::<Dense<u64>>(&LIES);
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
            without: Some(name),
            // What a late claim leaves behind is mostly a key that is not on record: it is counted, but not found.
            by: if name == "SEAL_KEY_WORD" { &[Wrong::Order, Wrong::Remains] } else { &[Wrong::Order] },
            ..mistake(name, migrations)
        });
        find::<Inline>(&mistakes);
    });
}

/// Threads at once meet a mistake in one of some volleys, by what tells it.
fn assert_found_at_once(check: Check, adapt: fn(Program) -> Program, fake: Fake, by: Wrong) {
    let campaign = seed();
    println!("{SEED}={campaign}");
    let mut searches = Searches::default();
    let found = (0..200).find(|&number| {
        let findings = volley::<Inline>(&mut searches, seed_of(campaign, number), check, adapt, fake);
        findings.wrong.contains(&by)
    });
    println!("{fake:?}: {by:?} in volley {}", found.expect("it is found"));
}

#[test]
fn a_compare_and_set_in_two_steps_is_found_by_threads_at_once() {
    assert_found_at_once(Check::Keys, Program::of_compare_and_sets, Fake::TwoSteps, Wrong::Order);
}

#[test]
fn a_stale_length_is_found_by_threads_at_once() {
    assert_found_at_once(Check::Map, Program::of_lengths, Fake::StaleLen, Wrong::Order);
    assert_found_at_once(Check::Keys, Program::of_lengths, Fake::StaleLen, Wrong::Length);
}
