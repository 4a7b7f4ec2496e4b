//! Many lookups under way at once, so that their cache misses overlap.

use core::iter::Fuse;

/// Keys under way at once, unless the caller says how many.
const CHUNK: usize = 32;

/// The most that can be: a power of two, more than processors have cache misses under way.
const MOST: usize = 64;

/// Lookups that can be made in steps.
pub(crate) trait Lookups<Key>: Copy {
    /// A key on its way.
    type Probe: Copy;
    type Found;

    /// All steps at once.
    fn look_up(self, key: Key) -> Self::Found;

    /// Asks for what is read first.
    fn prepare(self, key: Key) -> Self::Probe;

    /// Asks for what that points to.
    fn approach(self, probe: Self::Probe);

    /// Reads both.
    fn finish(self, probe: Self::Probe) -> Self::Found;
}

/// The lookups of some keys, in their order.
pub(crate) struct Window<I, P> {
    keys: Fuse<I>,
    /// The keys under way: those from `given` to `taken`, each at its number modulo `MOST`.
    ring: [Option<P>; MOST],
    given: usize,
    taken: usize,
    /// How many keys are to be under way; none: all that is read is near.
    chunk: usize,
}

impl<I: Iterator, P: Copy> Window<I, P> {
    pub(crate) fn new(keys: I, near: bool) -> Self {
        Self { keys: keys.fuse(), ring: [None; MOST], given: 0, taken: 0, chunk: if near { 0 } else { CHUNK } }
    }

    /// Says how many keys are under way at once.
    pub(crate) fn set_chunk(&mut self, keys: usize) {
        assert!(keys > 0, "a chunk has one key at least");
        if self.chunk > 0 {
            self.chunk = keys.min(MOST);
        }
    }

    /// What is found at the key that has been under way longest.
    #[inline(always)]
    pub(crate) fn next<L: Lookups<I::Item, Probe = P>>(&mut self, lookups: L) -> Option<L::Found> {
        if self.chunk == 0 {
            return Some(lookups.look_up(self.keys.next()?));
        }
        self.look_ahead(lookups);
        let probe = self.ring[self.given % MOST].take()?;
        self.given += 1;
        Some(lookups.finish(probe))
    }

    /// Asks for what the next keys need, when half of those under way are through.
    ///
    /// For many of them in one go: an instruction that asks for memory is not through before its page is found, and few others
    /// begin meanwhile. So lookups between two of these would keep the pages from being found at once.
    #[inline(always)]
    fn look_ahead<L: Lookups<I::Item, Probe = P>>(&mut self, lookups: L) {
        if self.under_way() > self.chunk / 2 {
            return;
        }
        for number in self.given..self.taken {
            // It was asked for in the last go, and says now where it points.
            if let Some(probe) = self.ring[number % MOST] {
                lookups.approach(probe);
            }
        }
        while self.under_way() < self.chunk
            && let Some(key) = self.keys.next()
        {
            self.ring[self.taken % MOST] = Some(lookups.prepare(key));
            self.taken += 1;
        }
    }

    #[inline(always)]
    pub(crate) fn fold<L, B>(mut self, lookups: L, init: B, mut f: impl FnMut(B, L::Found) -> B) -> B
    where
        L: Lookups<I::Item, Probe = P>,
    {
        if self.chunk == 0 {
            // A loop around the keys alone, with nothing of the window's own to keep.
            return self.keys.fold(init, |folded, key| f(folded, lookups.look_up(key)));
        }
        let mut folded = init;
        while let Some(found) = self.next(lookups) {
            folded = f(folded, found);
        }
        folded
    }

    #[inline]
    pub(crate) fn size_hint(&self) -> (usize, Option<usize>) {
        let (least, most) = self.keys.size_hint();
        let under_way = self.under_way();
        (least.saturating_add(under_way), most.and_then(|most| most.checked_add(under_way)))
    }
}

impl<I, P> Window<I, P> {
    pub(crate) fn under_way(&self) -> usize {
        self.taken - self.given
    }
}
