//! Threads that start together.

use std::sync::Barrier;
use std::thread;

use crate::contenders::Access;
use crate::keys::Key;

/// Performs each part on a thread of its own, which prepares first; what they return is in the order of the parts.
pub fn start_together<P: Send, R: Send>(
    parts: Vec<P>,
    prepare: impl Fn(&mut P) + Sync,
    perform: impl Fn(P) -> R + Sync,
) -> Vec<R> {
    let (barrier, prepare, perform) = (&Barrier::new(parts.len()), &prepare, &perform);
    thread::scope(|scope| {
        let threads: Vec<_> = parts
            .into_iter()
            .map(|mut part| {
                scope.spawn(move || {
                    prepare(&mut part);
                    barrier.wait();
                    perform(part)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a measured thread panicked")).collect()
    })
}

/// The same on one map.
pub fn together<K: Key, A: Access<K>, P: Send, R: Send>(
    accesses: Vec<A>,
    parts: Vec<P>,
    perform: impl Fn(&mut A, P) -> R + Sync,
) -> Vec<R> {
    // A thread's first handle may register it; that is not the load.
    let prepare = |(access, _): &mut (A, P)| drop(access.handle());
    start_together(accesses.into_iter().zip(parts).collect(), prepare, |(mut access, part)| perform(&mut access, part))
}
