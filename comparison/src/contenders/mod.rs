//! What a map has to offer to be measured, and the list of those that are.

mod dashmap;
mod flurry;
mod hashbrown;
pub mod leapfrog;
mod ours;
mod papaya;
mod rwlock;
mod scc;
mod striped;

use clap::ValueEnum;

use crate::keys::Key;

/// One hasher for all, so that hashing costs them the same.
pub type Hasher = foldhash::fast::RandomState;

/// A map of `K` to `u64`. `'static`: handles borrow the map, never what the map holds.
pub trait Contender<K: Key>: Sized + 'static {
    type Access<'a>: Access<K>
    where
        Self: 'a;

    /// An empty map; sized for `capacity` entries if given.
    fn new(capacity: Option<usize>) -> Self;

    /// One access per thread. Takes `&mut` so that the unsynchronised map fits too.
    fn accesses(&mut self, threads: usize) -> Vec<Self::Access<'_>>;

    /// Hands garbage back outside the measured time.
    fn settle(&self) {}
}

/// One thread's way to the map.
pub trait Access<K: Key>: Send {
    type Handle<'h>: Handle<K>
    where
        Self: 'h;

    /// A handle to reuse; whatever the map pins stays pinned until it is dropped.
    fn handle(&mut self) -> Self::Handle<'_>;

    /// A lookup without a reused handle.
    #[inline]
    fn get_once(&mut self, key: &K) -> Option<u64> {
        self.handle().get(key)
    }
}

/// The operations. Keys come as `&K`; a map that looks up by `K::Query` takes `key.query()`.
pub trait Handle<K: Key> {
    fn get(&mut self, key: &K) -> Option<u64>;

    /// Whether the key is new.
    fn insert(&mut self, key: K, value: u64) -> bool;

    /// Adds one; whether the key is there.
    fn increment(&mut self, key: &K) -> bool;

    fn remove(&mut self, key: &K) -> Option<u64>;

    fn for_each(&mut self, visit: impl FnMut(u64));
}

/// What is done with a contender, whichever it is.
pub trait Task<K: Key> {
    type Output;

    fn run<C: Contender<K>>(self) -> Self::Output;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Id {
    Hashbrown,
    Ours,
    Papaya,
    Scc,
    Dashmap,
    Leapfrog,
    Flurry,
    Stripes,
    Rwlock,
}

impl Id {
    pub const ALL: &[Self] = &[
        Self::Hashbrown,
        Self::Ours,
        Self::Papaya,
        Self::Scc,
        Self::Dashmap,
        Self::Leapfrog,
        Self::Flurry,
        Self::Stripes,
        Self::Rwlock,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Hashbrown => "hashbrown",
            Self::Ours => "ours",
            Self::Papaya => "papaya",
            Self::Scc => "scc",
            Self::Dashmap => "dashmap",
            Self::Leapfrog => "leapfrog",
            Self::Flurry => "flurry",
            Self::Stripes => "256 stripes",
            Self::Rwlock => "RwLock",
        }
    }

    pub fn is_peer(self) -> bool {
        !matches!(self, Self::Hashbrown | Self::Ours)
    }

    /// None if the contender cannot hold such keys.
    pub fn perform<K: Key, T: Task<K>>(self, task: T) -> Option<T::Output> {
        match self {
            Self::Hashbrown => Some(task.run::<hashbrown::Hashbrown<K>>()),
            Self::Ours => Some(task.run::<ours::Ours<K>>()),
            Self::Papaya => Some(task.run::<papaya::Papaya<K>>()),
            Self::Scc => Some(task.run::<scc::Scc<K>>()),
            Self::Dashmap => Some(task.run::<dashmap::Dash<K>>()),
            Self::Leapfrog => K::leapfrog(task),
            Self::Flurry => Some(task.run::<flurry::Flurry<K>>()),
            Self::Stripes => Some(task.run::<striped::Striped<K>>()),
            Self::Rwlock => Some(task.run::<rwlock::Locked<K>>()),
        }
    }
}
