//! Threads that start together on one map.

use std::sync::Barrier;
use std::thread;

use crate::contenders::Access;
use crate::keys::Key;

/// Performs each part on a thread of its own; what they return is in the order of the parts.
pub fn together<K: Key, A: Access<K>, P: Send, R: Send>(
    accesses: Vec<A>,
    parts: Vec<P>,
    perform: impl Fn(&mut A, P) -> R + Sync,
) -> Vec<R> {
    let (barrier, perform) = (&Barrier::new(parts.len()), &perform);
    thread::scope(|scope| {
        let threads: Vec<_> = accesses
            .into_iter()
            .zip(parts)
            .map(|(mut access, part)| {
                scope.spawn(move || {
                    // A thread's first handle may register it; that is not the load.
                    drop(access.handle());
                    barrier.wait();
                    perform(&mut access, part)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a measured thread panicked")).collect()
    })
}
