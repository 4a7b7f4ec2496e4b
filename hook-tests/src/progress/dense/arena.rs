//! A dense map, what others do to it while a victim is parked, and what must hold in the end.

use super::operations::Operation;
use crate::DenseMap;
use crate::progress::ledger::Ledger;
use crate::support::Numbered;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};

/// A map, and what must be in it.
pub(super) struct Arena<V: Numbered> {
    pub(super) map: DenseMap<V>,
    /// The index that all threads work on.
    pub(super) subject: usize,
    /// The number of the value that comes there.
    pub(super) number: u64,
    pub(super) ledger: Ledger,
    /// How many operations have been told to make a value.
    pub(super) made: AtomicU64,
    /// How many values were pushed to other indices.
    pub(super) pushed: AtomicUsize,
    /// Whether the value of any index may be removed.
    pub(super) cleared: AtomicBool,
    /// Whether others have done their work.
    worked: AtomicBool,
}

/// What there is at first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    /// So many indices are in the base.
    pub(super) base: usize,
    pub(super) subject: usize,
    /// Whether the subject has a value.
    pub(super) present: bool,
    pub(super) number: u64,
    /// Whether the victim's operation is the first one of its thread.
    pub(super) fresh: bool,
}

pub(super) const BASE: usize = 4;

impl Setting {
    pub(super) fn of((subject, present): (usize, bool), number: u64) -> Self {
        Self { base: BASE, subject, present, number, fresh: false }
    }
}

/// Indices that have a value, their own number, and that nobody touches but who clears the map.
const OLD: [usize; 2] = [0, 7];

/// What the other threads fill, far behind.
const WORK: usize = 200;
const WORK_EACH: usize = 500;

/// The number of a value that an operation makes is the subject's and a multiple of this: they need a box, or do not,
/// alike.
pub(super) const MADE: u64 = 300;

impl<V: Numbered> Arena<V> {
    pub(super) fn new(Setting { base, subject, present, number, fresh: _ }: Setting) -> Self {
        let map = DenseMap::with_capacity(base);
        for index in OLD {
            map.insert(index, V::numbered(index as u64));
        }
        if present {
            map.insert(subject, V::numbered(number));
        }
        Self {
            map,
            subject,
            number,
            ledger: Ledger::new(present),
            made: AtomicU64::new(0),
            pushed: AtomicUsize::new(0),
            cleared: AtomicBool::new(false),
            worked: AtomicBool::new(false),
        }
    }

    /// The work of an undisturbed thread, behind a growing number of segments.
    pub(super) fn work(&self, thread: u64, contended: bool) {
        self.worked.store(true, Relaxed);
        for number in 0..WORK_EACH {
            let own = WORK + (number * 2 + thread as usize) * 3;
            assert!(self.map.insert(own, V::numbered(own as u64)).is_none());
            match number % 8 {
                0 => self.assert_kept(own, self.map.remove(own).as_deref()),
                1 => self.assert_kept(own, self.map.update(own, V::clone).as_deref()),
                2 => self.assert_kept(OLD[1], self.map.get(OLD[1]).as_deref()),
                3 if contended => self.operate(Operation::TryInsert),
                4 if contended => self.operate(Operation::Remove),
                5 if contended => self.operate(Operation::Update),
                6 if number % 32 == 6 => self.operate(Operation::Iterate),
                7 if number % 32 == 7 => self.operate(Operation::Push),
                _ => self.operate(Operation::Get),
            }
        }
    }

    /// The value of an index was its own number. What was found since then is that, unless somebody clears the map.
    fn assert_kept(&self, index: usize, found: Option<&V>) {
        let found = found.map(V::number);
        assert!(found == Some(index as u64) || self.cleared.load(Relaxed), "index {index}: {found:?}");
    }

    /// Whether a number is one of those that come to the subject, or are pushed.
    pub(super) fn is_subjects(&self, number: u64) -> bool {
        number % MADE == self.number
    }

    /// All that was put in is there, once, and nothing else.
    pub(super) fn verify(&self) {
        let expected = self.verify_contents();
        assert_eq!(self.map.len(), expected, "length");
    }

    /// The same for all but the exact length, which may have to wait. Returns what that is, if nobody changes it.
    pub(super) fn verify_contents(&self) -> usize {
        let present = self.map.contains_key(self.subject);
        self.ledger.verify(present);
        let is_cleared = self.cleared.load(Relaxed);
        let pinned = self.map.pin();
        let mut found = 0;
        for (index, value) in &pinned {
            found += 1;
            let is_own = index >= WORK || OLD.contains(&index) && !is_cleared;
            let number = value.number();
            assert!(if is_own { number == index as u64 } else { self.is_subjects(number) }, "index {index}: {number}");
        }
        if !is_cleared {
            let worked = usize::from(self.worked.load(Relaxed));
            let own = worked * 2 * (0..WORK_EACH).filter(|number| number % 8 != 0).count();
            let expected = OLD.len() + own + usize::from(present) + self.pushed.load(Relaxed);
            assert_eq!(found, expected, "entries");
        }
        assert!(pinned.keys().is_sorted() && pinned.keys().count() == found, "a traversal");
        found
    }
}
