//! Threads on all structures, perturbed at their sites, for sanitizers: no harness, no scoped threads, every handle joined.
//!
//! A sanitizer whose runtime does not know the standard library from within (`.ci/sanitize`) then needs no suppressions: each
//! edge between threads is one of the crate's, or a join.

#[path = "../../tests/suspension/subjects.rs"]
mod subjects;

use crate::platform::hook::{self, Plan};
use crate::{AtomicMap, DenseMap, Published};
use core::sync::atomic::Ordering;
use std::sync::Arc;
use std::thread;
use subjects::{Item, Subject};

/// What is wrong on purpose, so that it can be seen whether a sanitizer would find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Values are set with a Relaxed exchange: boxes are not published.
    Unpublished,
    /// What is retired is freed at once.
    FreedAtOnce,
    /// A box of each round is lost.
    Leaked,
}

const THREADS: u64 = 3;

/// Steps of a thread in a round. Each round has new structures, which grow from nothing.
const STEPS: u64 = 300;

/// Runs so many rounds on each structure.
///
/// # Panics
/// If a value is not whole.
pub fn run(rounds: u64, seed: u64, fault: Option<Fault>) {
    if fault == Some(Fault::Unpublished) {
        hook::weaken("SET_VALUE", Ordering::Relaxed);
    }
    // The collector is there before any thread can race for it.
    drop(crate::pin());
    for round in 0..rounds {
        let seed = seed.wrapping_add(round);
        perturbed(AtomicMap::<u64, u64>::new(), seed, fault);
        perturbed(AtomicMap::<u64, String>::new(), seed, fault);
        perturbed(AtomicMap::<String, String>::new(), seed, fault);
        perturbed(DenseMap::<u64>::new(), seed, fault);
        perturbed(DenseMap::<String>::new(), seed, fault);
        perturbed(Published::new(<String as Item>::of(0)), seed, fault);
        if fault == Some(Fault::Leaked) {
            let lost = Box::leak(Box::new(seed));
            *core::hint::black_box(lost) += 1;
        }
    }
}

fn perturbed(subject: impl Subject + Send + 'static, seed: u64, fault: Option<Fault>) {
    let subject = Arc::new(subject);
    let handles = (0..THREADS).map(|thread| {
        let subject = Arc::clone(&subject);
        thread::spawn(move || {
            let without = (fault == Some(Fault::FreedAtOnce)).then_some("GRACE_PERIOD");
            let state = (seed << 8 | thread).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
            let work = || {
                for step in 0..STEPS {
                    subject.step((state ^ step).wrapping_mul(0xD134_2543_DE82_EF95) >> 20);
                }
            };
            hook::without(without, || hook::with_plan(Plan::Perturb(state), work));
        })
    });
    let handles: Vec<_> = handles.collect();
    handles.into_iter().for_each(|handle| handle.join().expect("a value is whole"));
    drop(subject);
    // What is left of it is freed now, so that what is reported belongs to this round.
    (0..4).for_each(|_| AtomicMap::<(), ()>::new().flush());
}
