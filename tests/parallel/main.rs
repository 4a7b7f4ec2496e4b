//! What the threads of a rayon pool do with a map.
//!
//! - Every reduction gives what a sequential fold does, whatever the aggregate, the pool and the pieces that rayon makes.
//! - There is one small table for each thread, not for each piece of work.
//! - Parallel traversals yield every key that stays exactly once, also while others insert and remove; what they yield may be kept.
//! - Collecting, extending and taking apart lose nothing.
//! - After a panic the map is whole, and holds what had been taken in.
//! - A pool of one's own is used.

mod dense;
mod panics;
mod reductions;
mod traversals;
