//! Tests of the public API, by topic. `hook-tests` runs most of the same files on tables of a few slots.

mod api;
mod concurrent;
mod drops;
mod panics;
mod partitions;
mod peers;
mod sequential;
mod shrinking;
mod sizes;
mod support;
mod text;
mod threads;
mod user_code;
mod whole;
mod windows;
