//! Where random decisions come from: a seed, or bytes that someone else has chosen.

/// A source of numbers.
#[derive(Clone, Debug)]
pub(crate) enum Choices {
    /// A xorshift generator.
    Seeded(u64),
    /// The rest of some bytes, each a decision; zeros behind the end.
    Bytes(Vec<u8>, usize),
}

impl Choices {
    /// The sequence that belongs to a seed.
    pub(crate) fn seeded(seed: u64) -> Self {
        // Neighbouring seeds give sequences that have nothing in common.
        let mixed = (seed ^ seed >> 30).wrapping_add(0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        Self::Seeded((mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB) | 1)
    }

    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec(), 0)
    }

    /// Whether all bytes are used up.
    pub(crate) fn at_end(&self) -> bool {
        matches!(self, Self::Bytes(bytes, used) if *used >= bytes.len())
    }

    /// A number below `bound`, which is at most 256 for bytes.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        match self {
            Self::Seeded(state) => {
                *state ^= *state << 13;
                *state ^= *state >> 7;
                *state ^= *state << 17;
                // The high half of a product: no division, and no use of the weak low bits.
                ((u128::from(state.wrapping_mul(0x2545_F491_4F6C_DD1D)) * u128::from(bound)) >> 64) as u64
            }
            Self::Bytes(bytes, used) => {
                let byte = bytes.get(*used).copied().unwrap_or(0);
                *used += 1;
                u64::from(byte) % bound
            }
        }
    }

    /// One of some.
    pub(crate) fn of<T: Copy>(&mut self, some: &[T]) -> T {
        some[self.below(some.len() as u64) as usize]
    }

    /// Whether one in so many happens.
    pub(crate) fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }
}
