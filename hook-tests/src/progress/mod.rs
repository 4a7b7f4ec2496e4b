//! A thread stopped at any site, in any operation, stops nobody.
//!
//! - for every operation, every site that it reaches and the first three hits of it: a *victim* is parked there; two
//!   other threads finish a thousand operations each, growth and traversals included, while it is; then it goes on, and
//!   nothing is lost;
//! - the same, of first hits, with a second victim parked in the middle of a claim, a removal, the moving of a slot or
//!   a publication that the first one meets;
//! - a victim is *left* between a claim and its value, or in a block that it moves: after everything that others do
//!   meanwhile, the contents are right before it goes on, and after it;
//! - every site was parked at by one of these tests, but for a list of exceptions with their reasons;
//! - a map behind a mutex, run along, is found out, and so are others that finish less than what they have to;
//! - each operation has cases in each setting, and each second victim is there: nobody is passed over in silence.
//!
//! What a thread does before its first operation it does only in some cases, which are about that.
//!
//! | file | idea |
//! | --- | --- |
//! | `case` | one case: who is parked, who works, whether they finish |
//! | `coverage` | a case for every site, and what was parked at |
//! | `sites` | the names in the sources, and which test has to park at them |
//! | `ledger` | whether what all threads work on has to be there in the end |
//! | `operations` | what victims do to a hash map |
//! | `arena` | what others do to it, and what must hold after it |
//! | `scenarios` | the tests of hash maps |
//! | `left`, `claims` | those who are left, of either map, and of hash maps |
//! | `pairs` | any two victims |
//! | `dense`, `published` | the same for a dense map, and for a published cell |
//! | `platform` | the same for what is there once in a process |

mod arena;
mod case;
mod claims;
mod coverage;
mod dense;
mod ledger;
mod left;
mod operations;
mod pairs;
mod platform;
mod published;
mod scenarios;
mod sites;
