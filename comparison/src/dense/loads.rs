//! The loads: what each thread does, and what has to come out.

use std::hint::black_box;
use std::ops::Range;
use std::time::{Duration, Instant};

use clap::ValueEnum;

use super::{Data, Handle, Store};
use crate::threads::start_together;
use crate::timing::span;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Load {
    Get,
    CompareAndSet,
    Insert,
    Push,
    Mixed,
}

/// A sample repeats its pass until it took this long.
const MIN_SAMPLE: Duration = Duration::from_millis(50);

/// Passes that leave the structure as it was repeat inside the measured time, up to so many operations.
const MIN_PASS: usize = 1 << 18;

/// In `mixed`, one operation in so many writes.
const READS_PER_WRITE: usize = 7;

/// Handles are made anew so often, so that structures which pin can free garbage.
const HANDLE_OPS: usize = 1024;

impl Load {
    pub const ALL: [Self; 5] = [Self::Get, Self::CompareAndSet, Self::Insert, Self::Push, Self::Mixed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::CompareAndSet => "cas",
            Self::Insert => "insert",
            Self::Push => "push",
            Self::Mixed => "mixed",
        }
    }

    /// Million operations per second.
    pub(super) fn measure<S: Store>(self, data: &Data, threads: usize) -> f64 {
        let entries = data.entries();
        let share = entries.div_ceil(threads);
        let random: Vec<&[usize]> = data.shuffled.chunks(share).collect();
        let ranges = || (0..threads).map(|thread| thread * share..((thread + 1) * share).min(entries)).collect();
        let mut sample = Sample::default();
        match self {
            Self::Get => {
                let store = filled::<S>(entries);
                let repeats = (MIN_PASS / entries).max(1);
                while sample.goes_on() {
                    let found = sample.pass(&store, random.clone(), |store, indices| get(store, indices, repeats));
                    assert_eq!(found, entries * repeats);
                    sample.operations += entries * repeats;
                }
            }
            Self::CompareAndSet | Self::Mixed => {
                let store = filled::<S>(entries);
                let (mut round, repeats) = (0, (MIN_PASS / entries).max(1));
                while sample.goes_on() {
                    let done = sample.pass(&store, random.clone(), |store, indices| match self {
                        Self::Mixed => mixed(store, indices, round, repeats),
                        _ => compare_and_set(store, indices, round, repeats),
                    });
                    assert_eq!(done, entries * repeats);
                    sample.operations += entries * repeats;
                    round += repeats;
                }
            }
            Self::Insert => {
                let store = filled::<S>(entries);
                while sample.goes_on() {
                    store.empty(entries);
                    let new = sample.pass(&store, ranges(), insert);
                    assert_eq!(new, entries);
                    sample.operations += entries;
                }
            }
            Self::Push => {
                while sample.goes_on() {
                    let store = S::new(entries);
                    let sum = sample.pass(&store, ranges(), push);
                    assert_eq!(sum, entries * (entries - 1) / 2, "each id is handed out once");
                    sample.operations += entries;
                }
            }
        }
        sample.operations as f64 / sample.elapsed.as_secs_f64() / 1e6
    }
}

fn filled<S: Store>(entries: usize) -> S {
    let store = S::new(entries);
    let mut handle = store.handle();
    (0..entries).for_each(|index| assert!(handle.insert(index, Data::value(index, 0))));
    drop(handle);
    store.settle();
    store
}

/// Operations and the time they took.
#[derive(Default)]
struct Sample {
    operations: usize,
    elapsed: Duration,
}

impl Sample {
    fn goes_on(&self) -> bool {
        self.elapsed < MIN_SAMPLE
    }

    /// One thread per part; the time is from the first start to the last end. Returns the sum of what they return.
    fn pass<S: Store, P: Send>(
        &mut self,
        store: &S,
        mut parts: Vec<P>,
        perform: impl Fn(&S, P) -> usize + Sync,
    ) -> usize {
        if parts.len() == 1
            && let Some(part) = parts.pop()
        {
            let start = Instant::now();
            let sum = perform(store, part);
            self.elapsed += start.elapsed();
            return sum;
        }
        // A thread's first handle, or first pin, registers it, and may tidy up an allocator that an earlier column has left full of
        // small pieces: half a second. That is not the load.
        let prepare = |_: &mut P| {
            drop(store.handle());
            drop(atomic_dict::pin());
        };
        let spans = start_together(parts, prepare, |part| {
            let start = Instant::now();
            let sum = perform(store, part);
            (start, Instant::now(), sum)
        });
        let (elapsed, sums) = span(spans);
        self.elapsed += elapsed;
        sums.into_iter().sum()
    }
}

#[inline(never)]
fn get<S: Store>(store: &S, indices: &[usize], repeats: usize) -> usize {
    let (mut found, mut sum) = (0, 0_u64);
    let mut handle = store.handle();
    for _ in 0..repeats {
        for &index in indices {
            if let Some(value) = handle.get(index) {
                found += 1;
                sum = sum.wrapping_add(value);
            }
        }
    }
    black_box(sum);
    found
}

/// Counts every value up by one, which nobody else does.
#[inline(never)]
fn compare_and_set<S: Store>(store: &S, indices: &[usize], round: usize, repeats: usize) -> usize {
    let mut set = 0;
    for round in round..round + repeats {
        for chunk in indices.chunks(HANDLE_OPS) {
            let mut handle = store.handle();
            for &index in chunk {
                let old = Data::value(index, round);
                set += usize::from(handle.compare_and_set(index, old, old + 1));
            }
        }
    }
    set
}

/// The first of eight indices is written, the others are read: an index is always on the same side.
#[inline(never)]
fn mixed<S: Store>(store: &S, indices: &[usize], round: usize, repeats: usize) -> usize {
    let (mut done, mut sum) = (0, 0_u64);
    for round in round..round + repeats {
        for chunk in indices.chunks(HANDLE_OPS) {
            let mut handle = store.handle();
            for eight in chunk.chunks(READS_PER_WRITE + 1) {
                let (written, read) = (eight[0], &eight[1..]);
                let old = Data::value(written, round);
                done += usize::from(handle.compare_and_set(written, old, old + 1));
                for &index in read {
                    if let Some(value) = handle.get(index) {
                        done += 1;
                        sum = sum.wrapping_add(value);
                    }
                }
            }
        }
    }
    black_box(sum);
    done
}

#[inline(never)]
fn insert<S: Store>(store: &S, range: Range<usize>) -> usize {
    let mut new = 0;
    for start in range.clone().step_by(HANDLE_OPS) {
        let mut handle = store.handle();
        for index in start..range.end.min(start + HANDLE_OPS) {
            new += usize::from(handle.insert(index, index as u64));
        }
    }
    new
}

#[inline(never)]
fn push<S: Store>(store: &S, range: Range<usize>) -> usize {
    let mut sum = 0;
    for start in range.clone().step_by(HANDLE_OPS) {
        let mut handle = store.handle();
        for index in start..range.end.min(start + HANDLE_OPS) {
            sum += handle.push(index as u64);
        }
    }
    sum
}
