//! Heap nodes whose address stands in a word.
#![allow(unsafe_code)] // Allocation, and the step from an address to a reference.

use crate::platform::epoch::{self, Birth, Guard};
use core::alloc::Layout;
use core::fmt;
use core::mem::offset_of;
use core::ptr::NonNull;
use std::alloc::{alloc, dealloc, handle_alloc_error};

/// Addresses of nodes are multiples of this, which leaves four bits for tags.
pub(crate) const NODE_ALIGN: usize = 16;

/// Bits of an address. The 16 above belong to fingerprints and prefixes, so there is no room for tags of the allocator.
pub(crate) const ADDRESS_BITS: u32 = 48;

#[repr(C, align(16))]
struct Node<T> {
    birth: Birth,
    content: T,
}

/// The address of a node. Copies are free; who may use and free it is a matter of the protocol.
pub(crate) struct NodePtr<T>(NonNull<Node<T>>);

impl<T> Clone for NodePtr<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for NodePtr<T> {}

impl<T> PartialEq for NodePtr<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T> fmt::Debug for NodePtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NodePtr").field(&self.0.as_ptr()).finish()
    }
}

impl<T> NodePtr<T> {
    /// Never of size zero: each node has an address of its own.
    const LAYOUT: Layout = {
        let layout = Layout::new::<Node<T>>();
        match Layout::from_size_align(if layout.size() == 0 { NODE_ALIGN } else { layout.size() }, layout.align()) {
            Ok(layout) => layout,
            Err(_) => panic!("node too large"),
        }
    };

    /// Bytes of a node.
    pub(crate) const BYTES: usize = Self::LAYOUT.size();

    /// Moves `content` to the heap.
    ///
    /// # Panics
    /// If the allocator returns an address of more than 48 bits, for which a word has no room.
    pub(crate) fn new(content: T) -> Self {
        Self::with_tail(content, 0, &[])
    }

    /// The same with a copy of some bytes, `offset` behind the beginning of the content: behind all of its fields.
    ///
    /// # Panics
    /// As `new`.
    pub(crate) fn with_tail(content: T, offset: usize, tail: &[u8]) -> Self {
        let layout = Self::layout(offset, tail.len());
        // SAFETY: the layout has a size above zero.
        let memory = unsafe { alloc(layout) };
        let Some(node) = NonNull::new(memory.cast::<Node<T>>()) else { handle_alloc_error(layout) };
        if node.addr().get() >> ADDRESS_BITS != 0 {
            // SAFETY: allocated above with this layout; nothing was written.
            unsafe { dealloc(memory, layout) };
            panic!("atomic-dict needs heap addresses of at most {ADDRESS_BITS} bits, got {memory:p}");
        }
        // SAFETY: fresh memory of the layout of `Node<T>` at least.
        unsafe { node.write(Node { birth: Birth::new(), content }) };
        let node = Self(node);
        // SAFETY: the node has room for the tail there.
        let start = unsafe { node.tail_start(offset) };
        // SAFETY: the same, and the room belongs to nobody else.
        unsafe { start.copy_from_nonoverlapping(tail.as_ptr(), tail.len()) };
        node
    }

    /// The layout of a node with a tail.
    fn layout(offset: usize, len: usize) -> Layout {
        let size = Self::LAYOUT.size().max(offset_of!(Node<T>, content) + offset + len);
        Layout::from_size_align(size, Self::LAYOUT.align()).expect("a tail is short")
    }

    /// Where the tail begins.
    ///
    /// # Safety
    /// The node has a tail at this offset.
    #[inline(always)]
    unsafe fn tail_start(self, offset: usize) -> *mut u8 {
        // SAFETY: inside the node's memory, by the contract of this function.
        unsafe { self.0.as_ptr().cast::<u8>().add(offset_of!(Node<T>, content) + offset) }
    }

    /// The tail.
    ///
    /// # Safety
    /// As for `get`; the node was made with a tail of this length at this offset.
    #[inline(always)]
    pub(crate) unsafe fn tail<'a>(self, offset: usize, len: usize) -> &'a [u8] {
        // SAFETY: by the contract of this function.
        let start = unsafe { self.tail_start(offset) };
        // SAFETY: initialised when the node was made, and not written after that.
        unsafe { core::slice::from_raw_parts(start, len) }
    }

    /// The address as a plain pointer, aligned to `NODE_ALIGN` at least.
    pub(crate) fn as_ptr(self) -> *mut () {
        self.0.as_ptr().cast()
    }

    /// The same, known not to be null.
    pub(crate) fn address(self) -> NonNull<()> {
        self.0.cast()
    }

    /// The inverse of `as_ptr`. `None` for a null pointer.
    pub(crate) fn from_ptr(address: *mut ()) -> Option<Self> {
        NonNull::new(address.cast()).map(Self)
    }

    /// The content, for as long as the guard lives.
    ///
    /// # Safety
    /// The node was published, or allocated by this thread; it had not been retired when `guard` was pinned, or the
    /// caller owns it for as long as the reference lives; nobody has it exclusively.
    #[inline(always)]
    pub(crate) unsafe fn get(self, guard: &Guard) -> &T {
        guard.assert_protected(self.0.as_ptr());
        // SAFETY: the node is initialised and alive by the contract of this function.
        let node = unsafe { self.0.as_ref() };
        node.birth.assert_published();
        &node.content
    }

    /// The content, for an owner who needs no guard.
    ///
    /// # Safety
    /// The caller owns the node for as long as the reference lives.
    pub(crate) unsafe fn get_owned<'a>(self) -> &'a T {
        // SAFETY: the node is initialised and alive by the contract of this function.
        unsafe { &self.0.as_ref().content }
    }

    /// The same, to change it.
    ///
    /// # Safety
    /// The caller owns the node for as long as the reference lives, and no other thread can reach it.
    pub(crate) unsafe fn get_mut<'a>(mut self) -> &'a mut T {
        // SAFETY: the node is initialised, alive and not shared by the contract of this function.
        unsafe { &mut self.0.as_mut().content }
    }

    /// Counts a node that its owner has made unreachable among what is retired. Unlike `retire` it leaves it to the owner
    /// when the node is freed: by `free_noted`.
    pub(crate) fn note_retired(self, guard: &Guard) {
        guard.note_retired(self.as_ptr(), Self::LAYOUT.size());
    }

    /// `free` for a node that was noted as retired.
    ///
    /// # Safety
    /// The caller owns the node, and no other thread can reach it: those that could have unpinned.
    pub(crate) unsafe fn free_noted(self) {
        epoch::note_freed(self.as_ptr(), Self::LAYOUT.size());
        // SAFETY: by the contract of this function.
        unsafe { Self::free(self.as_ptr()) };
    }

    /// Frees the node after the grace period by `free`, which gets it as its owner.
    ///
    /// # Safety
    /// The caller owns the node and has made it unreachable for threads that pin from now on. Dropping `T` on another
    /// thread is sound (every operation that publishes a node asks for `Send`).
    pub(crate) unsafe fn retire(self, guard: &Guard, free: unsafe fn(*mut ())) {
        // SAFETY: by the contract of this function.
        unsafe { self.retire_with(guard, 0, free) };
    }

    /// `retire` for a node that owns `bytes` more.
    ///
    /// # Safety
    /// As for `retire`.
    pub(crate) unsafe fn retire_with(self, guard: &Guard, bytes: usize, free: unsafe fn(*mut ())) {
        // SAFETY: by the contract of this function; once per owner, and an owner retires once.
        unsafe { guard.retire(self.as_ptr(), Self::LAYOUT.size() + bytes, free) };
    }

    /// Drops the content and frees the memory: what `retire` takes for a node with one owner.
    ///
    /// # Safety
    /// `address` is that of a `NodePtr<T>` that the caller owns and no other thread can reach.
    pub(crate) unsafe fn free(address: *mut ()) {
        let Some(node) = Self::from_ptr(address) else { return };
        let memory = Memory(node, Self::LAYOUT);
        // SAFETY: owned, initialised, and not used again; `memory` frees it without dropping.
        unsafe { memory.0.0.drop_in_place() };
    }

    /// Frees the memory of a node with a tail, whose content is gone.
    ///
    /// # Safety
    /// As for `free`; the content was moved out or dropped; the node was made with a tail of this length at this offset.
    pub(crate) unsafe fn free_memory(self, offset: usize, len: usize) {
        let memory = Memory(self, Self::layout(offset, len));
        // SAFETY: the node is owned.
        let birth = unsafe { &raw mut (*memory.0.0.as_ptr()).birth };
        // SAFETY: the certificate is still there, and not used again.
        unsafe { birth.drop_in_place() };
    }

    /// Frees the memory and hands out the content.
    ///
    /// # Safety
    /// The caller owns the node, and no other thread can reach it.
    pub(crate) unsafe fn take(self) -> T {
        // SAFETY: by the contract of this function; `new` makes no tail.
        unsafe { self.take_with_tail(0, 0) }
    }

    /// The same for a node with a tail.
    ///
    /// # Safety
    /// As for `take`; the node was made with a tail of this length at this offset.
    pub(crate) unsafe fn take_with_tail(self, offset: usize, len: usize) -> T {
        // SAFETY: owned and initialised.
        let node = unsafe { self.0.read() };
        drop(Memory(self, Self::layout(offset, len)));
        node.content
    }
}

/// The memory of a node whose content is gone, freed even if the content's destructor panics.
struct Memory<T>(NodePtr<T>, Layout);

impl<T> Drop for Memory<T> {
    fn drop(&mut self) {
        // SAFETY: allocated in `NodePtr::with_tail` with this layout, and owned by whoever made this value.
        unsafe { dealloc(self.0.as_ptr().cast(), self.1) };
    }
}
