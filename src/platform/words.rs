//! Arrays of words: zeroed, allocated lazily, and reached by one pointer.
#![allow(unsafe_code)] // Raw memory; everything above sees references.

use super::sync::AtomicPtr;
use super::zeroed::{CACHE_LINE, Zeroed};
use core::fmt;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

/// Room in front of the words for the allocation that they are in.
const HEADER: usize = CACHE_LINE;

const _: () = assert!(size_of::<Zeroed>() <= HEADER && align_of::<Zeroed>() <= HEADER);

/// An array of words that were null when it was made.
pub(crate) struct Words {
    start: NonNull<AtomicPtr<()>>,
    len: usize,
}

// SAFETY: the array owns its memory, which is made of atomics.
unsafe impl Send for Words {}
// SAFETY: as above; `&Words` gives out references to atomics only.
unsafe impl Sync for Words {}

impl Words {
    /// The longest array: the address space of a process.
    pub(crate) const MAX_LEN: usize = 1 << 44;

    /// An array of none, without memory.
    pub(crate) fn empty() -> Self {
        Self { start: NonNull::dangling(), len: 0 }
    }

    /// An array of `len`, at most `MAX_LEN`; `None` if there is no memory for it.
    pub(crate) fn new(len: usize) -> Option<Self> {
        assert!(len <= Self::MAX_LEN);
        if len == 0 {
            return Some(Self::empty());
        }
        let (memory, start) = Zeroed::new(HEADER, len * size_of::<AtomicPtr<()>>()).ok()?;
        let start = start.cast();
        // SAFETY: the header is in front of the words.
        let header = unsafe { header_of(start) };
        // SAFETY: fresh memory, aligned as `start` is.
        unsafe { header.write(memory) };
        Some(Self { start, len })
    }

    /// Bytes that an array of `len` has.
    pub(crate) const fn bytes(len: usize) -> usize {
        let words = len.saturating_mul(size_of::<AtomicPtr<()>>());
        if len == 0 { 0 } else { words.saturating_add(HEADER) }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    pub(crate) fn get(&self, index: usize) -> Option<&AtomicPtr<()>> {
        // SAFETY: `start` stays valid, with so many words, while `self` lives.
        (index < self.len).then(|| unsafe { Self::at(self.start.as_ptr().cast(), index) })
    }

    pub(crate) fn as_slice(&self) -> &[AtomicPtr<()>] {
        // SAFETY: as for `get`.
        unsafe { Self::slice(self.start.as_ptr().cast(), self.len) }
    }

    /// The pointer by which others reach the words. `from_raw` takes it back.
    pub(crate) fn into_raw(self) -> *mut () {
        ManuallyDrop::new(self).start.as_ptr().cast()
    }

    /// Takes back an array of `len`.
    ///
    /// # Safety
    /// `raw` came from `into_raw` of an array of that length above zero, is not used any more, and is not taken back again.
    pub(crate) unsafe fn from_raw(raw: *mut (), len: usize) -> Self {
        // SAFETY: `into_raw` never returns null.
        Self { start: unsafe { NonNull::new_unchecked(raw.cast()) }, len }
    }

    /// A word of an array that is reached by its pointer.
    ///
    /// # Safety
    /// `raw` came from `into_raw` of an array that has such a word, and is not freed for `'a`; it was read with Acquire.
    #[inline(always)]
    pub(crate) unsafe fn at<'a>(raw: *mut (), index: usize) -> &'a AtomicPtr<()> {
        // SAFETY: by the contract of this function.
        let word = unsafe { raw.cast::<AtomicPtr<()>>().add(index) };
        // SAFETY: zeroed at allocation (a null pointer), and only reached as an atomic.
        unsafe { &*word }
    }

    /// All words of such an array.
    ///
    /// # Safety
    /// As for `at`; the array has `len` words.
    pub(crate) unsafe fn slice<'a>(raw: *mut (), len: usize) -> &'a [AtomicPtr<()>] {
        // SAFETY: by the contract of this function; the words as in `at`.
        unsafe { core::slice::from_raw_parts(raw.cast::<AtomicPtr<()>>(), len) }
    }
}

/// Where the allocation of an array with memory is noted.
///
/// # Safety
/// `start` is where the words of such an array start.
unsafe fn header_of(start: NonNull<AtomicPtr<()>>) -> NonNull<Zeroed> {
    // SAFETY: `Words::new` leaves so much room in front.
    unsafe { start.byte_sub(HEADER) }.cast()
}

impl Drop for Words {
    fn drop(&mut self) {
        if self.len > 0 {
            // SAFETY: an array that has words has memory.
            let header = unsafe { header_of(self.start) };
            // SAFETY: written by `new`, and read once: nobody uses the words any more.
            drop(unsafe { header.read() });
        }
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Words").field(&self.len).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::sync::atomic::Ordering;

    #[test]
    fn words_are_null_and_apart() {
        assert!(Words::empty().get(0).is_none() && Words::empty().as_slice().is_empty());
        for len in [1, 2, 63, 64, 1 << 12, 1 << 19, (1 << 20) + 7] {
            let words = Words::new(len).expect("some memory");
            assert_eq!(words.as_slice().len(), len);
            assert_eq!(words.as_slice().as_ptr().addr() % 64, 0);
            for index in [0, len / 2, len - 1] {
                let word = words.get(index).expect("in range");
                let before = word.load(Ordering::Relaxed).addr();
                // The three are one in the shortest array.
                assert!(before == 0 || before == index + 1);
                word.store(core::ptr::without_provenance_mut(index + 1), Ordering::Relaxed);
            }
            assert!(words.get(len).is_none() && words.get(usize::MAX).is_none());
            let raw = words.into_raw();
            // SAFETY: the array is there, and has these words.
            let last = unsafe { Words::at(raw, len - 1) };
            assert_eq!(last.load(Ordering::Relaxed).addr(), len);
            // SAFETY: came from `into_raw`, and is used by nobody.
            let words = unsafe { Words::from_raw(raw, len) };
            assert_eq!(words.len(), len);
        }
    }

    #[test]
    fn more_than_there_is_is_refused() {
        assert!(Words::new(Words::MAX_LEN).is_none());
    }
}
