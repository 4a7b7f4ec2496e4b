//! The next free index.

use super::RawDense;
use super::cover::Cover;
use super::segments::NoSlot;
use crate::api::edits::{InsertAbsent, Offer};
use crate::platform::site;

impl<V: 'static> RawDense<V> {
    /// Inserts a value at the next index that is free, and returns the index, or the value with the reason.
    ///
    /// Each index is tried by one push only. An index that is taken (somebody has inserted there) is passed over.
    pub(crate) fn push(&self, mut value: V, cover: Cover<'_, V>) -> Result<usize, (NoSlot, V)> {
        loop {
            let index = match self.take_id() {
                Ok(index) => index,
                Err(no_slot) => return Err((no_slot, value)),
            };
            let (result, unused) = self.edit(index, InsertAbsent(<Offer<V>>::Ready(value)), cover);
            match (result, unused) {
                (Ok(_), None) => return Ok(index),
                (Ok(_), Some(unused)) => value = unused,
                (Err(no_slot), unused) => {
                    return Err((no_slot, unused.unwrap_or_else(|| unreachable!("what has no slot comes back"))));
                }
            }
        }
    }

    fn take_id(&self) -> Result<usize, NoSlot> {
        let max_index = self.max_index();
        // Relaxed, both: the number stands for itself; a later push takes a larger one, since each changes the newest. It is
        // checked before it is increased, so it goes beyond the limit by as many as there are threads at most.
        let mut index = self.next_id.load(site!(PUSH_CHECK: Relaxed));
        if index <= max_index {
            index = self.next_id.fetch_add(1, site!(PUSH_TAKE: Relaxed));
        }
        if index <= max_index { Ok(index) } else { Err(NoSlot::AboveLimit { index, max_index }) }
    }
}
