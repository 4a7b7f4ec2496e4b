//! What the counts say about the number of entries: an estimate, true bounds, and the number itself.
//!
//! A collector reads of every cell first what has *ended*, and then, in a second pass, what has *begun*. Between the passes
//! there is a moment; what had taken effect by then and was not counted by the first pass had begun before that moment, so the
//! second pass sees it. So the difference of the sums is a bound on what the first pass has missed, and if it is zero, the
//! first pass tells the number at that moment. (Sela and Petrank's *Concurrent Size* has wait-free exact counts, at the price
//! of a record per entry; the optimistic variant of Kas-Sharir and others is close to this.)

use super::counter::Counter;
use super::quiet::ATTEMPTS_AT_ONCE;
use crate::platform::site;
use crate::platform::sync::{fence, spin_loop, yield_now};

/// What a double collect has found.
struct Collected {
    /// Insertions minus removals that were counted.
    net: i64,
    /// How many more may have taken effect by the moment between the passes.
    missed: i64,
}

impl Counter {
    /// Insertions minus removals that have been counted so far.
    pub(crate) fn approx_len(&self) -> usize {
        usize::try_from(self.net()).unwrap_or(0)
    }

    /// `bounds` as lengths.
    pub(crate) fn len_bounds(&self) -> (usize, usize) {
        let (least, most) = self.bounds();
        (usize::try_from(least).unwrap_or(0), usize::try_from(most).unwrap_or(0))
    }

    /// `exact` as a length.
    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.exact()).unwrap_or(0)
    }

    /// Insertions minus removals, each cell read once.
    pub(crate) fn net(&self) -> i64 {
        self.ended().0
    }

    /// Insertions minus removals, and both together.
    fn ended(&self) -> (i64, i64) {
        self.cells().fold((0, 0), |(net, ended), cell| {
            // Acquire, both: COUNT edge, pairs with COUNT_CAME and COUNT_WENT: what is counted is seen begun by the pass that follows.
            let removed = cell.removed.load(site!(COUNT_SUM_WENT: Acquire));
            let inserted = cell.inserted.load(site!(COUNT_SUM_CAME: Acquire));
            (net + inserted - removed, ended + inserted + removed)
        })
    }

    fn collect(&self) -> Collected {
        // SeqCst: what this thread has done, or has seen, comes before what it counts; pairs with the same fence of another
        // collector, and with the exchanges of value words.
        fence(site!(COLLECT_FENCE: SeqCst));
        let (net, ended) = self.ended();
        // Relaxed: behind the loads with Acquire above.
        let begun: i64 = self.cells().map(|cell| cell.begun.load(site!(COUNT_BEGUN: Relaxed))).sum();
        Collected { net, missed: begun - ended }
    }

    /// A lower and an upper bound for the number of entries at a moment during the call.
    pub(crate) fn bounds(&self) -> (i64, i64) {
        let Collected { net, missed } = self.collect();
        (net - missed, net + missed)
    }

    /// The number of entries at a moment during the call. Waits until there is one at which nobody inserts or removes.
    pub(crate) fn exact(&self) -> i64 {
        let mut waiting = None;
        let mut attempts = 0_usize;
        loop {
            let Collected { net, missed } = self.collect();
            if missed == 0 {
                return net;
            }
            attempts += 1;
            self.quiet.ask(attempts, &mut waiting);
            // One who is in the middle of a change, and not running, needs the processor.
            if attempts.is_multiple_of(ATTEMPTS_AT_ONCE) {
                yield_now();
            } else {
                spin_loop();
            }
        }
    }
}
