//! Which types stand in a word, and their bits.
#![allow(unsafe_code)] // Copies between a type and its bits, guarded by `TypeId`.

use core::any::TypeId;
use core::mem::{ManuallyDrop, MaybeUninit};
use core::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroIsize, NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64,
    NonZeroUsize,
};

macro_rules! any_of {
    ($type:ty: $($candidate:ty),+ $(,)?) => {
        $(TypeId::of::<$type>() == TypeId::of::<$candidate>())||+
    };
}

/// Whether a `T` stands in the word itself: the primitives of up to 8 bytes. All of them are `Copy`.
///
/// The comparisons are between constants, so the answer is one too once the code is optimised.
#[inline(always)]
pub(crate) fn is_inline<T: 'static>() -> bool {
    size_of::<T>() <= 8
        && any_of!(T:
            u64, i64, usize, isize, u32, i32, u16, i16, u8, i8, f32, f64, bool, char, (),
            NonZeroU64, NonZeroI64, NonZeroUsize, NonZeroIsize, NonZeroU32, NonZeroI32,
            NonZeroU16, NonZeroI16, NonZeroU8, NonZeroI8,
        )
}

/// Whether the bits of an inline `T` are those of a float.
#[inline(always)]
pub(crate) fn is_float<T: 'static>() -> bool {
    any_of!(T: f32, f64)
}

/// Where a `T` stands among the 8 bytes of a word, so that its bits are the low ones.
pub(crate) const fn offset<T>() -> usize {
    if cfg!(target_endian = "big") { 8 - size_of::<T>() } else { 0 }
}

/// The bits of an inline type, in the low end of the word; the rest is zero.
#[inline(always)]
pub(crate) fn to_bits<T: 'static>(value: T) -> u64 {
    assert!(is_inline::<T>());
    let value = ManuallyDrop::new(value);
    let mut bytes = [0_u8; 8];
    let place = bytes[offset::<T>()..].as_mut_ptr();
    // SAFETY: `T` is a primitive of `size_of::<T>()` ≤ 8 bytes without padding, all of them initialised; `place` has as
    // many bytes behind it.
    unsafe { core::ptr::copy_nonoverlapping((&raw const *value).cast::<u8>(), place, size_of::<T>()) };
    u64::from_ne_bytes(bytes)
}

/// The inverse of `to_bits`.
///
/// # Safety
/// `bits` came from `to_bits::<T>`.
#[inline(always)]
pub(crate) unsafe fn from_bits<T: 'static>(bits: u64) -> T {
    assert!(is_inline::<T>());
    let bytes = bits.to_ne_bytes();
    let mut value = MaybeUninit::<T>::uninit();
    let place = bytes[offset::<T>()..].as_ptr();
    // SAFETY: `size_of::<T>()` ≤ 8 bytes are copied between distinct places.
    unsafe { core::ptr::copy_nonoverlapping(place, value.as_mut_ptr().cast::<u8>(), size_of::<T>()) };
    // SAFETY: the bytes are those of a `T`, by the contract of this function.
    unsafe { value.assume_init() }
}
