//! Who may free what, and when.
//!
//! Everything that threads reach through the words of a table, or of a cell, lives in a [`Node`](node::NodePtr): tables, boxed keys,
//! boxed values, blocks of cells. A node is private to the thread that allocated it until a store with Release
//! publishes its address. Whoever makes it unreachable, by a compare-and-set that only one thread can win, retires it;
//! it is freed when every thread that was pinned at that moment has unpinned.
//!
//! The collector frees at most 8 bags of 64 objects per 128 outermost pins, which is 4 objects a pin. So that garbage
//! cannot grow without bound while nobody holds a guard for long, every thread counts what it retires, and collects
//! once per bag. Arrays of a table are few and large: the thread that retires one collects at once, and the memory of
//! a large one is never given back inside a collection (a stall for an innocent reader), but by a later
//! write, `flush` or drop of a map.

pub(crate) mod bytes;
pub(crate) mod key_node;
pub(crate) mod node;

use crate::platform::tuning::{COLLECTION_ROUNDS, COLLECTIONS_IN_VAIN};
use crate::platform::{discards, epoch};
use std::sync::Arc;

/// Steps that a round takes at most, if nothing waits but emptied bags.
const MANY_STEPS: usize = 4096;

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
    let last = Arc::new(());
    hand_over(Arc::clone(&last));
    // Others may go on to free what no step frees: cells that they drop. A step empties eight bags, with eight bytes in each.
    let most = MANY_STEPS + epoch::pending_bytes() / 64;
    let (mut steps, mut in_vain) = (0, 0);
    while Arc::strong_count(&last) > 1 {
        // Emptied bags are garbage of the collector's own, not among the bytes. Each step hands over one bag of them, and empties eight.
        if in_vain == COLLECTIONS_IN_VAIN + *useful / 6 || steps == most {
            return None;
        }
        let before = epoch::pending_bytes();
        epoch::pin().flush();
        discards::free_all();
        steps += 1;
        if epoch::pending_bytes() < before {
            (*useful, in_vain) = (*useful + 1, 0);
        } else {
            in_vain += 1;
        }
    }
    Some(steps)
}

/// Gives a share of something to the collector, behind everything that this thread has retired.
fn hand_over(share: Arc<()>) {
    let guard = epoch::pin();
    guard.defer(move || drop(share));
    guard.flush();
}
