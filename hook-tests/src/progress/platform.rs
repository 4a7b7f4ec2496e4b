//! A thread stopped at any site of what is there once in a process stops nobody: the pile of discarded memory, the pool
//! of thread numbers, the count of threads, what the first of them makes, and the count of panics.
//!
//! Operations on maps and cells come to most of these sites by chance, so here the parts stand by themselves.

use super::case::Case;
use super::coverage::{self, Coverage};
use super::sites;
use crate::alone::alone;
use crate::platform::discarded::{CLEARED_AT_A_TIME, Discarded};
use crate::platform::epoch;
use crate::platform::index_pool::IndexPool;
use crate::platform::once::Once;
use crate::platform::participants::Participants;
use crate::platform::pile::Pile;
use std::alloc::{Layout, alloc, dealloc};
use std::panic::resume_unwind;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// What others do, each thread.
const TURNS: usize = 1000;

/// Bytes of what is discarded: it takes two turns to be cleared.
const SIZE: usize = CLEARED_AT_A_TIME * 3 / 2;

#[derive(Clone, Copy, Debug)]
enum Operation {
    Discard,
    /// Frees what is discarded, but for what is worth keeping, of which it clears a piece.
    FreeAll,
    Keep,
    KeepNone,
    /// Takes what is kept, if it is clear.
    Reuse,
    /// Looks whether it has another size, and puts it back.
    ReuseAnother,
    /// A number is taken, and given back.
    Number,
    /// A thread comes, counts, and goes.
    Count,
    Make,
    Panic,
}

const OPERATIONS: [Operation; 10] = [
    Operation::Discard,
    Operation::FreeAll,
    Operation::Keep,
    Operation::KeepNone,
    Operation::Reuse,
    Operation::ReuseAnother,
    Operation::Number,
    Operation::Count,
    Operation::Make,
    Operation::Panic,
];

struct Arena {
    pile: Pile,
    numbers: IndexPool<1>,
    /// A bit for each number that somebody has.
    taken: AtomicU64,
    threads: Participants,
    once: Once<u64>,
    /// The address of what was made.
    made: AtomicUsize,
    panics: AtomicUsize,
    /// The figures of the process before: bytes that wait to be freed, panics.
    before: (usize, usize),
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 16).expect("a small one")
}

fn figures() -> (usize, usize) {
    (epoch::pending_bytes(), epoch::panics_in_drops())
}

impl Arena {
    /// With something in each of the places.
    fn new() -> Self {
        let place = || AtomicPtr::new(ptr::null_mut());
        let arena = Self {
            pile: Pile { head: place(), dirty: place(), clean: place(), wanted: AtomicUsize::new(SIZE) },
            numbers: IndexPool { words: [AtomicU64::new(0)] },
            taken: AtomicU64::new(0),
            threads: Participants { count: AtomicUsize::new(0) },
            once: Once { made: AtomicPtr::new(ptr::null_mut()) },
            made: AtomicUsize::new(0),
            panics: AtomicUsize::new(0),
            before: figures(),
        };
        // The first one is clear by then, the second half so.
        for operation in [Operation::Discard, Operation::FreeAll, Operation::FreeAll].into_iter().cycle().take(5) {
            arena.operate(operation);
        }
        arena.operate(Operation::Discard);
        arena.operate(Operation::Discard);
        arena
    }

    fn operate(&self, operation: Operation) {
        match operation {
            Operation::Discard => self.discard(),
            Operation::FreeAll => self.pile.free_all(),
            Operation::Keep => self.pile.keep(SIZE),
            Operation::KeepNone => self.pile.keep_none(),
            Operation::Reuse => self.reuse(),
            Operation::ReuseAnother => assert_eq!(self.pile.reuse(layout(64)), None),
            Operation::Number => {
                let number = self.numbers.acquire().expect("more numbers than threads");
                let bit = 1 << number;
                assert_eq!(self.taken.fetch_or(bit, Relaxed) & bit, 0, "somebody else has number {number}");
                self.taken.fetch_and(!bit, Relaxed);
                self.numbers.release(number);
            }
            Operation::Count => {
                self.threads.add();
                assert!(self.threads.count() > 0, "this thread counts");
                self.threads.remove();
            }
            Operation::Make => {
                let address = ptr::from_ref(self.once.get_or_make(|| 0)).addr();
                let first = self.made.compare_exchange(0, address, Relaxed, Relaxed).unwrap_or_else(|first| first);
                assert!(first == 0 || first == address, "there is one for all");
            }
            Operation::Panic => {
                epoch::contain_panic(|| resume_unwind(Box::new("contained")));
                self.panics.fetch_add(1, Relaxed);
            }
        }
    }

    fn discard(&self) {
        let layout = layout(SIZE);
        // SAFETY: the layout has a size.
        let memory = NonNull::new(unsafe { alloc(layout) }).expect("there is memory");
        // SAFETY: so many bytes are there, and ours alone.
        unsafe { memory.write_bytes(0xFF, SIZE) };
        // SAFETY: allocated above, large enough for an entry, and used by nobody.
        self.pile.push(unsafe { Discarded::new(memory, layout) });
    }

    fn reuse(&self) {
        let Some(memory) = self.pile.reuse(layout(SIZE)) else { return };
        // SAFETY: so many bytes are there, initialised, and ours alone.
        let bytes = unsafe { std::slice::from_raw_parts(memory.as_ptr(), SIZE) };
        assert!(bytes.iter().all(|&byte| byte == 0), "what is used again is clear");
        // SAFETY: allocated with this layout, and used by nobody.
        unsafe { dealloc(memory.as_ptr(), layout(SIZE)) };
    }

    /// What the others do: everything.
    fn work(&self) {
        (0..TURNS).for_each(|turn| self.operate(OPERATIONS[turn % OPERATIONS.len()]));
    }

    /// Frees what the pile has.
    fn empty(&self) {
        self.pile.keep_none();
        self.pile.free_all();
    }

    /// All threads are done.
    fn verify(&self) {
        self.empty();
        let (pending, panics) = self.before;
        assert_eq!(
            figures(),
            (pending, panics + self.panics.load(Relaxed)),
            "all is freed once, all panics are counted"
        );
        let left = self.numbers.words[0].load(Relaxed) | self.taken.load(Relaxed);
        assert_eq!((left, self.threads.count()), (0, 0), "numbers and threads that are left");
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.empty();
        let made = *self.once.made.get_mut();
        if !made.is_null() {
            // SAFETY: made from a box, of which nobody has a reference any more.
            drop(unsafe { Box::from_raw(made) });
        }
    }
}

fn every_case() {
    let mut coverage = Coverage::default();
    for operation in OPERATIONS {
        let with_case = |_: bool, run: &mut dyn FnMut(&Case<'_>)| {
            let arena = Arena::new();
            run(&Case::of(&|| arena.operate(operation), &|_| arena.work()));
            arena
        };
        coverage.add(coverage::park_everywhere((operation, (), None::<()>), with_case, |arena| arena.verify()));
    }
    println!("{coverage}");
    coverage.assert_complete("platform", 38);
    let mut missing = sites::of_common_parts();
    sites::cross_off(&mut missing, &coverage.sites);
    assert!(missing.is_empty(), "never parked at: {missing:?}");
}

/// Alone, since the figures are of a process.
#[test]
fn a_thread_parked_anywhere_in_the_platform_stops_nobody() {
    alone("progress::platform::a_thread_parked_anywhere_in_the_platform_stops_nobody", every_case);
}
