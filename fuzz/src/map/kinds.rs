//! Kinds of keys, of values, and of hashers.

use super::reductions::Reduced;
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash, Hasher};

/// A key or value, made from a number. Different numbers may make the same.
pub(crate) trait Item: Reduced + Hash + Ord + Clone + Debug + Send + Sync + 'static {
    /// Whether values stand in the table, so that equal ones are the same.
    const IS_INLINE: bool;

    fn nth(number: u16) -> Self;
}

/// Integers on the borders of what words can hold: reserved keys, and values that need a box.
const TRICKY: [u64; 12] = [
    0,
    1,
    u64::MAX,
    u64::MAX - 1,
    1 << 63,
    0xFFFF_FFFF_C3A5_7E18,
    0xFFFF_FFFF_C3A5_7E19,
    0xFFFF_FFFF_C3A5_7E1A,
    0x2000 << 48,
    0x2000 << 48 | 1,
    (0x2000 << 48) - 1,
    0xFFF5 << 48,
];

impl Item for u64 {
    const IS_INLINE: bool = true;

    fn nth(number: u16) -> Self {
        match TRICKY.get(usize::from(number)) {
            Some(tricky) => *tricky,
            None if number.is_multiple_of(3) => 0x2000 << 48 | u64::from(number),
            None => u64::from(number),
        }
    }
}

impl Item for u8 {
    const IS_INLINE: bool = true;

    fn nth(number: u16) -> Self {
        number as u8
    }
}

impl Item for i16 {
    const IS_INLINE: bool = true;

    fn nth(number: u16) -> Self {
        number as i16
    }
}

impl Item for () {
    const IS_INLINE: bool = true;

    fn nth(_number: u16) {}
}

/// Of lengths around those that a node has a copy of.
impl Item for String {
    const IS_INLINE: bool = false;

    fn nth(number: u16) -> Self {
        let text = number.to_string();
        match number % 8 {
            0 => text.repeat(20),
            1 => format!("{text:0>64}"),
            2 => format!("{text:0>65}"),
            _ => text,
        }
    }
}

impl Item for Vec<u8> {
    const IS_INLINE: bool = false;

    fn nth(number: u16) -> Self {
        vec![number as u8; usize::from(number % 100)]
    }
}

/// Boxed, though small.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Small([u8; 3]);

impl Item for Small {
    const IS_INLINE: bool = false;

    fn nth(number: u16) -> Self {
        let [low, high] = number.to_le_bytes();
        Self([low, high, 7])
    }
}

/// A hasher of one of six kinds, the same in every run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mixed(usize);

impl Mixed {
    pub(crate) fn new(kind: usize) -> Self {
        Self(kind)
    }
}

impl BuildHasher for Mixed {
    type Hasher = Mixing;

    fn build_hasher(&self) -> Mixing {
        Mixing { kind: self.0, state: 0 }
    }
}

pub(crate) struct Mixing {
    kind: usize,
    state: u64,
}

impl Hasher for Mixing {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.state = (self.state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }

    fn finish(&self) -> u64 {
        let mixed = (self.state ^ self.state >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        match self.kind {
            0 | 1 => mixed ^ mixed >> 32,
            2 => 7,
            3 => self.state & 0xFF,
            4 => mixed & 0xFF << 56,
            _ => mixed % 8,
        }
    }
}
