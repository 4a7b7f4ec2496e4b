//! A reclaimer that frees nothing by itself while a model runs, and checks everything instead.
//!
//! It keeps its books in a plain thread-local: all threads of a model run on one thread of the machine, and the books
//! must add neither schedule points nor synchronisation. One edge there is, which the fences of a real epoch give: who
//! pins after a retirement has seen what happened before it. A deferred notice comes behind the unpinning of everybody
//! it has waited for; `flush` runs those that are due, in models that ask for it (`collect_in_flush`). An access to a
//! node fails if the node was retired and none of the guards that were alive then is the one used; a node that is
//! neither freed nor retired at the end fails as a leak. Each node carries a cell of loom's, written at allocation and
//! read at each access, so that a node which is reached without having been published fails too.

pub(crate) use super::birth::Birth;

use super::{birth, sites};
use core::cell::{Cell, RefCell};
use core::fmt;
use core::sync::atomic::Ordering;
use loom::sync::atomic::AtomicUsize;
use loom::thread::ThreadId;
use std::collections::{BTreeMap, BTreeSet};

loom::lazy_static! {
    /// Written by retirements. Pins read the newest value without adding to what can be seen by others.
    static ref RETIREMENTS: AtomicUsize = AtomicUsize::new(0);
    /// Written by unpinning, read by flushes, in models with notices.
    static ref UNPINNINGS: AtomicUsize = AtomicUsize::new(0);
}

/// What is retired waits for those who may have it. Without this rule it is gone at once: the mutant of models that read what others
/// remove.
const WAITS: &str = "WAITS";

thread_local! {
    static BOOKS: RefCell<Books> = RefCell::default();
}

#[derive(Default)]
struct Books {
    next_guard: usize,
    guards: BTreeSet<usize>,
    retired: Vec<Retired>,
    notices: Vec<Notice>,
    /// Whether flushes run notices.
    collecting: bool,
    /// Who holds which guard, and which addresses were read under it, while `collecting`.
    holders: BTreeMap<usize, (ThreadId, BTreeSet<usize>)>,
    /// How many owners a node has beyond those who have retired it, for nodes that were retired or shared.
    owners: BTreeMap<usize, isize>,
}

impl Books {
    /// The guards that what is retired now waits for.
    fn waited_for(&self) -> BTreeSet<usize> {
        if sites::rule(WAITS) { self.guards.clone() } else { BTreeSet::new() }
    }
}

struct Retired {
    address: usize,
    bytes: usize,
    /// Guards that may still use it.
    guards: BTreeSet<usize>,
    /// Who frees it at the end, if not its owner.
    free: Option<unsafe fn(*mut ())>,
    node: *mut (),
}

struct Notice {
    /// Guards that it waits for.
    guards: BTreeSet<usize>,
    run: Box<dyn FnOnce()>,
}

pub(crate) struct Guard {
    id: usize,
    thread: usize,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Guard").field(&self.id).finish()
    }
}

pub(crate) fn pin() -> Guard {
    pin_as(usize::MAX)
}

/// Pins as the thread of a given number.
pub(crate) fn pin_as(thread: usize) -> Guard {
    RETIREMENTS.fetch_add(0, Ordering::Acquire);
    BOOKS.with_borrow_mut(|books| {
        books.next_guard += 1;
        books.guards.insert(books.next_guard);
        if books.collecting {
            books.holders.insert(books.next_guard, (loom::thread::current().id(), BTreeSet::new()));
        }
        Guard { id: books.next_guard, thread }
    })
}

loom::thread_local! {
    static NUMBER: Cell<usize> = Cell::new(usize::MAX);
}

/// Gives the current thread a number, for calls without a guard.
pub(crate) fn number_thread(number: usize) {
    NUMBER.with(|thread| thread.set(number));
}

/// The number of the current thread.
pub(crate) fn thread() -> usize {
    NUMBER.with(Cell::get)
}

impl Drop for Guard {
    fn drop(&mut self) {
        if BOOKS.with_borrow(|books| books.collecting) {
            UNPINNINGS.fetch_add(1, Ordering::Release);
        }
        BOOKS.with_borrow_mut(|books| {
            books.guards.remove(&self.id);
            books.holders.remove(&self.id);
            for retired in &mut books.retired {
                retired.guards.remove(&self.id);
            }
            for notice in &mut books.notices {
                notice.guards.remove(&self.id);
            }
        });
    }
}

impl Guard {
    pub(crate) fn thread(&self) -> usize {
        self.thread
    }

    pub(crate) fn flush(&self) {
        if !BOOKS.with_borrow(|books| books.collecting) {
            return;
        }
        loop {
            UNPINNINGS.fetch_add(0, Ordering::Acquire);
            let due = BOOKS.with_borrow_mut(|books| {
                let place = books.notices.iter().position(|notice| notice.guards.is_empty())?;
                Some(books.notices.remove(place))
            });
            // One at a time: another thread may run the next one meanwhile.
            let Some(notice) = due else { return };
            (notice.run)();
        }
    }

    pub(crate) fn defer<F: FnOnce() + Send + 'static>(&self, notice: F) {
        RETIREMENTS.fetch_add(1, Ordering::Release);
        BOOKS.with_borrow_mut(|books| {
            let guards = books.waited_for();
            books.notices.push(Notice { guards, run: Box::new(notice) });
        });
    }

    /// Its owner frees it, and says so by `note_freed`.
    pub(crate) fn note_retired(&self, node: *mut (), bytes: usize) {
        RETIREMENTS.fetch_add(1, Ordering::Release);
        BOOKS.with_borrow_mut(|books| {
            assert!(books.owners.insert(node.addr(), 0).is_none(), "retired twice");
            let guards = books.waited_for();
            books.retired.push(Retired { address: node.addr(), bytes, guards, free: None, node });
        });
    }

    pub(crate) fn assert_protected<T>(&self, address: *const T) {
        BOOKS.with_borrow_mut(|books| {
            if let Some((_, read)) = books.holders.get_mut(&self.id) {
                read.insert(address.addr());
            }
            for retired in &books.retired {
                let within = (retired.address..retired.address + retired.bytes).contains(&address.addr());
                let gone = books.owners[&retired.address] == 0 && !retired.guards.contains(&self.id);
                assert!(!within || !gone, "use after the grace period");
            }
        });
    }

    pub(crate) fn note_second_owner(&self, node: *mut ()) {
        BOOKS.with_borrow_mut(|books| *books.owners.entry(node.addr()).or_insert(1) += 1);
    }

    pub(crate) unsafe fn retire(&self, node: *mut (), bytes: usize, free: unsafe fn(*mut ())) {
        RETIREMENTS.fetch_add(1, Ordering::Release);
        BOOKS.with_borrow_mut(|books| {
            let address = node.addr();
            let owners = books.owners.entry(address).or_insert(1);
            assert!(*owners > 0, "retired twice");
            *owners -= 1;
            let guards = books.waited_for();
            for earlier in books.retired.iter_mut().filter(|retired| retired.address == address) {
                earlier.guards.clone_from(&guards);
            }
            books.retired.push(Retired { address, bytes, guards, free: Some(free), node });
        });
    }
}

/// Nobody may have it any more.
pub(crate) fn note_freed(node: *mut (), _bytes: usize) {
    BOOKS.with_borrow_mut(|books| {
        let address = node.addr();
        let place = books.retired.iter().position(|retired| retired.address == address).expect("noted as retired");
        books.retired.remove(place);
        books.owners.remove(&address);
        let in_use = books.holders.values().any(|(_, read)| read.contains(&address));
        assert!(!in_use, "freed while a guard has it");
    });
}

/// Lets flushes run notices that are due, for the rest of an execution.
pub(crate) fn collect_in_flush() {
    BOOKS.with_borrow_mut(|books| books.collecting = true);
}

/// Known while notices are run only; without, there is nothing that depends on it.
pub(crate) fn is_pinned() -> bool {
    BOOKS.with_borrow(|books| {
        let this = loom::thread::current().id();
        books.holders.values().any(|(thread, _)| *thread == this)
    })
}

pub(crate) fn collecting() -> bool {
    false
}

pub(crate) fn contain_panic(run: impl FnOnce()) {
    run();
}

/// Nothing that a model counts.
pub(crate) fn pending_bytes() -> usize {
    0
}

/// As many threads as a model of this size has.
pub(crate) fn participants() -> usize {
    2
}

/// Starts the books of an execution.
pub(crate) fn open_books() {
    BOOKS.set(Books::default());
    birth::forget_nodes();
}

/// Frees what was retired, and fails if anything is left.
pub(crate) fn close_books() {
    let books = BOOKS.take();
    assert!(books.guards.is_empty(), "a guard is left");
    for retired in books.retired {
        let Some(free) = retired.free else { continue };
        // SAFETY: every guard is gone, so the grace period is over; `retire` vouches for the rest.
        unsafe { free(retired.node) };
    }
    assert_eq!(birth::nodes(), 0, "nodes leaked, or freed twice");
}
