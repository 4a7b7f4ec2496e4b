//! Reductions: rows folded into a shared map.
//!
//! | file | properties |
//! | --- | --- |
//! | `folds` | whatever the aggregate, the rows, the chunks and the threads, the map holds what a sequential fold does |
//! | `loads` | the same for loads that drive each part of the machinery: few keys, many, hot ones among rare ones, and changes between these |
//! | `beside` | the totals are exact while others insert and remove |
//! | `keys` | keys of every kind; none is made but those that the map lacks |
//! | `panics` | what a panic leaves behind |
//! | `memory` | what a call takes besides the map is bounded |

mod beside;
mod folds;
mod keys;
mod loads;
mod memory;
mod panics;
mod rows;
