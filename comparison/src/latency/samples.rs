//! One load on one contender: the map, its threads, and the check.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::control::Control;
use super::operations::{Get, Insert, Latencies, Timed, latencies, time};
use super::{Load, Phase, Row, Setup};
use crate::contenders::{Contender, Task};
use crate::contents::{Wrong, compare, contents, fill};
use crate::keys::{below, random};
use crate::threads::together;
use crate::work::Tally;

pub type Outcome = Result<Vec<(Phase, Latencies)>, Wrong>;

/// Runs a load on a new map; None if the contender cannot.
pub fn sample(load: Load, row: Row, setup: &Setup) -> Option<Outcome> {
    let plan = Plan { load, keys: setup.keys, threads: setup.threads };
    match row {
        Row::Control => Some(plan.on(plan.control())),
        Row::Map(id) => id.perform(plan),
    }
}

#[derive(Clone, Copy)]
struct Plan {
    load: Load,
    keys: usize,
    threads: usize,
}

impl Task<u64> for Plan {
    type Output = Outcome;

    /// Without a capacity: the map grows.
    fn run<C: Contender<u64>>(self) -> Outcome {
        self.on(C::new(None))
    }
}

impl Plan {
    fn control(self) -> Control {
        match self.load {
            Load::Insert => Control::sized(self.threads, self.keys.div_ceil(self.threads)),
            Load::Get => Control::sized(2, self.keys),
        }
    }

    fn on<C: Contender<u64>>(self, map: C) -> Outcome {
        match self.load {
            Load::Insert => self.insert(map),
            Load::Get => self.get(map),
        }
    }

    fn insert<C: Contender<u64>>(self, mut map: C) -> Outcome {
        let shares = (0..self.threads).map(|thread| self.share(thread)).collect();
        let accesses = map.accesses(self.threads);
        let timed =
            together::<u64, _, _, _>(accesses, shares, |access, share| time::<Insert, _>(access, numbers(share)));
        map.settle();
        let mut all = latencies();
        for timed in timed {
            all += right("insert", timed)?;
        }
        self.check(&mut map)?;
        Ok(vec![(Phase::Insert, all)])
    }

    /// The reader keeps to keys that are there before the writer starts.
    fn get<C: Contender<u64>>(self, mut map: C) -> Outcome {
        let known = self.known();
        let pick = |lookup| random(below(lookup, known as u64));
        fill(&mut map.accesses(1)[0], entries(0..known));
        let grown = AtomicBool::new(false);
        let parts = vec![Part::Read, Part::Grow];
        let timed = together::<u64, _, _, _>(map.accesses(2), parts, |access, part| match part {
            // Relaxed: nothing is read through it, and the reader may run on a little.
            Part::Read => {
                let lookups = (0..).take_while(|lookup| *lookup == 0 || !grown.load(Ordering::Relaxed));
                Some(time::<Get, _>(access, lookups.map(pick)))
            }
            Part::Grow => {
                fill(access, entries(known..self.keys));
                grown.store(true, Ordering::Relaxed);
                None
            }
        });
        let mut phases = Vec::new();
        for timed in timed.into_iter().flatten() {
            phases.push((Phase::Busy, right("get", timed)?));
        }
        map.settle();
        let lookups = phases.iter().map(|(_, latencies)| latencies.len()).sum();
        let reader = map.accesses(1);
        let timed = together::<u64, _, _, _>(reader, vec![Part::Read], |access, _| {
            time::<Get, _>(access, (0..lookups).map(pick))
        });
        for timed in timed {
            phases.push((Phase::Quiet, right("get", timed)?));
        }
        self.check(&mut map)?;
        Ok(phases)
    }

    fn share(self, thread: usize) -> Range<usize> {
        let bound = |thread| self.keys * thread / self.threads;
        bound(thread)..bound(thread + 1)
    }

    /// A sixteenth of the keys: the map doubles four times while they are looked up.
    fn known(self) -> usize {
        self.keys.div_ceil(16)
    }

    fn check<C: Contender<u64>>(self, map: &mut C) -> Result<(), Wrong> {
        let mut wanted = Tally::default();
        numbers(0..self.keys).for_each(|key| wanted.add(key));
        compare("the map holds", contents(map), wanted)
    }
}

/// What a thread does in the first half of `get`.
enum Part {
    Read,
    Grow,
}

/// Keys are computed when they are used: an array of them would be read through the same caches.
fn numbers(indices: Range<usize>) -> impl Iterator<Item = u64> {
    indices.map(|index| random(index as u64))
}

fn entries(indices: Range<usize>) -> impl Iterator<Item = (u64, u64)> {
    numbers(indices).map(|key| (key, key))
}

fn right(what: &str, timed: Timed) -> Result<Latencies, Wrong> {
    let all = timed.latencies.len();
    if timed.right as u64 == all {
        return Ok(timed.latencies);
    }
    Err(Wrong(format!("{what} came out right {} times of {all}", timed.right)))
}
