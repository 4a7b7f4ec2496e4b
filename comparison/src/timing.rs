//! Runs one pass on one thread or on several, and times it.

use std::time::{Duration, Instant};

use crate::contenders::Contender;
use crate::keys::Key;
use crate::threads::together;
use crate::work::{Tally, Work};

/// One thread per part; the time is from the first start to the last end.
pub fn pass<K: Key, C: Contender<K>>(map: &mut C, mut parts: Vec<Work<'_, K>>) -> (Duration, Tally) {
    let mut accesses = map.accesses(parts.len());
    if let ([access], [part]) = (&mut accesses[..], &mut parts[..]) {
        let start = Instant::now();
        let tally = part.perform(access);
        return (start.elapsed(), tally);
    }
    let spans = together::<K, _, _, _>(accesses, parts, |access, mut part| {
        let start = Instant::now();
        let tally = part.perform(access);
        (start, Instant::now(), tally)
    });
    let (elapsed, tallies) = span(spans);
    (elapsed, tallies.into_iter().fold(Tally::default(), Tally::merge))
}

/// The time from the first start to the last end, and what else there is.
pub fn span<R>(spans: Vec<(Instant, Instant, R)>) -> (Duration, Vec<R>) {
    let start = spans.iter().map(|span| span.0).min();
    let end = spans.iter().map(|span| span.1).max();
    let (start, end) = start.zip(end).expect("a pass has at least one part");
    (end - start, spans.into_iter().map(|span| span.2).collect())
}
