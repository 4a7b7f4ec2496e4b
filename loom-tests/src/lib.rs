//! Models of the table, of dense maps and of reclamation.
//!
//! The layers are the crate's own source files; only `platform` differs: its atomics are loom's, its reclaimer checks
//! every access, and every site can be weakened and every rule taken out at run time. See `models` for how a model is
//! built, and `docs/TRANSITIONS.md` and `docs/DENSE.md` for what each of them holds.
#![allow(unsafe_code)] // The included layers; here, the checking reclaimer.
#![allow(dead_code, unused_imports)] // Models use a part of the included layers.
#![allow(clippy::reversed_empty_ranges)] // `tuning` sets a number of turns to zero.
#![allow(unreachable_pub, missing_docs)] // Nobody depends on this crate.

mod api;
mod dense;
mod platform;
#[path = "../../src/published/mod.rs"]
mod published;
#[path = "../../src/reclaim/mod.rs"]
mod reclaim;
#[path = "../../src/table/mod.rs"]
mod table;

#[cfg(test)]
mod models;
