//! Threads that are perturbed at random sites, and a check of every history that they leave.
//!
//! - per key, the operations of all threads fit into one order that agrees with their times and with what they returned
//!   (linearizability, which is local: keys can be checked one by one);
//! - for inline and boxed keys and values, through migrations all the time;
//! - a compare-and-set made of a lookup and an insertion, run along, is found out.
//!
//! The seed is printed, and taken from the variable `HISTORIES_SEED`.
//!
//! | file | idea |
//! | --- | --- |
//! | `check` | the search for an order |
//! | `workload` | random operations, recorded |
//! | `runs` | the tests |

mod check;
mod runs;
mod workload;
