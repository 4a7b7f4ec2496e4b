//! Users who do what they should not: code that panics, lies, calls back, never comes back; memory that runs out.
//!
//! | file | properties |
//! | --- | --- |
//! | `panics` | the k-th call of user code panics, for every k and every operation: the old state or the new one, nothing lost |
//! | `exhaustion` | the k-th allocation fails: what was there is intact, and the process ends as documented, or the call fails |
//! | `hashers` | hashers and comparisons that are poor, or lie: comparisons and bytes within a stated bound |
//! | `reentrancy` | user code that calls the map on the same key |
//! | `guards` | a guard that is leaked, or held across a million updates: what that costs |
//! | `threads` | threads that end in the middle of something, maps that are dropped there |
//!
//! The tests take turns: what one leaves to the collector must not be dropped while another counts calls or bytes. What would
//! disturb all others, or ends the process, runs in a process of its own.

mod allocator;
mod alone;
#[path = "../support/compared.rs"]
mod compared;
mod exhaustion;
mod fuse;
mod guards;
mod hashers;
mod items;
mod panics;
#[path = "../support/process.rs"]
mod process;
mod reentrancy;
#[path = "../support/settings.rs"]
mod settings;
mod threads;
