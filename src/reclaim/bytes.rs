//! Types that are strings of bytes on the heap, equal if their bytes are.
#![allow(unsafe_code)] // References between types that are one, guarded by `TypeId`.

use core::any::TypeId;
use std::sync::Arc;

/// A `&T` as a `&U`.
///
/// # Safety
/// `T` and `U` are the same type, lifetimes apart; `U` has none.
#[inline(always)]
unsafe fn same<'a, T: ?Sized, U: ?Sized>(value: &'a T) -> &'a U {
    // SAFETY: one type, so references to it have one representation.
    unsafe { core::mem::transmute_copy::<&'a T, &'a U>(&value) }
}

macro_rules! any_of {
    ($type:ty, $value:expr; $($candidate:ty: $bytes:expr),+ $(,)?) => {
        $(if typeid::of::<$type>() == TypeId::of::<$candidate>() {
            // SAFETY: they are the same type, which has no lifetimes.
            let value: &$candidate = unsafe { same::<$type, $candidate>($value) };
            let bytes: fn(&$candidate) -> &[u8] = $bytes;
            return Some(bytes(value));
        })+
    };
}

/// The bytes of a value of such a type. What type it is, is known when this is compiled.
#[inline(always)]
pub(crate) fn of<T: ?Sized>(value: &T) -> Option<&[u8]> {
    any_of! {T, value;
        str: str::as_bytes,
        String: String::as_bytes,
        Box<str>: |text| text.as_bytes(),
        Arc<str>: |text| text.as_bytes(),
        [u8]: |bytes| bytes,
        Vec<u8>: |bytes| bytes,
        Box<[u8]>: |bytes| bytes,
        Arc<[u8]>: |bytes| bytes,
    }
    None
}

/// Whether `T` is such a type.
#[inline(always)]
pub(crate) fn has<T: 'static>() -> bool {
    let this = TypeId::of::<T>();
    this == TypeId::of::<String>()
        || this == TypeId::of::<Box<str>>()
        || this == TypeId::of::<Arc<str>>()
        || this == TypeId::of::<Vec<u8>>()
        || this == TypeId::of::<Box<[u8]>>()
        || this == TypeId::of::<Arc<[u8]>>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_types_that_have_some() {
        let text = "a text";
        let bytes = Some(text.as_bytes());
        assert_eq!(of(text), bytes);
        assert_eq!(of(&String::from(text)), bytes);
        assert_eq!(of(&Box::<str>::from(text)), bytes);
        assert_eq!(of(&Arc::<str>::from(text)), bytes);
        assert_eq!(of(text.as_bytes()), bytes);
        assert_eq!(of(&text.as_bytes().to_vec()), bytes);
        assert_eq!(of(&Box::<[u8]>::from(text.as_bytes())), bytes);
        assert_eq!(of(&Arc::<[u8]>::from(text.as_bytes())), bytes);
        assert_eq!(of(""), Some([].as_slice()));
        assert!(has::<String>() && has::<Box<str>>() && has::<Arc<str>>());
        assert!(has::<Vec<u8>>() && has::<Box<[u8]>>() && has::<Arc<[u8]>>());
        assert!(!has::<u64>() && !has::<Vec<u16>>() && !has::<&str>());
        assert_eq!(of(&7_u64), None);
        assert_eq!(of(&[7_u16][..]), None);
        assert_eq!(of(&vec![7_u16]), None);
        assert_eq!(of(&text), None, "a reference has a lifetime");
    }
}
