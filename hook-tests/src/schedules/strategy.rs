//! Who goes on, and for how long.

use super::choices::Choices;

/// At most so many threads.
pub(crate) const MOST_THREADS: usize = 4;

/// Why somebody has to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// No thread has begun.
    Start,
    /// The steps are used up that the thread was given.
    Due,
    /// The thread waits for others.
    Waits,
    /// The thread is at its end.
    Ended,
}

/// Where a decision is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment<'a> {
    pub(crate) why: Why,
    /// Who has run so far.
    pub(crate) current: usize,
    /// Those who can run. `current` is among them, unless it has ended.
    pub(crate) runnable: &'a [usize],
    /// Steps of all threads so far.
    pub(crate) steps: u64,
}

impl Moment<'_> {
    /// Those who may go on: others, if there are some, than one who waits.
    fn candidates(&self) -> impl Iterator<Item = usize> + '_ {
        let excepted = (self.why == Why::Waits && self.runnable.len() > 1).then_some(self.current);
        self.runnable.iter().copied().filter(move |&thread| Some(thread) != excepted)
    }
}

/// A way to choose threads.
#[derive(Debug)]
pub(crate) enum Strategy {
    /// Any thread, for a random number of steps whose mean is random, too.
    Random { choices: Choices, mean: u64 },
    /// Burckhardt and others, *A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs* (ASPLOS 2010): the
    /// thread of the highest priority, which falls below all others at a few random steps, and where it waits.
    Pct {
        priorities: [i64; MOST_THREADS],
        /// Steps before which the priority of a thread falls, the first one last.
        changes: Vec<u64>,
        lowest: i64,
    },
    /// As bytes say: a thread and a number of steps each. By turns, with many steps, when they are used up.
    Bytes(Choices),
}

/// Steps of a turn that nobody is to end.
const LONG: u64 = 1 << 40;

impl Strategy {
    pub(crate) fn random(seed: u64) -> Self {
        let mut choices = Choices::seeded(seed);
        let mean = choices.of(&[4, 8, 16, 32, 64]);
        Self::Random { choices, mean }
    }

    /// Finds mistakes that need `depth` orderings of steps, among `steps` in all, with a known probability.
    pub(crate) fn pct(seed: u64, depth: usize, steps: u64) -> Self {
        let mut choices = Choices::seeded(seed);
        let mut priorities = core::array::from_fn(|thread| depth as i64 + thread as i64);
        for last in (1..MOST_THREADS).rev() {
            priorities.swap(last, choices.below(last as u64 + 1) as usize);
        }
        let mut changes: Vec<u64> = (1..depth).map(|_| 1 + choices.below(steps)).collect();
        changes.sort_unstable_by(|one, other| other.cmp(one));
        Self::Pct { priorities, changes, lowest: 0 }
    }

    pub(crate) fn bytes(bytes: &[u8]) -> Self {
        Self::Bytes(Choices::of_bytes(bytes))
    }

    /// The thread that goes on, and for how many steps at most.
    pub(crate) fn decide(&mut self, moment: Moment<'_>) -> (usize, u64) {
        match self {
            Self::Random { choices, mean } => {
                let count = moment.candidates().count() as u64;
                let index = choices.below(count) as usize;
                (moment.candidates().nth(index).unwrap_or(moment.current), 1 + choices.below(2 * *mean))
            }
            Self::Pct { priorities, changes, lowest } => {
                if moment.why == Why::Waits {
                    *lowest -= 1;
                    priorities[moment.current] = *lowest;
                }
                while changes.last().is_some_and(|&change| change <= moment.steps) {
                    changes.pop();
                    // Below all that have not fallen, and above all that have.
                    priorities[moment.current] = 1 + changes.len() as i64;
                }
                let next = moment.candidates().max_by_key(|&thread| priorities[thread]).unwrap_or(moment.current);
                (next, changes.last().map_or(LONG, |change| change - moment.steps))
            }
            Self::Bytes(choices) if choices.at_end() => {
                // Round and round: nobody who is waited for is left out.
                let next = moment.candidates().find(|&thread| thread > moment.current);
                (next.or(moment.candidates().next()).unwrap_or(moment.current), 1 << 10)
            }
            Self::Bytes(choices) => {
                let byte = choices.below(256);
                let count = moment.candidates().count() as u64;
                let next = moment.candidates().nth((byte % count) as usize).unwrap_or(moment.current);
                (next, 1 << (byte / count % 8))
            }
        }
    }
}

#[test]
fn strategies_choose_who_can_run() {
    for seed in 0..200 {
        let bytes: Vec<u8> = (0..20).map(|byte| (seed * byte) as u8).collect();
        for mut strategy in [Strategy::random(seed), Strategy::pct(seed, 3, 100), Strategy::bytes(&bytes)] {
            let mut runnable = vec![0, 1, 2, 3];
            let (mut current, mut steps, mut why) = (0, 0, Why::Start);
            while !runnable.is_empty() {
                let (next, length) = strategy.decide(Moment { why, current, runnable: &runnable, steps });
                assert!(length > 0 && runnable.contains(&next), "{strategy:?}");
                assert!(why != Why::Waits || next != current || runnable.len() == 1, "{strategy:?}");
                steps += length.min(50);
                (current, why) = (next, [Why::Due, Why::Waits, Why::Ended][(steps % 3) as usize]);
                if why == Why::Ended {
                    runnable.retain(|&thread| thread != current);
                }
            }
        }
    }
}

/// A thread runs until it falls, and no other one comes in between.
#[test]
fn priorities_change_as_often_as_the_depth_says() {
    for seed in 0..200 {
        let mut strategy = Strategy::pct(seed, 3, 100);
        let (mut turns, mut steps, mut current, mut why) = (0, 0, 0, Why::Start);
        while steps < LONG {
            let (next, length) = strategy.decide(Moment { why, current, runnable: &[0, 1, 2], steps });
            turns += usize::from(next != current || why == Why::Start);
            (current, steps, why) = (next, steps + length, Why::Due);
        }
        assert!(turns <= 3, "{turns} turns of {strategy:?}");
    }
}
