//! Migration of a table to its successor: who moves what, and how the root changes.
#![allow(unsafe_code)] // Retires what a migration leaves behind.

use super::RawMap;
use super::array::TableRef;
use super::cells::{Cell, CellBlock};
use super::find;
use super::inline::is_inline;
use super::needle::{self, RESERVED_SLOTS, boxed_key, has_reserved};
use super::slot::{self, Finished, KeyWord};
use super::word::{self, LiveWord, State, Word};
use crate::platform::discards;
use crate::platform::epoch::Guard;
use crate::platform::lines::{LINE_SLOTS, Slot};
use crate::platform::sync::{fence, prefetch, spin_loop};
use crate::platform::tuning::{BLOCK_LINES, LINES_AHEAD, SPINS_BEFORE_REDO};
use crate::platform::{rule, site};
use crate::reclaim::key_node::KeyNode;
use crate::reclaim::node::NodePtr;
use core::marker::PhantomData;

impl<K: 'static, V: 'static> RawMap<K, V> {
    /// Moves one block of `table` that nobody has taken yet. Returns whether there was one.
    #[cold]
    pub(crate) fn help<'g, H: Fn(&K) -> u64>(
        &self,
        table: TableRef<'g>,
        next: TableRef<'g>,
        hash: &H,
        guard: &'g Guard,
    ) -> bool {
        let Some(block) = table.take_block() else { return false };
        if self.move_block(table, next, block, hash, guard) {
            self.promote(table, next, guard);
        }
        true
    }

    /// Completes the migration out of `table`, whoever sleeps in the middle of it.
    #[cold]
    pub(crate) fn finish_migration<'g, H: Fn(&K) -> u64>(
        &self,
        table: TableRef<'g>,
        next: TableRef<'g>,
        hash: &H,
        guard: &'g Guard,
    ) {
        while self.help(table, next, hash, guard) {}
        for _ in 0..SPINS_BEFORE_REDO {
            if self.root(guard) != Some(table) {
                return;
            }
            spin_loop();
        }
        for block in 0..table.blocks() {
            if !table.is_done(block) {
                self.move_block(table, next, block, hash, guard);
            }
        }
        self.promote(table, next, guard);
    }

    /// Makes the successor the root. All blocks of `table` are done.
    fn promote(&self, table: TableRef<'_>, next: TableRef<'_>, guard: &Guard) {
        // SeqCst: stands between the seals and moves in `table`, which are not SeqCst, and every operation that starts
        // at `next`; a reader of `table` that comes later in the total order sees the former.
        fence(site!(PROMOTE_FENCE: SeqCst));
        // SeqCst: pairs with LOAD_ROOT. Release part: ROOT edge, the copies. Relaxed on failure: someone else did it.
        let promoted = self.root.compare_exchange(
            table.as_ptr(),
            next.as_ptr(),
            site!(PROMOTE: SeqCst),
            site!(PROMOTE_LOST: Relaxed),
        );
        if promoted.is_ok() {
            self.hint.set(next.lines());
            self.migrations.fetch_add(1, site!(MIGRATIONS_ADD: Relaxed)); // Relaxed: a figure.
            if table.lines().is_large() {
                if table.lines().len() == next.lines().len() {
                    discards::keep(table.lines().bytes());
                } else {
                    discards::keep_none();
                }
            }
            // SAFETY: replaced at the root by this thread.
            unsafe { table.retire(guard) };
            guard.flush();
            discards::free_all();
        }
    }

    /// Brings every slot of a block to a final state. Returns whether this was the last block.
    fn move_block<'g, H: Fn(&K) -> u64>(
        &self,
        table: TableRef<'g>,
        next: TableRef<'g>,
        block: usize,
        hash: &H,
        guard: &'g Guard,
    ) -> bool {
        let mut mover = Mover::<K, H> { next, hash, guard, cells: None, claimed: 0, key: PhantomData };
        let lines = table.block(block);
        for first in lines.clone().step_by(LINES_AHEAD) {
            let group = first..lines.end.min(first + LINES_AHEAD);
            let mut keys = [[word::EMPTY; LINE_SLOTS]; LINES_AHEAD];
            for (keys, index) in keys.iter_mut().zip(group.clone()) {
                let line = table.lines().line(index);
                *keys = if rule!(SEAL_KEY_WORD) { slot::seal(line) } else { find::load_keys(line) };
                if !is_inline::<K>() {
                    // What moving a slot needs of the key's node is far away: asked for while others are moved.
                    keys.iter().for_each(|&key| prefetch(word::key_node(key)));
                }
            }
            for (keys, index) in keys.iter().zip(group) {
                let slots = table.lines().line(index).slots.iter().zip(keys);
                // Keys come first.
                for (position, (slot, &key)) in slots.take_while(|&(_, &key)| word::is_key(key)).enumerate() {
                    mover.move_slot(slot, KeyWord::Claimed(key), (index - lines.start) * LINE_SLOTS + position);
                }
            }
        }
        if block == 0 && has_reserved::<K>() {
            for index in 0..RESERVED_SLOTS {
                let slot = &table.lines().reserved().slots[index];
                mover.move_slot(slot, KeyWord::Reserved(index), BLOCK_LINES * LINE_SLOTS + index);
            }
        }
        self.counter.mine(guard.thread()).claimed(mover.claimed);
        drop(mover);
        table.set_done(block)
    }
}

/// One helper at one block.
struct Mover<'g, 'h, K: 'static, H> {
    next: TableRef<'g>,
    hash: &'h H,
    guard: &'g Guard,
    /// Made for the first live value.
    cells: Option<NodePtr<CellBlock>>,
    /// Slots claimed in the next table.
    claimed: i64,
    key: PhantomData<fn(K)>,
}

impl<K: 'static, H: Fn(&K) -> u64> Mover<'_, '_, K, H> {
    /// V5 to V9 for one slot, from whatever state it is in.
    #[inline(always)]
    fn move_slot(&mut self, slot: &Slot, key: KeyWord, index: usize) {
        let mut value = slot::value_for_freeze(slot);
        loop {
            value = match word::state(value) {
                State::Live(live) => {
                    let hash = self.hash_of(key);
                    let cell = self.fill_cell(live, hash, index);
                    match if rule!(FREEZE_FIRST) { slot::freeze(slot, value, word::frozen(cell)) } else { Ok(()) } {
                        Ok(()) => return self.count(slot::finish(slot, key, live, hash, self.next)),
                        Err(seen) => seen,
                    }
                }
                State::Frozen(cell) => {
                    // SAFETY: the cell's address was read from a slot under this guard, with Acquire.
                    let (live, hash) = unsafe { Cell::read(cell, self.guard) };
                    return self.count(slot::finish(slot, key, live, hash, self.next));
                }
                State::Moved | State::Dead | State::FrozenEmpty => return,
                State::Empty | State::Tomb => match close::<K>(slot, key, value, self.guard) {
                    Ok(()) => return,
                    Err(seen) => seen,
                },
            };
        }
    }

    fn count(&mut self, finished: Finished) {
        self.claimed += i64::from(finished == Finished::Claimed);
    }

    /// The hash of a key whose value is live.
    #[inline(always)]
    fn hash_of(&self, key: KeyWord) -> u64 {
        match key {
            KeyWord::Reserved(_) => 0,
            // User code, before anything changes.
            KeyWord::Claimed(key) if is_inline::<K>() => needle::rehash_inline(key, self.hash),
            // SAFETY: the value was live, read with Acquire, and whoever set it had the key.
            KeyWord::Claimed(key) => unsafe { boxed_key::<K>(key, self.guard) }.hash(),
        }
    }

    /// Leaves a live word and its hash in the cell of a slot.
    #[inline(always)]
    fn fill_cell(&mut self, live: LiveWord, hash: u64, index: usize) -> *mut () {
        let cells = *self.cells.get_or_insert_with(CellBlock::alloc);
        // SAFETY: the block is this mover's; the cell of this slot is filled again only if publishing it failed.
        unsafe { CellBlock::fill(cells, index, live, hash) }
    }
}

/// V6 and V9: closes a slot whose value is `EMPTY` or `TOMB`, for good. Returns what stood there instead.
pub(super) fn close<K: 'static>(slot: &Slot, key: KeyWord, current: Word, guard: &Guard) -> Result<(), Word> {
    if current == word::EMPTY {
        return slot::freeze(slot, current, word::FROZEN_EMPTY);
    }
    slot::freeze(slot, current, word::DEAD)?;
    if let (KeyWord::Claimed(key), false) = (key, is_inline::<K>()) {
        // SAFETY: the slot owned the key, and V6 made this thread its owner; nobody who pins from now on reads the key of a
        // `DEAD` slot (rule SKIP_DEAD).
        unsafe { KeyNode::retire(needle::node_of::<K>(key), guard) };
    }
    Ok(())
}

impl<K: 'static, H> Drop for Mover<'_, '_, K, H> {
    fn drop(&mut self) {
        if let Some(cells) = self.cells {
            // SAFETY: owned by this mover. Every slot with a published cell of it is final, or (if the hasher panics)
            // was finished before the panic; so nobody who pins from now on reaches a cell.
            unsafe { cells.retire(self.guard, NodePtr::<CellBlock>::free) };
        }
    }
}
