//! Models of the table and of published cells with the reclaimer that the crate has: `crossbeam-epoch`, on loom's atomics.
//!
//! The models of `loom-tests` check each access against the *contract* of an epoch; these show that the epoch keeps it, in the two ways
//! in which the crate asks: a node that is freed in a deferred function, and one that is freed by its owner when a deferred
//! function has said that it may. Sources and helpers are those of `loom-tests`; only `platform::epoch` is another one.
//!
//! A workspace of its own, since the flag reaches every crate of a build:
//!
//! ```sh
//! RUSTFLAGS="--cfg crossbeam_loom" cargo test --manifest-path epoch-models/Cargo.toml --locked
//! ```
//!
//! Both fail, too, with a copy of `crossbeam-epoch` that lacks the fence of `pin`, the release of `unpin`, or the acquire fence that ends a look at
//! all threads. On x86-64 it pins by an exchange instead of a fence; under its flag it has the fence as well.
#![allow(dead_code, unused_imports)] // Models use a part of the included layers.
#![allow(clippy::reversed_empty_ranges)] // `tuning` sets a number of turns to zero.

#[cfg(not(crossbeam_loom))]
compile_error!(
    "without its flag crossbeam-epoch has no schedule: RUSTFLAGS=\"--cfg crossbeam_loom\" cargo test --manifest-path epoch-models/Cargo.toml"
);

#[path = "../../loom-tests/src/api/mod.rs"]
mod api;
mod platform;
#[path = "../../src/published/mod.rs"]
mod published;
#[path = "../../src/reclaim/mod.rs"]
mod reclaim;
#[path = "../../src/table/mod.rs"]
mod table;

#[cfg(test)]
mod models;
