//! The lock-free table: slots, lookup, writing, migration.
//!
//! States, transitions, rules and sites stand in `docs/TRANSITIONS.md`; this layer is written from it. It knows words,
//! nodes and hashes, but neither hashes keys nor runs user code on its own: hashes come in as numbers, and the inline
//! keys of a migration are hashed by a function that comes in with the operation.
//!
//! | file | idea |
//! | --- | --- |
//! | `word` | states as bits |
//! | `inline` | which types stand in a word |
//! | `probe` | from hashes to places |
//! | `escapes` | whether values of such types stand in boxes |
//! | `value`, `source`, `needle` | values and keys around the moment of publication, and recognising a key |
//! | `cells` | frozen values |
//! | `slot` | the transitions |
//! | `tags` | a byte for each slot, by which most absent keys are known |
//! | `array` | one table |
//! | `find` | reading operations |
//! | `first`, `edit` | writing operations: the first attempt, and all others |
//! | `claim`, `present` | what these do at a vacant slot, and at the key's own |
//! | `successor`, `density` | when a table gets a successor, and how large; how evenly it is filled |
//! | `migrate` | from a table to its successor |
//! | `walk`, `remains` | traversal, shared and owned |
//! | `counter`, `length` | counts, and what they say about the number of entries |
//! | `quiet` | what those who count may ask of others |
#![allow(unsafe_code)] // `Send` and `Sync` of a map of pointers, and its root.

mod array;
mod cells;
mod claim;
mod counter;
mod density;
mod edit;
mod escapes;
mod find;
mod first;
mod habit;
pub(crate) mod inline;
mod length;
mod migrate;
mod needle;
mod present;
mod probe;
mod quiet;
mod remains;
mod slot;
mod source;
mod successor;
pub(crate) mod tags;
mod value;
mod walk;
pub(crate) mod word;

use crate::platform::discards;
use crate::platform::epoch::Guard;
use crate::platform::lines::{Hint, LINE_SLOTS};
use crate::platform::site;
use crate::platform::sync::{AtomicI64, AtomicPtr, AtomicUsize};
use crate::platform::tuning::{MIN_LINES, STRIPED_LINES};
use crate::reclaim::node::NodePtr;
use array::TableRef;
use core::marker::PhantomData;
use core::ptr;

pub(crate) use array::Table;
pub(crate) use counter::Counter;
pub(crate) use edit::{Decision, Edit, Edited};
pub(crate) use escapes::Escapes;
pub(crate) use habit::Habit;
pub(crate) use needle::{Needle, Probe};
pub(crate) use probe::{not_zero, spread};
pub(crate) use remains::Remains;
pub(crate) use source::{Built, KeySource, Owned};
pub(crate) use value::{NewValue, Seen, plain_word, retire_value};
pub(crate) use walk::{Hashes, Walk};

/// A map from hashed keys to values: the chain of tables.
pub(crate) struct RawMap<K: 'static, V: 'static> {
    /// The current table; null until something is inserted.
    root: AtomicPtr<()>,
    counter: Counter,
    hint: Hint,
    /// Lines below which no table shrinks.
    floor: AtomicUsize,
    /// Migrations that were completed.
    migrations: AtomicI64,
    escapes: Escapes,
    /// Invariant: keys and values go in and come out.
    _entries: PhantomData<(*mut K, *mut V)>,
}

// SAFETY: the map owns its keys and values, and drops them on the thread that it was sent to.
unsafe impl<K: Send, V: Send> Send for RawMap<K, V> {}
// SAFETY: threads that share the map share keys and values by reference (`Sync`), and move them in and out (`Send`).
unsafe impl<K: Send + Sync, V: Send + Sync> Sync for RawMap<K, V> {}

impl<K: 'static, V: 'static> RawMap<K, V> {
    /// An empty map, without memory of its own.
    pub(crate) fn new() -> Self {
        Self {
            root: AtomicPtr::new(ptr::null_mut()),
            counter: Counter::new(),
            hint: Hint::new(),
            floor: AtomicUsize::new(0),
            migrations: AtomicI64::new(0),
            escapes: Escapes::new(),
            _entries: PhantomData,
        }
    }

    /// A map that takes `entries` keys before its first migration. (It may shrink below that later.)
    ///
    /// # Panics
    /// If no table is that large.
    pub(crate) fn with_capacity(entries: usize) -> Self {
        let map = Self::new();
        if entries > 0 {
            let lines = probe::lines_for(entries);
            map.add_first_table(lines.unwrap_or_else(|| panic!("capacity overflow: {entries} entries")));
        }
        map
    }

    /// The current table.
    #[inline(always)]
    pub(crate) fn root<'g>(&self, guard: &'g Guard) -> Option<TableRef<'g>> {
        // SeqCst: where an operation starts decides what it can see; pairs with PROMOTE and FIRST_TABLE. Its Acquire part:
        // ROOT edge, the table's fields and the copies in it.
        let root = self.root.load(site!(LOAD_ROOT: SeqCst));
        // SAFETY: read from the root under this guard, with SeqCst.
        unsafe { TableRef::from_ptr(root, guard) }
    }

    /// The current table, made if there is none.
    #[cold]
    fn first_table<'g>(&self, guard: &'g Guard) -> TableRef<'g> {
        loop {
            if let Some(table) = self.root(guard) {
                return table;
            }
            self.add_first_table(MIN_LINES);
        }
    }

    fn add_first_table(&self, lines: usize) {
        if lines >= STRIPED_LINES {
            self.counter.stripe();
        }
        let node = Table::alloc(lines, 0);
        // SAFETY: not published yet.
        self.hint.set(unsafe { node.get_owned() }.own_lines());
        let table = node.as_ptr();
        // SeqCst: pairs with LOAD_ROOT; its Release part is the ROOT edge. Relaxed on failure: not read.
        let first = self.root.compare_exchange(
            ptr::null_mut(),
            table,
            site!(FIRST_TABLE: SeqCst),
            site!(FIRST_TABLE_LOST: Relaxed),
        );
        if first.is_err() {
            // SAFETY: allocated above and not published.
            unsafe { NodePtr::<Table>::free(table) };
        }
    }

    /// Asks for the line that an operation with this hash will read, before the thread is pinned for it.
    ///
    /// A pin is a full fence: without this, the cache miss of a lookup starts only behind it.
    #[inline(always)]
    pub(crate) fn prefetch(&self, hash: u64) {
        self.hint.prefetch(hash, !inline::is_inline::<K>());
    }

    /// The value of a key.
    #[inline(always)]
    pub(crate) fn get<'g, N: Needle<K> + Copy>(
        &'g self,
        needle: N,
        habit: &Habit,
        guard: &'g Guard,
    ) -> Option<Seen<'g, V>> {
        find::get(self.root(guard)?, needle, habit, guard)
    }

    /// Asks for what the lookup of a boxed key or value will read behind the line that was asked for by `prefetch`.
    #[inline(always)]
    pub(crate) fn approach<N: Needle<K>>(&self, needle: &N, guard: &Guard) {
        if !(inline::is_inline::<K>() && inline::is_inline::<V>())
            && let Some(table) = self.root(guard)
        {
            find::approach::<K, V, N>(table, needle);
        }
    }

    /// A key as it stands in the map, and its value.
    pub(crate) fn get_key_value<'g, N: Needle<K>>(
        &'g self,
        needle: N,
        guard: &'g Guard,
    ) -> Option<(Seen<'g, K>, Seen<'g, V>)> {
        find::get_key_value(self.root(guard)?, needle, guard)
    }

    /// Claims that the current table takes before it gets a successor.
    pub(crate) fn capacity(&self, guard: &Guard) -> usize {
        self.root(guard).map_or(0, |table| probe::claim_limit(table.lines().len()))
    }

    /// Inserts minus removals that have been counted so far.
    pub(crate) fn approx_len(&self) -> usize {
        self.counter.approx_len()
    }

    /// Bounds of the number of entries at a moment during the call.
    pub(crate) fn len_bounds(&self) -> (usize, usize) {
        self.counter.len_bounds()
    }

    /// The number of entries at a moment during the call.
    pub(crate) fn len(&self) -> usize {
        self.counter.len()
    }

    /// Figures of the current table, and of migrations: slots, how many are claimed, bytes, migrations.
    pub(crate) fn figures(&self, guard: &Guard) -> Figures {
        let migrations = self.migrations.load(site!(MIGRATIONS_LOAD: Relaxed)); // Relaxed: a figure.
        let table = self.root(guard);
        Figures {
            slots: table.map_or(0, |table| table.lines().len() * LINE_SLOTS),
            claimed: table.map_or(0, |table| table.claimed(self.counter.claims())),
            bytes: self.counter.bytes()
                + table.map_or(0, |table| table.bytes() + table.next(guard).map_or(0, |next| next.bytes())),
            migrations: usize::try_from(migrations).unwrap_or(0),
        }
    }
}

/// What can be said about the tables of a map.
pub(crate) struct Figures {
    /// Slots of the current table.
    pub(crate) slots: usize,
    /// How many of them are claimed, removed keys included.
    pub(crate) claimed: usize,
    /// Bytes of tables and counters.
    pub(crate) bytes: usize,
    /// Migrations that were completed.
    pub(crate) migrations: usize,
}

impl<K: 'static, V: 'static> Drop for RawMap<K, V> {
    fn drop(&mut self) {
        let remains = self.take_remains();
        if remains.is_large() {
            discards::keep_none();
        }
        discards::free_all();
        drop(remains);
    }
}
