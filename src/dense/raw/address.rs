//! From indices to places: pure arithmetic.
//!
//! The first indices have their places in the base. Those behind it have theirs in overflow segments, each twice as large as
//! the one before: with `x = index - base + 2^s`, where `2^s` is the size of the first segment, the segment is numbered by the
//! highest bit of `x`, and the other bits are the offset in it. (The segments of `boxcar` are laid out so.)

use crate::platform::tuning::MIN_SEGMENT;
use crate::platform::words::Words;

/// One segment for each bit of an index; the first few are never used.
pub(crate) const SEGMENTS: usize = usize::BITS as usize;

/// The largest limit of indices.
pub(crate) const MAX_INDEX: usize = Words::MAX_LEN - 1;

const _: () = assert!(MIN_SEGMENT.is_power_of_two());

/// How the places of a map lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Geometry {
    base: usize,
    max_index: usize,
    /// The size of the first segment.
    first: usize,
    /// `first - base`, modulo 2^64.
    bias: usize,
}

/// A place in the overflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) segment: usize,
    pub(crate) offset: usize,
}

impl Geometry {
    /// A base of so many slots, and indices up to `max_index`, which is at least the last one of the base.
    pub(crate) fn new(base: usize, max_index: usize) -> Self {
        assert!(base <= max_index + 1 && max_index <= MAX_INDEX);
        let first = base.next_power_of_two().max(MIN_SEGMENT);
        Self { base, max_index, first, bias: first.wrapping_sub(base) }
    }

    pub(crate) fn max_index(self) -> usize {
        self.max_index
    }

    /// The place of an index behind the base; `None` above the limit.
    #[inline(always)]
    pub(crate) fn overflow(self, index: usize) -> Option<Place> {
        debug_assert!(index >= self.base);
        if index > self.max_index {
            return None;
        }
        // Between 1 and 2^46.
        let x = index.wrapping_add(self.bias);
        // The exponent of a float, which is exact below 2^53. `ilog2` compiles to `bsr` on x86-64, which is slow on some processors,
        // and waits for the last value of its destination, often a word that is still on its way from memory.
        let exponent = ((x as i64 as f64).to_bits() >> (f64::MANTISSA_DIGITS - 1)) as usize;
        let segment = exponent.wrapping_sub(f64::MAX_EXP as usize - 1) % SEGMENTS;
        Some(Place { segment, offset: x.wrapping_sub(1 << segment) })
    }

    /// The first index of a segment that is used; below the limit for one that `overflow` names.
    pub(crate) fn start(self, segment: usize) -> usize {
        self.base + ((1 << segment) - self.first)
    }

    /// How many slots such a segment has. The last one ends with the limit.
    pub(crate) fn len(self, segment: usize) -> usize {
        (1 << segment).min(self.max_index + 1 - self.start(segment))
    }

    /// The segments that are used.
    pub(crate) fn segments(self) -> core::ops::Range<usize> {
        let first = self.first.ilog2() as usize;
        let has_overflow = self.base <= self.max_index;
        let end =
            if has_overflow { self.overflow(self.max_index).map_or(first, |last| last.segment + 1) } else { first };
        first..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Around 0, and around every power of two.
    fn edges(limit: usize) -> impl Iterator<Item = usize> {
        let around = |middle: usize| [middle.wrapping_sub(1), middle, middle + 1];
        [0].into_iter().chain((0..=44).flat_map(move |log2| around(1 << log2))).filter(move |&number| number <= limit)
    }

    #[test]
    fn every_index_has_a_place_of_its_own_in_order() {
        for base in (0..=70).chain([100, 127, 128, 129, 1000]) {
            let geometry = Geometry::new(base, 5000);
            let mut next = Place { segment: geometry.segments().start, offset: 0 };
            for index in base..=5000 {
                let place = geometry.overflow(index).expect("below the limit");
                assert_eq!(place, next, "{index} behind {base}");
                assert_eq!(geometry.start(place.segment) + place.offset, index);
                assert!(geometry.segments().contains(&place.segment));
                next.offset += 1;
                if next.offset == geometry.len(next.segment) {
                    next = Place { segment: next.segment + 1, offset: 0 };
                }
            }
            assert_eq!(
                next,
                Place { segment: geometry.segments().end, offset: 0 },
                "the last segment ends with the limit"
            );
            assert_eq!(geometry.overflow(5001), None);
        }
    }

    #[test]
    fn segments_double_and_leave_nothing_out() {
        for max_index in edges(MAX_INDEX) {
            for base in edges(max_index + 1) {
                let geometry = Geometry::new(base, max_index);
                assert!(geometry.segments().end <= SEGMENTS);
                let mut end = base;
                for segment in geometry.segments() {
                    assert_eq!(geometry.start(segment), end, "base {base}, limit {max_index}, segment {segment}");
                    let len = geometry.len(segment);
                    assert!(len > 0 && len <= 1 << segment && len <= Words::MAX_LEN);
                    let first = geometry.overflow(end).expect("the first index of a segment");
                    assert_eq!(first, Place { segment, offset: 0 });
                    end += len;
                    let last = geometry.overflow(end - 1).expect("the last index of a segment");
                    assert_eq!(last, Place { segment, offset: len - 1 });
                    assert!(len == 1 << segment || end == max_index + 1, "only the last one is cut off");
                }
                assert_eq!(end, max_index + 1);
                assert_eq!(geometry.overflow(max_index + 1), None);
                assert_eq!(geometry.overflow(usize::MAX), None);
            }
        }
    }

    #[test]
    fn the_first_segment_is_at_least_as_large_as_the_base() {
        for base in edges(1 << 21) {
            let geometry = Geometry::new(base, MAX_INDEX);
            let first = geometry.len(geometry.segments().start);
            assert!(first >= base.max(MIN_SEGMENT) && first < 2 * base.max(MIN_SEGMENT), "{first} behind {base}");
        }
    }
}
