//! Who may free what, and when.
//!
//! Everything that threads reach through the words of a table, or of a cell, lives in a [`Node`](node::NodePtr): tables, boxed keys,
//! boxed values, blocks of cells. A node is private to the thread that allocated it until a store with Release
//! publishes its address. Whoever makes it unreachable, by a compare-and-set that only one thread can win, retires it;
//! it is freed when every thread that was pinned at that moment has unpinned.
//!
//! The collector frees at most 8 bags of 64 objects per 128 outermost pins, which is 4 objects a pin. So that garbage
//! cannot grow without bound while nobody holds a guard for long, every thread counts what it retires, and collects
//! once per bag. Arrays of a table are few and large: the thread that retires one collects at once, and the memory of
//! a large one is never given back inside a collection (a stall for an innocent reader), but by a later
//! write, `flush` or drop of a map.

pub(crate) mod bytes;
mod collect;
pub(crate) mod key_node;
pub(crate) mod node;

pub(crate) use collect::collect;
