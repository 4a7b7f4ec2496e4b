//! The slot array: lines of four slots, and a tag for each slot; zeroed, allocated lazily.
#![allow(unsafe_code)] // Raw memory; everything above sees references.

use super::site;
use super::sync::{AtomicPtr, AtomicU8, AtomicUsize, prefetch};
use super::zeroed::{CACHE_LINE, Zeroed};
use core::fmt;
use core::ptr::NonNull;
use std::alloc::handle_alloc_error;

/// Slots of a line.
pub(crate) const LINE_SLOTS: usize = 4;

const LINE_BYTES: usize = size_of::<Line>();

/// What an array has at most: the address space of a process.
const MAX_BYTES: usize = 1 << 47;

const _: () = assert!(align_of::<Line>() == CACHE_LINE, "lines start where memory does");
/// One entry: a key word and a value word.
#[repr(C)]
pub(crate) struct Slot {
    pub(crate) key: AtomicPtr<()>,
    pub(crate) value: AtomicPtr<()>,
}

/// One cache line of slots.
#[repr(C, align(64))]
pub(crate) struct Line {
    pub(crate) slots: [Slot; LINE_SLOTS],
}

/// Lines whose tags a lookup reads at once: its home line, and the one behind.
pub(crate) const WINDOW_LINES: usize = 2;

/// The tags of so many lines.
pub(crate) type Tags = [AtomicU8; WINDOW_LINES * LINE_SLOTS];

/// Where a hash is at home.
#[derive(Clone, Copy)]
pub(crate) struct Home<'l> {
    array: &'l LineArray,
    index: usize,
    /// The bits of the hash behind those that name the line.
    rest: u64,
}

impl<'l> Home<'l> {
    /// The number of its line: as many of its highest bits as tell lines apart.
    #[inline(always)]
    pub(crate) fn index(self) -> usize {
        self.index
    }

    /// Its line.
    #[inline(always)]
    pub(crate) fn line(self) -> &'l Line {
        // SAFETY: only `LineArray::home` makes homes: the index is below the number of lines allocated at `base`.
        let line = unsafe { self.array.base.add(self.index) };
        // SAFETY: as in `LineArray::line`.
        unsafe { line.as_ref() }
    }

    /// The bits of the hash behind those that name the line.
    #[inline(always)]
    pub(crate) fn rest(self) -> u64 {
        self.rest
    }

    /// The tags of its line and of the next one.
    #[inline(always)]
    pub(crate) fn tags(self) -> &'l Tags {
        // SAFETY: behind the tags of the last line there are those of the reserved slots.
        let tags = unsafe { self.array.tags.add(self.index * LINE_SLOTS) };
        // SAFETY: zeroed at allocation, live as long as the array, and are only reached as atomics.
        unsafe { tags.cast().as_ref() }
    }
}

/// `len` lines (a power of two), and one more for the reserved slots. Behind them the tags, in the order of the slots.
pub(crate) struct LineArray {
    base: NonNull<Line>,
    tags: NonNull<AtomicU8>,
    len: usize,
    memory: Zeroed,
}

// SAFETY: the array owns its memory, and lines are made of atomics.
unsafe impl Send for LineArray {}
// SAFETY: as above; `&LineArray` gives out `&Line` only.
unsafe impl Sync for LineArray {}

impl LineArray {
    /// The largest power of two of lines whose array has no more than `MAX_BYTES`.
    pub(crate) const MAX_LINES: usize = 1 << (MAX_BYTES / (LINE_BYTES + LINE_SLOTS)).ilog2();

    /// Allocates `count` lines, a power of two, all words zero.
    pub(crate) fn new(count: usize) -> Self {
        assert!(count.is_power_of_two() && count <= Self::MAX_LINES);
        let line_bytes = (count + 1) * LINE_BYTES;
        let bytes = line_bytes + (count + 1) * LINE_SLOTS;
        let (memory, base) = Zeroed::new(0, bytes).unwrap_or_else(|layout| handle_alloc_error(layout));
        // SAFETY: the lines are followed by the tags.
        let tags = unsafe { base.add(line_bytes) };
        Self { base: base.cast(), tags: tags.cast(), len: count, memory }
    }

    /// How many lines there are, the reserved one apart.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Line `index`, counted cyclically.
    #[inline(always)]
    pub(crate) fn line(&self, index: usize) -> &Line {
        // SAFETY: the masked index is below the number of lines allocated at `base`.
        let line = unsafe { self.base.add(index & (self.len - 1)) };
        // SAFETY: the line is aligned, zeroed at allocation (null pointers), and lives as long as `self`; it is
        // only reached through atomics.
        unsafe { line.as_ref() }
    }

    /// The slots of `count` lines from line `first` on, which is counted cyclically; none of them behind the last line.
    ///
    /// # Panics
    /// If one is.
    #[inline(always)]
    pub(crate) fn slots(&self, first: usize, count: usize) -> &[Slot] {
        let first = first & (self.len - 1);
        assert!(count <= self.len - first);
        // SAFETY: `first` is below the number of lines allocated at `base`.
        let start = unsafe { self.base.add(first) };
        // SAFETY: so many lines follow, four slots each without a gap; the rest as in `line`.
        unsafe { core::slice::from_raw_parts(start.as_ptr().cast(), count * LINE_SLOTS) }
    }

    /// The home of a hash.
    #[inline(always)]
    pub(crate) fn home(&self, hash: u64) -> Home<'_> {
        let (index, rest) = place(hash, self.len);
        Home { array: self, index, rest }
    }

    /// The line behind the last one, which holds the reserved slots.
    pub(crate) fn reserved(&self) -> &Line {
        // SAFETY: `new` allocates one line more than `len`.
        let line = unsafe { self.base.add(self.len) };
        // SAFETY: as in `line`.
        unsafe { line.as_ref() }
    }

    /// The tag of one of its slots.
    #[inline(always)]
    pub(crate) fn tag(&self, slot: &Slot) -> &AtomicU8 {
        let index = (core::ptr::from_ref(slot).addr() - self.base.addr().get()) / size_of::<Slot>();
        debug_assert!(index < (self.len + 1) * LINE_SLOTS);
        // SAFETY: the slot is one of this array, whose slots have a tag each.
        let tag = unsafe { self.tags.add(index) };
        // SAFETY: zeroed at allocation, lives as long as the array, and is only reached as an atomic.
        unsafe { tag.as_ref() }
    }

    /// Whether giving it back, or clearing it, takes long.
    pub(crate) fn is_large(&self) -> bool {
        self.memory.is_large()
    }

    /// Bytes allocated.
    pub(crate) fn bytes(&self) -> usize {
        self.memory.bytes()
    }
}

/// Where the lines of the current table probably are: enough to ask for one before the table may be touched.
#[derive(Debug)]
pub(crate) struct Hint {
    base: AtomicPtr<Line>,
    len: AtomicUsize,
}

impl Hint {
    pub(crate) fn new() -> Self {
        Self { base: AtomicPtr::new(core::ptr::null_mut()), len: AtomicUsize::new(0) }
    }

    /// Points at the lines of a table.
    pub(crate) fn set(&self, lines: &LineArray) {
        // Relaxed, both: a wrong hint costs a useless prefetch.
        self.base.store(lines.base.as_ptr(), site!(HINT_SET: Relaxed));
        self.len.store(lines.len, site!(HINT_SET: Relaxed));
    }

    /// Asks for the home line of a hash, and for the tags beside it if a lookup asks them first.
    #[inline(always)]
    pub(crate) fn prefetch(&self, hash: u64, tags: bool) {
        // Relaxed, both: as above; no address is accessed.
        let base = self.base.load(site!(HINT_GET: Relaxed));
        let len = self.len.load(site!(HINT_GET: Relaxed));
        let home = place(hash, len).0;
        prefetch(base.wrapping_add(home));
        if tags {
            prefetch(base.wrapping_add(len + 1).wrapping_byte_add(home * LINE_SLOTS));
        }
    }
}

/// The home line of a hash among `lines` lines, and the bits behind those that name it, highest first.
#[inline(always)]
const fn place(hash: u64, lines: usize) -> (usize, u64) {
    // A multiplication instead of a shift by log2(lines): one load and one instruction on most processors.
    let product = hash as u128 * lines as u128;
    ((product >> 64) as usize, product as u64)
}

impl fmt::Debug for LineArray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineArray").field("lines", &self.len()).field("bytes", &self.bytes()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::sync::atomic::Ordering;

    #[test]
    fn lines_are_aligned_zeroed_and_apart() {
        for count in [1, 2, 64, 1 << 17] {
            let array = LineArray::new(count);
            assert_eq!(array.len(), count);
            let first = core::ptr::from_ref(array.line(0)).addr();
            assert_eq!(first % 64, 0);
            assert_eq!(core::ptr::from_ref(array.reserved()).addr(), first + count * 64);
            assert_eq!(core::ptr::from_ref(array.line(count)).addr(), first);
            for index in [0, count / 2, count - 1] {
                let hash = (index as u64).wrapping_mul((u64::MAX / count as u64).wrapping_add(1)) | 5 << 20;
                let home = array.home(hash);
                assert!(home.index() == index);
                assert!(core::ptr::eq(home.line(), array.line(index)));
                let next = if index + 1 < count { array.line(index + 1) } else { array.reserved() };
                let tags: Vec<_> = home.line().slots.iter().chain(&next.slots).map(|slot| array.tag(slot)).collect();
                assert_eq!(tags.len(), home.tags().len());
                for (number, (tag, same)) in tags.iter().zip(home.tags()).enumerate() {
                    assert_eq!(tag.load(Ordering::Relaxed), 0);
                    assert!(core::ptr::eq(*tag, same));
                    let address = first + (count + 1) * 64 + index * LINE_SLOTS + number;
                    assert_eq!(core::ptr::from_ref(same).addr(), address);
                }
                for slot in &array.line(index).slots {
                    assert!(slot.key.load(Ordering::Relaxed).is_null());
                    assert!(slot.value.load(Ordering::Relaxed).is_null());
                }
            }
        }
    }

    #[test]
    fn every_hash_has_a_home_in_order() {
        assert_eq!(place(u64::MAX, 1), (0, u64::MAX));
        for lines in (1..30).map(|log2| 1 << log2) {
            assert_eq!(place(0, lines), (0, 0));
            assert_eq!(place(u64::MAX, lines), (lines - 1, u64::MAX - (lines as u64 - 1)));
            assert_eq!(place(1 << 63, lines), (lines / 2, 0));
            for hash in [0x1234_5678_9ABC_DEF0, 0xFEDC_BA98_7654_3210] {
                let ((index, rest), (next_index, _)) = (place(hash, lines), place(hash, 2 * lines));
                // One more bit keeps the order: a line's keys go to two neighbouring lines of a table twice as large.
                assert_eq!(next_index / 2, index);
                assert_eq!(place(hash, 8 * lines).0, index * 8 + (rest >> 61) as usize);
            }
        }
    }
}
