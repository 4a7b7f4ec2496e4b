//! Boxed keys: the key, its hash, how many owners it has, and a copy of the bytes that it refers to.
//!
//! A key such as a `String` keeps its bytes elsewhere, so comparing with it would cost a cache miss more, behind that for the node.
//! Nodes of such keys (`bytes`) have a copy of them at their end, unless there are too many.
#![allow(unsafe_code)] // Dropping and moving out of a shared node, and its tail.

use super::bytes;
use super::node::NodePtr;
use crate::platform::epoch::Guard;
use crate::platform::site;
use crate::platform::sync::AtomicUsize;
use core::mem::{ManuallyDrop, offset_of};

/// Set once the key has been moved out.
const TAKEN: usize = 1 << (usize::BITS - 1);

const LAST_WITHOUT_KEY: usize = TAKEN | 1;

/// The low bits of a `Tag`.
const LENGTH: u64 = 0xFF;
/// Bytes that a node has a copy of, at most. With the rest of a node for a `String` these are two cache lines less 24 bytes.
const MAX_TAIL: usize = 64;
/// No copy.
const NO_TAIL: u64 = LENGTH;

/// A hash, but for its lowest bits; these are the number of bytes that stand behind the node.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag(u64);

impl Tag {
    /// For a key with these bytes.
    #[inline(always)]
    fn new(hash: u64, bytes: Option<&[u8]>) -> Self {
        let length = bytes.map_or(NO_TAIL, |bytes| if bytes.len() <= MAX_TAIL { bytes.len() as u64 } else { NO_TAIL });
        Self(hash & !LENGTH | length)
    }

    /// The hash. Its lowest bits are zero: they place nothing.
    #[inline(always)]
    fn hash(self) -> u64 {
        self.0 & !LENGTH
    }

    #[inline(always)]
    fn has_tail(self) -> bool {
        self.0 & LENGTH != NO_TAIL
    }

    /// How many bytes stand behind the node.
    fn tail(self) -> usize {
        if self.has_tail() { (self.0 & LENGTH) as usize } else { 0 }
    }
}

/// A key on the heap. It has one owner, or more while a claimer uses again a node that was given up meanwhile
/// (`docs/TRANSITIONS.md`, "The node that is needed again").
#[repr(C)] // The tag and the bytes behind it are read together.
pub(crate) struct KeyNode<K> {
    key: ManuallyDrop<K>,
    owners: AtomicUsize,
    tag: Tag,
}

impl<K> KeyNode<K> {
    /// Where the bytes stand. Padding at the end of the node is as good as what follows it.
    const TAIL: usize = offset_of!(Self, tag) + size_of::<Tag>();

    /// The hash of the key, but for its lowest 8 bits, which are zero.
    #[inline(always)]
    pub(crate) fn hash(&self) -> u64 {
        self.tag.hash()
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
        let content = unsafe { node.get_owned() };
        let tail = content.tag.tail();
        // AcqRel: OWNER edge with itself: the last owner sees the key as every other left it.
        let before = content.owners.fetch_sub(1, site!(OWNER_DROP: AcqRel));
        match before {
            // SAFETY: the last owner is alone with the node, which was made with this tail.
            1 => drop(ManuallyDrop::into_inner(unsafe { node.take_with_tail(Self::TAIL, tail) }.key)),
            // SAFETY: the same; the key was moved out, so the content is not touched again.
            LAST_WITHOUT_KEY => unsafe { node.free_memory(Self::TAIL, tail) },
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

impl<K: 'static> KeyNode<K> {
    pub(crate) fn alloc(hash: u64, key: K) -> NodePtr<Self> {
        let bytes = bytes::of(&key);
        let tag = Tag::new(hash, bytes);
        // Moving the key does not move its bytes, but the borrow would end.
        let mut copy = [0; MAX_TAIL];
        let copy = &mut copy[..tag.tail()];
        if let Some(bytes) = bytes.filter(|_| tag.tail() > 0) {
            copy.copy_from_slice(bytes);
        }
        let content = Self { key: ManuallyDrop::new(key), owners: AtomicUsize::new(1), tag };
        NodePtr::with_tail(content, Self::TAIL, copy)
    }
}

/// What is asked of nodes: whether their key is equivalent to `query`, which has this hash.
pub(crate) struct KeyQuery<'q, Q: ?Sized> {
    tag: Tag,
    /// The bytes of the query, if comparing these will do.
    bytes: Option<&'q [u8]>,
    query: &'q Q,
}

impl<'q, Q: ?Sized> KeyQuery<'q, Q> {
    /// For keys of type `K`.
    #[inline(always)]
    pub(crate) fn new<K: 'static>(hash: u64, query: &'q Q) -> Self {
        // Equality of two of these types is equality of bytes; what others are equivalent to, they say themselves.
        let bytes = if bytes::has::<K>() { bytes::of(query) } else { None };
        Self { tag: Tag::new(hash, bytes), bytes, query }
    }

    /// Whether it is the key of a node. `equivalent` compares keys that are not compared by their bytes.
    ///
    /// # Safety
    /// The node is readable under `guard`.
    #[inline(always)]
    pub(crate) unsafe fn is_key_of<K: 'static>(
        &self,
        node: NodePtr<KeyNode<K>>,
        equivalent: impl Fn(&Q, &K) -> bool,
        guard: &Guard,
    ) -> bool {
        // SAFETY: by the contract of this function.
        let content = unsafe { node.get(guard) };
        match self.bytes {
            Some(bytes) if self.tag.has_tail() => {
                // SAFETY: its tag says that the node was made with a tail of this length.
                content.tag == self.tag && unsafe { node.tail(KeyNode::<K>::TAIL, bytes.len()) } == bytes
            }
            _ => content.hash() == self.tag.hash() && equivalent(self.query, content.key()),
        }
    }
}
