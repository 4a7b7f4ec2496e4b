//! Real threads under a scheduler that lets one run at a time, and decides at the sites of the crate who goes on.
//!
//! - **random**: any thread, for a random number of steps;
//! - **PCT**: priorities that change at a few random steps, so that a mistake that needs a few orderings is found with a known
//!   probability;
//! - **bytes**: for those who search by coverage.
//!
//! Threads are real ones, since the numbers of threads and the collector are. Sites of reclamation count for nothing: a
//! schedule is the same whenever it is run. A thread that waits for others gives way; a schedule without an end fails.
//! What threads meet under it is sequentially consistent: orderings are the business of models, and of perturbed threads.
//!
//! | file | idea |
//! | --- | --- |
//! | `choices` | decisions by seeds or bytes |
//! | `strategy` | who goes on, and for how long |
//! | `turns` | whose turn it is |
//! | `crew`, `processor` | the threads, and where they run |
//! | `fuzz` | a round as bytes say it |
//! | `tests` | what schedules find, and that they can be repeated |

pub(crate) mod choices;
pub(crate) mod crew;
mod fuzz;
mod processor;
pub(crate) mod strategy;
#[cfg(test)]
mod tests;
pub(crate) mod turns;

pub use fuzz::run;
