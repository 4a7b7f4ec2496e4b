//! Collecting on demand, until nothing more can be freed.

use crate::platform::tuning::{COLLECTION_ROUNDS, COLLECTIONS_IN_VAIN, COLLECTIONS_PER_ROUND};
use crate::platform::{discards, epoch};
use core::convert::Infallible;
use std::sync::mpsc::{self, Sender, TryRecvError};

/// Collects until nothing more can be freed, and frees what collections have left. With no guard alive anywhere, everything
/// that this thread has retired is freed, and what others have handed over.
///
/// Lock-free: what others go on to retire is not waited for. Does nothing in a collection.
pub(crate) fn collect() {
    discards::keep_none();
    if epoch::collecting() {
        return;
    }
    let mut useful = 0;
    for _ in 0..COLLECTION_ROUNDS {
        let anything = epoch::pending_bytes() > 0;
        let Some(steps) = collect_what_waits(&mut useful) else { return };
        // Each step has left a bag of emptied ones behind the last, an eighth of what it took.
        if !anything && steps <= COLLECTIONS_IN_VAIN {
            return;
        }
    }
}

/// Collects until all is gone that waits now; in how many steps, or `None` if nothing more can be freed. Counts those that free something.
fn collect_what_waits(useful: &mut usize) -> Option<usize> {
    // Bags are emptied in the order in which they were handed over: when this one is, so are all before it.
    // (No `Arc`: who drops the last one orders the others by a fence, where the thread sanitizer sees a race.)
    let (sender, receiver) = mpsc::channel();
    hand_over(sender);
    let mut patience = Patience::new(epoch::pending_bytes());
    while receiver.try_recv() != Err(TryRecvError::Disconnected) {
        if patience.is_over(*useful) {
            return None;
        }
        let before = epoch::pending_bytes();
        epoch::pin().flush();
        discards::free_all();
        patience.note_step(epoch::pending_bytes() < before, useful);
    }
    Some(patience.steps)
}

/// When a round gives up.
struct Patience {
    steps: usize,
    /// The last ones, which have freed nothing.
    in_vain: usize,
    most: usize,
}

impl Patience {
    fn new(pending_bytes: usize) -> Self {
        // A step empties eight bags, with eight bytes in each at least.
        Self { steps: 0, in_vain: 0, most: COLLECTIONS_PER_ROUND + pending_bytes / (8 * 8) }
    }

    fn is_over(&self, useful: usize) -> bool {
        // Emptied bags are garbage of the collector's own, not among the bytes. Each step hands over one bag of them, and empties eight.
        // Others may go on to free what no step frees (cells that they drop), so that no step seems to be in vain.
        self.in_vain >= COLLECTIONS_IN_VAIN + useful / 6 || self.steps >= self.most
    }

    fn note_step(&mut self, has_freed: bool, useful: &mut usize) {
        self.steps += 1;
        if has_freed {
            (*useful, self.in_vain) = (*useful + 1, 0);
        } else {
            self.in_vain += 1;
        }
    }
}

/// Has the collector drop one end of a channel, behind everything that this thread has retired.
fn hand_over(sender: Sender<Infallible>) {
    let guard = epoch::pin();
    guard.defer(move || drop(sender));
    guard.flush();
}

#[cfg(test)]
mod tests {
    use super::Patience;
    use crate::platform::tuning::{COLLECTIONS_IN_VAIN, COLLECTIONS_PER_ROUND};

    /// Steps of a round, if these are of use.
    fn steps(pending_bytes: usize, is_useful: impl Fn(usize) -> bool) -> usize {
        let (mut patience, mut useful) = (Patience::new(pending_bytes), 0);
        while !patience.is_over(useful) {
            patience.note_step(is_useful(patience.steps), &mut useful);
        }
        patience.steps
    }

    #[test]
    fn a_round_ends_whatever_others_free() {
        assert_eq!(steps(0, |_| true), COLLECTIONS_PER_ROUND);
        assert_eq!(steps(6400, |_| true), COLLECTIONS_PER_ROUND + 100);
        assert_eq!(steps(0, |_| false), COLLECTIONS_IN_VAIN);
        // Builds for models have rounds that end before they lose patience.
        assert_eq!(steps(0, |step| step < 60), COLLECTIONS_PER_ROUND.min(60 + COLLECTIONS_IN_VAIN + 10));
    }
}
