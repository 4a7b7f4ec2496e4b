//! The key that a writing operation may insert: built late, handed over once, taken back if the claim came to nothing.
#![allow(unsafe_code)] // Owns nodes by the ownership column of `docs/TRANSITIONS.md`.

use super::inline::is_inline;
use super::needle::{self, Needle, Probe, has_reserved};
use super::probe;
use super::word::{self, Word};
use crate::platform::epoch::Guard;
use crate::platform::lines::{LINE_SLOTS, Line, Slot};
use crate::platform::rule;
use crate::reclaim::key_node::KeyNode;
use crate::reclaim::node::NodePtr;
use equivalent::Equivalent;

/// A needle that can also put its key into the table.
pub(crate) trait KeySource<K>: Needle<K> {
    /// Whether the operation may insert the key.
    const INSERTS: bool;

    /// The key word for a claim. Runs user code at most (a key constructor), and changes nothing shared.
    fn word(&mut self) -> Word;

    /// The key word stands in a slot now; its value word is still `EMPTY`.
    fn claimed(&mut self);

    /// A value came into the slot: the slot owns the key.
    fn given(&mut self);
}

/// A boxed key's way from this operation to a slot.
enum Node<K> {
    None,
    /// Nobody else has seen it.
    Private(NodePtr<KeyNode<K>>),
    /// Ours, but others may be comparing with it.
    Visible(NodePtr<KeyNode<K>>),
    /// The slot's. Readable, since this thread was pinned when it was made.
    Given(NodePtr<KeyNode<K>>),
}

/// Owns the node of a boxed key; keeps nothing for inline keys.
struct NodeOwner<'g, K: 'static> {
    node: Node<K>,
    guard: &'g Guard,
}

impl<K: 'static> NodeOwner<'_, K> {
    /// The word of the node, made by `key` if there is none yet.
    fn word(&mut self, hash: u64, key: impl FnOnce() -> K) -> Word {
        let node = match self.node {
            Node::None => {
                let node = KeyNode::alloc(hash, key());
                self.node = Node::Private(node);
                node
            }
            Node::Private(node) | Node::Visible(node) => node,
            Node::Given(node) => {
                // The slot that got it is gone, and the key is needed again: become its second owner.
                // SAFETY: this thread has been pinned since before the node was made, so it is not freed.
                unsafe { KeyNode::share(node, self.guard) };
                self.node = Node::Visible(node);
                node
            }
        };
        word::of_boxed_key(node.as_ptr(), probe::fingerprint(hash))
    }

    /// The word of the node, if there is one.
    #[inline(always)]
    fn known_word(&self, hash: u64) -> Word {
        match self.node {
            Node::None => word::EMPTY,
            Node::Private(node) | Node::Visible(node) | Node::Given(node) => {
                word::of_boxed_key(node.as_ptr(), probe::fingerprint(hash))
            }
        }
    }

    fn claimed(&mut self) {
        if let Node::Private(node) = self.node {
            self.node = Node::Visible(node);
        }
    }

    fn given(&mut self) {
        if let Node::Private(node) | Node::Visible(node) = self.node {
            self.node = Node::Given(node);
        }
    }
}

/// Deals with a node that did not come into the map, or belongs to it.
#[cold]
fn give_up<K>(node: Node<K>, guard: &Guard) {
    match node {
        Node::None | Node::Given(_) => {}
        // SAFETY: never published, and owned.
        Node::Private(node) => unsafe { KeyNode::<K>::release(node.as_ptr()) },
        Node::Visible(node) if rule!(CLAIMER_KEEPS) => {
            // SAFETY: owned, and its slot is `FROZEN_EMPTY` (else it would be `Given`), behind which nobody who pins
            // from now on reads the key.
            unsafe { KeyNode::retire(node, guard) };
        }
        Node::Visible(_) => {}
    }
}

impl<K: 'static> Drop for NodeOwner<'_, K> {
    #[inline(always)]
    fn drop(&mut self) {
        if !is_inline::<K>()
            && let Node::Private(_) | Node::Visible(_) = self.node
        {
            // By value: the fast paths keep `self` in registers.
            give_up(core::mem::replace(&mut self.node, Node::None), self.guard);
        }
    }
}

/// A key that the operation owns.
pub(crate) struct Owned<'g, K: 'static> {
    hash: u64,
    key: Option<K>,
    /// The word of an inline key.
    inline: Word,
    owner: NodeOwner<'g, K>,
}

impl<'g, K: 'static> Owned<'g, K> {
    #[inline(always)]
    pub(crate) fn new(hash: u64, key: K, guard: &'g Guard) -> Self {
        let probe = Probe::new::<K>(hash, &key);
        let inline = probe.inline_word();
        Self { hash, key: Some(key), inline, owner: NodeOwner { node: Node::None, guard } }
    }

    /// The key, wherever it is.
    fn key(&self) -> &K {
        match self.owner.node {
            Node::None => self.key.as_ref().unwrap_or_else(|| unreachable!("the key is here until it has a node")),
            Node::Private(node) | Node::Visible(node) | Node::Given(node) => {
                // SAFETY: owned, or given away while this thread is pinned.
                unsafe { node.get(self.owner.guard) }.key()
            }
        }
    }
}

impl<K: Eq + 'static> Needle<K> for Owned<'_, K> {
    #[inline(always)]
    fn hash(&self) -> u64 {
        self.hash
    }

    #[inline(always)]
    fn reserved(&self) -> Option<usize> {
        (has_reserved::<K>() && !word::is_key(self.inline)).then(|| self.inline.addr())
    }

    #[inline(always)]
    fn find_in<'l>(&self, line: &'l Line, keys: &[Word; LINE_SLOTS], guard: &Guard) -> Option<&'l Slot> {
        if is_inline::<K>() {
            needle::same_word(line, keys, self.inline)
        } else {
            let probe = Probe::of_boxed(self.hash, self.owner.known_word(self.hash), self.key());
            Needle::<K>::find_in(&probe, line, keys, guard)
        }
    }

    #[inline(always)]
    fn exact(&self) -> Option<Word> {
        is_inline::<K>().then_some(self.inline)
    }
}

impl<K: Eq + 'static> KeySource<K> for Owned<'_, K> {
    const INSERTS: bool = true;

    #[inline(always)]
    fn word(&mut self) -> Word {
        if is_inline::<K>() {
            return self.inline;
        }
        let key = &mut self.key;
        self.owner.word(self.hash, || key.take().unwrap_or_else(|| unreachable!("the key is here until it has a node")))
    }

    #[inline(always)]
    fn claimed(&mut self) {
        self.owner.claimed();
    }

    #[inline(always)]
    fn given(&mut self) {
        self.owner.given();
    }
}

/// A key that is looked up by something equivalent, and built when it is to be inserted.
pub(crate) struct Built<'g, 'q, K: 'static, Q: ?Sized, F> {
    probe: Probe<'q, Q>,
    build: Option<F>,
    /// The word of an inline key, once built.
    inline: Word,
    owner: NodeOwner<'g, K>,
}

impl<'g, 'q, K: 'static, Q: ?Sized, F> Built<'g, 'q, K, Q, F> {
    #[inline(always)]
    pub(crate) fn new(hash: u64, query: &'q Q, build: F, guard: &'g Guard) -> Self {
        let probe = Probe::new::<K>(hash, query);
        Self { probe, build: Some(build), inline: word::EMPTY, owner: NodeOwner { node: Node::None, guard } }
    }
}

impl<K: 'static, Q: ?Sized + Equivalent<K>, F> Needle<K> for Built<'_, '_, K, Q, F> {
    #[inline(always)]
    fn hash(&self) -> u64 {
        Needle::<K>::hash(&self.probe)
    }

    #[inline(always)]
    fn reserved(&self) -> Option<usize> {
        Needle::<K>::reserved(&self.probe)
    }

    #[inline(always)]
    fn find_in<'l>(&self, line: &'l Line, keys: &[Word; LINE_SLOTS], guard: &Guard) -> Option<&'l Slot> {
        if is_inline::<K>() {
            return Needle::<K>::find_in(&self.probe, line, keys, guard);
        }
        let hash = Needle::<K>::hash(&self.probe);
        let probe = Probe::of_boxed(hash, self.owner.known_word(hash), self.probe.query());
        Needle::<K>::find_in(&probe, line, keys, guard)
    }

    #[inline(always)]
    fn exact(&self) -> Option<Word> {
        Needle::<K>::exact(&self.probe)
    }
}

impl<K: 'static, Q: ?Sized + Equivalent<K>, F: FnOnce(&Q) -> K> KeySource<K> for Built<'_, '_, K, Q, F> {
    const INSERTS: bool = true;

    fn word(&mut self) -> Word {
        let Self { probe, build, inline, owner } = self;
        let mut make = || {
            let query = probe.query();
            let build = build.take().unwrap_or_else(|| unreachable!("a key is built once"));
            let key = build(query);
            assert!(
                query.equivalent(&key),
                "the key constructor returned a key that is not equivalent to the one looked up"
            );
            key
        };
        if is_inline::<K>() {
            if *inline == word::EMPTY {
                *inline = word::of_inline_key(make());
                assert!(word::is_key(*inline), "`Equivalent` contradicts itself for a key");
            }
            return *inline;
        }
        owner.word(Needle::<K>::hash(probe), make)
    }

    #[inline(always)]
    fn claimed(&mut self) {
        self.owner.claimed();
    }

    #[inline(always)]
    fn given(&mut self) {
        self.owner.given();
    }
}

/// An operation that inserts nothing, by a key that is only looked up.
impl<K: 'static, Q: ?Sized + Equivalent<K>> KeySource<K> for Probe<'_, Q> {
    const INSERTS: bool = false;

    fn word(&mut self) -> Word {
        unreachable!("the operation inserts nothing")
    }

    fn claimed(&mut self) {}

    fn given(&mut self) {}
}
