//! What schedules find, and that they can be repeated.

use super::choices::Choices;
use super::crew::Crew;
use super::strategy::Strategy;
use super::turns::{Job, Run};
use crate::platform::hook::{self, Kind};
use crate::platform::sync::yield_now;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

fn point() {
    hook::at("POINT", Kind::Plain, SeqCst);
}

/// Each thread adds one to a number, in two steps.
fn lost_update(crew: &Crew, strategy: Strategy) -> bool {
    let number = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&number);
    let job: Job = Arc::new(move |_| {
        for _ in 0..3 {
            point();
        }
        let seen = theirs.load(SeqCst);
        point();
        theirs.store(seen + 1, SeqCst);
        point();
    });
    let run = crew.run(3, strategy, job);
    assert_eq!(run.failure, None);
    assert!(run.steps == 15 && run.switches >= 3, "{run:?}");
    number.load(SeqCst) < 3
}

#[test]
fn a_lost_update_is_found() {
    let crew = Crew::new();
    let found =
        |strategy: &dyn Fn(u64) -> Strategy| (0..100).filter(|&seed| lost_update(&crew, strategy(seed))).count();
    let random = found(&Strategy::random);
    let pct = found(&|seed| Strategy::pct(seed, 3, 15));
    let bytes = found(&|seed| {
        let mut choices = Choices::seeded(seed);
        Strategy::bytes(&core::array::from_fn::<u8, 8, _>(|_| choices.below(256) as u8))
    });
    println!("a lost update in {random}, {pct} and {bytes} of 100 schedules");
    assert!(random >= 2 && pct >= 5 && bytes >= 5);
    // Depth 1 has threads run one after the other.
    assert_eq!(found(&|seed| Strategy::pct(seed, 1, 15)), 0);
}

/// The order in which threads come to their sites.
fn order(crew: &Crew, strategy: Strategy) -> Vec<usize> {
    let order = Arc::new(Mutex::new(Vec::new()));
    let theirs = Arc::clone(&order);
    let job: Job = Arc::new(move |me| {
        for _ in 0..20 {
            theirs.lock().expect("no panic while it is held").push(me);
            point();
        }
    });
    assert_eq!(crew.run(4, strategy, job).failure, None);
    let order = order.lock().expect("no panic while it is held");
    order.clone()
}

#[test]
fn a_schedule_is_the_same_whenever_it_is_run() {
    let (one, other) = (Crew::new(), Crew::new());
    let mut orders: Vec<_> = (0..50)
        .map(|seed| {
            let order_of = |crew| order(crew, Strategy::random(seed));
            assert_eq!(order_of(&one), order_of(&other));
            assert_eq!(order(&one, Strategy::pct(seed, 3, 80)), order(&other, Strategy::pct(seed, 3, 80)));
            order_of(&one)
        })
        .collect();
    orders.sort_unstable();
    orders.dedup();
    assert!(orders.len() >= 40, "only {} different ones", orders.len());
}

/// The first threads wait for the last one, without a site.
#[test]
fn who_waits_gives_way() {
    let crew = Crew::new();
    for seed in 0..50 {
        for strategy in [Strategy::random(seed), Strategy::pct(seed, 3, 50), Strategy::bytes(&[seed as u8; 5])] {
            let done = Arc::new(AtomicU64::new(0));
            let job: Job = Arc::new(move |me| {
                if me == 2 {
                    point();
                    done.store(1, SeqCst);
                }
                while done.load(SeqCst) == 0 {
                    yield_now();
                }
            });
            assert_eq!(crew.run(3, strategy, job).failure, None);
        }
    }
}

#[test]
fn a_livelock_fails_and_so_does_a_panic() {
    let crew = Crew::new();
    let fails = |job: Job, what: &str| {
        let Run { failure, .. } = crew.run(2, Strategy::random(1), job);
        let failure = failure.expect("it fails");
        assert!(failure.contains(what) && failure.contains("schedule: "), "{failure}");
    };
    fails(
        Arc::new(|_| {
            loop {
                yield_now();
            }
        }),
        "thread 0: livelock",
    );
    fails(
        Arc::new(|me| {
            loop {
                point();
                if me == 0 {
                    return;
                }
            }
        }),
        "thread 1: livelock",
    );
    fails(Arc::new(|me| std::panic::resume_unwind(Box::new(format!("number {me}")))), "number 1");
    // The crew goes on.
    assert_eq!(order(&crew, Strategy::random(1)).len(), 80);
}
