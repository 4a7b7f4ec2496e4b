//! Large zeroed memory that costs nothing until it is touched.
#![allow(unsafe_code)] // Raw memory.

use super::discards;
use super::epoch;
use core::alloc::Layout;
use core::ptr::NonNull;
use std::alloc::{alloc_zeroed, dealloc};

/// What starts of arrays are aligned to.
pub(crate) const CACHE_LINE: usize = 64;

const HUGE_PAGE: usize = 2 << 20;

/// Bytes from which on giving memory back takes longer than a reader should wait.
const LARGE: usize = 256 << 10;

/// An allocation, freed when this is dropped: at once, or, if it is large and a collection came across it, by the next call of
/// `discards::free_all`.
pub(crate) struct Zeroed {
    memory: NonNull<u8>,
    layout: Layout,
}

impl Zeroed {
    /// Allocates `bytes`, all zero, with room for `header` more in front, and returns where they start: at a multiple of a cache
    /// line, or of a huge page if they fill some. Without memory it gives back the layout that was asked for.
    ///
    /// The alignment asked of the allocator stays at 16: above it the standard library fills the memory itself
    /// instead of asking for fresh pages. The start is aligned by hand within some slack.
    ///
    /// # Panics
    /// If all that exceeds the address space.
    pub(crate) fn new(header: usize, bytes: usize) -> Result<(Self, NonNull<u8>), Layout> {
        let huge = bytes >= 2 * HUGE_PAGE;
        let align = if huge { HUGE_PAGE } else { CACHE_LINE };
        let layout = bytes.checked_add(header + align).and_then(|size| Layout::from_size_align(size, 16).ok());
        let layout = layout.unwrap_or_else(|| panic!("capacity overflow: {bytes} bytes"));
        let memory = if bytes >= LARGE { discards::reuse(layout) } else { None };
        // SAFETY: the layout has a size above zero.
        let memory = memory.or_else(|| NonNull::new(unsafe { alloc_zeroed(layout) })).ok_or(layout)?;
        // SAFETY: the header is part of the allocation.
        let start = unsafe { memory.add(header) };
        let offset = start.as_ptr().align_offset(align);
        // SAFETY: `offset` is below `align`, which is the slack allocated behind `bytes`.
        let start = unsafe { start.add(offset) };
        if huge {
            advise_huge_pages(start, bytes);
        }
        Ok((Self { memory, layout }, start))
    }

    /// Whether giving it back, or clearing it, takes long.
    pub(crate) fn is_large(&self) -> bool {
        self.layout.size() >= LARGE
    }

    /// Bytes allocated.
    pub(crate) fn bytes(&self) -> usize {
        self.layout.size()
    }
}

impl Drop for Zeroed {
    fn drop(&mut self) {
        if self.is_large() && epoch::collecting() {
            // SAFETY: `memory` has this layout, is large enough for an entry, and its owner is done with it.
            unsafe { discards::push(self.memory, self.layout) };
        } else {
            // SAFETY: `memory` came from the same allocator with the same layout, and its owner is done with it.
            unsafe { dealloc(self.memory.as_ptr(), self.layout) };
        }
    }
}

/// Asks for huge pages: most of a random access to a large table is the walk through its page table.
fn advise_huge_pages(start: NonNull<u8>, bytes: usize) {
    #[cfg(all(target_os = "linux", not(miri)))]
    // SAFETY: the range lies inside our own allocation; the advice changes no content, and failure is harmless.
    unsafe {
        libc::madvise(start.as_ptr().cast(), bytes, libc::MADV_HUGEPAGE);
    }
    #[cfg(not(all(target_os = "linux", not(miri))))]
    let _ = (start, bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn half_a_gigabyte_costs_less_than_a_millisecond() {
        let best = (0..5)
            .map(|_| {
                let start = Instant::now();
                let (memory, _) = Zeroed::new(0, 512 << 20).expect("half a gigabyte of address space");
                let spent = start.elapsed();
                assert!(memory.bytes() >= 512 << 20);
                spent
            })
            .min();
        assert!(best < Some(Duration::from_millis(1)), "{best:?}");
    }

    #[test]
    fn starts_are_aligned() {
        for (bytes, align) in [(1, 64), (64, 64), (4096, 64), (4 << 20, 2 << 20), ((9 << 20) + 8, 2 << 20)] {
            for header in [0, 24, 64] {
                let (memory, start) = Zeroed::new(header, bytes).expect("some memory");
                let (first, start) = (memory.memory.addr().get(), start.addr().get());
                assert_eq!(start % align, 0, "{bytes} bytes");
                assert!(start - header >= first, "{bytes} bytes behind {header}");
                assert!(start + bytes <= first + memory.bytes(), "{bytes} bytes behind {header}");
            }
        }
    }
}
