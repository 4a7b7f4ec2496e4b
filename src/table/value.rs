//! Values on both sides of a word: one that is not published yet, and one that was read.
#![allow(unsafe_code)] // From words to values, by the rules of `docs/TRANSITIONS.md`.

use super::inline::{self, is_inline};
use super::word::{self, LiveWord, Word};
use crate::platform::epoch::Guard;
use crate::reclaim::node::NodePtr;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;

/// A key or value that was read from a map and stays readable for `'g`: a copy of an inline one, or a pointer.
pub(crate) struct Seen<'g, T> {
    raw: *mut (),
    _lifetime: PhantomData<&'g T>,
}

impl<T> Clone for Seen<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Seen<'_, T> {}

// SAFETY: a `Seen` is a `&T` or a copy of a `Send` primitive.
unsafe impl<T: Sync> Send for Seen<'_, T> {}
// SAFETY: as above; `&Seen` gives out `&T` only.
unsafe impl<T: Sync> Sync for Seen<'_, T> {}

impl<'g, T: 'static> Seen<'g, T> {
    /// A copy of an inline value.
    ///
    /// # Safety
    /// `bits` came from `inline::to_bits::<T>`.
    #[inline(always)]
    pub(crate) unsafe fn from_bits(bits: u64) -> Self {
        debug_assert!(is_inline::<T>());
        Self { raw: word::from_address(bits), _lifetime: PhantomData }
    }

    /// What a reference refers to.
    #[inline(always)]
    pub(crate) fn from_ref(content: &'g T) -> Self {
        debug_assert!(!is_inline::<T>());
        Self { raw: core::ptr::from_ref(content).cast_mut().cast(), _lifetime: PhantomData }
    }

    /// What a live value word holds.
    ///
    /// # Safety
    /// `live` is a live word of `V = T`; a box in it was not retired when `guard` was pinned, or belongs to the caller
    /// for `'g`.
    #[inline(always)]
    pub(crate) unsafe fn from_live(live: LiveWord, guard: &'g Guard) -> Self {
        if is_inline::<T>() {
            let bits = word::inline_value_bits::<T>(live).unwrap_or_else(|| {
                // SAFETY: a live word that is not inline is a box, readable by the contract of this function.
                unsafe { escaped_bits(live, guard) }
            });
            // SAFETY: both ways lead to bits that `NewValue::new` got from a `T`.
            unsafe { Self::from_bits(bits) }
        } else {
            // SAFETY: a type that is not inline is always boxed, with itself as content.
            let node = unsafe { box_of::<T>(live) };
            // SAFETY: by the contract of this function.
            Self::from_ref(unsafe { node.get(guard) })
        }
    }

    /// What a value word holds that `word::is_plain`.
    ///
    /// # Safety
    /// As for `from_live`.
    #[inline(always)]
    pub(crate) unsafe fn from_plain(word: Word, guard: &'g Guard) -> Self {
        debug_assert!(word::is_plain::<T>(word));
        if is_inline::<T>() {
            // SAFETY: a plain word of an inline type holds bits that `NewValue::new` got from a `T`.
            unsafe { Self::from_bits(word::plain_bits::<T>(word)) }
        } else {
            // SAFETY: a plain word of any other type is boxed, hence not null.
            let live = unsafe { LiveWord::new_unchecked(word) };
            // SAFETY: by the contract of this function.
            unsafe { Self::from_live(live, guard) }
        }
    }

    /// Whether `other` is this very value: the same bits if its type is inline, else the same place.
    #[inline(always)]
    pub(crate) fn is(&self, other: &T) -> bool {
        if is_inline::<T>() {
            // SAFETY: a copy of a primitive.
            let other = unsafe { core::ptr::read(other) };
            inline::to_bits(other) == word::bits(self.raw)
        } else {
            core::ptr::eq(self.raw.cast(), other)
        }
    }

    /// The same for any lifetime: a copy of an inline value needs nothing to be read.
    #[inline(always)]
    pub(crate) fn copied<'a>(self) -> Seen<'a, T> {
        assert!(is_inline::<T>());
        Seen { raw: self.raw, _lifetime: PhantomData }
    }

    #[inline(always)]
    pub(crate) fn get(&self) -> &T {
        if is_inline::<T>() {
            // SAFETY: `raw` is 8 bytes long and the offset keeps `T` inside.
            let place = unsafe { (&raw const self.raw).cast::<u8>().add(inline::offset::<T>()) };
            // SAFETY: these bytes of `raw` are those of a `T`, aligned for it, borrowed from `self`.
            unsafe { &*place.cast::<T>() }
        } else {
            // SAFETY: `from_ref` made it from a reference that is valid for `'g`, which outlives `self`.
            unsafe { &*self.raw.cast::<T>().cast_const() }
        }
    }
}

/// The bits of an inline type in a box: the values whose own top bits look like a special state.
///
/// # Safety
/// As for `Seen::from_live`, for a live word that is not inline.
#[cold]
unsafe fn escaped_bits(live: LiveWord, guard: &Guard) -> u64 {
    // SAFETY: inline types that need a box are boxed as bits.
    let node = unsafe { box_of::<u64>(live) };
    // SAFETY: by the contract of this function.
    *unsafe { node.get(guard) }
}

/// The box of a live word that is not inline.
///
/// # Safety
/// `live` is such a word, and its box holds a `B`.
unsafe fn box_of<B>(live: LiveWord) -> NodePtr<B> {
    NodePtr::from_ptr(word::boxed_value(live)).unwrap_or_else(|| unreachable!("a box has an address"))
}

/// A value that is not in the map yet (or not any more): its live word, owned.
pub(crate) struct NewValue<V: 'static> {
    live: LiveWord,
    _value: PhantomData<V>,
}

impl<V: 'static> NewValue<V> {
    /// Takes a value whose live word is plain (`word::is_plain`). Gives back any other.
    #[inline(always)]
    pub(crate) fn plain(value: V) -> Result<Self, V> {
        if !is_inline::<V>() {
            return Ok(Self::new(value));
        }
        let bits = inline::to_bits(value);
        match word::of_inline_value::<V>(bits) {
            Some(live) => Ok(Self { live, _value: PhantomData }),
            // SAFETY: the bits of `value`, which is a primitive.
            None => Err(unsafe { inline::from_bits(bits) }),
        }
    }

    #[inline(always)]
    pub(crate) fn new(value: V) -> Self {
        let live = if is_inline::<V>() {
            let bits = inline::to_bits(value);
            word::of_inline_value::<V>(bits).unwrap_or_else(|| word::of_boxed_value(NodePtr::new(bits).address()))
        } else {
            word::of_boxed_value(NodePtr::new(value).address())
        };
        Self { live, _value: PhantomData }
    }

    /// Takes back a live word that no other thread can reach.
    ///
    /// # Safety
    /// The caller owns the live word, which is one of `V`, and does not use it again.
    pub(crate) unsafe fn from_live(live: LiveWord) -> Self {
        Self { live, _value: PhantomData }
    }

    /// The live word, for the attempt to publish it.
    #[inline(always)]
    pub(crate) fn word(&self) -> Word {
        self.live.as_ptr()
    }

    /// Hands the live word to the slot that holds it now.
    #[inline(always)]
    pub(crate) fn publish(self) -> LiveWord {
        ManuallyDrop::new(self).live
    }

    pub(crate) fn into_inner(self) -> V {
        let live = self.publish();
        if is_inline::<V>() {
            let bits = word::inline_value_bits::<V>(live).unwrap_or_else(|| {
                // SAFETY: not inline, so boxed as bits.
                let node = unsafe { box_of::<u64>(live) };
                // SAFETY: `self` owned the box, and nobody else can reach it.
                unsafe { node.take() }
            });
            // SAFETY: the bits of a `V`, from `new`.
            unsafe { inline::from_bits(bits) }
        } else {
            // SAFETY: a type that is not inline is always boxed, with itself as content.
            let node = unsafe { box_of::<V>(live) };
            // SAFETY: as above.
            unsafe { node.take() }
        }
    }
}

impl<V: 'static> Drop for NewValue<V> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Some(free) = free_of::<V>(self.live) {
            // SAFETY: `self` owns the box, and nobody else can reach it.
            unsafe { free(word::boxed_value(self.live)) };
        }
    }
}

/// The plain word of a value, if its type is inline and it has one.
#[inline(always)]
pub(crate) fn plain_word<V: 'static>(value: &V) -> Option<LiveWord> {
    if !is_inline::<V>() {
        return None;
    }
    // SAFETY: a copy of a primitive.
    let copy = unsafe { core::ptr::read(value) };
    word::of_inline_value::<V>(inline::to_bits(copy))
}

/// Gives the box of a live word, if it has one, to the collector.
///
/// # Safety
/// The caller has replaced `live`, a live word of `V`, in its slot, and no other slot holds it.
#[inline(always)]
pub(crate) unsafe fn retire_value<V: 'static>(live: Word, guard: &Guard) {
    if !is_inline::<V>() || !word::is_plain::<V>(live) {
        // SAFETY: by the contract of this function.
        unsafe { retire_box::<V>(live, guard) };
    }
}

/// The same for a live word that is boxed.
///
/// # Safety
/// As above.
unsafe fn retire_box<V: 'static>(live: Word, guard: &Guard) {
    let Some(live) = LiveWord::new(live) else { return };
    if is_inline::<V>() {
        // SAFETY: not inline, so boxed as bits.
        let node = unsafe { box_of::<u64>(live) };
        // SAFETY: unreachable from now on and owned by the caller.
        unsafe { node.retire(guard, NodePtr::<u64>::free) };
    } else {
        // SAFETY: a type that is not inline is always boxed, with itself as content.
        let node = unsafe { box_of::<V>(live) };
        // SAFETY: unreachable from now on and owned by the caller.
        unsafe { node.retire(guard, NodePtr::<V>::free) };
    }
}

/// How to free the box of a live word; `None` if it has none.
#[inline(always)]
fn free_of<V: 'static>(live: LiveWord) -> Option<unsafe fn(*mut ())> {
    if !is_inline::<V>() {
        Some(NodePtr::<V>::free)
    } else if word::inline_value_bits::<V>(live).is_none() {
        Some(NodePtr::<u64>::free)
    } else {
        None
    }
}
