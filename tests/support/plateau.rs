//! Whether the live bytes of some work of many threads stay on a plateau.
//!
//! The work is done in two stints, a fifth and the rest of it, each by threads of its own.
//!
//! - **At rest**, behind each stint, nobody is in the structure, and all is freed that can be. What lives then besides the structure's own
//!   arrays is the same but for some entries more or less, so 64 KiB and an eighth are allowed. Four fifths of the work lie between: a
//!   seventh of a byte that leaks with each operation is found in every part of the soak, at its size of every day.
//! - **At work**, the lowest of many readings in a tenth is what lives while little garbage waits. In the eighth and ninth tenth it is
//!   about what it is in the fourth and fifth, so 4 MiB and a half are allowed, since a table may double: garbage that waits for ever is
//!   found, though it is freed at rest, if it is more than that. (In the last tenth some threads have ended.) The highest readings are
//!   shown only: while a thread is not running, whatever it could see is kept, for as long as the machine likes.

use crate::counting::live;
use std::fmt;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicIsize, AtomicU64, Ordering::Relaxed};
use std::thread;

/// Readings of the allocator while some work is done.
pub(crate) struct Plateau {
    base: isize,
    total: u64,
    done: AtomicU64,
    lows: [AtomicIsize; 10],
    peaks: [AtomicIsize; 10],
    rests: [Rest; 2],
    stints: usize,
}

/// What lives at rest.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rest {
    arrays: isize,
    others: isize,
}

/// What was read: the lowest and the highest number of live bytes in each tenth, and at both rests.
#[derive(Debug)]
pub(crate) struct Readings {
    lows: [isize; 10],
    peaks: [isize; 10],
    rests: [Rest; 2],
}

/// What grows.
#[derive(Debug)]
pub(crate) enum Growth {
    AtRest(Box<Readings>),
    AtWork(Box<Readings>),
}

/// The steps of a thread that has so many of them, stint by stint. Each stint has whole `periods`, at whose ends there are about as many
/// entries.
pub(crate) fn stints(steps: u64, period: u64) -> [Range<u64>; 2] {
    let (first, last) = (steps / 5 / period * period, steps / period * period);
    [0..first, first..last]
}

/// Runs threads at once, to their very ends: what they leave has gone to the collector.
pub(crate) fn at_once<W: FnOnce() + Send>(work: impl IntoIterator<Item = W>) {
    thread::scope(|scope| {
        let threads: Vec<_> = work.into_iter().map(|work| scope.spawn(work)).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
    });
}

impl Plateau {
    /// Of so many operations. Bytes that live now do not count.
    pub(crate) fn of(total: u64) -> Self {
        Self {
            base: live(),
            total,
            done: AtomicU64::new(0),
            lows: [const { AtomicIsize::new(isize::MAX) }; 10],
            peaks: [const { AtomicIsize::new(isize::MIN) }; 10],
            rests: [Rest::default(); 2],
            stints: 0,
        }
    }

    /// So many more operations are done.
    pub(crate) fn note(&self, operations: u64) {
        let done = self.done.fetch_add(operations, Relaxed).min(self.total - 1);
        let (tenth, bytes) = ((done * 10 / self.total) as usize, live() - self.base);
        self.lows[tenth].fetch_min(bytes, Relaxed);
        self.peaks[tenth].fetch_max(bytes, Relaxed);
    }

    /// A stint has ended, and all is flushed; the structure's arrays take so many bytes.
    pub(crate) fn rest(&mut self, arrays: usize) {
        let arrays = arrays as isize;
        self.rests[self.stints] = Rest { arrays, others: live() - self.base - arrays };
        self.stints += 1;
    }

    /// The readings, unless something grows.
    pub(crate) fn verdict(self) -> Result<Readings, Growth> {
        assert_eq!(self.stints, 2, "stints");
        let readings = Readings {
            lows: self.lows.map(AtomicIsize::into_inner),
            peaks: self.peaks.map(AtomicIsize::into_inner),
            rests: self.rests,
        };
        let (lows, [early, late]) = (&readings.lows, readings.rests);
        assert!(lows.iter().all(|low| *low < isize::MAX), "more operations are needed for readings in each tenth");
        if late.others > early.others + early.others / 8 + (64 << 10) || late.arrays > 2 * early.arrays {
            return Err(Growth::AtRest(Box::new(readings)));
        }
        let (early, late) = (lows[3].min(lows[4]), lows[7].min(lows[8]));
        if late > early + early / 2 + (4 << 20) {
            return Err(Growth::AtWork(Box::new(readings)));
        }
        Ok(readings)
    }
}

impl fmt::Display for Readings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [early, late] = self.rests.map(|rest| rest.arrays + rest.others);
        write!(f, "live bytes at rest {early} and {late}, at work {:?} to {:?} in each tenth", self.lows, self.peaks)
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtRest(readings) => write!(f, "grows at rest: {:?}, {readings}", readings.rests),
            Self::AtWork(readings) => write!(f, "grows at work: {readings}"),
        }
    }
}
