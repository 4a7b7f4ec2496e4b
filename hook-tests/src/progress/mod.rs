//! A thread stopped at any site, in any operation, stops nobody.
//!
//! - for every operation, every site that it reaches and the first three hits of it: a *victim* is parked there; two other
//!   threads finish a thousand operations each, growth and traversals included, while it is; then it goes on, and nothing is lost;
//! - the same with a second victim parked in the middle of a claim, a removal, or the moving of a slot that the first one
//!   meets;
//! - every site above the platform layer was parked at, except those that only an owner of the map reaches;
//! - a map behind a mutex, run along, is found out.
//!
//! | file | idea |
//! | --- | --- |
//! | `case` | one case: who is parked, who works, whether they finish |
//! | `operations` | what victims do, and what must hold after it |
//! | `coverage` | what was parked at |
//! | `sites` | the names in the sources |
//! | `scenarios` | the tests |
//! | `pairs` | any two victims |
//! | `dense`, `published` | the same for a dense map, and for a published cell |

mod case;
mod coverage;
mod dense;
mod operations;
mod pairs;
mod published;
mod scenarios;
mod sites;
