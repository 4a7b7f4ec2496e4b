//! The whole crate, with a hook at every atomic access, on tables of a few slots.
//!
//! All layers are the crate's own source files; only `platform` differs, in two places:
//! - every `site!` asks [`platform::hook`] before the access. A thread that has a plan can record the sites that it
//!   reaches, be parked at one of them, or yield at random. Threads without a plan lose a thread-local check;
//! - `tuning` has the smallest geometry: one line to a block, tables that grow at the third key, counters per thread from a
//!   few lines on, so that every operation meets migrations all the time.
//!
//! | tests | what they show |
//! | --- | --- |
//! | `progress` | a thread stopped at any site stops nobody, and nothing is lost when it goes on |
//! | `participants` | the count of threads that may be inserting is never too low |
//! | `owners` | a key with two owners is dropped once |
//! | `schedules` | one thread at a time, by random choices, priorities or bytes |
//! | `stress` | a load for sanitizers, as a program without a harness |
//! | `histories` | under schedules, and perturbed at random sites, every history is linearizable |
//! | `concurrent`, `drops`, `panics`, `partitions`, `peers`, `sizes`, `text`, `user_code`, `whole` | the tests of the public API, once more |
//!
//! `progress` and `histories` run a seeded mistake along, which they must find.
#![allow(unsafe_code)] // The included layers.
#![allow(dead_code)] // Tests use a part of the included layers.
#![allow(unreachable_pub, missing_docs, rustdoc::broken_intra_doc_links)] // Nobody depends on this crate.
#![allow(clippy::missing_errors_doc, clippy::missing_panics_doc)]

// The included tests name the crate.
extern crate self as atomic_dict;

#[path = "../../src/api/mod.rs"]
mod api;
#[path = "../../src/dense/mod.rs"]
pub mod dense;
#[path = "../../src/map/mod.rs"]
mod map;
mod platform;
#[path = "../../src/published/mod.rs"]
mod published;
#[path = "../../src/reclaim/mod.rs"]
mod reclaim;
#[path = "../../src/table/mod.rs"]
mod table;

pub use api::*;
pub use dense::DenseMap;
pub use map::*;
pub use platform::epoch::pin;
pub use published::Published;

#[cfg(test)]
mod alone;
mod histories;
#[cfg(test)]
mod owners;
#[cfg(test)]
mod participants;
#[cfg(test)]
mod progress;
pub mod schedules;
mod settings;
pub mod stress;

#[cfg(test)]
#[path = "../../tests/support/compared.rs"]
mod compared;
#[cfg(test)]
#[path = "../../tests/it/concurrent.rs"]
mod concurrent;
#[cfg(test)]
#[path = "../../tests/it/drops.rs"]
mod drops;
#[cfg(test)]
#[path = "../../tests/it/panics.rs"]
mod panics;
#[cfg(test)]
#[path = "../../tests/it/partitions.rs"]
mod partitions;
#[cfg(test)]
#[path = "../../tests/it/peers/mod.rs"]
mod peers;
#[cfg(test)]
#[path = "../../tests/it/sizes.rs"]
mod sizes;
#[path = "../../tests/it/support.rs"]
mod support;
#[cfg(test)]
#[path = "../../tests/it/text.rs"]
mod text;
#[cfg(test)]
#[path = "../../tests/it/user_code.rs"]
mod user_code;
#[cfg(test)]
#[path = "../../tests/it/whole.rs"]
mod whole;
