//! A hash map, what others do to it while a victim is parked, and what must hold in the end.

use super::ledger::Ledger;
use super::operations::Operation;
use crate::map::AtomicMap;
use crate::support::{Hashing, NthKey, Numbered, Quality};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// A map, and what must be in it.
pub(super) struct Arena<K: NthKey, V: Numbered> {
    pub(super) map: AtomicMap<K, V, Hashing>,
    size: u64,
    /// The number of the key that all threads work on.
    pub(super) subject: u64,
    pub(super) ledger: Ledger,
    /// How many operations have been told to make a value.
    pub(super) made: AtomicU64,
    /// Whether `OWN` was inserted.
    pub(super) brought: AtomicBool,
    /// Whether any key may be removed.
    pub(super) cleared: AtomicBool,
    /// Whether others have done their work.
    pub(super) worked: AtomicBool,
}

/// What there is at first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) quality: Quality,
    /// So many keys.
    pub(super) size: u64,
    /// The number of the key that all threads work on. It is one of them if it is below `size`.
    pub(super) subject: u64,
    /// So many more came and went.
    pub(super) gone: u64,
    /// Room that was asked for.
    pub(super) room: usize,
    /// Whether the victim's operation is the first one of its thread.
    pub(super) fresh: bool,
}

impl Setting {
    pub(super) fn of(size: u64, subject: u64) -> Self {
        Self { quality: Quality::Good, size, subject, gone: 0, room: 0, fresh: false }
    }
}

/// Keys of the work of others, far from those of the arena. Numbers of values of the subject are below it.
pub(super) const WORK: u64 = 10_000;
const WORK_EACH: u64 = 500;

/// A key that only victims insert, with the subject, and nobody removes but who clears the map.
pub(super) const OWN: u64 = 5000;

/// Keys that have gone before anybody works.
const GONE: u64 = 3000;

impl<K: NthKey, V: Numbered> Arena<K, V> {
    pub(super) fn new(Setting { quality, size, subject, gone, room, fresh: _ }: Setting) -> Self {
        let map = AtomicMap::with_hasher(Hashing::new(quality));
        map.reserve(room);
        for number in 0..size {
            map.insert(K::nth(number), V::numbered(number));
        }
        for number in GONE..GONE + gone {
            map.insert(K::nth(number), V::numbered(number));
            map.remove(&K::nth(number));
        }
        Self {
            map,
            size,
            subject,
            ledger: Ledger::new(subject < size),
            made: AtomicU64::new(0),
            brought: AtomicBool::new(false),
            cleared: AtomicBool::new(false),
            worked: AtomicBool::new(false),
        }
    }

    /// The work of an undisturbed thread: 500 insertions, so that the map grows several times, and with each something
    /// else. With `contended` it works on the subject too.
    pub(super) fn work(&self, thread: u64, contended: bool) {
        self.worked.store(true, Relaxed);
        for number in 0..WORK_EACH {
            let own = WORK + thread * WORK_EACH + number;
            let key = K::nth(own);
            assert!(self.map.insert(K::nth(own), V::numbered(own)).is_none());
            match number % 8 {
                0 => self.assert_kept(own, self.map.remove(&key).as_deref()),
                1 => self.assert_kept(own, self.map.update(&key, V::clone).as_deref()),
                2 => {
                    self.count_old(number % self.size.max(1));
                    self.operate(Operation::Get);
                }
                3 if contended => self.operate(Operation::TryInsert),
                4 if contended => self.operate(Operation::Remove),
                5 if contended => self.operate(Operation::Update),
                6 if number % 128 == 6 => self.operate(Operation::Iterate),
                _ => self.operate(Operation::Get),
            }
        }
    }

    /// Makes the map grow, and leaves removed keys behind; what it inserts goes again.
    pub(super) fn grow(&self) {
        for number in 0..40 {
            self.map.insert(K::nth(2000 + number), V::numbered(number));
            assert!(self.map.remove(&K::nth(2000 + number)).is_some());
        }
    }

    /// A key was inserted with its own number. What was found since then is that, unless somebody clears the map.
    fn assert_kept(&self, number: u64, found: Option<&V>) {
        let found = found.map(V::number);
        let is_kept = found == Some(number) || found.is_none() && self.cleared.load(Relaxed);
        assert!(is_kept, "key {number}: {found:?}");
    }

    /// A key of the arena that nobody touches is there. How many these are: one, or none.
    fn count_old(&self, number: u64) -> u64 {
        if number == self.subject || number >= self.size {
            return 0;
        }
        let found = self.map.get(&K::nth(number));
        self.assert_kept(number, found.as_deref());
        u64::from(found.is_some())
    }

    /// The same for a key of the work of others, which have ended.
    fn count_own(&self, number: u64) -> u64 {
        let found = self.map.get(&K::nth(WORK + number));
        if (number % WORK_EACH).is_multiple_of(8) {
            assert!(found.is_none(), "key {number} was removed");
        } else {
            self.assert_kept(WORK + number, found.as_deref());
        }
        u64::from(found.is_some())
    }

    /// All that was put in is there, once, and nothing else.
    pub(super) fn verify(&self) {
        let expected = self.verify_contents();
        assert_eq!(self.map.len() as u64, expected, "length");
    }

    /// The same for all but the exact length, which may have to wait. Returns what that is, if nobody changes it.
    pub(super) fn verify_contents(&self) -> u64 {
        let present = self.map.contains_key(&K::nth(self.subject));
        self.ledger.verify(present);
        let (brought, cleared) = (self.brought.load(Relaxed), self.cleared.load(Relaxed));
        let is_brought = self.map.contains_key(&K::nth(OWN));
        assert!(is_brought == brought || cleared && !is_brought, "a key that comes with the subject");
        let old: u64 = (0..self.size).map(|number| self.count_old(number)).sum();
        assert!(old == 0 || !cleared, "keys that were there when the map was cleared");
        let worked = u64::from(self.worked.load(Relaxed));
        let own: u64 = (0..2 * WORK_EACH * worked).map(|number| self.count_own(number)).sum();
        let expected = u64::from(present) + u64::from(is_brought) + old + own;
        let pinned = self.map.pin();
        let keys: HashSet<K> = pinned.iter().map(|(key, _)| K::clone(&key)).collect();
        assert_eq!((keys.len() as u64, pinned.iter().count() as u64), (expected, expected), "keys of a traversal");
        expected
    }
}
