//! Freeing what can be freed, now.

use crate::platform::{discards, epoch};

/// What is handed over now is two steps of the epoch away from being freed.
const ATTEMPTS: usize = 4;

/// Pushes the garbage of this thread to where every thread can free it, and collects until nothing more can be freed.
pub(crate) fn flush() {
    let (mut useful, mut in_vain) = (0, 0);
    // The collector's own bags become garbage when they are emptied: one for each 64 objects, not among the bytes.
    while in_vain < ATTEMPTS + useful / 8 {
        let before = epoch::pending_bytes();
        epoch::pin().flush();
        discards::free_all();
        if epoch::pending_bytes() < before {
            (useful, in_vain) = (useful + 1, 0);
        } else {
            in_vain += 1;
        }
    }
}
