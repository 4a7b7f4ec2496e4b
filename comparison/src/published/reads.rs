//! Throughput of readers of a cell that nobody publishes to.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use super::cells::Read;

/// Between two looks at the clock.
const BATCH: usize = 50_000;

const SPAN: Duration = Duration::from_millis(20);

/// Million reads per second of all threads together.
pub fn mops<C: Read>(threads: usize) -> f64 {
    let (cell, barrier) = (C::new(), Barrier::new(threads));
    let rates: Vec<f64> = thread::scope(|scope| {
        let read = || {
            cell.read(BATCH); // a thread's first guard registers it
            barrier.wait();
            let (start, mut reads) = (Instant::now(), 0);
            while start.elapsed() < SPAN {
                cell.read(BATCH);
                reads += BATCH;
            }
            reads as f64 / start.elapsed().as_secs_f64() / 1e6
        };
        let readers: Vec<_> = (0..threads).map(|_| scope.spawn(read)).collect();
        readers.into_iter().map(|reader| reader.join().expect("a reader panicked")).collect()
    });
    rates.iter().sum()
}
