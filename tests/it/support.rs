//! What the tests share: keys and values with awkward bits, hashers, user code that panics, counted objects, threads
//! that start together, waiting for the collector.

use atomic_dict::{AtomicMap, RandomState};
use equivalent::Equivalent;
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash, Hasher};
use std::panic::resume_unwind;
use std::sync::{Arc, Barrier, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// The key that a table cannot store as a word, and its neighbour, which it cannot store either.
pub(crate) const RESERVED: [u64; 2] = [0xFFFF_FFFF_C3A5_7E18, 0xFFFF_FFFF_C3A5_7E19];

/// The top bits of 64-bit integers that need a box as values.
pub(crate) const BOXED_TOP: u64 = 0x2000 << 48;

/// Integers on the borders of what words can hold.
pub(crate) const TRICKY: [u64; 14] = [
    0,
    1,
    2,
    u64::MAX,
    u64::MAX - 1,
    1 << 63,
    RESERVED[0],
    RESERVED[1],
    RESERVED[0] ^ 2,
    BOXED_TOP,
    BOXED_TOP | 1,
    BOXED_TOP | 0xFFFF_FFFF_FFFF,
    BOXED_TOP - 1,
    0xFFF5 << 48,
];

/// Keys by number, different for different numbers.
pub(crate) trait NthKey: Hash + Eq + Clone + Debug + Send + Sync + 'static {
    fn nth(number: u64) -> Self;
}

impl NthKey for u64 {
    /// The tricky ones first.
    fn nth(number: u64) -> Self {
        TRICKY.get(number as usize).copied().unwrap_or(number + (1 << 32))
    }
}

impl NthKey for String {
    fn nth(number: u64) -> Self {
        format!("key {number}")
    }
}

/// Values that a number can be read back from.
pub(crate) trait Numbered: PartialEq + Clone + Debug + Send + Sync + 'static {
    fn numbered(number: u64) -> Self;
    fn number(&self) -> u64;
}

impl Numbered for u64 {
    /// Every third one needs a box.
    fn numbered(number: u64) -> Self {
        if number.is_multiple_of(3) { number | BOXED_TOP } else { number }
    }

    fn number(&self) -> u64 {
        self & !(0xFFFF << 48)
    }
}

impl Numbered for String {
    fn numbered(number: u64) -> Self {
        number.to_string()
    }

    fn number(&self) -> u64 {
        self.parse().expect("made from a number")
    }
}

/// How a test hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quality {
    /// The crate's own hasher.
    Good,
    Constant,
    Identity,
    LowByte,
    HighByte,
    EightValues,
}

pub(crate) const QUALITIES: [Quality; 6] =
    [Quality::Good, Quality::Constant, Quality::Identity, Quality::LowByte, Quality::HighByte, Quality::EightValues];

#[derive(Clone, Debug)]
pub(crate) struct Hashing {
    quality: Quality,
    good: RandomState,
}

impl Hashing {
    pub(crate) fn new(quality: Quality) -> Self {
        Self { quality, good: RandomState::default() }
    }
}

impl BuildHasher for Hashing {
    type Hasher = Poor;

    fn build_hasher(&self) -> Poor {
        Poor { quality: self.quality, good: self.good.build_hasher(), identity: 0 }
    }
}

pub(crate) struct Poor {
    quality: Quality,
    good: <RandomState as BuildHasher>::Hasher,
    identity: u64,
}

impl Hasher for Poor {
    fn write(&mut self, bytes: &[u8]) {
        self.good.write(bytes);
        match bytes.try_into() {
            Ok(whole) => self.identity ^= u64::from_ne_bytes(whole),
            Err(_) => bytes.iter().for_each(|&byte| self.identity = self.identity.rotate_left(8) ^ u64::from(byte)),
        }
    }

    fn finish(&self) -> u64 {
        match self.quality {
            Quality::Good => self.good.finish(),
            Quality::Constant => 7,
            Quality::Identity => self.identity,
            Quality::LowByte => self.good.finish() & 0xFF,
            Quality::HighByte => self.good.finish() & 0xFF << 56,
            Quality::EightValues => self.good.finish() % 8,
        }
    }
}

thread_local! {
    /// Calls of user code until one panics; 0: none will.
    pub(crate) static FUSE: Cell<u32> = const { Cell::new(0) };
}

/// A call of user code.
pub(crate) fn burn() {
    match FUSE.get() {
        0 => {}
        1 => {
            FUSE.set(0);
            resume_unwind(Box::new("the fuse is through")); // silently
        }
        left => FUSE.set(left - 1),
    }
}

/// Hashing is a call of user code.
#[derive(Clone, Default)]
pub(crate) struct FusedState(RandomState);

impl BuildHasher for FusedState {
    type Hasher = <RandomState as BuildHasher>::Hasher;

    fn build_hasher(&self) -> Self::Hasher {
        burn();
        self.0.build_hasher()
    }
}

/// A lookup by another type than the key's.
#[derive(Debug)]
pub(crate) struct Foreign<'a, K>(pub(crate) &'a K);

impl<K: Hash> Hash for Foreign<'_, K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K: Eq> Equivalent<K> for Foreign<'_, K> {
    fn equivalent(&self, key: &K) -> bool {
        self.0 == key
    }
}

/// Which counted objects live, and how often one died that did not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally(Arc<Mutex<Books>>);

#[derive(Debug, Default)]
struct Books {
    created: u64,
    live: HashSet<u64>,
    dropped_twice: usize,
}

/// An object whose creation and destruction are on record; equal to others of the same number.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) number: u64,
    pub(crate) serial: u64,
    tally: Tally,
}

impl Tally {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn make(&self, number: u64) -> Counted {
        let mut books = self.books();
        books.created += 1;
        let serial = books.created;
        books.live.insert(serial);
        Counted { number, serial, tally: self.clone() }
    }

    /// Whether an object lives.
    pub(crate) fn is_live(&self, serial: u64) -> bool {
        self.books().live.contains(&serial)
    }

    pub(crate) fn live(&self) -> usize {
        let books = self.books();
        assert_eq!(books.dropped_twice, 0, "objects were dropped twice");
        books.live.len()
    }

    /// Waits until so many objects live, driving the collector.
    pub(crate) fn assert_live(&self, expected: usize) {
        drain_until(|| self.live() == expected);
        assert_eq!(self.live(), expected, "of {} objects, so many live", self.books().created);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut books = self.tally.books();
        if !books.live.remove(&self.serial) {
            books.dropped_twice += 1;
        }
    }
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Counted {}

impl Hash for Counted {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// Runs `body` on several threads that start together, and returns what each returned.
pub(crate) fn together<R: Send>(threads: u64, body: impl Fn(u64) -> R + Sync) -> Vec<R> {
    let start = Barrier::new(threads as usize);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads)
            .map(|thread| {
                let (start, body) = (&start, &body);
                scope.spawn(move || {
                    start.wait();
                    body(thread)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread panicked")).collect()
    })
}

/// Collects until `done`, or a deadline far beyond what other pinned threads of the process need.
pub(crate) fn drain_until(done: impl Fn() -> bool) {
    let any = AtomicMap::<u8, u8>::new();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() && Instant::now() < deadline {
        any.flush();
        thread::yield_now();
    }
}

/// A small generator: the sequence is fixed by the seed.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
