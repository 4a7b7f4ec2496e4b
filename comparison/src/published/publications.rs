//! Publications of large structures beside a reader that is busy loading.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use super::Setup;
use super::cells::Cell;
use crate::latency::operations::{Latencies, latencies, nanos};

/// One histogram per round.
#[derive(Default)]
pub struct Publications {
    /// From the call to its return.
    pub publish: Vec<Latencies>,
    /// The destruction of what was replaced.
    pub dispose: Vec<Latencies>,
    /// Reads from the beginning of a publication to the end of that destruction.
    pub busy: Vec<Latencies>,
    /// Reads while the next structure is built.
    pub quiet: Vec<Latencies>,
}

/// The structure number `number`: a vector of this number, all of its memory touched.
fn build(setup: &Setup, number: u64) -> Vec<u64> {
    let mut numbers = Vec::with_capacity(setup.bytes / 8);
    numbers.resize(numbers.capacity().max(2), number);
    numbers
}

/// One round.
pub fn run<C: Cell<Vec<u64>>>(setup: &Setup, all: &mut Publications) {
    let cell = C::new(build(setup, 0));
    // Relaxed: they say what a latency is counted as, and when to end.
    let (publishing, done) = (AtomicBool::new(false), AtomicBool::new(false));
    let (mut publish, mut dispose) = (latencies(), latencies());
    let [busy, quiet] = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut busy, mut quiet, mut last) = (latencies(), latencies(), 0);
            while !done.load(Ordering::Relaxed) {
                let is_busy = publishing.load(Ordering::Relaxed);
                let start = Instant::now();
                let (first, other) = cell.with(|numbers| (numbers[0], numbers[numbers.len() - 1]));
                let elapsed = nanos(start.elapsed());
                if is_busy { &mut busy } else { &mut quiet }.saturating_record(elapsed);
                assert!(first == other && first >= last, "{first} and {other} behind {last}");
                last = first;
            }
            [busy, quiet]
        });
        for number in 1..=setup.publications {
            let next = build(setup, number as u64);
            publishing.store(true, Ordering::Relaxed);
            let start = Instant::now();
            let old = cell.publish(next);
            let published = Instant::now();
            cell.dispose(old);
            dispose.saturating_record(nanos(published.elapsed()));
            publishing.store(false, Ordering::Relaxed);
            publish.saturating_record(nanos(published - start));
        }
        done.store(true, Ordering::Relaxed);
        reader.join().expect("the reader panicked")
    });
    all.publish.push(publish);
    all.dispose.push(dispose);
    all.busy.push(busy);
    all.quiet.push(quiet);
}
