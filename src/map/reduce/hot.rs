//! The table of one thread: the keys that come often.
//!
//! A key has two places in it, and stands in one of them, or nowhere. There is no probing, so it takes as much memory as it was
//! made with, whatever comes. A key that finds both places taken has to come twice before the key that stands there does
//! once; then it takes over the place. So keys that come rarely, be they ever so many, do not drive out those that come often.
//! (Polars' group-by has a table like this before its partitions.)

use crate::map::ahead::Entry;
use core::num::NonZeroU64;

/// Slots of a new table. It grows when it is worth it.
const FIRST_SLOTS: usize = 256;

/// Slots of the largest table, if they are small.
const MOST_SLOTS: usize = 1 << 15;

/// Bytes of the largest table. While it is made, one half as large is there too.
const MOST_BYTES: usize = 2 << 20;

/// Odd, and without a pattern: tells the second place of a key from the first.
const SECOND: u64 = 0xD6E8_FEB8_6659_FD93;

struct Slot<R, V> {
    entry: Entry<R, V>,
    /// The key that last found this place taken, if none has been found in it since. Not zero: that is an empty slot.
    missed: NonZeroU64,
}

/// What `missed` says of a slot whose key has come since. No key has this tag.
const TOUCHED: NonZeroU64 = NonZeroU64::MIN;

/// A mark that tells keys apart, as a rule.
#[inline(always)]
fn tag(hash: u64) -> NonZeroU64 {
    NonZeroU64::MIN | (hash | 2)
}

pub(super) struct Hot<R, V> {
    /// A power of two of them.
    slots: Box<[Option<Slot<R, V>>]>,
    /// What is left of a hash when it is shifted by so many bits names a slot.
    shift: u32,
}

fn empty<R, V>(slots: usize) -> Box<[Option<Slot<R, V>>]> {
    (0..slots).map(|_| None).collect()
}

impl<R, V> Hot<R, V> {
    const MAX: usize = {
        let fit = MOST_BYTES / size_of::<Option<Slot<R, V>>>();
        // At least two slots, of whatever size.
        let log2 = if fit < 2 { 1 } else { fit.ilog2() };
        if 1 << log2 < MOST_SLOTS { 1 << log2 } else { MOST_SLOTS }
    };

    pub(super) fn new() -> Self {
        Self::of(empty(FIRST_SLOTS.min(Self::MAX)))
    }

    fn of(slots: Box<[Option<Slot<R, V>>]>) -> Self {
        let shift = u64::BITS - slots.len().ilog2();
        Self { slots, shift }
    }

    /// The two places of a hash. Its high bits depend on all others, as the shared table wants it too.
    #[inline(always)]
    fn places(&self, hash: u64) -> [usize; 2] {
        [(hash >> self.shift) as usize, (hash.wrapping_mul(SECOND) >> self.shift) as usize]
    }

    /// The value of a key.
    #[inline(always)]
    pub(super) fn find(&mut self, hash: u64, is_key: impl Fn(&R) -> bool) -> Option<&mut V> {
        let found = |place: usize| matches!(&self.slots[place], Some(slot) if slot.entry.hash == hash && is_key(&slot.entry.key));
        let [first, second] = self.places(hash);
        let place = if found(first) {
            first
        } else if found(second) {
            second
        } else {
            return None;
        };
        let slot = self.slots[place].as_mut()?;
        slot.missed = TOUCHED;
        Some(&mut slot.entry.value)
    }

    /// Takes in a key that is not here. Returns what has no place: the one that had its place until now, or the same.
    pub(super) fn admit(&mut self, entry: Entry<R, V>) -> Option<Entry<R, V>> {
        loop {
            let [first, second] = self.places(entry.hash);
            if let Some(place) = [first, second].into_iter().find(|&place| self.slots[place].is_none()) {
                self.slots[place] = Some(Slot { entry, missed: TOUCHED });
                return None;
            }
            if self.slots.len() == Self::MAX {
                // A key asks for one of its places always, so that it can tell when it asked last.
                let place = if entry.hash & 1 == 0 { first } else { second };
                return self.ask(place, entry);
            }
            self.grow();
        }
    }

    /// A key asks for the place of another.
    fn ask(&mut self, place: usize, entry: Entry<R, V>) -> Option<Entry<R, V>> {
        let tag = tag(entry.hash);
        match &mut self.slots[place] {
            Some(slot) if slot.missed != tag => {
                slot.missed = tag;
                Some(entry)
            }
            slot => slot.replace(Slot { entry, missed: TOUCHED }).map(|slot| slot.entry),
        }
    }

    /// Doubles the slots.
    #[cold]
    fn grow(&mut self) {
        let larger = Self::of(empty(2 * self.slots.len()));
        let slots = core::mem::replace(self, larger).slots;
        for (old_place, slot) in slots.into_iter().enumerate() {
            let Some(slot) = slot else { continue };
            // The place that it had becomes two, of which nobody else had either.
            let [first, second] = self.places(slot.entry.hash);
            let place = if first / 2 == old_place { first } else { second };
            self.slots[place] = Some(slot);
        }
    }

    /// How many places there are.
    pub(super) fn places_in_all(&self) -> usize {
        self.slots.len()
    }

    /// Takes out what stands in a place.
    pub(super) fn take(&mut self, place: usize) -> Option<Entry<R, V>> {
        Some(self.slots[place].take()?.entry)
    }
}
