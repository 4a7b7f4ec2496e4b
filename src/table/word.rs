//! The states of key words and value words, as bits. No atomics here.

use super::inline;
use crate::reclaim::node::{ADDRESS_BITS, NODE_ALIGN};
use core::ptr::{self, NonNull};

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

/// Nothing yet, in both kinds of words.
pub(crate) const EMPTY: Word = ptr::null_mut();

// Key words ------------------------------------------------------------------------------------------------------

/// No key will come here.
pub(crate) const SEALED: Word = ptr::without_provenance_mut(1);

/// Inline keys are stored XORed with this, so that the two whose words would read `EMPTY` and `SEALED` are unlikely
/// ones: negative numbers of no significance, or huge ones. Its high half is not zero, which keeps keys of up to 4 bytes
/// clear of both, and it is a sign-extended number of 32 bits, which fits an instruction of most processors.
const KEY_MASK: u64 = 0xFFFF_FFFF_C3A5_7E18;

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

/// Below all states that are not `EMPTY` either: `may_hold`.
const TOMB_BITS: usize = 3;

/// Removed; the key stays.
pub(crate) const TOMB: Word = ptr::without_provenance_mut(TOMB_BITS);
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
    /// Inline or boxed: `inline_value_bits` tells.
    Live(LiveWord),
    /// The cell that holds the live word.
    Frozen(*mut ()),
    Moved,
    Dead,
    FrozenEmpty,
}

/// The prefix that 64-bit inline values are XORed with. Special states have 16 zero bits on top, so only values whose
/// own top 16 bits equal the prefix need a box: integers from 2^61 on, the next 2^48; for floats, NaNs with a payload that
/// no operation makes. (Changing a single bit takes one instruction on most processors.)
#[inline(always)]
fn prefix(float: bool) -> u64 {
    if float { 0xFFF5 << ADDRESS_BITS } else { 1 << 61 }
}

/// A word that is known to be live. None is null.
pub(crate) type LiveWord = NonNull<()>;

/// The live word of an inline value; `None` if its bits read as a special state, so that it needs a box.
#[inline(always)]
pub(crate) fn of_inline_value<V: 'static>(value_bits: u64) -> Option<LiveWord> {
    let word = value_bits ^ prefix(inline::is_float::<V>());
    if word >> ADDRESS_BITS != 0 { NonNull::new(from_address(word)) } else { None }
}

/// The bits of a value word of an inline type that `is_plain`.
#[inline(always)]
pub(crate) fn plain_bits<V: 'static>(word: Word) -> u64 {
    bits(word) ^ prefix(inline::is_float::<V>())
}

/// The bits of a live inline value; `None` if it is boxed.
#[inline(always)]
pub(crate) fn inline_value_bits<V: 'static>(live: LiveWord) -> Option<u64> {
    (bits(live.as_ptr()) >> ADDRESS_BITS != 0).then(|| plain_bits::<V>(live.as_ptr()))
}

/// The live word of a boxed value.
#[inline(always)]
pub(crate) fn of_boxed_value(node: NonNull<()>) -> LiveWord {
    node.map_addr(|address| address | BOX_TAG)
}

/// The node of a live word that is not inline.
#[inline(always)]
pub(crate) fn boxed_value(live: LiveWord) -> *mut () {
    debug_assert_eq!(live.addr().get() & TAG_MASK, BOX_TAG);
    live.as_ptr().map_addr(|address| address & !TAG_MASK)
}

/// The frozen word for a cell.
#[inline(always)]
pub(crate) fn frozen(cell: *mut ()) -> Word {
    cell.map_addr(|address| address | FROZEN_TAG)
}

/// Whether a value word of a `V` is live in the way most are: inline if the type is, else boxed. The test of the fast
/// paths.
#[inline(always)]
pub(crate) fn is_plain<V: 'static>(word: Word) -> bool {
    if inline::is_inline::<V>() { bits(word) >> ADDRESS_BITS != 0 } else { word.addr() & TAG_MASK == BOX_TAG }
}

/// Whether a value word is live or tells where a value is: neither `EMPTY` nor `TOMB`.
#[inline(always)]
pub(crate) fn may_hold(word: Word) -> bool {
    word.addr() > TOMB_BITS
}

/// A value word that is live, in whichever way.
fn live(word: Word) -> Option<LiveWord> {
    let is_live = bits(word) >> ADDRESS_BITS != 0 || word.addr() & TAG_MASK == BOX_TAG;
    if is_live { NonNull::new(word) } else { None }
}

/// The state of a value word.
pub(crate) fn state(word: Word) -> State {
    if let Some(live) = live(word) {
        return State::Live(live);
    }
    match word {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Integration tests and models name these: if they changed, those would not meet a reserved slot or a boxed number.
    #[test]
    fn reserved_keys_and_boxed_numbers() {
        for (number, word) in [EMPTY, SEALED].into_iter().enumerate() {
            assert_eq!(of_inline_key(0xFFFF_FFFF_C3A5_7E18_u64 ^ number as u64), word);
        }
        for bits in [0x2000 << 48, (0x2001 << 48) - 1] {
            assert!(of_inline_value::<u64>(bits).is_none() && of_inline_value::<i64>(bits).is_none());
            assert!(of_inline_value::<f64>(bits).is_some());
        }
        for bits in [0, 1, u64::MAX, 1 << 63, (0x2000 << 48) - 1, 0x2001 << 48] {
            let live = of_inline_value::<u64>(bits).expect("a number that needs no box");
            assert_eq!(inline_value_bits::<u64>(live), Some(bits));
        }
        assert!(of_inline_value::<f64>(0xFFF5 << 48).is_none());
    }
}
