//! Boxed keys: the key, its hash, and how many owners it has.
#![allow(unsafe_code)] // Dropping and moving out of a shared node.

use super::node::NodePtr;
use crate::platform::epoch::Guard;
use crate::platform::site;
use crate::platform::sync::AtomicUsize;
use core::mem::ManuallyDrop;

/// Set once the key has been moved out.
const TAKEN: usize = 1 << (usize::BITS - 1);

const LAST_WITHOUT_KEY: usize = TAKEN | 1;

/// A key on the heap. It has one owner, or more while a claimer uses again a node that was given up meanwhile
/// (`docs/TRANSITIONS.md`, "The node that is needed again").
pub(crate) struct KeyNode<K> {
    pub(crate) hash: u64,
    owners: AtomicUsize,
    key: ManuallyDrop<K>,
}

impl<K> KeyNode<K> {
    pub(crate) fn alloc(hash: u64, key: K) -> NodePtr<Self> {
        NodePtr::new(Self { hash, owners: AtomicUsize::new(1), key: ManuallyDrop::new(key) })
    }

    #[inline(always)]
    pub(crate) fn key(&self) -> &K {
        &self.key
    }

    /// Adds an owner.
    ///
    /// # Safety
    /// The node is not freed before the caller unpins: it has been pinned since before the node was made.
    pub(crate) unsafe fn share(node: NodePtr<Self>, guard: &Guard) {
        guard.note_second_owner(node.as_ptr());
        // SAFETY: alive by the contract of this function.
        let content = unsafe { node.get(guard) };
        // Relaxed: an owner is added by one who can reach the node; only the last `release` needs an order.
        content.owners.fetch_add(1, site!(OWNER_ADD: Relaxed));
    }

    /// Gives up one ownership after the grace period.
    ///
    /// # Safety
    /// The caller is an owner, and threads that pin from now on do not reach the node through what it owned.
    pub(crate) unsafe fn retire(node: NodePtr<Self>, guard: &Guard) {
        // SAFETY: by the contract of this function; `release` frees the node for its last owner only.
        unsafe { node.retire(guard, Self::release) };
    }

    /// Gives up one ownership at once; the last owner drops the key.
    ///
    /// # Safety
    /// `address` is that of a node which the caller owns and will not use again.
    pub(crate) unsafe fn release(address: *mut ()) {
        let Some(node) = NodePtr::<Self>::from_ptr(address) else { return };
        // SAFETY: an owner keeps the node alive until the decrement.
        let owners = &unsafe { node.get_owned() }.owners;
        // AcqRel: OWNER edge with itself: the last owner sees the key as every other left it.
        let before = owners.fetch_sub(1, site!(OWNER_DROP: AcqRel));
        match before {
            // SAFETY: the last owner is alone with the node.
            1 => drop(ManuallyDrop::into_inner(unsafe { node.take() }.key)),
            // SAFETY: the same; the key was moved out, so the content is not touched again.
            LAST_WITHOUT_KEY => unsafe { node.free_memory() },
            _ => {}
        }
    }

    /// Moves the key out and gives up one ownership; `None` if another owner took the key.
    ///
    /// # Safety
    /// As for `release`; no other thread reads the key any more.
    pub(crate) unsafe fn take(node: NodePtr<Self>) -> Option<K> {
        // SAFETY: an owner keeps the node alive until `release` below.
        let content = unsafe { node.get_owned() };
        // Relaxed: read by `release`, whose decrements order it for the last owner.
        let before = content.owners.fetch_or(TAKEN, site!(OWNER_TAKE: Relaxed));
        // SAFETY: nobody else reads the key; the mark, which only one owner sets first, keeps others from taking or
        // dropping it.
        let key = (before & TAKEN == 0).then(|| unsafe { core::ptr::read(content.key()) });
        // SAFETY: the caller is an owner.
        unsafe { Self::release(node.as_ptr()) };
        key
    }
}
