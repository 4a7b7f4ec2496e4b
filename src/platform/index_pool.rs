//! Small dense numbers, given out and taken back without a lock.

use super::site;
use super::sync::AtomicU64;

/// A bit set of the numbers in use.
#[derive(Debug)]
pub(crate) struct IndexPool<const WORDS: usize> {
    pub(crate) words: [AtomicU64; WORDS],
}

impl<const WORDS: usize> IndexPool<WORDS> {
    /// Takes the lowest free number; `None` if all are in use.
    pub(crate) fn acquire(&self) -> Option<usize> {
        for (position, word) in self.words.iter().enumerate() {
            // Relaxed: only a guess for the exchange below.
            let mut bits = word.load(site!(INDEX_SCAN: Relaxed));
            while bits != u64::MAX {
                let free = bits.trailing_ones();
                let taken = bits | 1 << free;
                // Acquire: INDEX edge, pairs with INDEX_RELEASE: what the last owner stored plainly is seen.
                // Relaxed on failure: again only a guess.
                match word.compare_exchange(bits, taken, site!(INDEX_ACQUIRE: Acquire), site!(INDEX_LOST: Relaxed)) {
                    Ok(_) => return Some(position * 64 + free as usize),
                    Err(seen) => bits = seen,
                }
            }
        }
        None
    }

    /// Gives back a number that `acquire` returned.
    pub(crate) fn release(&self, index: usize) {
        // Release: INDEX edge, pairs with INDEX_ACQUIRE.
        self.words[index / 64].fetch_and(!(1 << (index % 64)), site!(INDEX_RELEASE: Release));
    }
}
