//! Counts calls of user code, and lets the k-th of them panic.

use std::cell::{Cell, RefCell};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

/// What kind of user code is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Hash,
    Eq,
    Clone,
    Drop,
    Hasher,
    Closure,
    Iterator,
    Operator,
    Debug,
    Default,
}

thread_local! {
    /// Calls until one panics; 0: none will.
    static LEFT: Cell<u32> = const { Cell::new(0) };
    static FIRED: Cell<Option<Call>> = const { Cell::new(None) };
    /// What happens instead of a panic.
    static DETOUR: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

/// A call of user code.
pub(crate) fn call(kind: Call) {
    match LEFT.get() {
        0 => {}
        1 if thread::panicking() => {} // a second panic would end the process, as everywhere
        1 => {
            LEFT.set(0);
            FIRED.set(Some(kind));
            match DETOUR.take() {
                Some(detour) => detour(),
                None => resume_unwind(Box::new("the fuse is through")), // silently
            }
        }
        left => LEFT.set(left - 1),
    }
}

/// How an operation ended one of whose calls was to panic.
pub(crate) enum Ending {
    /// There are not so many calls.
    Returned,
    /// The panic came back from the operation.
    Panicked(Call),
    /// It did not.
    Swallowed(Call),
}

/// Runs an operation whose k-th call of user code panics.
pub(crate) fn blow_at(k: u32, operation: impl FnOnce()) -> Ending {
    FIRED.set(None);
    LEFT.set(k);
    let result = catch_unwind(AssertUnwindSafe(operation));
    LEFT.set(0);
    match (result, FIRED.take()) {
        (Ok(()), None) => Ending::Returned,
        (Ok(()), Some(kind)) => Ending::Swallowed(kind),
        (Err(_), Some(kind)) => Ending::Panicked(kind),
        (Err(panic), None) => resume_unwind(panic), // of another kind: a failed assertion
    }
}

/// Runs an operation whose k-th call of user code runs `detour` first. Returns the kind of that call, if there is one.
pub(crate) fn detour_at(k: u32, detour: impl FnOnce() + 'static, operation: impl FnOnce()) -> Option<Call> {
    FIRED.set(None);
    DETOUR.set(Some(Box::new(detour)));
    LEFT.set(k);
    operation();
    LEFT.set(0);
    drop(DETOUR.take());
    FIRED.take()
}

/// Whether something has happened in the operation under way that is none of its own.
pub(crate) fn is_disturbed() -> bool {
    FIRED.get().is_some()
}

/// Hashing the same in every run, to count the same calls. Making a hasher, copying and dropping this are calls.
#[derive(Default)]
pub(crate) struct FusedState(BuildHasherDefault<DefaultHasher>);

impl BuildHasher for FusedState {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        call(Call::Hasher);
        self.0.build_hasher()
    }
}

impl Clone for FusedState {
    fn clone(&self) -> Self {
        call(Call::Clone);
        Self::default()
    }
}

impl Drop for FusedState {
    fn drop(&mut self) {
        call(Call::Drop);
    }
}
