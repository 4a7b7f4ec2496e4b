//! The default hasher.

use core::fmt;
use core::hash::BuildHasher;

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
