//! Store buffering: each of two threads inserts a key, and then looks for the other's. In one order of all operations the second
//! of the insertions comes before both lookups of its thread's partner, so not both keys are missed.
//!
//! Threads run at once, on the orderings of the machine. Two plain words, written and read with less than sequential
//! consistency, show that the test sees what it is for.

use super::campaign::scale;
use crate::alone::alone;
use crate::dense::DenseMap;
use crate::map::AtomicMap;
use crate::platform::epoch::pin;
use crate::published::Published;
use crate::support::NthKey;
use core::iter;
use crossbeam_utils::CachePadded;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Rounds of each kind in the plain test.
const ROUNDS: usize = 20_000;

/// How long the control is tried.
const PATIENCE: Duration = Duration::from_secs(600);

/// What two threads share: thread `me` does its part, and looks for the other's.
trait Pair: Sync {
    fn new(round: usize) -> Self;
    fn write_and_look(&self, me: usize) -> bool;
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Outcomes {
    neither: usize,
    one: usize,
    both: usize,
}

/// How often neither, one or both of the threads saw what the other has done.
fn outcomes<P: Pair>(rounds: usize) -> Outcomes {
    const AT_ONCE: usize = 256;
    let mut outcomes = Outcomes::default();
    for first in (0..rounds).step_by(AT_ONCE) {
        let pairs: Vec<P> = (first..first + AT_ONCE).map(P::new).collect();
        let arrived = CachePadded::new(AtomicUsize::new(0));
        let look = |me: usize| -> Vec<bool> {
            let pairs = pairs.iter().enumerate();
            pairs
                .map(|(number, pair)| {
                    arrived.fetch_add(1, Ordering::SeqCst);
                    let mut spins = 0_u32;
                    while arrived.load(Ordering::SeqCst) < 2 * (number + 1) {
                        spins += 1;
                        if spins.is_multiple_of(256) { thread::yield_now() } else { core::hint::spin_loop() }
                    }
                    // Now one is ahead, now the other.
                    (0..(number * (7 + me)) % 16).for_each(|_| core::hint::spin_loop());
                    pair.write_and_look(me)
                })
                .collect()
        };
        let [ours, theirs] = thread::scope(|scope| {
            let threads = [0, 1].map(|me| scope.spawn(move || look(me)));
            threads.map(|thread| thread.join().expect("a thread panicked"))
        });
        for (ours, theirs) in ours.into_iter().zip(theirs) {
            match (ours, theirs) {
                (false, false) => outcomes.neither += 1,
                (true, true) => outcomes.both += 1,
                _ => outcomes.one += 1,
            }
        }
    }
    println!("{}: {outcomes:?}", std::any::type_name::<P>());
    outcomes
}

/// Keys that come in the middle of a migration, or start one, by turns.
fn map_of<K: NthKey>(round: usize) -> AtomicMap<K, u64> {
    let map = AtomicMap::new();
    (0..round as u64 % 8).for_each(|number| drop(map.insert(K::nth(50 + number), number)));
    map
}

macro_rules! pairs {
    ($($name:ident of $shared:ty: $new:expr, $look:expr;)+) => {$(
        struct $name($shared);

        impl Pair for $name {
            fn new(round: usize) -> Self {
                let new: fn(usize) -> $shared = $new;
                Self(new(round))
            }

            fn write_and_look(&self, me: usize) -> bool {
                let look: fn(&$shared, usize) -> bool = $look;
                look(&self.0, me)
            }
        }
    )+};
}

fn insert_and<K: NthKey, R>(map: &AtomicMap<K, u64>, me: usize, look: impl FnOnce(K) -> R) -> R {
    map.insert(K::nth(me as u64), 1);
    look(K::nth(1 - me as u64))
}

pairs! {
    Get of AtomicMap<u64, u64>: map_of, |map, me| insert_and(map, me, |other| map.get(&other).is_some());
    GetBoxed of AtomicMap<String, u64>: map_of, |map, me| insert_and(map, me, |other| map.get(&other).is_some());
    OnHandle of AtomicMap<u64, u64>: map_of, |map, me| {
        let pinned = map.pin();
        // A handle whose lookups miss asks tags first.
        for absent in 60..64 {
            assert!(!pinned.contains_key(&u64::nth(absent)));
        }
        insert_and(map, me, |other| pinned.contains_key(&other))
    };
    Update of AtomicMap<u64, u64>: map_of, |map, me| insert_and(map, me, |other| map.update(&other, |_| 2).is_some());
    InBatch of AtomicMap<u64, u64>: map_of, |map, me| {
        insert_and(map, me, |other| map.batch_getitem([&other, &other]).iter().any(Option::is_some))
    };
    Walk of AtomicMap<u64, u64>: map_of, |map, me| insert_and(map, me, |other| map.pin().keys().any(|key| *key == other));
    // Nobody else inserts: the number of keys tells.
    Len of AtomicMap<u64, u64>: |_| AtomicMap::new(), |map, me| insert_and(map, me, |_| map.len() == 2);
    Bounds of AtomicMap<u64, u64>: |_| AtomicMap::new(), |map, me| insert_and(map, me, |_| map.len_bounds().1 >= 2);
    InDense of DenseMap<u64>: |round| DenseMap::with_capacity(round % 3), |map, me| {
        map.insert(me, 1);
        map.contains_key(1 - me)
    };
    // One cell each.
    Cells of [Published<u64>; 2]: |_| [Published::new(0), Published::new(0)], |cells, me| {
        cells[me].store(1);
        *cells[1 - me].load(&pin()) == 1
    };
}

/// The control: not sequentially consistent.
struct Words([CachePadded<AtomicU64>; 2]);

impl Pair for Words {
    fn new(_: usize) -> Self {
        Self([const { CachePadded::new(AtomicU64::new(0)) }; 2])
    }

    fn write_and_look(&self, me: usize) -> bool {
        self.0[me].store(1, Ordering::Release);
        self.0[1 - me].load(Ordering::Acquire) == 1
    }
}

#[test]
fn not_both_keys_are_missed() {
    alone("histories::litmus::not_both_keys_are_missed", || {
        let rounds = ROUNDS * scale() as usize;
        let all = [
            outcomes::<Get>,
            outcomes::<GetBoxed>,
            outcomes::<OnHandle>,
            outcomes::<Update>,
            outcomes::<InBatch>,
            outcomes::<Walk>,
            outcomes::<Len>,
            outcomes::<Bounds>,
            outcomes::<InDense>,
            outcomes::<Cells>,
        ];
        for (number, outcomes) in all.into_iter().enumerate() {
            // Again, if the machine had other things to do all the while.
            let met = (0..100).any(|_| {
                let outcomes = outcomes(rounds);
                assert_eq!(outcomes.neither, 0, "pair {number}: both threads missed what the other had done");
                outcomes.both > 0
            });
            assert!(met, "pair {number}: the threads did not meet");
        }
        // Rounds until it was seen, and time enough for a machine that has other things to do.
        let start = Instant::now();
        let mut again = iter::from_fn(|| (start.elapsed() < PATIENCE).then(|| outcomes::<Words>(ROUNDS)));
        let seen = again.any(|outcomes| outcomes.neither > 0);
        assert!(seen, "the test does not see what it is for");
    });
}
