//! A boxed key with two owners, which an `Eq` that lies could bring into two slots.

use crate::platform::epoch;
use crate::reclaim::key_node::KeyNode;
use std::sync::Arc;

#[test]
fn a_key_with_two_owners_is_taken_once() {
    let key = Arc::new(());
    let guard = epoch::pin();
    let node = KeyNode::alloc(0, Arc::clone(&key));
    // SAFETY: pinned since before the node was made.
    unsafe { KeyNode::share(node, &guard) };
    // SAFETY: one of two owners, and nobody else reads the key.
    let taken = unsafe { KeyNode::take(node) };
    assert!(taken.is_some_and(|taken| Arc::ptr_eq(&taken, &key)));
    // SAFETY: the other owner.
    assert!(unsafe { KeyNode::take(node) }.is_none());
    assert_eq!(Arc::strong_count(&key), 1, "the key was dropped once");
}
