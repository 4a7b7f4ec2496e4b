//! What threads see of a map, written down and searched for an order.
//!
//! - **per key**, the operations of all threads fit into one order that agrees with their times and with what they returned
//!   (linearizability, which is local: keys can be checked one by one). What a traversal, a batch, `clear` or `retain` says about
//!   a key is a statement about it at one moment of the call;
//! - **per map**, in shorter rounds, the operations on all keys and `len` fit into one order;
//! - lengths elsewhere keep to an interval;
//! - on tables that are new, growing, shrinking, full of what removed keys have left, and crowded; with keys and values inline and
//!   boxed, the reserved keys and values that need a box among them.
//!
//! Rounds run under schedules (`schedules`), which can be repeated, and by threads at once that are perturbed at their sites.
//! Only histories count in which an operation that may change something overlaps with another. Mistakes that are put in must be
//! found in the same run, each by the check that it is for: an order of a key, of a map, of a cell, or the interval of a length.
//!
//! `HISTORIES_SCALE` multiplies the number of rounds (60 is a full run); what has failed says how `HISTORIES_SEED` and `HISTORIES_ROUND`
//! repeat it.
//!
//! | file | idea |
//! | --- | --- |
//! | `check` | the search for an order |
//! | `event` | what operations say |
//! | `program` | what threads do, and on what kind of map |
//! | `record` | one thread, and what it writes down |
//! | `act`, `handle`, `maps`, `dense` | the operations of maps |
//! | `hashing` | hashes that are the same in every run |
//! | `lengths` | the interval rule |
//! | `round`, `findings` | a program on a map, and the verdict |
//! | `campaign` | many of them |
//! | `runs` | the tests |
//! | `litmus` | pairs of threads that must not both miss what the other has done |
//! | `published` | the same for cells |
//! | `copier`, `mistakes` | mistakes that are put in |

pub(crate) mod act;
pub(crate) mod campaign;
pub(crate) mod check;
pub(crate) mod copier;
pub(crate) mod dense;
pub(crate) mod event;
pub(crate) mod findings;
mod handle;
pub(crate) mod hashing;
pub(crate) mod lengths;
#[cfg(test)]
mod litmus;
pub(crate) mod maps;
#[cfg(test)]
mod mistakes;
pub(crate) mod program;
#[cfg(test)]
mod published;
pub(crate) mod record;
pub(crate) mod round;
#[cfg(test)]
mod runs;
