//! Whether what all threads work on has to be there in the end.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};

/// What operations have said about one key.
#[derive(Debug)]
pub(super) struct Ledger {
    /// What came minus what went, as far as operations say so.
    balance: AtomicI64,
    /// How many have seen to it that it is there, without saying whether it was.
    filled: AtomicI64,
    /// The same for those who have seen to it that it is not.
    swept: AtomicI64,
    /// Whether anybody can have inserted it.
    came: AtomicBool,
    /// Whether anybody can have removed it.
    went: AtomicBool,
}

impl Ledger {
    pub(super) fn new(present: bool) -> Self {
        Self {
            balance: AtomicI64::new(i64::from(present)),
            filled: AtomicI64::new(0),
            swept: AtomicI64::new(0),
            came: AtomicBool::new(false),
            went: AtomicBool::new(false),
        }
    }

    /// An operation has inserted it (1), removed it (-1), or neither.
    pub(super) fn note(&self, change: i64) {
        self.balance.fetch_add(change, Relaxed);
        self.came.fetch_or(change > 0, Relaxed);
        self.went.fetch_or(change < 0, Relaxed);
    }

    /// An operation inserts it unless it is there.
    pub(super) fn note_filled(&self) {
        self.filled.fetch_add(1, Relaxed);
        self.came.store(true, Relaxed);
    }

    /// An operation removes it if it is there.
    pub(super) fn note_swept(&self) {
        self.swept.fetch_add(1, Relaxed);
        self.went.store(true, Relaxed);
    }

    /// All operations have ended.
    pub(super) fn verify(&self, present: bool) {
        let (filled, swept) = (self.filled.load(Relaxed), self.swept.load(Relaxed));
        let untold = i64::from(present) - self.balance.load(Relaxed);
        assert!((-swept..=filled).contains(&untold), "it came and went, and {untold} times nobody says why");
        assert!(present || filled == 0 || self.went.load(Relaxed), "it was brought, and nobody took it away");
        assert!(!present || swept == 0 || self.came.load(Relaxed), "it was swept away, and nobody brought it");
    }
}

#[test]
fn a_ledger_that_does_not_add_up_is_found_out() {
    let fails = |entries: fn(&Ledger), present: bool| {
        let ledger = Ledger::new(true);
        entries(&ledger);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ledger.verify(present))).is_err()
    };
    assert!(!fails(|_| {}, true) && fails(|_| {}, false));
    assert!(!fails(|ledger| ledger.note(-1), false) && fails(|ledger| ledger.note(-1), true));
    assert!(!fails(Ledger::note_swept, false) && fails(Ledger::note_swept, true));
    assert!(!fails(Ledger::note_filled, true) && fails(Ledger::note_filled, false));
    let both = |ledger: &Ledger| {
        ledger.note_swept();
        ledger.note_filled();
    };
    assert!(!fails(both, false) && !fails(both, true));
}
