//! What protects the values that are read: a guard, or that they are copies.
#![allow(unsafe_code)] // From words to values.

use crate::platform::epoch::{self, Guard};
use crate::platform::sync::AtomicPtr;
use crate::platform::{rule, site};
use crate::table::inline::is_inline;
use crate::table::word::{self, LiveWord, Word};
use crate::table::{Edited, Seen};
use core::marker::PhantomData;

/// Lets an operation read values for `'g`: by a guard, if values are boxed. Those that stand in the slots themselves are copied.
pub(crate) struct Cover<'g, V> {
    guard: Option<&'g Guard>,
    _values: PhantomData<Seen<'g, V>>,
}

impl<V> Clone for Cover<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Cover<'_, V> {}

impl<'g, V: 'static> Cover<'g, V> {
    /// A cover by `guard`, without which values have to be inline.
    #[inline(always)]
    pub(crate) fn new(guard: Option<&'g Guard>) -> Self {
        assert!(guard.is_some() || is_inline::<V>());
        Self { guard, _values: PhantomData }
    }

    /// The guard, for values that are boxed as a rule. (Known at compile time not to be one for the others.)
    #[inline(always)]
    pub(super) fn guard(self) -> Option<&'g Guard> {
        if is_inline::<V>() { None } else { self.guard }
    }

    /// The value of a plain word.
    ///
    /// # Safety
    /// A slot of `V` held the word when it was read, with Acquire, under this cover.
    #[inline(always)]
    pub(super) unsafe fn plain(self, word: Word) -> Seen<'g, V> {
        // SAFETY: by the contract of this function.
        unsafe { plain(word, self.guard()) }
    }
}

/// The value of a plain word, under a guard if values are boxed as a rule.
///
/// # Safety
/// A slot of `V` held the word when it was read, with Acquire, and under the guard if there is one.
#[inline(always)]
pub(super) unsafe fn plain<V: 'static>(word: Word, guard: Option<&Guard>) -> Seen<'_, V> {
    match guard {
        // SAFETY: by the contract of this function: a box was not retired when the guard was pinned.
        Some(guard) => unsafe { Seen::from_plain(word, guard) },
        // SAFETY: without a guard values are inline, and the plain word of such a one holds its bits.
        None => unsafe { Seen::from_bits(word::plain_bits::<V>(word)) },
    }
}

/// The same for any live word.
///
/// # Safety
/// As for `plain`; without a guard the word is plain.
#[inline(always)]
pub(super) unsafe fn live<V: 'static>(live: LiveWord, guard: Option<&Guard>) -> Seen<'_, V> {
    match guard {
        // SAFETY: by the contract of this function: a box was not retired when the guard was pinned.
        Some(guard) => unsafe { Seen::from_live(live, guard) },
        // SAFETY: by the contract of this function.
        None => unsafe { plain(live.as_ptr(), None) },
    }
}

/// The value of a slot that held the word `seen`, the box of a value of an inline type: the box may be gone, unless it is still
/// there when this thread is pinned.
#[cold]
#[inline(never)]
pub(super) fn escaped<'g, V: 'static>(slot: &AtomicPtr<()>, seen: Word) -> Option<Seen<'g, V>> {
    assert!(is_inline::<V>());
    let guard = epoch::pin();
    let live = LiveWord::new(again(slot, seen))?;
    // SAFETY: not null, hence live, as every word of a slot; read with Acquire under this guard.
    Some(unsafe { Seen::<V>::from_live(live, &guard) }.copied())
}

/// Reads a slot under a guard, for one who has seen a box there before it was pinned.
#[inline(always)]
pub(super) fn again(slot: &AtomicPtr<()>, seen: Word) -> Word {
    // SeqCst: the decision of an operation. Acquire part: VALUE edge, pairs with DENSE_SET: the box.
    if rule!(PIN_FIRST) { slot.load(site!(DENSE_AGAIN: SeqCst)) } else { seen }
}

/// What an operation has seen under a guard of its own, as copies.
pub(super) fn copied<'g, V: 'static>(edited: &Edited<'_, V>) -> Edited<'g, V> {
    Edited { before: edited.before.map(Seen::copied), after: edited.after.map(Seen::copied) }
}
