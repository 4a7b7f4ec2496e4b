//! Lock-free concurrent maps. PLACEHOLDER
mod map;
mod platform;
mod reclaim;
mod table;

pub use map::{
    AtomicMap, ExpectationFailed, Expected, IntoIter, Iter, OccupiedError, OwnedRef, Pinned, RandomState, Ref,
};
