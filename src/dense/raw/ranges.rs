//! Which indices a traversal visits: pure arithmetic.

use crate::platform::tuning::PART_SLOTS;
use core::ops::Range;

/// Ranges of `width` indices that follow each other at distances of `period`, up to an end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ranges {
    start: usize,
    width: usize,
    period: usize,
    end: usize,
}

impl Ranges {
    /// One range.
    pub(crate) fn one(range: Range<usize>) -> Self {
        Self { start: range.start, width: usize::MAX, period: usize::MAX, end: range.end }
    }

    /// Part `index` of `count`, of the indices below `end`. An index belongs to a part whatever `end` is.
    pub(crate) fn part(count: usize, index: usize, end: usize) -> Self {
        assert!(index < count);
        let start = PART_SLOTS.saturating_mul(index);
        Self { start, width: PART_SLOTS, period: PART_SLOTS.saturating_mul(count), end }
    }

    /// What is left from `index` on of the first range that has such indices.
    pub(crate) fn from(self, index: usize) -> Option<Range<usize>> {
        let index = index.max(self.start);
        let into = (index - self.start) % self.period;
        let begin = if into < self.width { index - into } else { (index - into).checked_add(self.period)? };
        let range = begin.max(index)..begin.saturating_add(self.width).min(self.end);
        (!range.is_empty()).then_some(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(ranges: Ranges) -> Vec<usize> {
        let mut indices = Vec::new();
        let mut index = 0;
        while let Some(range) = ranges.from(index) {
            assert!(range.start >= index);
            index = range.end;
            indices.extend(range);
        }
        indices
    }

    #[test]
    fn one_range() {
        assert_eq!(all(Ranges::one(3..7)), [3, 4, 5, 6]);
        assert_eq!(all(Ranges::one(0..0)), [0; 0]);
        #[allow(clippy::reversed_empty_ranges)]
        let reversed = Ranges::one(7..3);
        assert_eq!(all(reversed), [0; 0]);
        assert_eq!(Ranges::one(3..usize::MAX).from(10), Some(10..usize::MAX));
        assert_eq!(Ranges::one(0..usize::MAX).from(usize::MAX), None);
    }

    #[test]
    fn parts_share_out_all_indices_in_order() {
        for end in [0, 1, PART_SLOTS - 1, PART_SLOTS, PART_SLOTS + 1, 7 * PART_SLOTS + 3] {
            for count in [1, 2, 3, 7, 8, 9, 1000] {
                let mut owners = vec![usize::MAX; end];
                for part in 0..count {
                    let indices = all(Ranges::part(count, part, end));
                    assert!(indices.is_sorted());
                    for index in indices {
                        assert_eq!(
                            core::mem::replace(&mut owners[index], part),
                            usize::MAX,
                            "{index} is visited twice"
                        );
                        assert_eq!(part, index / PART_SLOTS % count, "whatever the end is");
                    }
                }
                assert!(!owners.contains(&usize::MAX), "all {end} indices, in {count} parts");
            }
        }
    }

    #[test]
    fn more_parts_than_indices() {
        assert_eq!(all(Ranges::part(usize::MAX, 0, 10)), (0..10.min(PART_SLOTS)).collect::<Vec<_>>());
        assert_eq!(all(Ranges::part(usize::MAX, usize::MAX - 1, 10)), [0; 0]);
    }

    #[test]
    fn a_jump_lands_in_the_next_range() {
        let ranges = Ranges::part(4, 1, usize::MAX);
        for jump in [1 << 30, (1 << 30) + 1, 1 << 43] {
            let range = ranges.from(jump).expect("there is always one");
            assert!(range.start >= jump && range.start < jump + 4 * PART_SLOTS);
            assert_eq!(range.start / PART_SLOTS % 4, 1);
        }
    }
}
