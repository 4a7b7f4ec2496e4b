//! Recognising a key in a line.
#![allow(unsafe_code)] // Reads the nodes of boxed keys, and inline keys from their bits.

use super::find;
use super::inline::is_inline;
use super::probe;
use super::slot;
use super::value::Seen;
use super::word::{self, Word};
use crate::platform::epoch::Guard;
use crate::platform::lines::{LINE_SLOTS, Line, Slot};
use crate::platform::search;
use crate::platform::site;
use crate::reclaim::key_node::{KeyNode, KeyQuery};
use crate::reclaim::node::NodePtr;
use core::any::TypeId;
use core::hint::select_unpredictable;
use equivalent::Equivalent;

/// Something that finds its key among the slots of a line.
pub(crate) trait Needle<K> {
    /// The hash, well spread (`probe::spread`).
    fn hash(&self) -> u64;

    /// Which reserved slot is the key's, if one is.
    fn reserved(&self) -> Option<usize>;

    /// The slot of a line that holds the key, given the key words.
    fn find_in<'l>(&self, line: &'l Line, keys: &[Word; LINE_SLOTS], guard: &Guard) -> Option<&'l Slot>;

    /// The key word, where equality of words is equality of keys.
    fn exact(&self) -> Option<Word>;

    /// The slot of a line that holds the key.
    #[inline(always)]
    fn find_slot<'l>(&self, line: &'l Line, guard: &Guard) -> Option<&'l Slot> {
        match self.exact() {
            Some(word) => search::slot_of(line, word),
            None => self.find_in(line, &find::load_keys(line), guard),
        }
    }

    /// The same for one who may claim a slot in the line: beside it the first slot that holds no key.
    #[inline(always)]
    fn find_or_vacant<'l>(&self, line: &'l Line, guard: &Guard) -> (Option<&'l Slot>, Option<&'l Slot>) {
        if let Some(word) = self.exact() {
            return search::slot_or_vacant(line, word);
        }
        let keys = find::load_keys(line);
        (self.find_in(line, &keys, guard), find::first_unclaimed(line, &keys).map(|(slot, _)| slot))
    }

    /// The value word of the slot that holds the key, for a reader who asks this line only; `EMPTY` if there is none.
    #[inline(always)]
    fn read_in(&self, line: &Line, guard: &Guard) -> Word {
        match self.exact() {
            Some(word) => search::value_of(line, word),
            None => self.find_in(line, &find::load_keys(line), guard).map_or(word::EMPTY, slot::value_for_reader),
        }
    }
}

/// A key of type `K`, looked up by anything equivalent.
pub(crate) struct Probe<'q, Q: ?Sized> {
    hash: u64,
    /// The key's word: where `Q` is an inline `K`, and for a boxed key that is in a node already. Otherwise null.
    word: Word,
    query: &'q Q,
}

/// Whether `Q` is the inline key type itself, so that equality of words is equality of keys.
#[inline(always)]
fn is_inline_key<K: 'static, Q: ?Sized>() -> bool {
    is_inline::<K>() && typeid::of::<Q>() == TypeId::of::<K>()
}

impl<Q: ?Sized> Clone for Probe<'_, Q> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q: ?Sized> Copy for Probe<'_, Q> {}

impl<'q, Q: ?Sized> Probe<'q, Q> {
    #[inline(always)]
    pub(crate) fn new<K: 'static>(hash: u64, query: &'q Q) -> Self {
        let word = if is_inline_key::<K, Q>() {
            // SAFETY: `Q` is `K`, a primitive, which has no lifetimes that the type ids could ignore.
            let key = unsafe { core::ptr::from_ref(query).cast::<K>().read() };
            word::of_inline_key(key)
        } else {
            word::EMPTY
        };
        Self { hash, word, query }
    }

    /// A probe for a boxed key, by its hash, and by its word if it has one.
    #[inline(always)]
    pub(crate) fn of_boxed(hash: u64, word: Word, query: &'q Q) -> Self {
        Self { hash, word, query }
    }

    #[inline(always)]
    pub(crate) fn inline_word(&self) -> Word {
        self.word
    }

    #[inline(always)]
    pub(crate) fn query(&self) -> &'q Q {
        self.query
    }
}

impl<K: 'static, Q: ?Sized + Equivalent<K>> Needle<K> for Probe<'_, Q> {
    #[inline(always)]
    fn hash(&self) -> u64 {
        self.hash
    }

    #[inline(always)]
    fn reserved(&self) -> Option<usize> {
        if !has_reserved::<K>() {
            None
        } else if is_inline_key::<K, Q>() {
            (!word::is_key(self.word)).then(|| self.word.addr())
        } else {
            (0..RESERVED_SLOTS)
                .find(|&index| self.query.equivalent(inline_key::<K>(word::from_address(index as u64)).get()))
        }
    }

    #[inline(always)]
    fn find_in<'l>(&self, line: &'l Line, keys: &[Word; LINE_SLOTS], guard: &Guard) -> Option<&'l Slot> {
        if is_inline_key::<K, Q>() {
            same_word(line, keys, self.word)
        } else if is_inline::<K>() {
            let found = |key: Word| word::is_key(key) && self.query.equivalent(inline_key::<K>(key).get());
            line.slots.iter().zip(keys).find_map(|(slot, &key)| found(key).then_some(slot))
        } else {
            find_boxed(line, keys, self.hash, self.word, self.query, guard)
        }
    }

    #[inline(always)]
    fn exact(&self) -> Option<Word> {
        is_inline_key::<K, Q>().then_some(self.word)
    }
}

/// Slots for the inline keys whose words would read `EMPTY` and `SEALED`.
pub(crate) const RESERVED_SLOTS: usize = 2;

/// Whether a key of type `K` can be one of those.
#[inline(always)]
pub(crate) fn has_reserved<K: 'static>() -> bool {
    is_inline::<K>() && size_of::<K>() == 8
}

/// The slot of a word among four, without a branch for each: which of them it is cannot be predicted.
#[inline(always)]
pub(crate) fn same_word<'l>(line: &'l Line, keys: &[Word; LINE_SLOTS], word: Word) -> Option<&'l Slot> {
    line.slots.iter().zip(keys).rfold(None, |found, (slot, &key)| select_unpredictable(key == word, Some(slot), found))
}

/// The key of an inline key word, or of a reserved slot's number.
#[inline(always)]
pub(crate) fn inline_key<K: 'static>(word: Word) -> Seen<'static, K> {
    // SAFETY: key words of an inline `K` are made by `word::of_inline_key` from a `K`; a reserved slot's number is the
    // word of its key, and types of 8 bytes with values that are no bit patterns (the non-zero ones) differ from
    // their invalid pattern by `KEY_MASK`, which is none of the two.
    unsafe { Seen::from_bits(word::inline_key_bits(word)) }
}

/// The key of a boxed key word.
///
/// # Safety
/// The node is readable under `guard`: after pinning, the slot's value word was loaded, and was neither `DEAD` nor
/// `FROZEN_EMPTY`; and the key word was loaded with Acquire before, or a value with Acquire that is not `EMPTY`, whose setter
/// had the key. Or the caller owns the node.
#[inline(always)]
pub(crate) unsafe fn boxed_key<K>(word: Word, guard: &Guard) -> &KeyNode<K> {
    // SAFETY: by the contract of this function.
    unsafe { node_of(word).get(guard) }
}

/// The node of a boxed key word.
#[inline(always)]
pub(super) fn node_of<K>(word: Word) -> NodePtr<KeyNode<K>> {
    NodePtr::from_ptr(word::key_node(word)).unwrap_or_else(|| unreachable!("a boxed key has an address"))
}

/// The key of a key word, or of a reserved slot's number.
///
/// # Safety
/// As for `boxed_key`.
#[inline(always)]
pub(crate) unsafe fn seen_key<K: 'static>(word: Word, guard: &Guard) -> Seen<'_, K> {
    if is_inline::<K>() {
        inline_key(word)
    } else {
        // SAFETY: by the contract of this function.
        Seen::from_ref(unsafe { boxed_key::<K>(word, guard) }.key())
    }
}

#[inline(always)]
fn find_boxed<'l, K: 'static, Q: ?Sized + Equivalent<K>>(
    line: &'l Line,
    keys: &[Word; LINE_SLOTS],
    hash: u64,
    own: Word,
    query: &Q,
    guard: &Guard,
) -> Option<&'l Slot> {
    let query = KeyQuery::new::<K>(hash, query);
    let fingerprint = probe::fingerprint(hash);
    let mut hits = 0_u32;
    for (index, &key) in keys.iter().enumerate() {
        // Words that are no keys have no fingerprint.
        hits |= u32::from(word::fingerprint(key) == fingerprint) << index;
    }
    while hits != 0 {
        let index = hits.trailing_zeros() as usize;
        let slot = &line.slots[index];
        if may_read_key(slot) {
            let node = node_of::<K>(keys[index]);
            // One's own node is recognised whatever `Eq` says: it must not get a second slot.
            // SAFETY: the key word was loaded with Acquire by the caller, the value word just now.
            if keys[index] == own || unsafe { query.is_key_of(node, Q::equivalent, guard) } {
                return Some(slot);
            }
        }
        hits &= hits - 1;
    }
    None
}

/// Whether the node of a boxed key may be read: rule `SKIP_DEAD`.
#[inline(always)]
pub(crate) fn may_read_key(slot: &Slot) -> bool {
    // SeqCst: passing over the slot is part of the decision that the key is not here. Acquire part: RETIRED edge, pairs
    // with FREEZE: one who passes over sees `next` set.
    let value = slot.value.load(site!(MATCH_VALUE: SeqCst));
    value != word::DEAD && value != word::FROZEN_EMPTY || !crate::platform::rule!(SKIP_DEAD)
}

/// The hash of an inline key.
pub(crate) fn rehash_inline<K: 'static>(word: Word, hash: &impl Fn(&K) -> u64) -> u64 {
    hash(inline_key(word).get())
}
