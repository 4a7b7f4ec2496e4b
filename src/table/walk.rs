//! Traversal of a shared map: every entry that is there throughout, exactly once.
#![allow(unsafe_code)] // Reads keys from slots.

use super::RawMap;
use super::array::TableRef;
use super::inline::is_inline;
use super::needle::{self, RESERVED_SLOTS, boxed_key, has_reserved};
use super::slot::{self, Reading};
use super::value::Seen;
use super::word::{self, LiveWord, Word};
use crate::platform::epoch::Guard;
use crate::platform::lines::{LINE_SLOTS, Slot};
use crate::platform::site;

/// A walk over the slots of the table that was the root, without a successor, when the walk began.
///
/// All keys that were present then have a slot there. An entry that has since moved on is looked up by its key word, in
/// the tables behind.
pub(crate) struct Walk<'g, K, V> {
    table: Option<TableRef<'g>>,
    /// The next slot; beyond the lines follow the reserved slots.
    position: usize,
    guard: &'g Guard,
    _entries: core::marker::PhantomData<(Seen<'g, K>, Seen<'g, V>)>,
}

impl<K: 'static, V: 'static> RawMap<K, V> {
    /// Starts a walk. Completes a running migration first.
    pub(crate) fn walk<'g, H: Fn(&K) -> u64>(&'g self, hash: &H, guard: &'g Guard) -> Walk<'g, K, V> {
        let mut table = self.root(guard);
        while let Some(root) = table
            && let Some(next) = root.next_decides(guard)
        {
            self.finish_migration(root, next, hash, guard);
            table = self.root(guard);
        }
        Walk { table, position: 0, guard, _entries: core::marker::PhantomData }
    }
}

impl<'g, K: 'static, V: 'static> Walk<'g, K, V> {
    /// The next entry. `hash` places the inline keys of entries that have moved on.
    pub(crate) fn next(&mut self, hash: &impl Fn(&K) -> u64) -> Option<(Seen<'g, K>, Seen<'g, V>)> {
        let table = self.table?;
        let slots = table.lines().len() * LINE_SLOTS;
        while self.position < slots {
            let slot = &table.lines().line(self.position / LINE_SLOTS).slots[self.position % LINE_SLOTS];
            // Acquire: KEY edge, pairs with CLAIM_KEY and COPY_CLAIM.
            let key = slot.key.load(site!(WALK_KEY: Acquire));
            if !word::is_key(key) {
                // Claims fill a line in order.
                self.position = (self.position / LINE_SLOTS + 1) * LINE_SLOTS;
                continue;
            }
            self.position += 1;
            if let Some(value) = self.value(table, slot, key, hash) {
                // SAFETY: the value was there, after the key word was read with Acquire.
                return Some((unsafe { self.key(key) }, value));
            }
        }
        while has_reserved::<K>() && self.position < slots + RESERVED_SLOTS {
            let index = self.position - slots;
            self.position += 1;
            if let Some(value) = self.reserved_value(table, index) {
                return Some((needle::inline_key(word::from_address(index as u64)), value));
            }
        }
        None
    }

    /// The key of a key word.
    ///
    /// # Safety
    /// As for `boxed_key`.
    unsafe fn key(&self, key: Word) -> Seen<'g, K> {
        if is_inline::<K>() {
            needle::inline_key(key)
        } else {
            // SAFETY: by the contract of this function.
            Seen::from_ref(unsafe { boxed_key::<K>(key, self.guard) }.key())
        }
    }

    /// The value in a slot of the table, or where it has gone.
    fn value(&self, table: TableRef<'g>, slot: &Slot, key: Word, hash: &impl Fn(&K) -> u64) -> Option<Seen<'g, V>> {
        match slot::read(slot, self.guard) {
            Reading::Present(live) => Some(self.seen(live)),
            Reading::Absent => None,
            Reading::Elsewhere => self.moved_value(table, slot, key, hash),
        }
    }

    #[cold]
    fn moved_value(
        &self,
        mut table: TableRef<'g>,
        slot: &Slot,
        key: Word,
        hash: &impl Fn(&K) -> u64,
    ) -> Option<Seen<'g, V>> {
        // Not for `DEAD` and `FROZEN_EMPTY`, whose key may be gone.
        if slot::value_for_edit(slot) != word::MOVED {
            return None;
        }
        let hash = if is_inline::<K>() {
            needle::rehash_inline(key, hash)
        } else {
            // SAFETY: the slot is `MOVED`: a table that was promoted after this walk began owns the key.
            unsafe { boxed_key::<K>(key, self.guard) }.hash
        };
        loop {
            table = table.next(self.guard)?;
            let slot = slot::find_copy(table, key, hash)?;
            match slot::read(slot, self.guard) {
                Reading::Present(live) => return Some(self.seen(live)),
                Reading::Absent => return None,
                Reading::Elsewhere => {}
            }
            if slot::value_for_edit(slot) != word::MOVED {
                return None;
            }
        }
    }

    /// The value of a reserved slot, in this table or those behind it.
    fn reserved_value(&self, mut table: TableRef<'g>, index: usize) -> Option<Seen<'g, V>> {
        loop {
            match slot::read(&table.lines().reserved().slots[index], self.guard) {
                Reading::Present(live) => return Some(self.seen(live)),
                Reading::Absent => return None,
                Reading::Elsewhere => table = table.next(self.guard)?,
            }
        }
    }

    fn seen(&self, live: LiveWord) -> Seen<'g, V> {
        // SAFETY: a live word that was read under this guard.
        unsafe { Seen::from_live(live, self.guard) }
    }
}
