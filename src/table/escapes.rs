//! Whether values of an inline type stand in boxes.

use crate::platform::site;
use crate::platform::sync::AtomicBool;

/// Whether a value of an inline type was ever boxed. Without, a map of inline types is dropped without looking at it.
pub(crate) struct Escapes(AtomicBool);

impl Escapes {
    pub(crate) fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Notes that one is.
    #[cold]
    pub(crate) fn note(&self) {
        // Relaxed: read with exclusive access only.
        self.0.store(true, site!(ESCAPE_NOTE: Relaxed));
    }

    /// Whether there were any, for the owner of a map.
    pub(crate) fn any(&mut self) -> bool {
        self.0.load(site!(ESCAPE_READ: Relaxed)) // Relaxed: exclusive access.
    }
}
