//! Bytes as arguments, and panics that are expected.

use arbitrary::Unstructured;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

/// Reads small numbers. When the bytes are used up, there are zeros.
pub(crate) struct Input<'d>(Unstructured<'d>);

impl<'d> Input<'d> {
    pub(crate) fn new(data: &'d [u8]) -> Self {
        Self(Unstructured::new(data))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.0.arbitrary().unwrap_or(0)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound
    }

    pub(crate) fn short(&mut self) -> u16 {
        self.0.arbitrary().unwrap_or(0)
    }

    /// A number of any size; the borders of types come often.
    pub(crate) fn any(&mut self) -> usize {
        let small = usize::from(self.byte());
        match self.byte() {
            0..100 => small,
            100..160 => small << 8 | usize::from(self.byte()),
            160..200 => (1_usize << (small % 64)).wrapping_sub(small / 64),
            200..220 => usize::MAX - small,
            _ => self.0.arbitrary().unwrap_or(0),
        }
    }
}

/// Runs what must panic, and returns the message. (The fuzzer takes every panic for a find, also one that is caught.)
pub(crate) fn panics(run: impl FnOnce()) -> String {
    static HOOK: Mutex<()> = Mutex::new(());
    let turn = HOOK.lock().unwrap_or_else(PoisonError::into_inner);
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(run));
    panic::set_hook(hook);
    drop(turn);
    let payload = result.expect_err("a panic is documented");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload.downcast_ref::<&str>().map_or_else(String::new, |text| (*text).to_owned()),
    }
}
