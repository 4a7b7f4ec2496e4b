//! Loom's atomics, each with a step of its own.
//!
//! Loom keeps the last access of an object only, so a load followed by an exchange of the same word hides another thread's
//! load between them, and the order of that load and the exchange is never turned around. A relaxed increment of a counter
//! that belongs to the word, before each access, makes every pair of accesses to the word a pair that loom turns around,
//! and adds no synchronisation. One counter for all words would do it too, at many times the executions.

pub(crate) use loom::hint::spin_loop;
pub(crate) use loom::thread::yield_now;

use super::sites;
use core::sync::atomic::Ordering;
use loom::sync::atomic;

/// Nothing. Loom lets all SeqCst fences synchronise with each other, which would hide missing edges; what the fence is
/// for is argued in words.
pub(crate) fn fence(_ordering: Ordering) {}

pub(crate) fn prefetch<T: ?Sized>(_address: *const T) {}

/// Which loads see the newest value only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Newest {
    /// None: each may see an old value for as long as nothing else says that it is old.
    None,
    /// SeqCst loads, and those of counters: for a model of an argument that rests on SeqCst, which loom takes as Acquire.
    SeqCst,
    /// All that have a value which never stands there: for a model too long to be run with old values as well.
    All,
}

thread_local! {
    static NEWEST: core::cell::Cell<Newest> = const { core::cell::Cell::new(Newest::None) };
}

/// Says which loads of the execution see the newest value only.
pub(crate) fn load_newest(which: Newest) {
    NEWEST.set(which);
}

/// Whether a load is one of those.
fn loads_newest(ordering: Ordering) -> bool {
    match NEWEST.get() {
        Newest::None => false,
        Newest::SeqCst => ordering == Ordering::SeqCst,
        Newest::All => true,
    }
}

/// Loom takes a SeqCst store as one with Release, which is what the name says on x86-64.
pub(crate) fn store_before_exchange(byte: &AtomicU8, value: u8, ordering: Ordering) {
    byte.store(value, ordering);
}

/// What reads and writes a word does both at once. Without this rule it loads, and then stores: the mutant of models in which all is
/// decided by that. A thread alone does not notice.
pub(crate) const AT_ONCE: &str = "AT_ONCE";

macro_rules! stepped {
    ($name:ident $(<$param:ident>)? holds $value:ty, never $never:expr; $($more:tt)*) => {
        pub(crate) struct $name $(<$param>)? {
            word: atomic::$name $(<$param>)?,
            step: atomic::AtomicUsize,
        }

        impl $(<$param>)? $name $(<$param>)? {
            pub(crate) fn new(value: $value) -> Self {
                Self { word: atomic::$name::new(value), step: atomic::AtomicUsize::new(0) }
            }

            fn word(&self) -> &atomic::$name $(<$param>)? {
                if sites::takes_step() {
                    self.step.fetch_add(1, Ordering::Relaxed);
                }
                &self.word
            }

            /// Without the rule `AT_ONCE`. Returns what was there; an error if it is not changed.
            fn in_two_steps(&self, change: impl FnOnce($value) -> Option<$value>) -> Result<$value, $value> {
                let before = self.word().load(Ordering::Acquire);
                let Some(after) = change(before) else { return Err(before) };
                self.step.fetch_add(1, Ordering::Relaxed);
                self.word.store(after, Ordering::Release);
                Ok(before)
            }

            pub(crate) fn load(&self, ordering: Ordering) -> $value {
                match $never {
                    // An exchange sees the newest value, also if it does not take place.
                    Some(never) if loads_newest(ordering) => {
                        self.word().compare_exchange(never, never, ordering, ordering).expect_err("it never stands there")
                    }
                    _ => self.word().load(ordering),
                }
            }

            pub(crate) fn store(&self, value: $value, ordering: Ordering) {
                self.word().store(value, ordering);
            }

            pub(crate) fn swap(&self, value: $value, ordering: Ordering) -> $value {
                if !sites::rule(AT_ONCE) {
                    return self.in_two_steps(|_| Some(value)).expect("it is changed");
                }
                self.word().swap(value, ordering)
            }

            pub(crate) fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                if !sites::rule(AT_ONCE) {
                    return self.in_two_steps(|before| (before == current).then_some(new));
                }
                self.word().compare_exchange(current, new, success, failure)
            }

            stepped!(@ $name $value; $($more)*);
        }

        impl $(<$param>)? core::fmt::Debug for $name $(<$param>)? {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
    (@ $name:ident $value:ty; $($method:ident)*) => {
        $(
            pub(crate) fn $method(&self, value: $value, ordering: Ordering) -> $value {
                if !sites::rule(AT_ONCE) {
                    let changed = |before| {
                        let plain = core::sync::atomic::$name::new(before);
                        plain.$method(value, Ordering::Relaxed);
                        plain.into_inner()
                    };
                    return self.in_two_steps(|before| Some(changed(before))).expect("it is changed");
                }
                self.word().$method(value, ordering)
            }
        )*
    };
}

stepped!(AtomicPtr<T> holds *mut T, never Some(core::ptr::without_provenance_mut(usize::MAX)););
stepped!(AtomicBool holds bool, never None;);
// A tag is 0, or at least `PASSED`.
stepped!(AtomicU8 holds u8, never Some(1););
stepped!(AtomicU64 holds u64, never Some(u64::MAX); fetch_add fetch_and fetch_max);
stepped!(AtomicUsize holds usize, never Some(usize::MAX); fetch_add fetch_sub fetch_or fetch_max);

/// A counter's cell. Counters are independent of the slots, so they stay out of the schedule except in models of their
/// own: `counted` says so.
#[derive(Debug)]
pub(crate) enum AtomicI64 {
    Modelled(atomic::AtomicI64),
    Plain(core::sync::atomic::AtomicI64),
}

thread_local! {
    static MODELLED: core::cell::Cell<bool> = const { core::cell::Cell::new(false) };
}

/// Puts the counters that are made from now on into the schedule, or leaves them out.
pub(crate) fn model_counters(modelled: bool) {
    MODELLED.set(modelled);
}

impl AtomicI64 {
    pub(crate) fn new(value: i64) -> Self {
        if MODELLED.get() {
            Self::Modelled(atomic::AtomicI64::new(value))
        } else {
            Self::Plain(core::sync::atomic::AtomicI64::new(value))
        }
    }

    pub(crate) fn load(&self, ordering: Ordering) -> i64 {
        match self {
            Self::Modelled(cell) if NEWEST.get() != Newest::None => cell.fetch_add(0, ordering),
            Self::Modelled(cell) => cell.load(ordering),
            Self::Plain(cell) => cell.load(ordering),
        }
    }

    pub(crate) fn store(&self, value: i64, ordering: Ordering) {
        match self {
            Self::Modelled(cell) => cell.store(value, ordering),
            Self::Plain(cell) => cell.store(value, ordering),
        }
    }

    pub(crate) fn fetch_add(&self, value: i64, ordering: Ordering) -> i64 {
        match self {
            Self::Modelled(cell) => cell.fetch_add(value, ordering),
            Self::Plain(cell) => cell.fetch_add(value, ordering),
        }
    }
}
