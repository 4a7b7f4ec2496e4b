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

/// What is left when all threads are through.
trait End {
    fn end(self);
}

impl<K: Item, V: Item> End for AtomicMap<K, V> {
    fn end(mut self) {
        assert!(self.drain().all(|(key, value)| key.is_whole() && value.is_whole()));
        assert!(self.is_empty());
    }
}

impl<V: Item> End for DenseMap<V> {
    fn end(self) {
        assert!(self.into_iter().all(|(_, value)| value.is_whole()));
    }
}

impl<T: Item> End for Published<T> {
    fn end(self) {
        assert!(self.into_inner().is_whole());
    }
}

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

/// How a round is run.
#[derive(Clone, Copy, Debug)]
struct Way {
    fault: Option<Fault>,
    as_users: bool,
}

const THREADS: u64 = 3;

/// Steps of a thread in a round. Each round has new structures, which grow from nothing.
const STEPS: u64 = 300;

/// Runs so many rounds on each structure, in every other one of which lines are searched as users do if `as_users`. (The thread sanitizer does
/// not see what assembly loads.)
///
/// # Panics
/// If a value is not whole.
pub fn run(rounds: u64, seed: u64, fault: Option<Fault>, as_users: bool) {
    if fault == Some(Fault::Unpublished) {
        hook::weaken("SET_VALUE", Ordering::Relaxed);
    }
    // The collector is there before any thread can race for it.
    drop(crate::pin());
    for round in 0..rounds {
        let seed = seed.wrapping_add(round);
        let way = Way { fault, as_users: as_users && round % 2 == 1 };
        perturbed(AtomicMap::<u64, u64>::new(), seed, way);
        perturbed(AtomicMap::<u64, String>::new(), seed, way);
        perturbed(AtomicMap::<String, String>::new(), seed, way);
        perturbed(DenseMap::<u64>::new(), seed, way);
        perturbed(DenseMap::<String>::new(), seed, way);
        perturbed(Published::new(<String as Item>::of(0)), seed, way);
        if fault == Some(Fault::Leaked) {
            let lost = Box::leak(Box::new(seed));
            *core::hint::black_box(lost) += 1;
        }
    }
}

fn perturbed(subject: impl Subject + End + Send + 'static, seed: u64, way: Way) {
    let subject = Arc::new(subject);
    let handles = (0..THREADS).map(|thread| {
        let subject = Arc::clone(&subject);
        thread::spawn(move || {
            let without = (way.fault == Some(Fault::FreedAtOnce)).then_some("GRACE_PERIOD");
            let state = (seed << 8 | thread).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
            let work = || {
                for step in 0..STEPS {
                    subject.step((state ^ step).wrapping_mul(0xD134_2543_DE82_EF95) >> 20);
                }
            };
            let planned = || hook::with_plan(Plan::Perturb(state), work);
            hook::without(without, || hook::as_users(way.as_users, planned));
        })
    });
    let handles: Vec<_> = handles.collect();
    handles.into_iter().for_each(|handle| handle.join().expect("a value is whole"));
    Arc::into_inner(subject).expect("its threads are through").end();
    // What is left of it is freed now, so that what is reported belongs to this round.
    (0..4).for_each(|_| AtomicMap::<(), ()>::new().flush());
}
