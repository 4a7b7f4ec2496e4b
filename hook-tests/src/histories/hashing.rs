//! A hasher without a secret, so that a round can be repeated.

use super::program::Crowd;
use core::hash::{BuildHasher, Hasher};

#[derive(Clone, Debug)]
pub(crate) struct Hashing(pub(crate) Crowd);

#[derive(Clone, Debug)]
pub(crate) struct Mixer {
    crowd: Crowd,
    state: u64,
}

impl BuildHasher for Hashing {
    type Hasher = Mixer;

    fn build_hasher(&self) -> Mixer {
        Mixer { crowd: self.0, state: 0 }
    }
}

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.state = (self.state ^ u64::from(byte)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(23);
        }
    }

    fn finish(&self) -> u64 {
        match self.crowd {
            Crowd::None => self.state,
            Crowd::Eight => self.state % 8,
            Crowd::All => 7,
        }
    }
}
