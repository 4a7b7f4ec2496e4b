//! The default hasher, and what the table gets of a hash.

use crate::table::spread as spread_bits;
use core::any::TypeId;
use core::fmt;
use core::hash::BuildHasher;

/// A hash of `S` with high bits that depend on all others, as the table wants it. Hashers that are known to give such
/// hashes are left alone.
#[inline(always)]
pub(super) fn spread<S>(hash: u64) -> u64 {
    let hasher = typeid::of::<S>();
    let known = [
        TypeId::of::<RandomState>(),
        TypeId::of::<foldhash::fast::RandomState>(),
        TypeId::of::<foldhash::fast::FixedState>(),
        TypeId::of::<foldhash::quality::RandomState>(),
        TypeId::of::<foldhash::quality::FixedState>(),
    ];
    if known.contains(&hasher) { hash } else { spread_bits(hash) }
}

/// The default hasher: foldhash with a seed of its own for each map, fast, and hard to flood with collisions by
/// accident. It is no defence against an attacker who can observe the hashes.
///
/// ```
/// use std::hash::BuildHasher;
/// let hasher = atomic_dict::RandomState::default();
/// assert_eq!(hasher.hash_one(1), hasher.hash_one(1));
/// ```
#[derive(Clone, Default)]
pub struct RandomState(foldhash::fast::RandomState);

impl BuildHasher for RandomState {
    type Hasher = foldhash::fast::FoldHasher<'static>;

    #[inline]
    fn build_hasher(&self) -> Self::Hasher {
        self.0.build_hasher()
    }
}

impl fmt::Debug for RandomState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The seed is nobody's business.
        f.debug_struct("RandomState").finish_non_exhaustive()
    }
}
