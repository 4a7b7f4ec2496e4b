//! How many entries there are, and how much room.

use super::{AtomicMap, Stats};
use crate::platform::epoch::{self, Guard};
use core::hash::{BuildHasher, Hash};

impl<K: 'static, V: 'static, S> AtomicMap<K, V, S> {
    /// How many entries there are, exactly. Linearizable: the number of entries at a moment during the call.
    ///
    /// It reads a few words for each thread that can have a counter of its own, and again if anybody has begun to insert or remove
    /// meanwhile. After some attempts it asks them for a moment of quiet, for which each waits a little before it begins; in all they wait a
    /// bounded number of turns for each time that it asks, and it asks ever more rarely. A thread that is stopped in the middle of an
    /// insertion or removal delays it, so it is the one operation that is not lock-free (it is obstruction-free); nothing else in this
    /// crate calls it. For a number without waiting see
    /// [`approx_len`](Self::approx_len), for one with a known error [`len_bounds`](Self::len_bounds).
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::from([(1, 2), (3, 4)]);
    /// assert_eq!(map.len(), 2);
    /// ```
    #[doc(alias = "__len__")]
    pub fn len(&self) -> usize {
        self.raw.len()
    }

    /// A lower and an upper bound of the number of entries: there was a moment during the call at which it was neither below
    /// the first nor above the second.
    ///
    /// Wait-free. The bounds are equal, and exact, if nobody inserts or removes meanwhile; otherwise they differ by twice the
    /// number of insertions and removals that were under way, or began, during the call.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::from([(1, 2), (3, 4)]);
    /// assert_eq!(map.len_bounds(), (2, 2));
    /// ```
    pub fn len_bounds(&self) -> (usize, usize) {
        self.raw.len_bounds()
    }

    /// How many entries there are, approximately. Wait-free; adds up a counter per thread.
    ///
    /// Exact when no other thread inserts or removes meanwhile, and all that did have returned (and were waited for).
    /// Otherwise it can miss operations that run at the same time, and count an insertion without the removal behind it, or a
    /// removal without the insertion before it; [`len_bounds`](Self::len_bounds) says by how much it can be wrong.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// map.insert(1, 2);
    /// assert_eq!(map.approx_len(), 1);
    /// ```
    pub fn approx_len(&self) -> usize {
        self.raw.approx_len()
    }

    /// How many entries the current table takes before a migration to another one. Entries removed since it was made count,
    /// too. (In large tables a thread looks at this limit at every 64th key that it adds, so there may be some more.)
    ///
    /// ```
    /// let map: atomic_dict::AtomicMap<u64, u64> = atomic_dict::AtomicMap::with_capacity(1000);
    /// assert!(map.capacity() >= 1000);
    /// ```
    pub fn capacity(&self) -> usize {
        self.raw.capacity(&epoch::pin())
    }

    /// Figures about the map, and about reclamation in the whole process. A snapshot of counters, each read once.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::with_capacity(1000);
    /// map.insert(1, 2);
    /// map.insert(3, 4);
    /// map.remove(&3);
    /// let stats = map.stats();
    /// assert_eq!((stats.live, stats.tombstones, stats.migrations), (1, 1, 0));
    /// assert!(stats.capacity >= 1000 && stats.bytes >= 16 * stats.slots);
    /// ```
    pub fn stats(&self) -> Stats {
        let live = self.approx_len();
        let figures = self.raw.figures(&epoch::pin());
        Stats {
            live,
            tombstones: figures.claimed.saturating_sub(live),
            capacity: self.capacity(),
            slots: figures.slots,
            bytes: figures.bytes,
            migrations: figures.migrations,
            retired_bytes: epoch::pending_bytes(),
            panics_in_drops: epoch::panics_in_drops(),
        }
    }
}

impl<K: Hash + Eq + Send + Sync + 'static, V: Send + Sync + 'static, S: BuildHasher> AtomicMap<K, V, S> {
    /// Whether there is no entry. Looks for one, and does not ask the counters.
    ///
    /// `true` means that there was a moment during the call at which no entry was present that was present throughout
    /// the call; while others insert and remove, entries that come and go may be missed. Completes a running migration.
    /// Costs a scan of the table if it is large and empty.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::new();
    /// assert!(map.is_empty());
    /// map.insert(1, 2);
    /// assert!(!map.is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.pin().iter().next().is_none()
    }

    /// Makes room for `additional` more entries: inserting so many different keys after it, by any number of threads, causes
    /// no migration. (What others insert meanwhile counts among them.) The map will not shrink below that by itself.
    /// Does nothing for 0.
    ///
    /// Lock-free, but not quick: moves all entries to a larger table, unless there is room already. Others go on, and help.
    ///
    /// # Panics
    /// If a table for so many entries exceeds the address space ("capacity overflow").
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::from([(1, 2)]);
    /// map.reserve(1000);
    /// assert!(map.capacity() >= 1001);
    /// ```
    pub fn reserve(&self, additional: usize) {
        self.raw.reserve(additional, &self.key_hasher(), &epoch::pin());
    }

    /// Makes the table as small as a map with so few entries has it, by migrations that are finished here.
    pub(super) fn shrink_now(&self, guard: &Guard) {
        self.raw.shrink_now(&self.key_hasher(), guard);
    }

    /// Gives back memory: moves all entries to the smallest table that is large enough, and forgets what capacity was asked
    /// for. What is left after that can be taken from [`capacity`](Self::capacity).
    ///
    /// Maps shrink by themselves when most entries are gone; this is for those that will not grow again, and for the memory of
    /// removed keys. Lock-free, not quick; others go on, and help.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::with_capacity(100_000);
    /// map.insert(1, 2);
    /// map.shrink_to_fit();
    /// assert!(map.capacity() < 1000);
    /// ```
    pub fn shrink_to_fit(&self) {
        self.raw.compact(true, &self.key_hasher(), &epoch::pin());
        self.flush();
    }

    /// Frees the slots of removed keys, and boxed keys in them, by moving all entries to a new table. Does nothing if there are
    /// no such slots, or if only a larger table had room for what all threads of the process could be inserting meanwhile.
    ///
    /// Maps do this by themselves before a table gets full. Lock-free, not quick; others go on, and help.
    ///
    /// ```
    /// let map = atomic_dict::AtomicMap::from([(1, 2), (3, 4)]);
    /// map.remove(&3);
    /// map.compact();
    /// assert_eq!(map.stats().tombstones, 0);
    /// ```
    #[doc(alias = "_rehash")]
    pub fn compact(&self) {
        self.raw.compact(false, &self.key_hasher(), &epoch::pin());
        self.flush();
    }
}
