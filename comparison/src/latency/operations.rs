//! The loop that times single operations.

use std::hint::black_box;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::contenders::{Access, Handle};
use crate::work::HANDLE_OPS;

/// Nanoseconds.
pub type Latencies = Histogram<u64>;

/// An operation by key, whose value equals it; whether the outcome is right.
pub trait Operation {
    fn perform<H: Handle<u64>>(handle: &mut H, key: u64) -> bool;
}

pub struct Insert;

impl Operation for Insert {
    #[inline]
    fn perform<H: Handle<u64>>(handle: &mut H, key: u64) -> bool {
        handle.insert(key, key)
    }
}

pub struct Get;

impl Operation for Get {
    #[inline]
    fn perform<H: Handle<u64>>(handle: &mut H, key: u64) -> bool {
        handle.get(&key) == Some(key)
    }
}

pub struct Timed {
    pub latencies: Latencies,
    /// How many operations came out right.
    pub right: usize,
}

/// Between two operations the clock stands: what the key and the histogram take does not count.
#[inline(never)]
pub fn time<O: Operation, A: Access<u64>>(access: &mut A, mut keys: impl Iterator<Item = u64>) -> Timed {
    let mut timed = Timed { latencies: latencies(), right: 0 };
    let mut next = keys.next();
    let mut start = Instant::now();
    while next.is_some() {
        // The old handle goes and the new one comes after `start`: within the next operation's time.
        let mut handle = access.handle();
        for _ in 0..HANDLE_OPS {
            let Some(key) = next else { break };
            let right = black_box(O::perform(&mut handle, key));
            let elapsed = start.elapsed();
            timed.right += usize::from(right);
            timed.latencies.saturating_record(nanos(elapsed));
            next = black_box(keys.next()); // computed here and not where it is used
            start = Instant::now();
        }
    }
    timed
}

/// What reading the clock adds to every latency.
pub fn clock() -> Latencies {
    let mut latencies = latencies();
    for _ in 0..1_000_000 {
        let start = Instant::now();
        latencies.saturating_record(nanos(start.elapsed()));
    }
    latencies
}

/// Three digits, up to a minute.
pub fn latencies() -> Latencies {
    Latencies::new_with_bounds(1, 60_000_000_000, 3).expect("the bounds are valid")
}

pub fn nanos(duration: Duration) -> u64 {
    duration.as_nanos() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::Contender;
    use crate::latency::control::Control;

    #[test]
    fn every_operation_is_timed_and_checked() {
        let mut map = Control::new(None);
        let mut accesses = map.accesses(1);
        let keys = HANDLE_OPS as u64 + 5;
        let timed = time::<Insert, _>(&mut accesses[0], 0..keys);
        assert_eq!((timed.latencies.len(), timed.right), (keys, keys as usize));
        let timed = time::<Get, _>(&mut accesses[0], 10..keys + 10);
        assert_eq!((timed.latencies.len(), timed.right), (keys, keys as usize - 10));
        let timed = time::<Get, _>(&mut accesses[0], 0..0);
        assert_eq!((timed.latencies.len(), timed.right), (0, 0));
    }
}
