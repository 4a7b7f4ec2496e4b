//! The table of one thread: the keys that come often.
//!
//! A key belongs to a *set* of two places on one cache line, and stands in one of them, or nowhere. There is no probing, so the
//! table takes as much memory as it was made with, whatever comes. A key that finds both places taken has to come twice before
//! the key that stands in one of them does once; then it takes over that place. So keys that come rarely, be they ever so many,
//! do not drive out those that come often. (Polars' group-by has a table of this kind before its partitions.)

use crate::map::ahead::Entry;
use crate::platform::sync::prefetch;
use core::hint::select_unpredictable;
use core::num::NonZeroU64;

const PLACES: usize = 2;

/// Places of a new table. It grows when it is worth it.
const FIRST_PLACES: usize = 256;

/// Places of the largest table, if they are small.
const MOST_PLACES: usize = 1 << 15;

/// Bytes of the largest table. While it is made, one half as large is there too.
const MOST_BYTES: usize = 2 << 20;

struct Slot<R, V> {
    entry: Entry<R, V>,
    /// The hash that last found this place taken, if the key that stands here has not come since; else zero.
    missed: u64,
}

impl<R, V> Slot<R, V> {
    #[inline(always)]
    fn is_of(&self, hash: NonZeroU64, is_key: impl Fn(&R) -> bool) -> bool {
        self.entry.hash == hash && is_key(&self.entry.key)
    }

    #[inline(always)]
    fn touch(&mut self) -> &mut V {
        self.missed = 0;
        &mut self.entry.value
    }
}

/// Where a key can be.
#[repr(align(64))]
struct Set<R, V>([Option<Slot<R, V>>; PLACES]);

pub(super) struct Hot<R, V> {
    /// A power of two of them.
    sets: Box<[Set<R, V>]>,
    /// What is left of a hash when it is shifted by so many bits names a set.
    shift: u32,
    /// Keys that stand here.
    keys: usize,
}

impl<R, V> Hot<R, V> {
    /// Sets of the largest table: two at least, of whatever size.
    const MOST_SETS: usize = {
        let fit = MOST_BYTES / size_of::<Set<R, V>>();
        let log2 = if fit < 2 { 1 } else { fit.ilog2() };
        if 1 << log2 < MOST_PLACES / PLACES { 1 << log2 } else { MOST_PLACES / PLACES }
    };

    pub(super) fn new() -> Self {
        Self::of((FIRST_PLACES / PLACES).min(Self::MOST_SETS))
    }

    fn of(sets: usize) -> Self {
        let shift = u64::BITS - sets.ilog2();
        Self { sets: (0..sets).map(|_| Set([const { None }; PLACES])).collect(), shift, keys: 0 }
    }

    /// The set of a hash, whose high bits depend on all others, as the shared table wants it too.
    #[inline(always)]
    fn set(&self, hash: NonZeroU64) -> usize {
        (hash.get() >> self.shift) as usize
    }

    /// Asks for the place of a key.
    #[inline(always)]
    pub(super) fn prefetch(&self, hash: NonZeroU64) {
        prefetch(self.sets.as_ptr().wrapping_add(self.set(hash)));
    }

    /// The value of a key. `PREDICTED`: most keys stand in the first of their places.
    #[inline(always)]
    pub(super) fn find<const PREDICTED: bool>(
        &mut self,
        hash: NonZeroU64,
        is_key: impl Fn(&R) -> bool,
    ) -> Option<&mut V> {
        let set = self.set(hash);
        let [first, second] = &mut self.sets[set].0;
        let place = if PREDICTED {
            if let Some(slot) = first
                && slot.is_of(hash, &is_key)
            {
                return Some(slot.touch());
            }
            second
        } else {
            // Without a branch, which would be a wrong guess as often as not.
            let is_second = second.as_ref().is_some_and(|slot| slot.entry.hash == hash);
            select_unpredictable(is_second, second, first)
        };
        let slot = place.as_mut().filter(|slot| slot.is_of(hash, &is_key))?;
        Some(slot.touch())
    }

    /// Takes in a key that is not here. Returns what has no place: the one that had its place until now, or the same.
    pub(super) fn admit(&mut self, entry: Entry<R, V>) -> Option<Entry<R, V>> {
        loop {
            let is_largest = self.sets.len() == Self::MOST_SETS;
            let set = self.set(entry.hash);
            let Set(places) = &mut self.sets[set];
            if let Some(place) = places.iter_mut().find(|place| place.is_none()) {
                *place = Some(Slot { entry, missed: 0 });
                self.keys += 1;
                return None;
            }
            if is_largest {
                // A key asks for the same place always, so that it is seen when it asks again.
                let place = (entry.hash.get() >> (self.shift - 1)) as usize % PLACES;
                return ask(&mut places[place], entry);
            }
            self.grow();
        }
    }

    /// Doubles the sets.
    #[cold]
    fn grow(&mut self) {
        let larger = Self::of(2 * self.sets.len());
        let Self { sets, keys, .. } = core::mem::replace(self, larger);
        self.keys = keys;
        for slot in sets.into_iter().flat_map(|Set(places)| places).flatten() {
            let set = self.set(slot.entry.hash);
            // A set becomes two, so there is a place for each that had one.
            if let Some(place) = self.sets[set].0.iter_mut().find(|place| place.is_none()) {
                *place = Some(slot);
            }
        }
    }

    /// How many keys there are.
    pub(super) fn keys(&self) -> usize {
        self.keys
    }

    /// How many places there are.
    pub(super) fn places(&self) -> usize {
        self.sets.len() * PLACES
    }

    /// Takes out what stands in a place.
    pub(super) fn take(&mut self, place: usize) -> Option<Entry<R, V>> {
        let slot = self.sets[place / PLACES].0[place % PLACES].take()?;
        self.keys -= 1;
        Some(slot.entry)
    }
}

/// A key asks for the place of another.
fn ask<R, V>(place: &mut Option<Slot<R, V>>, entry: Entry<R, V>) -> Option<Entry<R, V>> {
    let hash = entry.hash.get();
    match place {
        Some(slot) if slot.missed != hash => {
            slot.missed = hash;
            Some(entry)
        }
        place => place.replace(Slot { entry, missed: 0 }).map(|slot| slot.entry),
    }
}
