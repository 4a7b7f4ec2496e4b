//! Random operations of a few threads on a few keys of a new map, recorded.

use super::check::{Event, Timed};
use crate::api::Expected;
use crate::map::AtomicMap;
use crate::platform::hook::{Plan, with_plan};
use crate::support::{NthKey, Numbered, Random};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::Instant;

pub(super) const THREADS: u64 = 3;
/// Recorded keys. The first two are the reserved ones if they stand inline.
pub(super) const KEYS: u64 = 3;
const FIRST_KEY: u64 = 6;
const OPERATIONS: u64 = 20;

/// How a compare-and-set is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Correct,
    /// By a lookup, and an insertion or removal: not atomic.
    LookThenSet,
}

/// Runs a round, and returns the history of each key.
pub(super) fn round<K: NthKey, V: Numbered>(kind: Kind, seed: u64) -> Vec<Vec<Timed>> {
    let map = AtomicMap::<K, V>::new();
    let origin = Instant::now();
    let waiting = AtomicU64::new(THREADS);
    let mut histories = vec![Vec::new(); KEYS as usize];
    let recorded: Vec<Vec<(u64, Timed)>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (map, waiting) = (&map, &waiting);
                scope.spawn(move || {
                    waiting.fetch_sub(1, SeqCst);
                    while waiting.load(SeqCst) > 0 {
                        thread::yield_now();
                    }
                    let random = Random::new(seed * THREADS + thread);
                    let plan = Plan::Perturb(random.clone().next() | 1);
                    with_plan(plan, || operate(map, kind, thread, random, origin)).0
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread panicked")).collect()
    });
    for (key, timed) in recorded.into_iter().flatten() {
        histories[key as usize].push(timed);
    }
    histories
}

fn operate<K: NthKey, V: Numbered>(
    map: &AtomicMap<K, V>,
    kind: Kind,
    thread: u64,
    mut random: Random,
    origin: Instant,
) -> Vec<(u64, Timed)> {
    // Nanoseconds of the machine's clock, which is one for all threads and shares nothing that orders accesses.
    let now = || u64::try_from(origin.elapsed().as_nanos()).expect("a short run");
    let mut last_seen = [None; KEYS as usize];
    let mut recorded = Vec::new();
    for operation in 0..OPERATIONS {
        let number = random.below(KEYS);
        let key = K::nth(FIRST_KEY + number);
        // Unique, with room for the additions of `update`.
        let value = (1 + thread * OPERATIONS + operation) << 16;
        let expected = last_seen[number as usize];
        let choice = random.below(8);
        let start = now();
        let event = match choice {
            0 | 1 => Event::Get { found: map.get(&key).map(|value| value.number()) },
            2 => Event::Insert { value, before: map.insert(key, V::numbered(value)).map(|value| value.number()) },
            3 => Event::Remove { before: map.remove(&key).map(|value| value.number()) },
            4 | 5 => compare_and_set(map, kind, key, expected, Some(value)),
            6 if operation % 2 == 0 => compare_and_set(map, kind, key, expected, None),
            _ => {
                let amount = 1 + thread * OPERATIONS + operation;
                let after = map.update(&key, |value| V::numbered(value.number() + amount));
                Event::Update { amount, after: after.map(|value| value.number()) }
            }
        };
        recorded.push((number, Timed { event, start, end: now() }));
        last_seen[number as usize] = match event {
            Event::Get { found: seen } | Event::Update { after: seen, .. } => seen,
            Event::Insert { value, .. } => Some(value),
            Event::Remove { .. } => None,
            Event::CompareAndSet { desired, result, .. } => result.err().unwrap_or(desired),
        };
        // The next migration.
        if random.below(3) == 0 {
            map.insert(K::nth(100 + thread * OPERATIONS + operation), V::numbered(0));
        }
    }
    recorded
}

fn compare_and_set<K: NthKey, V: Numbered>(
    map: &AtomicMap<K, V>,
    kind: Kind,
    key: K,
    expected: Option<u64>,
    desired: Option<u64>,
) -> Event {
    let result = match kind {
        Kind::Correct => {
            let wanted = expected.map(V::numbered);
            let wanted = wanted.as_ref().map_or(Expected::NotFound, Expected::Value);
            match map.compare_and_set(key, wanted, desired.map(V::numbered)) {
                Ok(before) => {
                    assert_eq!(before.map(|value| value.number()), expected, "what was expected was there");
                    Ok(())
                }
                Err(failed) => Err(failed.actual.map(|value| value.number())),
            }
        }
        Kind::LookThenSet => match map.get(&key).map(|value| value.number()) {
            actual if actual != expected => Err(actual),
            _ => {
                match desired {
                    Some(value) => drop(map.insert(key, V::numbered(value))),
                    None => drop(map.remove(&key)),
                }
                Ok(())
            }
        },
    };
    Event::CompareAndSet { expected, desired, result }
}
