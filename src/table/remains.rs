//! What is left of a map that nobody shares any more: its entries, moved out or dropped.
#![allow(unsafe_code)] // Owns what the slots own.

use super::RawMap;
use super::array::Table;
use super::inline::is_inline;
use super::needle::{self, RESERVED_SLOTS, has_reserved};
use super::value::NewValue;
use super::word::{self, State, Word};
use crate::platform::lines::{LINE_SLOTS, Slot};
use crate::platform::site;
use crate::platform::sync::AtomicPtr;
use crate::reclaim::key_node::KeyNode;
use crate::reclaim::node::NodePtr;
use core::marker::PhantomData;

/// The entries of a map, one table after the other. A migration need not be finished for it: at rest every entry is
/// owned by one slot of one table.
pub(crate) struct Remains<K: 'static, V: 'static> {
    table: Option<NodePtr<Table>>,
    /// The next slot of `table`; beyond the lines follow the reserved slots.
    position: usize,
    /// Whether slots own anything that has to be dropped.
    owning: bool,
    _entries: PhantomData<(K, V)>,
}

// SAFETY: owns keys and values, and nothing else.
unsafe impl<K: Send, V: Send> Send for Remains<K, V> {}
// SAFETY: `&Remains` gives out nothing.
unsafe impl<K: Sync, V: Sync> Sync for Remains<K, V> {}

impl<K: 'static, V: 'static> RawMap<K, V> {
    /// Takes everything out of the map, which is empty after that.
    pub(crate) fn take_remains(&mut self) -> Remains<K, V> {
        self.counter.forget();
        // Relaxed: exclusive access.
        let table = NodePtr::from_ptr(self.root.swap(core::ptr::null_mut(), site!(TAKE_ROOT: Relaxed)));
        let owning = self.escapes.any() || !is_inline::<K>() || !is_inline::<V>();
        Remains { table, position: 0, owning, _entries: PhantomData }
    }
}

impl<K: 'static, V: 'static> Remains<K, V> {
    /// Whether there is a large table.
    pub(crate) fn is_large(&self) -> bool {
        // SAFETY: the table belongs to `self`.
        self.table.is_some_and(|table| unsafe { table.get_owned() }.own_lines().is_large())
    }
}

/// A word of a slot that nobody shares.
fn load(word: &AtomicPtr<()>) -> Word {
    word.load(site!(LOAD_OWNED: Relaxed)) // Relaxed: exclusive access.
}

impl<K: 'static, V: 'static> Iterator for Remains<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        loop {
            // SAFETY: the tables of the chain belong to `self`.
            let table = unsafe { self.table?.get_owned() };
            let slots = table.own_lines().len() * LINE_SLOTS;
            while self.position < slots {
                let slot = &table.own_lines().line(self.position / LINE_SLOTS).slots[self.position % LINE_SLOTS];
                self.position += 1;
                let key = load(&slot.key);
                if !word::is_key(key) {
                    continue;
                }
                // SAFETY: the slot is passed once.
                if let Some(entry) = unsafe { take_entry(slot, key) } {
                    return Some(entry);
                }
            }
            while has_reserved::<K>() && self.position < slots + RESERVED_SLOTS {
                let index = self.position - slots;
                self.position += 1;
                let slot = &table.own_lines().reserved().slots[index];
                // SAFETY: the slot is passed once.
                if let Some(entry) = unsafe { take_entry(slot, word::from_address(index as u64)) } {
                    return Some(entry);
                }
            }
            self.leave_table();
        }
    }
}

impl<K: 'static, V: 'static> Remains<K, V> {
    /// Frees the table and goes to its successor.
    fn leave_table(&mut self) {
        if let Some(table) = self.table.take() {
            // SAFETY: owned by `self`, and nobody shares it.
            let mut table = unsafe { table.take() };
            self.table = table.take_next();
            self.position = 0;
        }
    }
}

/// What a slot owns.
///
/// # Safety
/// The slot is not shared, and its entry is not taken again.
unsafe fn take_entry<K: 'static, V: 'static>(slot: &Slot, key: Word) -> Option<(K, V)> {
    let value = load(&slot.value);
    match word::state(value) {
        State::Live(live) => {
            // SAFETY: the slot owns its live word, by the contract of this function.
            let value = unsafe { NewValue::<V>::from_live(live) };
            // SAFETY: a slot with a value owns its key.
            let key = unsafe { take_key::<K>(key) }?;
            Some((key, value.into_inner()))
        }
        State::Tomb => {
            // SAFETY: a slot whose value was removed owns its key.
            drop(unsafe { take_key::<K>(key) });
            None
        }
        // At rest nothing is frozen, and no claim is without a value.
        State::Frozen(_) => unreachable!("a frozen slot in a map that nobody shares"),
        State::Empty | State::Moved | State::Dead | State::FrozenEmpty => None,
    }
}

/// The key of a slot that owns it. `None` if another slot has it too: an `Eq` that lies can lead to that.
///
/// # Safety
/// The slot is not shared, and its key is not taken again.
unsafe fn take_key<K: 'static>(key: Word) -> Option<K> {
    if is_inline::<K>() {
        // SAFETY: a copy of a primitive.
        return Some(unsafe { core::ptr::read(needle::inline_key::<K>(key).get()) });
    }
    // SAFETY: owned, by the contract of this function; nobody reads it any more.
    unsafe { KeyNode::take(needle::node_of(key)) }
}

impl<K: 'static, V: 'static> Drop for Remains<K, V> {
    fn drop(&mut self) {
        /// Goes on dropping when the destructor of a key or value panics. A second panic aborts, as everywhere.
        struct Rest<'a, K: 'static, V: 'static>(&'a mut Remains<K, V>);

        impl<K: 'static, V: 'static> Drop for Rest<'_, K, V> {
            fn drop(&mut self) {
                self.0.by_ref().for_each(drop);
            }
        }

        while !self.owning && self.table.is_some() {
            self.leave_table();
        }
        let rest = Rest(self);
        rest.0.by_ref().for_each(drop);
    }
}
