//! The states of key words and value words, as bits. No atomics here.

use super::inline;
use crate::reclaim::node::{ADDRESS_BITS, NODE_ALIGN};
use core::ptr;

/// What a slot holds in each of its two words.
pub(crate) type Word = *mut ();

#[inline(always)]
pub(crate) fn from_address(bits: u64) -> Word {
    ptr::without_provenance_mut(bits as usize)
}

#[inline(always)]
pub(crate) fn bits(word: Word) -> u64 {
    word.addr() as u64
}

const _: () = assert!(usize::BITS == 64, "atomic-dict needs a 64-bit target: a word holds a pointer and 16 bits more");

/// Nothing yet, in both kinds of words.
pub(crate) const EMPTY: Word = ptr::null_mut();

// Key words ------------------------------------------------------------------------------------------------------

/// No key will come here.
pub(crate) const SEALED: Word = ptr::without_provenance_mut(1);

/// Inline keys are stored XORed with this, so that the two whose words would read `EMPTY` and `SEALED` are unlikely
/// ones. Its high half is not zero, which keeps keys of up to 4 bytes clear of both.
const KEY_MASK: u64 = 0xC3A5_7E19_5D2B_F186;

/// Whether a key word holds a key.
#[inline(always)]
pub(crate) fn is_key(word: Word) -> bool {
    word.addr() > 1
}

/// The word of an inline key. `EMPTY` and `SEALED` stand for the keys of reserved slots 0 and 1.
#[inline(always)]
pub(crate) fn of_inline_key<K: 'static>(key: K) -> Word {
    from_address(inline::to_bits(key) ^ KEY_MASK)
}

/// The bits (see `inline::from_bits`) of the key of an inline key word.
#[inline(always)]
pub(crate) fn inline_key_bits(word: Word) -> u64 {
    bits(word) ^ KEY_MASK
}

/// The word of a boxed key: its node's address, and a fingerprint of the hash.
#[inline(always)]
pub(crate) fn of_boxed_key(node: *mut (), fingerprint: u16) -> Word {
    node.map_addr(|address| address | usize::from(fingerprint) << ADDRESS_BITS)
}

/// The node of a boxed key word.
#[inline(always)]
pub(crate) fn key_node(word: Word) -> *mut () {
    word.map_addr(|address| address & ((1 << ADDRESS_BITS) - 1))
}

/// The fingerprint in a boxed key word.
#[inline(always)]
pub(crate) fn fingerprint(word: Word) -> u16 {
    (bits(word) >> ADDRESS_BITS) as u16
}

// Value words ----------------------------------------------------------------------------------------------------

const BOX_TAG: usize = 1;
const FROZEN_TAG: usize = 2;
const TAG_MASK: usize = NODE_ALIGN - 1;

/// Removed; the key stays.
pub(crate) const TOMB: Word = ptr::without_provenance_mut(3);
/// The value is in the next table.
pub(crate) const MOVED: Word = ptr::without_provenance_mut(4);
/// Removed and left behind by a migration.
pub(crate) const DEAD: Word = ptr::without_provenance_mut(5);
/// Never had a value, and never will in this table.
pub(crate) const FROZEN_EMPTY: Word = ptr::without_provenance_mut(6);

/// A value word, read as a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Empty,
    Tomb,
    /// Inline or boxed: `live_box` and `inline_value_bits` tell.
    Live,
    /// The cell that holds the live word.
    Frozen(*mut ()),
    Moved,
    Dead,
    FrozenEmpty,
}

/// The prefix that 64-bit inline values are XORed with. Special states have 16 zero bits on top, so only values whose
/// own top 16 bits equal the prefix need a box. For floats these are NaNs with a payload that no operation makes.
#[inline(always)]
fn prefix(float: bool) -> u64 {
    if float { 0xFFF5 << ADDRESS_BITS } else { 0xA5C3 << ADDRESS_BITS }
}

/// The live word of an inline value; `None` if its bits read as a special state, so that it needs a box.
#[inline(always)]
pub(crate) fn of_inline_value<V: 'static>(value_bits: u64) -> Option<Word> {
    let word = value_bits ^ prefix(inline::is_float::<V>());
    // Narrower values leave the prefix as it is.
    (size_of::<V>() < 8 || word >> ADDRESS_BITS != 0).then(|| from_address(word))
}

/// The bits of a live inline value; `None` if it is boxed.
#[inline(always)]
pub(crate) fn inline_value_bits<V: 'static>(word: Word) -> Option<u64> {
    (bits(word) >> ADDRESS_BITS != 0).then(|| bits(word) ^ prefix(inline::is_float::<V>()))
}

/// The live word of a boxed value.
#[inline(always)]
pub(crate) fn of_boxed_value(node: *mut ()) -> Word {
    node.map_addr(|address| address | BOX_TAG)
}

/// The node of a live word that is not inline.
#[inline(always)]
pub(crate) fn boxed_value(word: Word) -> *mut () {
    debug_assert_eq!(word.addr() & TAG_MASK, BOX_TAG);
    word.map_addr(|address| address & !TAG_MASK)
}

/// The frozen word for a cell.
#[inline(always)]
pub(crate) fn frozen(cell: *mut ()) -> Word {
    cell.map_addr(|address| address | FROZEN_TAG)
}

/// Whether a value word is live. The test of the fast paths.
#[inline(always)]
pub(crate) fn is_live(word: Word) -> bool {
    bits(word) >> ADDRESS_BITS != 0 || word.addr() & TAG_MASK == BOX_TAG
}

/// Whether a value word of a `V` is live in the way most are: inline if the type is, else boxed.
#[inline(always)]
pub(crate) fn is_plain<V: 'static>(word: Word) -> bool {
    if inline::is_inline::<V>() { inline_value_bits::<V>(word).is_some() } else { word.addr() & TAG_MASK == BOX_TAG }
}

/// The state of a value word.
pub(crate) fn state(word: Word) -> State {
    match word {
        _ if is_live(word) => State::Live,
        EMPTY => State::Empty,
        TOMB => State::Tomb,
        MOVED => State::Moved,
        DEAD => State::Dead,
        FROZEN_EMPTY => State::FrozenEmpty,
        _ => {
            debug_assert_eq!(word.addr() & TAG_MASK, FROZEN_TAG);
            State::Frozen(word.map_addr(|address| address & !TAG_MASK))
        }
    }
}
