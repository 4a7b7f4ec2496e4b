//! Recognising a key in a line.
#![allow(unsafe_code)] // Reads the nodes of boxed keys, and inline keys from their bits.

use super::inline::is_inline;
use super::probe;
use super::value::Seen;
use super::word::{self, Word};
use crate::platform::epoch::Guard;
use crate::platform::lines::{LINE_SLOTS, Line, Slot};
use crate::platform::site;
use crate::reclaim::key_node::KeyNode;
use crate::reclaim::node::NodePtr;
use core::any::TypeId;
use core::hint::select_unpredictable;
use equivalent::Equivalent;

/// Something that finds its key among the slots of a line.
pub(crate) trait Needle<K> {
    /// The spread hash.
    fn hash(&self) -> u64;

    /// Which reserved slot is the key's, if one is.
    fn reserved(&self) -> Option<usize>;

    /// The slot that holds the key, among those whose key words are given.
    fn find_in(&self, line: &Line, keys: &[Word; LINE_SLOTS], guard: &Guard) -> Option<usize>;
}

/// A key of type `K`, looked up by anything equivalent.
pub(crate) struct Probe<'q, Q: ?Sized> {
    hash: u64,
    /// The key's own word, where `Q` is an inline `K`; otherwise null.
    word: Word,
    query: &'q Q,
}

/// Whether `Q` is the inline key type itself, so that equality of words is equality of keys.
#[inline(always)]
fn is_inline_key<K: 'static, Q: ?Sized>() -> bool {
    is_inline::<K>() && typeid::of::<Q>() == TypeId::of::<K>()
}

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
        Self { hash: probe::spread(hash), word, query }
    }

    /// A probe whose spread hash and inline word are known.
    #[inline(always)]
    pub(crate) fn with_word(hash: u64, word: Word, query: &'q Q) -> Self {
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
    fn find_in(&self, line: &Line, keys: &[Word; LINE_SLOTS], guard: &Guard) -> Option<usize> {
        if is_inline_key::<K, Q>() {
            same_word(keys, self.word)
        } else if is_inline::<K>() {
            (0..LINE_SLOTS).find(|&i| word::is_key(keys[i]) && self.query.equivalent(inline_key::<K>(keys[i]).get()))
        } else {
            find_boxed(line, keys, self.hash, |key| self.query.equivalent(key), guard)
        }
    }
}

/// Slots for the inline keys whose words would read `EMPTY` and `SEALED`.
pub(crate) const RESERVED_SLOTS: usize = 2;

/// Whether a key of type `K` can be one of those.
#[inline(always)]
pub(crate) fn has_reserved<K: 'static>() -> bool {
    is_inline::<K>() && size_of::<K>() == 8
}

/// The position of a word among four, without a branch for each: which of them it is cannot be predicted.
#[inline(always)]
pub(crate) fn same_word(keys: &[Word; LINE_SLOTS], word: Word) -> Option<usize> {
    let position =
        (0..LINE_SLOTS).rfold(LINE_SLOTS, |position, index| select_unpredictable(keys[index] == word, index, position));
    (position < LINE_SLOTS).then_some(position)
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
/// The node is readable under `guard`: the key word was loaded with Acquire after pinning, and after that the slot's
/// value word was loaded, and was neither `DEAD` nor `FROZEN_EMPTY`; or the caller owns the node.
#[inline(always)]
pub(crate) unsafe fn boxed_key<'g, K>(word: Word, guard: &'g Guard) -> &'g KeyNode<K> {
    let node = NodePtr::from_ptr(word::key_node(word)).unwrap_or_else(|| unreachable!("a boxed key has an address"));
    // SAFETY: by the contract of this function.
    unsafe { node.get(guard) }
}

#[inline(always)]
fn find_boxed<K>(
    line: &Line,
    keys: &[Word; LINE_SLOTS],
    hash: u64,
    equivalent: impl Fn(&K) -> bool,
    guard: &Guard,
) -> Option<usize> {
    let fingerprint = probe::fingerprint(hash);
    let mut hits = 0_u32;
    for (index, &key) in keys.iter().enumerate() {
        hits |= u32::from(word::is_key(key) && word::fingerprint(key) == fingerprint) << index;
    }
    while hits != 0 {
        let index = hits.trailing_zeros() as usize;
        if may_read_key(&line.slots[index]) {
            // SAFETY: the key word was loaded with Acquire by the caller, the value word just now.
            let node = unsafe { boxed_key::<K>(keys[index], guard) };
            if node.hash == hash && equivalent(node.key()) {
                return Some(index);
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

/// The spread hash of an inline key.
pub(crate) fn rehash_inline<K: 'static>(word: Word, hash: &impl Fn(&K) -> u64) -> u64 {
    probe::spread(hash(inline_key(word).get()))
}
