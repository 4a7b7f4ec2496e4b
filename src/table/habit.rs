//! Which of two ways a lookup goes first.
//!
//! A line tells where a present key is, tags tell that an absent one is nowhere. Each costs a cache miss in a large map,
//! and neither is needed if the other one was asked first and knew. So it pays to guess, and the lookups of a handle are
//! much like those before.

use core::cell::Cell;

/// Lookups that ask for tags first, after one that was answered by them.
const LASTS: u8 = 64;

/// What the last lookups of a handle found.
#[derive(Debug)]
pub(crate) struct Habit {
    /// How many presences in a row it takes until lines are asked first.
    misses: Cell<u8>,
}

impl Habit {
    pub(crate) const fn new() -> Self {
        Self { misses: Cell::new(0) }
    }

    /// Whether absence is likely.
    #[inline(always)]
    pub(crate) fn of_missing(&self) -> bool {
        self.misses.get() != 0
    }

    /// The key was absent.
    #[inline(always)]
    pub(crate) fn missed(&self) {
        self.misses.set(LASTS);
    }

    /// The key was present, although absence was likely.
    #[inline(always)]
    pub(crate) fn found(&self) {
        self.misses.set(self.misses.get() - 1);
    }
}
