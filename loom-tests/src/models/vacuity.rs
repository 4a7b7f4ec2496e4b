//! Models that must fail: if one of these passed, the others would prove nothing.

use super::{Boxed, Map};
use crate::platform::epoch;
use crate::platform::sync::AtomicPtr;
use crate::reclaim::node::NodePtr;
use core::sync::atomic::Ordering;

fn publish(store: Ordering) {
    loom::model(move || {
        epoch::open_books();
        let place = loom::sync::Arc::new(AtomicPtr::new(core::ptr::null_mut()));
        let theirs = loom::sync::Arc::clone(&place);
        let writer = loom::thread::spawn(move || theirs.store(NodePtr::new(7_u64).as_ptr(), store));
        let guard = epoch::pin();
        if let Some(node) = NodePtr::<u64>::from_ptr(place.load(Ordering::Acquire)) {
            // SAFETY: never freed while the guard lives; whether it was published is what the model is about.
            assert_eq!(unsafe { node.get(&guard) }, &7);
        }
        drop(guard);
        writer.join().expect("the writer does not panic");
        // SAFETY: all threads are done with it.
        unsafe { NodePtr::<u64>::free(place.load(Ordering::Relaxed)) };
        epoch::close_books();
    });
}

#[test]
fn a_published_node_may_be_read() {
    publish(Ordering::Release);
}

#[test]
#[should_panic(expected = "Causality violation")]
fn an_unpublished_node_is_noticed() {
    publish(Ordering::Relaxed);
}

#[test]
#[should_panic(expected = "leaked")]
fn a_leak_is_noticed() {
    loom::model(|| {
        epoch::open_books();
        let _ = NodePtr::new(Boxed(1));
        epoch::close_books();
    });
}

#[test]
#[should_panic(expected = "retired twice")]
fn a_second_retirement_is_noticed() {
    loom::model(|| {
        epoch::open_books();
        let node = NodePtr::new(1_u64);
        let guard = epoch::pin();
        for _ in 0..2 {
            // SAFETY: wrong on purpose; the reclaimer panics before it frees anything.
            unsafe { node.retire(&guard, NodePtr::<u64>::free) };
        }
    });
}

#[test]
#[should_panic(expected = "use after the grace period")]
fn a_late_access_is_noticed() {
    loom::model(|| {
        epoch::open_books();
        let node = NodePtr::new(1_u64);
        // SAFETY: owned and not shared.
        unsafe { node.retire(&epoch::pin(), NodePtr::<u64>::free) };
        // SAFETY: wrong on purpose; the reclaimer panics first.
        unsafe { node.get(&epoch::pin()) };
    });
}

#[test]
#[should_panic(expected = "executions were explored")]
fn a_model_without_interleavings_is_noticed() {
    super::model(10, &["one", "two"], |_, _| drop(Map::<u32, u32>::of(&[(1, 1)])));
}

#[test]
#[should_panic(expected = "two outcomes at least")]
fn a_model_that_names_one_outcome_is_noticed() {
    super::model(0, &["one"], |witnesses, _| witnesses.saw("one"));
}
