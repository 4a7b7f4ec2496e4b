//! Ways to reduce rows with several threads.

use std::hash::BuildHasher;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use atomic_dict::AtomicMap;
use clap::ValueEnum;
use dashmap::DashMap;
use hashbrown::HashMap;
use rayon::prelude::*;

use super::rows::Key;
use crate::contenders::Hasher;

/// Rows under one pin, where pinning is by hand.
const ROWS_PER_PIN: usize = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Contender {
    /// `reduce_sum` of each thread's rows.
    Ours,
    /// `par_reduce_sum` of all rows.
    Rayon,
    /// Each row into our map.
    SharedOnly,
    /// A hash map for each thread without a bound, whose entries go into our map in the end.
    LocalOnly,
    /// A hash map for each thread, merged into one by one thread.
    Hashbrown,
    /// The entry of a row, under the shard's lock.
    Dashmap,
    /// The same of scc.
    Scc,
}

impl Contender {
    pub const ALL: &[Self] =
        &[Self::Ours, Self::Rayon, Self::SharedOnly, Self::LocalOnly, Self::Hashbrown, Self::Dashmap, Self::Scc];

    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Rayon => "ours-rayon",
            Self::SharedOnly => "shared-only",
            Self::LocalOnly => "local-only",
            Self::Hashbrown => "hashbrown",
            Self::Dashmap => "dashmap",
            Self::Scc => "scc",
        }
    }
}

/// What a result is checked by: the number of keys and the sum of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    pub keys: usize,
    pub sum: u64,
}

impl Total {
    pub fn of(values: impl Iterator<Item = u64>) -> Self {
        values.fold(Self { keys: 0, sum: 0 }, |total, value| Self { keys: total.keys + 1, sum: total.sum + value })
    }
}

/// One run: how long, and what came out.
pub fn perform<R: Key>(
    contender: Contender,
    rows: &[(R, u64)],
    threads: usize,
    capacity: Option<usize>,
    pool: &rayon::ThreadPool,
) -> (Duration, Total) {
    let parts: Vec<_> = rows.chunks(rows.len().div_ceil(threads)).collect();
    let hasher = Hasher::default();
    match contender {
        Contender::Ours => {
            let map = ours::<R>(capacity);
            let time = together(&parts, |part| map.reduce_sum(part.iter().copied())).0;
            (time, of_ours(&map))
        }
        Contender::Rayon => {
            let map = ours::<R>(capacity);
            let start = Instant::now();
            pool.install(|| map.par_reduce_sum(rows.par_iter().copied()));
            (start.elapsed(), of_ours(&map))
        }
        Contender::SharedOnly => {
            let map = ours::<R>(capacity);
            let time = together(&parts, |part| {
                for rows in part.chunks(ROWS_PER_PIN) {
                    let pinned = map.pin();
                    for (key, value) in rows {
                        pinned.upsert_ref(key.query(), |_: &R::Query| key.to_key(), || *value, |sum| sum + value);
                    }
                }
            });
            (time.0, of_ours(&map))
        }
        Contender::LocalOnly => {
            let map = ours::<R>(capacity);
            let time = together(&parts, |part| {
                let local = gather(part, map.hasher(), capacity);
                let mut pinned = map.pin();
                for (count, (key, value)) in local.into_iter().enumerate() {
                    pinned.upsert_ref(key.query(), |_: &R::Query| key.to_key(), || value, |sum| sum + value);
                    if count % ROWS_PER_PIN == 0 {
                        pinned.repin();
                    }
                }
            });
            (time.0, of_ours(&map))
        }
        Contender::Hashbrown => {
            let (time, locals) = together(&parts, |part| gather(part, &hasher, capacity));
            let start = Instant::now();
            let map = merge(locals, &hasher);
            let merged = start.elapsed();
            (time + merged, Total::of(map.values().copied()))
        }
        Contender::Dashmap => {
            let map = DashMap::with_capacity_and_hasher(capacity.unwrap_or(0), hasher);
            let time = together(&parts, |part| {
                for (key, value) in *part {
                    *map.entry(key.to_key()).or_insert(0) += value;
                }
            });
            (time.0, Total::of(map.iter().map(|entry| *entry.value())))
        }
        Contender::Scc => {
            let map = scc::HashMap::with_capacity_and_hasher(capacity.unwrap_or(0), hasher);
            let time = together(&parts, |part| {
                for (key, value) in *part {
                    map.entry_sync(key.to_key()).and_modify(|sum| *sum += value).or_insert(*value);
                }
            });
            let mut total = Total { keys: 0, sum: 0 };
            map.iter_sync(|_, value| {
                total = Total { keys: total.keys + 1, sum: total.sum + value };
                true
            });
            (time.0, total)
        }
    }
}

type Ours<R> = AtomicMap<<R as Key>::Kept, u64, Hasher>;

fn ours<R: Key>(capacity: Option<usize>) -> Ours<R> {
    // What earlier runs have left behind is not this one's to free.
    AtomicMap::<u64, u64>::new().flush();
    match capacity {
        Some(capacity) => AtomicMap::with_capacity_and_hasher(capacity, Hasher::default()),
        None => AtomicMap::with_hasher(Hasher::default()),
    }
}

fn of_ours<K: std::hash::Hash + Eq + Send + Sync + 'static>(map: &AtomicMap<K, u64, Hasher>) -> Total {
    Total::of(map.pin().values().map(|value| *value))
}

fn gather<R: Key, S: BuildHasher + Clone>(
    rows: &[(R, u64)],
    hasher: &S,
    capacity: Option<usize>,
) -> HashMap<R, u64, S> {
    let mut local = HashMap::with_capacity_and_hasher(capacity.unwrap_or(0), hasher.clone());
    for (key, value) in rows {
        *local.entry(*key).or_insert(0) += value;
    }
    local
}

fn merge<R: Key, S: BuildHasher + Clone>(locals: Vec<HashMap<R, u64, S>>, hasher: &S) -> HashMap<R::Kept, u64, S> {
    let most = locals.iter().map(HashMap::len).max().unwrap_or(0);
    let mut merged: HashMap<R::Kept, u64, S> = HashMap::with_capacity_and_hasher(most, hasher.clone());
    for (key, value) in locals.into_iter().flatten() {
        match merged.get_mut(key.query()) {
            Some(sum) => *sum += value,
            None => {
                merged.insert(key.to_key(), value);
            }
        }
    }
    merged
}

/// Runs a thread for each part, all at once. The time is from the first start to the last end.
pub fn together<P: Sync, T: Send>(parts: &[P], run: impl Fn(&P) -> T + Sync) -> (Duration, Vec<T>) {
    let barrier = Barrier::new(parts.len());
    let spans: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = parts
            .iter()
            .map(|part| {
                scope.spawn(|| {
                    barrier.wait();
                    let start = Instant::now();
                    let result = run(part);
                    (start, Instant::now(), result)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a measured thread panicked")).collect()
    });
    let start = spans.iter().map(|span| span.0).min();
    let end = spans.iter().map(|span| span.1).max();
    let time = start.zip(end).map_or(Duration::ZERO, |(start, end)| end - start);
    (time, spans.into_iter().map(|span| span.2).collect())
}
