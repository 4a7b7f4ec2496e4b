//! The loads: what the map holds before, what each thread does, what has to come out.

use std::time::Duration;

use clap::ValueEnum;

use crate::contenders::{Contender, Task};
use crate::contents::{Wrong, compare, contents, fill};
use crate::keys::{Data, Key};
use crate::timing;
use crate::work::{Fresh, Tally, WINDOW, Work};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Load {
    GetHit,
    GetHitPin,
    GetMiss,
    Update,
    UpdateZipf,
    Insert,
    Grow,
    Churn,
    Remove,
    Iterate,
}

impl Load {
    pub const ALL: &[Self] = &[
        Self::GetHit,
        Self::GetHitPin,
        Self::GetMiss,
        Self::Update,
        Self::UpdateZipf,
        Self::Insert,
        Self::Grow,
        Self::Churn,
        Self::Remove,
        Self::Iterate,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::GetHit => "get-hit",
            Self::GetHitPin => "get-hit-pin",
            Self::GetMiss => "get-miss",
            Self::Update => "update",
            Self::UpdateZipf => "update-zipf",
            Self::Insert => "insert",
            Self::Grow => "grow",
            Self::Churn => "churn",
            Self::Remove => "remove",
            Self::Iterate => "iterate",
        }
    }
}

/// Operations and the time they took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample {
    operations: usize,
    elapsed: Duration,
}

impl Sample {
    pub fn mops(self) -> f64 {
        self.operations as f64 / self.elapsed.as_secs_f64() / 1e6
    }
}

/// A sample repeats its pass until it took this long.
const MIN_SAMPLE: Duration = Duration::from_millis(50);

/// Unless it made this many passes: of a tiny map, the building takes longer than the load.
const MAX_PASSES: usize = 1000;

/// Passes that leave the map as it was repeat inside the measured time up to this many keys,
/// so that on small maps neither the clock nor the start of threads counts.
const MIN_PASS: usize = 1 << 18;

/// A pass of draws walks no more keys than this: at 20 million keys the draws stay a fraction of the map.
const MAX_DRAWS: usize = 1 << 22;

/// How many draws of Zipf's law the load needs.
pub fn draws(load: Load, keys: usize) -> usize {
    if load == Load::UpdateZipf { keys.clamp(MIN_PASS, MAX_DRAWS) } else { 0 }
}

/// How many absent keys the loads need.
pub fn min_absent(threads: usize) -> usize {
    2 * WINDOW * threads
}

/// One load over one set of keys.
pub struct Plan<'d, K> {
    pub load: Load,
    pub data: &'d Data<K>,
    pub threads: usize,
}

impl<K: Key> Task<K> for Plan<'_, K> {
    type Output = Result<Sample, Wrong>;

    /// Starts from a new map.
    fn run<C: Contender<K>>(self) -> Self::Output {
        let mut sample = Sample::default();
        let mut passes = 0;
        let mut map = self.prepare::<C>();
        loop {
            let (elapsed, seen) = timing::pass(&mut map, self.parts());
            map.settle();
            passes += 1;
            sample.operations += self.operations();
            sample.elapsed += elapsed;
            compare("the loop saw", seen, self.seen())?;
            let enough = sample.elapsed >= MIN_SAMPLE || passes == MAX_PASSES;
            if enough || self.uses_up_the_map() {
                compare("the map holds", contents(&mut map), self.left(passes))?;
            }
            if enough {
                return Ok(sample);
            }
            if self.uses_up_the_map() {
                // The old map goes first: two large ones may not fit.
                drop(map);
                map = self.prepare();
            }
        }
    }
}

impl<'d, K: Key> Plan<'d, K> {
    /// The map before a pass.
    fn prepare<C: Contender<K>>(&self) -> C {
        let keys = self.data.present.len();
        match self.load {
            Load::Grow => C::new(None),
            Load::Insert => C::new(Some(keys)),
            Load::Churn => {
                let mut map = C::new(Some(keys + WINDOW * self.threads));
                put(&mut map, &self.data.present, 0);
                for thread in 0..self.threads {
                    let fresh = self.fresh(thread);
                    let first = fresh.keys.len() - WINDOW;
                    let value = fresh.first_value + first as u64;
                    put(&mut map, &fresh.keys[first..], value);
                }
                map
            }
            _ => {
                let mut map = C::new(Some(keys));
                put(&mut map, &self.data.present, 0);
                map
            }
        }
    }

    fn parts(&self) -> Vec<Work<'d, K>> {
        (0..self.threads).map(|thread| self.part(thread)).collect()
    }

    fn part(&self, thread: usize) -> Work<'d, K> {
        let repeats = self.repeats();
        // Both arrays are in random order: a slice of one is a random share of the keys.
        let (_, keys) = self.share(&self.data.shuffled, thread);
        match self.load {
            Load::GetHit => Work::Get { keys, repeats },
            Load::GetHitPin => Work::GetOnce { keys, repeats },
            Load::GetMiss => {
                let absent = &self.data.absent[..self.data.present.len()];
                let (_, keys) = self.share(absent, thread);
                Work::Get { keys, repeats }
            }
            Load::Update => Work::Increment { keys, repeats },
            Load::UpdateZipf => {
                let (_, keys) = self.share(&self.data.zipf, thread);
                Work::Increment { keys, repeats }
            }
            Load::Insert | Load::Grow => {
                let (first_value, keys) = self.share(&self.data.present, thread);
                let keys = keys.to_vec();
                Work::Insert { keys, first_value }
            }
            Load::Churn => {
                let fresh = self.fresh(thread);
                Work::Churn { fresh, repeats }
            }
            Load::Remove => Work::Remove { keys },
            Load::Iterate => Work::Iterate { repeats },
        }
    }

    fn fresh(&self, thread: usize) -> Fresh<'d, K> {
        let (first_value, keys) = self.share(&self.data.absent, thread);
        Fresh { keys, first_value }
    }

    /// The thread's share of `keys`, and the place of its first.
    fn share(&self, keys: &'d [K], thread: usize) -> (u64, &'d [K]) {
        let bound = |thread| keys.len() * thread / self.threads;
        let (first, end) = (bound(thread), bound(thread + 1));
        (first as u64, &keys[first..end])
    }

    fn uses_up_the_map(&self) -> bool {
        matches!(self.load, Load::Insert | Load::Grow | Load::Remove)
    }

    fn repeats(&self) -> usize {
        if self.uses_up_the_map() { 1 } else { MIN_PASS.div_ceil(self.steps()) }
    }

    /// Keys walked, all threads together.
    fn steps(&self) -> usize {
        match self.load {
            Load::UpdateZipf => self.data.zipf.len(),
            Load::Churn => self.data.absent.len(),
            Load::Iterate => self.data.present.len() * self.threads,
            _ => self.data.present.len(),
        }
    }

    /// Operations of one pass, all threads together.
    fn operations(&self) -> usize {
        let per_step = if self.load == Load::Churn { 2 } else { 1 };
        per_step * self.steps() * self.repeats()
    }

    /// What the loops of one pass have to see.
    fn seen(&self) -> Tally {
        let keys = self.data.present.len();
        let count = |count: usize| Tally { count, sum: 0 };
        match self.load {
            Load::GetHit | Load::GetHitPin | Load::Remove => values(keys, self.repeats()),
            Load::GetMiss => count(0),
            Load::Update | Load::UpdateZipf => count(self.operations()),
            Load::Insert | Load::Grow => count(keys),
            Load::Churn => values(self.data.absent.len(), self.repeats()),
            Load::Iterate => values(keys, self.repeats() * self.threads),
        }
    }

    /// What the map has to hold after so many passes over it.
    fn left(&self, passes: usize) -> Tally {
        let mut left = values(self.data.present.len(), 1);
        match self.load {
            Load::Remove => Tally::default(),
            Load::Update | Load::UpdateZipf => {
                let added = self.operations() * passes;
                left.sum = left.sum.wrapping_add(added as u64);
                left
            }
            Load::Churn => {
                for fresh in (0..self.threads).map(|thread| self.fresh(thread)) {
                    let end = fresh.first_value + fresh.keys.len() as u64;
                    (end - WINDOW as u64..end).for_each(|value| left.add(value));
                }
                left
            }
            _ => left,
        }
    }
}

/// The tally of `keys` values from 0 on, `times` over.
fn values(keys: usize, times: usize) -> Tally {
    let sum = (keys as u128 * (keys as u128 - 1) / 2) as u64;
    Tally { count: keys * times, sum: sum.wrapping_mul(times as u64) }
}

fn put<K: Key, C: Contender<K>>(map: &mut C, keys: &[K], first_value: u64) {
    fill(&mut map.accesses(1)[0], keys.iter().cloned().zip(first_value..));
}
