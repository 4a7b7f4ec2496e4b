//! The k-th allocation fails, for every k.
//!
//! Tables, boxes, and the collector's own memory end the process where there is none, as everywhere in Rust (`handle_alloc_error`):
//! nothing unwinds. So each such point is a process of its own (`processes`). At the moment of failure, before anyone learns of it,
//! the allocator looks at the map: everything that was there is there, and the operation under way has happened, or not. After
//! that the process must end by `abort` and its message, and not in any other way.
//!
//! Slots of a `DenseMap` are another matter: without memory for them an operation fails, and the map goes on (`slots`).
//!
//! | file | idea |
//! | --- | --- |
//! | `workloads` | what is done when memory runs out, and what must be there then |
//! | `processes` | one process for each point |
//! | `slots` | failures that come back |
//! | `again` | the key whose insertion fails is inserted again |

mod again;
mod processes;
mod slots;
mod workloads;
