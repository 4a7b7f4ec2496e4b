//! Runs one pass on one thread or on several, and times it.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use crate::contenders::{Access, Contender};
use crate::keys::Key;
use crate::work::{Tally, Work};

/// One thread per part; the time is from the first start to the last end.
pub fn pass<K: Key, C: Contender<K>>(map: &mut C, mut parts: Vec<Work<'_, K>>) -> (Duration, Tally) {
    let mut accesses = map.accesses(parts.len());
    if let ([access], [part]) = (&mut accesses[..], &mut parts[..]) {
        let start = Instant::now();
        let tally = part.perform(access);
        return (start.elapsed(), tally);
    }
    let barrier = &Barrier::new(parts.len());
    let spans: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = accesses
            .into_iter()
            .zip(parts)
            .map(|(mut access, mut part)| {
                scope.spawn(move || {
                    // A thread's first handle may register it; that is not the load.
                    drop(access.handle());
                    barrier.wait();
                    let start = Instant::now();
                    let tally = part.perform(&mut access);
                    (start, Instant::now(), tally)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a measured thread panicked")).collect()
    });
    let start = spans.iter().map(|span| span.0).min();
    let end = spans.iter().map(|span| span.1).max();
    let (start, end) = start.zip(end).expect("a pass has at least one part");
    let tally = spans.iter().map(|span| span.2);
    (end - start, tally.fold(Tally::default(), Tally::merge))
}
