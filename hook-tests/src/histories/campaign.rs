//! Many rounds: under schedules, and by threads that run at once.

use super::findings::Findings;
use super::maps::Subject;
use super::program::{Check, Program};
use super::record::Fake;
use super::round::{Round, Searches};
use crate::platform::hook::{Plan, as_users, with_plan};
use crate::schedules::choices::Choices;
use crate::schedules::crew::Crew;
use crate::schedules::strategy::{MOST_THREADS, Strategy};
use crate::settings::{self, number, setting};
use core::mem::ManuallyDrop;
use core::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

/// Repeats a campaign, or, with the other one, a round of it.
pub(crate) const SEED: &str = "HISTORIES_SEED";
const ROUND: &str = "HISTORIES_ROUND";

/// How many times as many rounds as in the plain test.
const SCALE: &str = "HISTORIES_SCALE";

pub(crate) fn scale() -> u64 {
    setting(SCALE, 1)
}

pub(crate) fn seed() -> u64 {
    settings::seed(SEED)
}

/// The numbers of so many rounds, or of the one that is asked for.
pub(crate) fn rounds(count: u64) -> Range<u64> {
    number(ROUND).map_or(0..count, |round| round..round + 1)
}

/// How to repeat a round.
pub(crate) fn how_to_repeat(campaign: u64, round: u64) -> String {
    format!("{SEED}={campaign} {ROUND}={round}")
}

/// The seed of a round.
pub(crate) fn seed_of(campaign: u64, number: u64) -> u64 {
    campaign.wrapping_add(number.wrapping_mul(0x9E37_79B9))
}

/// Steps of a thread for each of its actions, about, as measured: changes of priorities are spread over the steps of a round.
const STEPS_PER_ACTION: u64 = 50;

/// How schedules are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Random,
    /// By changes of priorities, for mistakes of this depth.
    Pct(usize),
}

impl Way {
    pub(crate) fn strategy(self, seed: u64, program: &Program) -> Strategy {
        let actions = program.threads.iter().map(Vec::len).sum::<usize>() as u64;
        match self {
            Self::Random => Strategy::random(seed),
            Self::Pct(depth) => Strategy::pct(seed, depth, actions * STEPS_PER_ACTION),
        }
    }
}

/// Runs a program under a schedule.
pub(crate) fn scheduled<S: Subject>(
    crew: &Crew,
    searches: &mut Searches,
    program: Program,
    strategy: Strategy,
    mistake: (Fake, Option<&'static str>),
) -> (Findings, u64) {
    let threads = program.threads.len();
    let round = Arc::new(Round::<S>::new(program, mistake.0, mistake.1, false));
    let theirs = Arc::clone(&round);
    let run = crew.run(threads, strategy, Arc::new(move |me| theirs.play(me)));
    if let Some(failure) = run.failure {
        // The map may be in any state, and is left alone.
        let _left = ManuallyDrop::new(round);
        return (Findings::of_failure(failure), run.steps);
    }
    (round.verdict(searches), run.steps)
}

/// What a kind of map is called.
pub(crate) fn name_of<S: Subject>() -> String {
    std::any::type_name::<S>().replace("atomic_dict::", "").replace("hook_tests::", "")
}

/// A program, as a seed says.
pub(crate) fn program(seed: u64, check: Check) -> Program {
    let mut choices = Choices::seeded(seed);
    let threads = 2 + choices.below(MOST_THREADS as u64 - 1) as usize;
    Program::choose(&mut choices, threads, check)
}

/// A round under a schedule, as its seed says.
pub(crate) fn scheduled_round<S: Subject>(
    crew: &Crew,
    searches: &mut Searches,
    seed: u64,
    check: Check,
    way: Way,
) -> (Findings, u64) {
    let program = program(seed, check);
    let strategy = way.strategy(seed, &program);
    scheduled::<S>(crew, searches, program, strategy, (Fake::Nothing, None))
}

/// Rounds that threads run one after the other without being started anew.
pub(crate) const VOLLEY: usize = 32;

/// Has so many threads play these rounds, at once and perturbed at their sites, as a seed says. In every other one they search lines as
/// users do.
pub(crate) fn at_once(seed: u64, threads: usize, play: impl Fn(usize, usize) + Sync) {
    let arrived = AtomicUsize::new(0);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|me| {
                let (play, arrived) = (&play, &arrived);
                let plan = Plan::Perturb(seed_of(seed, 1 + me as u64) | 1);
                scope.spawn(move || {
                    with_plan(plan, || {
                        for round in 0..VOLLEY {
                            // All begin at once.
                            arrived.fetch_add(1, SeqCst);
                            while arrived.load(SeqCst) < (round + 1) * threads {
                                thread::yield_now();
                            }
                            as_users(round % 2 == 1, || play(round, me));
                        }
                    });
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().expect("a thread panicked"));
    });
}

/// Rounds of threads that run at once, as a seed says.
pub(crate) fn volley<S: Subject>(
    searches: &mut Searches,
    seed: u64,
    check: Check,
    adapt: impl Fn(Program) -> Program,
    fake: Fake,
) -> Findings {
    let mut choices = Choices::seeded(seed);
    let threads = 2 + choices.below(MOST_THREADS as u64 - 1) as usize;
    let rounds: Vec<_> = (0..VOLLEY)
        .map(|_| Round::<S>::new(adapt(Program::choose(&mut choices, threads, check)), fake, None, true))
        .collect();
    at_once(seed, threads, |round, me| rounds[round].play(me));
    let mut findings = Findings::default();
    for round in &rounds {
        findings.add(round.verdict(searches));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::event::KEYS;
    use super::super::findings::Wrong;
    use super::super::program::Step;
    use super::super::record::Actor;
    use super::{Check, Crew, Program, Searches, Subject, Way, scheduled_round};
    use std::panic::resume_unwind;

    /// A map whose operations do not come to their end.
    struct Failing;

    impl Subject for Failing {
        fn new(_: &Program) -> Self {
            Self
        }

        fn play(&self, _: &[Step], _: &mut Actor<'_>) {
            resume_unwind(Box::new("it fails"));
        }

        fn remains(&self) -> ([Option<u64>; KEYS], usize, usize) {
            ([None; KEYS], 0, 0)
        }

        fn others_at_first(&self) -> i64 {
            0
        }
    }

    #[test]
    fn threads_that_fail_are_noticed() {
        let (crew, mut searches) = (Crew::new(), Searches::default());
        let (findings, _) = scheduled_round::<Failing>(&crew, &mut searches, 1, Check::Keys, Way::Random);
        assert_eq!(findings.wrong, [Wrong::Failure]);
        assert!(findings.example.is_some_and(|example| example.contains("it fails")));
    }
}
