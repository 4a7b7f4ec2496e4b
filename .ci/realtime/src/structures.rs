//! What is looked up in, in the states that matter.

use atomic_dict::{AtomicMap, DenseMap, Pinned, Published, RandomState};
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

/// Entries of a hash map, whose table then has 65,536 slots, in 256 blocks.
const ENTRIES: u64 = 30_000;

/// A number that looks like a special word.
const ESCAPED: u64 = (1 << 61) + 8;

pub(crate) struct Structures {
    pub(crate) texts: AtomicMap<String, String>,
    pub(crate) numbers: AtomicMap<u64, u64>,
    pub(crate) dense: DenseMap<String>,
    /// Primitives, the last of which needs a box.
    pub(crate) counts: DenseMap<u64>,
    pub(crate) cell: Published<String>,
    /// Keys that stay, of both hash maps.
    pub(crate) keys: Vec<String>,
    pub(crate) some: Vec<u64>,
}

pub(crate) type Texts<'s> = Pinned<'s, String, String, RandomState>;

fn text(number: u64) -> String {
    format!("key {number}")
}

/// Inserts until a migration is under way, and has moved about half of the blocks.
fn move_half<K: Hash + Eq + Send + Sync, V: Send + Sync>(map: &AtomicMap<K, V>, entry: impl Fn(u64) -> (K, V)) {
    let mut number = ENTRIES;
    let mut insert = || {
        number += 1;
        let (key, value) = entry(number);
        drop(map.insert(key, value));
    };
    let bytes = map.stats().bytes;
    while map.stats().bytes == bytes {
        insert();
    }
    (0..map.stats().slots / 256 / 2).for_each(|_| insert());
}

fn is_half_moved<K: Hash + Eq + Send + Sync, V: Send + Sync>(map: &AtomicMap<K, V>) -> bool {
    // Both tables are there.
    map.stats().bytes > 3 * 16 * map.stats().slots
}

impl Structures {
    pub(crate) fn new() -> Self {
        Self {
            texts: (0..ENTRIES).map(|number| (text(number), number.to_string())).collect(),
            numbers: (0..ENTRIES).map(|number| (number, number)).collect(),
            dense: (0..1000).map(|number| (number, number.to_string())).collect(),
            counts: (0..1000).chain([ESCAPED]).enumerate().collect(),
            cell: Published::new("a snapshot".to_owned()),
            keys: (0..ENTRIES).step_by(60).map(text).collect(),
            some: (0..ENTRIES).step_by(60).collect(),
        }
    }

    pub(crate) fn leave_garbage(&self) {
        for number in 0..10_000 {
            drop(self.texts.insert(text(number), (number + 1).to_string()));
            drop(self.dense.insert(number as usize % 1000, number.to_string()));
            self.cell.store(number.to_string());
        }
    }

    pub(crate) fn move_half(&self) {
        move_half(&self.texts, |number| (text(number), number.to_string()));
        move_half(&self.numbers, |number| (number, number));
        assert!(is_half_moved(&self.texts) && is_half_moved(&self.numbers));
    }

    /// What the lookups must have met, and left as it was.
    pub(crate) fn assert_half_moved_with_garbage(&self) {
        assert!(is_half_moved(&self.texts) && is_half_moved(&self.numbers), "a lookup has finished a migration");
        assert!(self.texts.stats().retired_bytes > 100_000, "no garbage waits: {:?}", self.texts.stats());
    }

    /// Runs `lookups` again and again, while two threads insert ever new entries, and remove older ones, so that the maps move to other
    /// tables all the time, and replace what stays.
    pub(crate) fn beside_writers(&self, mut lookups: impl FnMut()) {
        let ends = AtomicBool::new(false);
        let migrations = || self.texts.stats().migrations.min(self.numbers.stats().migrations);
        let before = migrations();
        thread::scope(|scope| {
            for thread in 0..2 {
                let ends = &ends;
                scope.spawn(move || {
                    let mut numbers = (ENTRIES + thread..).step_by(2);
                    while !ends.load(Relaxed) {
                        numbers.by_ref().take(100).for_each(|number| self.write(number));
                    }
                });
            }
            while migrations() < before + 20 {
                lookups();
            }
            ends.store(true, Relaxed);
        });
    }

    fn write(&self, number: u64) {
        const WINDOW: u64 = 10_000;
        drop(self.numbers.insert(number, number));
        drop(self.texts.insert(text(number), number.to_string()));
        drop(self.texts.insert(text(number % ENTRIES), number.to_string()));
        drop(self.dense.insert(number as usize % 1000, number.to_string()));
        if let Some(old) = number.checked_sub(WINDOW).filter(|old| *old >= ENTRIES) {
            drop(self.numbers.remove(&old));
            drop(self.texts.remove(&text(old)));
        }
        if number.is_multiple_of(64) {
            self.cell.store(number.to_string());
        }
    }
}
