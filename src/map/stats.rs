//! Figures for people who watch a map.

/// What [`AtomicMap::stats`](crate::AtomicMap::stats) returns.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Stats {
    /// Entries, as [`approx_len`](crate::AtomicMap::approx_len).
    pub live: usize,
    /// Slots of the current table that removed keys have left behind, approximately. While a migration is under way, those of
    /// both tables.
    pub tombstones: usize,
    /// As [`capacity`](crate::AtomicMap::capacity).
    pub capacity: usize,
    /// Slots of the current table, of 16 bytes each.
    pub slots: usize,
    /// Bytes of the current table, its successor if it has one, and counters. Boxed keys and values are not among them.
    pub bytes: usize,
    /// Migrations that were completed: to larger, smaller, and equally large tables.
    pub migrations: usize,
    /// Bytes of keys, values, tables, what migrations needed, and replaced values of cells that maps and cells of this process
    /// have retired and not freed yet. What keys and values own beyond themselves is not counted. One table is kept, as long as keys
    /// come and go in a large map, for its next one: it is counted too, and [`flush`](crate::AtomicMap::flush) frees it.
    pub retired_bytes: usize,
    /// Panics of destructors that reclamation has contained, in this process.
    pub panics_in_drops: usize,
}
