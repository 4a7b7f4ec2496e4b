//! The transitions of a slot and of a line: `docs/TRANSITIONS.md` sections 1 and 2, a function each.
#![allow(unsafe_code)] // From words to what they own, by the ownership column there.

use super::array::TableRef;
use super::cells::Cell;
use super::tags;
use super::word::{self, LiveWord, State, Word};
use crate::platform::epoch::Guard;
use crate::platform::lines::{LINE_SLOTS, Line, Slot};
use crate::platform::{rule, search, site};

/// What a value word tells a reader.
pub(crate) enum Reading {
    /// A live word, readable under the guard that it was read under.
    Present(LiveWord),
    Absent,
    /// Ask the next table.
    Elsewhere,
}

/// The value word of a slot that holds the reader's key.
#[inline(always)]
pub(crate) fn value_for_reader(slot: &Slot) -> Word {
    // SeqCst: the reader's linearization point. Its Acquire part: VALUE edge, pairs with SET_VALUE and COPY_VALUE (the
    // box), FREEZE (the cell) and MOVE (the copy in the next table).
    slot.value.load(site!(FIND_VALUE: SeqCst))
}

/// Reads a slot that holds the reader's key, in whatever state it is.
pub(crate) fn read(slot: &Slot, guard: &Guard) -> Reading {
    // SeqCst: as FIND_VALUE above, for those it has sent here.
    let value = slot.value.load(site!(READ_VALUE: SeqCst));
    match word::state(value) {
        State::Live(live) => Reading::Present(live),
        State::Empty | State::Tomb => Reading::Absent,
        State::Moved | State::Dead | State::FrozenEmpty => Reading::Elsewhere,
        State::Frozen(cell) => {
            // SAFETY: the cell's address was read from a slot under this guard, with Acquire.
            let (live, _) = unsafe { Cell::read(cell, guard) };
            // Nobody replaces the value before the slot says `MOVED`, which it did not when it was read.
            Reading::Present(live)
        }
    }
}

/// K1: claims a slot for a key. Returns whether it was free.
#[inline(always)]
pub(crate) fn claim(slot: &Slot, key: Word) -> bool {
    // SeqCst: a later miss of this key must see it; pairs with FIND_KEY in the total order. Release part: KEY edge, the
    // node of a boxed key. Relaxed on failure: the line is read again.
    slot.key.compare_exchange(word::EMPTY, key, site!(CLAIM_KEY: SeqCst), site!(CLAIM_LOST: Relaxed)).is_ok()
}

/// V1 to V4: replaces a value word that a writer may replace. Returns what stood there instead.
#[inline(always)]
pub(crate) fn set_value(slot: &Slot, current: Word, new: Word) -> Result<(), Word> {
    // SeqCst: the writer's linearization point, and on failure the deciding read of its next attempt. Release part:
    // VALUE edge, pairs with FIND_VALUE, EDIT_VALUE and FREEZE_SCAN.
    slot.value.compare_exchange(current, new, site!(SET_VALUE: SeqCst), site!(SET_VALUE_LOST: SeqCst)).map(drop)
}

/// The value word, for a writer who found its key in the slot.
#[inline(always)]
pub(crate) fn value_for_edit(slot: &Slot) -> Word {
    // SeqCst: a deciding read; Acquire part as for FIND_VALUE.
    slot.value.load(site!(EDIT_VALUE: SeqCst))
}

/// Puts the claim of another thread into the total order before our own V1 on it.
pub(crate) fn confirm_key(slot: &Slot) {
    // SeqCst: a reader's later FIND_KEY in the total order sees the claim that we build on.
    let _ = slot.key.load(site!(CONFIRM_KEY: SeqCst));
}

/// K3 and K4: makes all key words of a line final and returns them.
#[inline(always)]
pub(crate) fn seal(line: &Line) -> [Word; LINE_SLOTS] {
    let mut keys = [word::SEALED; LINE_SLOTS];
    let mut slots = line.slots.iter().zip(&mut keys);
    for (slot, key) in slots.by_ref() {
        // Relaxed: an `EMPTY` word is exchanged, all others are final. The node of a key is read behind its value only, and
        // whoever leaves the table decides by reads of its own.
        *key = slot.key.load(site!(SEAL_SCAN: Relaxed));
        if *key == word::EMPTY {
            // Release: SEAL edge, pairs with FIND_LAST and FIND_KEY: who sees the seal sees `next`. Relaxed on
            // failure: the node of the key that came first is read behind its value only, which orders it.
            *key = slot
                .key
                .compare_exchange(word::EMPTY, word::SEALED, site!(SEAL: Release), site!(SEAL_LOST: Relaxed))
                .map_or_else(|seen| seen, |_| word::SEALED);
        }
        if *key == word::SEALED {
            break;
        }
    }
    for (slot, _) in slots {
        // Relaxed: nobody decides by a word behind the first sealed one. A plain store: nothing is ever claimed there.
        slot.key.store(word::SEALED, site!(SEAL_REST: Relaxed));
    }
    keys
}

/// V5, V6 and V9: takes a value word out of the hands of writers. Returns what stood there instead.
#[inline(always)]
pub(crate) fn freeze(slot: &Slot, current: Word, frozen: Word) -> Result<(), Word> {
    // Release: the cell, for FIND_VALUE and EDIT_VALUE; RETIRED edge for MATCH_VALUE. Acquire on failure: VALUE edge, the
    // box that we are to copy.
    slot.value.compare_exchange(current, frozen, site!(FREEZE: Release), site!(FREEZE_LOST: Acquire)).map(drop)
}

/// The value word, for a copier.
#[inline(always)]
pub(crate) fn value_for_freeze(slot: &Slot) -> Word {
    // Acquire: VALUE edge, pairs with SET_VALUE, COPY_VALUE (the box goes on to the next table) and FREEZE (the cell).
    slot.value.load(site!(FREEZE_SCAN: Acquire))
}

/// V7 and V8: brings a frozen value to the next table, if nobody has yet, and leaves `MOVED` behind.
///
/// `live` and `hash` are what the cell holds.
#[inline(always)]
pub(crate) fn finish(slot: &Slot, key: KeyWord, live: LiveWord, hash: u64, next: TableRef<'_>) -> Finished {
    let place = match key {
        KeyWord::Reserved(index) => Some((&next.lines().reserved().slots[index], Finished::KeyWasThere)),
        KeyWord::Claimed(key) => copy_key(next, key, hash),
    };
    let finished = place.map_or(Finished::KeyWasThere, |(target, finished)| {
        // Release: VALUE edge for those who come to the next table without having met this slot, as a hasher or an
        // `Equivalent` that lies can bring it about; others have the box from FREEZE, MOVE, the root or COPY_CLAIM.
        // Relaxed on failure: any other value means that another copier was first (rule COPY_STOPS), and is not used.
        let _ = target.value.compare_exchange(
            word::EMPTY,
            live.as_ptr(),
            site!(COPY_VALUE: Release),
            site!(COPY_VALUE_LOST: Relaxed),
        );
        finished
    });
    // Release: MOVE edge, pairs with FIND_VALUE and EDIT_VALUE: who is sent on finds the copy.
    slot.value.store(word::MOVED, site!(MOVE: Release));
    finished
}

/// The key word of a slot in which this thread has found a key.
pub(crate) fn key_again(slot: &Slot) -> Word {
    slot.key.load(site!(KEY_AGAIN: Relaxed)) // Relaxed: final, and seen before.
}

/// How a slot's key is known.
#[derive(Clone, Copy)]
pub(crate) enum KeyWord {
    Claimed(Word),
    Reserved(usize),
}

impl KeyWord {
    /// As a word that `needle::seen_key` takes.
    pub(crate) fn word(self) -> Word {
        match self {
            Self::Claimed(word) => word,
            Self::Reserved(index) => word::from_address(index as u64),
        }
    }
}

/// Whether `finish` claimed a slot in the next table.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finished {
    Claimed,
    KeyWasThere,
}

/// K2: the slot of a key in the next table, recognised by its word alone. `None`: the next table is being left in its
/// turn, so all copies into it are made.
#[inline(always)]
fn copy_key<'g>(next: TableRef<'g>, key: Word, hash: u64) -> Option<(&'g Slot, Finished)> {
    let lines = next.lines();
    let home = lines.home(hash);
    let mut step = 0;
    while step < lines.len() {
        let line = lines.line(home.index().wrapping_add(step));
        let (found, vacant) = search::slot_or_vacant(line, key);
        if let Some(slot) = found {
            if rule!(TAG_COPY_FOUND) {
                tags::set_for_copy(lines, home, slot);
            }
            return Some((slot, Finished::KeyWasThere));
        }
        let Some(slot) = vacant else {
            step += 1;
            continue;
        };
        if rule!(TAG_PASSED_COPY) {
            tags::pass_to(lines, home, step);
        }
        // Release: KEY edge, as for CLAIM_KEY; readers come here through MOVE or the root, which order it. Relaxed on
        // failure: the line is read again, unless it is sealed.
        let claim =
            slot.key.compare_exchange(word::EMPTY, key, site!(COPY_CLAIM: Release), site!(COPY_CLAIM_LOST: Relaxed));
        match claim {
            Ok(_) => {
                if rule!(TAG_COPY) {
                    tags::set_for_copy(lines, home, slot);
                }
                return Some((slot, Finished::Claimed));
            }
            Err(word::SEALED) => return None,
            Err(_) => {}
        }
    }
    unreachable!("a successor has room for all copies")
}

/// The slot of a key in a table, by its word alone, for one who only reads.
pub(crate) fn find_copy<'g>(table: TableRef<'g>, key: Word, hash: u64) -> Option<&'g Slot> {
    let lines = table.lines();
    let home = lines.home(hash);
    for step in 0..lines.len() {
        let line = lines.line(home.index().wrapping_add(step));
        let (found, vacant) = search::slot_or_vacant(line, key);
        if found.is_some() || vacant.is_some() {
            return found;
        }
    }
    None
}
