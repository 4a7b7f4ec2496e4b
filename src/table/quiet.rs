//! A moment of quiet for those who count: how they ask for it, and how much of it others give.
//!
//! One who waits may be stopped, and so may the one who is waited for. So what is given is bounded: a thread gives a number of
//! turns to each request, however many changes it makes meanwhile, and who waits for long asks ever more rarely.

use crate::platform::site;
use crate::platform::sync::AtomicI64;
use crate::platform::tuning::{COLLECTS_BEFORE_WAITING, SPINS_FOR_LEN};

/// Attempts after which one who waits lets others run.
pub(super) const ATTEMPTS_AT_ONCE: usize = 64;

/// How often one asks whenever others have run. Later on only when twice as many attempts have failed.
const PATIENCE: usize = 256;

/// Turns that a thread gives to one request: some milliseconds, so that threads that share a processor are found where they
/// wait when all of them have run.
const TURNS_PER_REQUEST: usize = 16_384 * SPINS_FOR_LEN;

/// What is given is counted in such parts of a turn, as threads may share a cell.
const PARTS: i64 = 1024;

/// What a request adds. Those who wait are counted below it: Linux has no more threads than that.
const REQUEST: i64 = 1 << 22;

/// Who wants quiet.
#[derive(Debug)]
pub(super) struct Quiet(AtomicI64);

impl Quiet {
    pub(super) fn new() -> Self {
        Self(AtomicI64::new(0))
    }

    /// The number of the latest request, if somebody waits.
    #[inline(always)]
    pub(super) fn wanted(&self) -> Option<i64> {
        let asked = self.0.load(site!(COUNT_WAITING: Relaxed)); // Relaxed: a hint to be polite.
        (asked & (REQUEST - 1) != 0).then_some(asked >> REQUEST.trailing_zeros())
    }

    /// Asks, if that is due after so many attempts. Whoever has asked waits until `waiting` is dropped.
    pub(super) fn ask<'q>(&'q self, attempts: usize, waiting: &mut Option<Waiting<'q>>) {
        if asks_after(attempts) {
            let request = REQUEST + i64::from(waiting.is_none());
            self.0.fetch_add(request, site!(LEN_WAIT: Relaxed)); // Relaxed: a hint.
            waiting.get_or_insert(Waiting(self));
        }
    }
}

/// One who has asked.
pub(super) struct Waiting<'q>(&'q Quiet);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_add(-1, site!(LEN_WAIT: Relaxed)); // Relaxed: a hint.
    }
}

/// What the threads of a cell have given.
#[derive(Debug)]
pub(super) struct Given(AtomicI64);

impl Given {
    pub(super) fn new() -> Self {
        Self(AtomicI64::new(0))
    }

    /// How many of `turns` one of `sharers` threads is to wait now, for the request of this number. Notes them.
    pub(super) fn turns(&self, request: i64, turns: usize, sharers: usize) -> usize {
        // Relaxed, both: a hint. Of two threads that share a cell and note something at once, one may be forgotten.
        let before = self.0.load(site!(COUNT_WAITING: Relaxed));
        let (turns, after) = give(before, request, turns, sharers);
        if after != before {
            self.0.store(after, site!(COUNT_WAITING: Relaxed));
        }
        turns
    }
}

/// Whether to ask after so many attempts.
fn asks_after(attempts: usize) -> bool {
    let others_run = attempts.is_multiple_of(ATTEMPTS_AT_ONCE);
    attempts == COLLECTS_BEFORE_WAITING
        || others_run && (attempts / ATTEMPTS_AT_ONCE <= PATIENCE || attempts.is_power_of_two())
}

/// How many of `turns` to wait, and what has been given by then: a sum in which earlier requests have got all that they asked for.
fn give(given: i64, request: i64, turns: usize, sharers: usize) -> (usize, i64) {
    let per_request = TURNS_PER_REQUEST as i64 * PARTS;
    let share = (turns as i64 * PARTS / sharers as i64).max(1);
    // Sums wrap, and are compared by what lies between them: who misses 2^33 requests in a row may miss as many more.
    let most = request.wrapping_mul(per_request);
    match most.wrapping_sub(given) {
        ..=0 => (0, given),
        left => (turns, most.wrapping_sub(left.min(per_request)).wrapping_add(share)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Turns that are given until there are no more, for one request.
    fn give_all(given: &mut i64, request: i64, turns: usize, sharers: usize) -> usize {
        let mut sum = 0;
        loop {
            let (now, after) = give(*given, request, turns, sharers);
            if now == 0 {
                return sum;
            }
            (sum, *given) = (sum + now, after);
        }
    }

    #[test]
    fn one_who_waits_for_ever_gets_a_bounded_number_of_turns() {
        for cells in [9, 513] {
            let turns = cells * SPINS_FOR_LEN;
            // In whole pauses, of which the last may be too long.
            let enough = TURNS_PER_REQUEST - turns..=TURNS_PER_REQUEST + turns;
            let (mut given, mut request) = (0, 0);
            for _ in (1..=1 << 20).filter(|&attempts| asks_after(attempts)) {
                request += 1;
                assert!(enough.contains(&give_all(&mut given, request, turns, 1)));
                assert_eq!(give_all(&mut given, request, turns, 1), 0, "once for each request");
            }
            assert!(request <= PATIENCE as i64 + 20, "{request} requests in a million attempts");
            let sum = give_all(&mut 0, request, turns, 1);
            assert!(enough.contains(&sum), "what earlier requests were not given is not made up for");
        }
    }

    /// Where the sum of what was given wraps, and where the numbers of requests do.
    #[test]
    fn the_first_requests_and_all_others_get_the_same() {
        let expected = give_all(&mut 0, 1, SPINS_FOR_LEN, 1);
        for last in [1 << 33, 1 << 34, i64::MAX >> REQUEST.trailing_zeros()] {
            let quiet = Quiet(AtomicI64::new((last - 3).wrapping_mul(REQUEST)));
            let mut given = (last - 3).wrapping_mul(TURNS_PER_REQUEST as i64 * PARTS);
            for _ in 0..6 {
                let mut waiting = None;
                quiet.ask(COLLECTS_BEFORE_WAITING, &mut waiting);
                let request = quiet.wanted().expect("one waits");
                assert_eq!(give_all(&mut given, request, SPINS_FOR_LEN, 1), expected, "request {request}");
                drop(waiting);
                assert_eq!(quiet.wanted(), None);
            }
        }
    }

    /// As many as a counter of 16 bits has no room for.
    #[test]
    fn those_who_wait_are_no_request() {
        let (quiet, mut waiting) = (Quiet::new(), Vec::new());
        for number in 1..=100_000 {
            let mut one = None;
            quiet.ask(COLLECTS_BEFORE_WAITING, &mut one);
            waiting.push(one);
            assert_eq!(quiet.wanted(), Some(number));
        }
        drop(waiting);
        assert_eq!(quiet.wanted(), None);
    }

    #[test]
    fn threads_that_share_a_cell_give_as_much_as_others() {
        for (cells, sharers) in [(1, 2), (9, 65), (513, 1000)] {
            let sum = give_all(&mut 0, 1, cells * SPINS_FOR_LEN, sharers);
            let most = TURNS_PER_REQUEST * sharers;
            assert!((most..=most + most / 10).contains(&sum), "{sum} turns of {sharers} threads");
        }
    }
}
