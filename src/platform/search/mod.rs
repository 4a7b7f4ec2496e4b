//! The search of a line for a key word, and of tags for one.
//!
//! How many lookups a processor overlaps is limited by how many of their instructions it can hold, so this is written
//! for their number. The compiler loads each word of a line by an instruction of its own and compares after that, since it
//! folds no atomic load into another instruction; the x86-64 version does, which takes half as many.

#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(crate) use x86_64::{excludes, slot_of, slot_or_vacant, value_of};

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
pub(crate) use portable::{excludes, slot_of, slot_or_vacant, value_of};

#[cfg(any(test, not(all(target_arch = "x86_64", not(miri)))))]
mod portable;

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86_64;

#[cfg(test)]
mod tests {
    use super::{excludes, portable, slot_of, slot_or_vacant, value_of};
    use crate::platform::lines::{LINE_SLOTS, LineArray};
    use core::ptr::without_provenance_mut;
    use core::sync::atomic::{AtomicU8, Ordering};

    /// Every line that holds some of four keys, each asked for each key.
    #[test]
    fn all_versions_agree() {
        let key = |number: usize| without_provenance_mut::<()>(number << 40 | 7);
        for filled in 0..=LINE_SLOTS {
            let array = LineArray::new(1);
            let line = array.line(0);
            for (number, slot) in line.slots.iter().enumerate().take(filled) {
                slot.key.store(key(number), Ordering::Relaxed);
                slot.value.store(without_provenance_mut(100 + number), Ordering::Relaxed);
            }
            // A sealed word is as good as an empty one: no key.
            if let Some(slot) = line.slots.get(filled + 1) {
                slot.key.store(without_provenance_mut(1), Ordering::Relaxed);
            }
            for number in 0..=LINE_SLOTS {
                let expected = line.slots.get(number).filter(|_| number < filled);
                let value = expected.map_or(0, |_| 100 + number);
                assert_eq!(value_of(line, key(number)).addr(), value);
                assert_eq!(portable::value_of(line, key(number)).addr(), value);
                let address = expected.map(core::ptr::from_ref);
                assert_eq!(slot_of(line, key(number)).map(core::ptr::from_ref), address);
                assert_eq!(portable::slot_of(line, key(number)).map(core::ptr::from_ref), address);
                let vacant = line.slots.get(filled).map(core::ptr::from_ref);
                for search in [slot_or_vacant, portable::slot_or_vacant] {
                    let (slot, free) = search(line, key(number));
                    assert_eq!(slot.map(core::ptr::from_ref), address);
                    assert_eq!(free.map(core::ptr::from_ref), vacant);
                }
            }
        }
    }

    /// Tags that are unset, set, and last ones of a line, each asked for tags that are there and others.
    #[test]
    fn all_versions_exclude_the_same_tags() {
        let array = LineArray::new(2);
        let tags = array.home(0).tags();
        for pattern in 0..3_usize.pow(tags.len() as u32) {
            let values = [0, 0x80, 0xA7];
            for (position, tag) in tags.iter().enumerate() {
                tag.store(values[pattern / 3_usize.pow(position as u32) % 3], Ordering::Relaxed);
            }
            let is_unset = |tag: &AtomicU8| tag.load(Ordering::Relaxed) == 0;
            let ends = tags.chunks(LINE_SLOTS).any(|line| is_unset(&line[LINE_SLOTS - 1]));
            for asked in [0x80, 0x81, 0xA6, 0xA7, 0xFF] {
                let expected = ends && tags.iter().all(|tag| tag.load(Ordering::Relaxed) != asked);
                assert_eq!(excludes(tags, asked), expected, "{tags:?} {asked}");
                assert_eq!(portable::excludes(tags, asked), expected, "{tags:?} {asked}");
            }
        }
    }
}
