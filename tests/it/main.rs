//! Tests of the public API, by topic. `hook-tests` runs most of the same files on tables of a few slots.

mod api;
mod capacity;
mod collecting;
#[path = "../support/compared.rs"]
mod compared;
mod concurrent;
mod drops;
mod entries;
mod leftovers;
mod panics;
mod partitions;
mod peers;
#[path = "../support/process.rs"]
mod process;
#[path = "../support/same.rs"]
mod same;
mod sequential;
mod shrinking;
mod sizes;
mod support;
mod text;
mod threads;
mod torn_down;
mod user_code;
#[path = "../support/wanted.rs"]
mod wanted;
mod whole;
mod windows;
