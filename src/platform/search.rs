//! The search of a line for a key word, and of tags for one.
//!
//! How many lookups a processor overlaps is limited by how many of their instructions it can hold, so this is written
//! for their number. The compiler loads each word of a line by an instruction of its own and compares after that, since it
//! folds no atomic load into another instruction; the x86-64 version does, which takes half as many. (Sanitizers do not see
//! what it loads.) (Aligned loads of a
//! word are SeqCst loads on that machine, as long as the compiler moves nothing across them.)
#![allow(unsafe_code)] // Assembly that loads from a line.

#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(crate) use x86_64::{excludes, slot_of, slot_or_vacant, value_of};

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
pub(crate) use portable::{excludes, slot_of, slot_or_vacant, value_of};

#[cfg(any(test, not(all(target_arch = "x86_64", not(miri)))))]
mod portable;

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86_64 {
    use crate::platform::lines::{LINE_SLOTS, Line, Slot, Tags, WINDOW_LINES};
    use core::arch::asm;

    const _: () = assert!(size_of::<Tags>() == size_of::<u64>());

    /// The highest bit of each byte: unset in a byte that is zero, set in one that is not.
    const HIGHEST: u64 = u64::from_ne_bytes([0x80; 8]);

    /// The same for the last tag of each line.
    const LASTS: u64 = {
        let mut bytes = [0; 8];
        let mut line = 0;
        while line < WINDOW_LINES {
            line += 1;
            bytes[line * LINE_SLOTS - 1] = 0x80;
        }
        u64::from_ne_bytes(bytes)
    };

    const LOWEST: u64 = HIGHEST >> 7;

    #[inline(always)]
    pub(crate) fn excludes(tags: &Tags, tag: u8) -> bool {
        let seen: u64;
        // SAFETY: loads eight bytes that are borrowed: eight loads, as far as this crate relies on it. The rest as below.
        unsafe {
            asm!("mov {seen}, qword ptr [{tags}]", tags = in(reg) tags, seen = lateout(reg) seen, options(nostack, preserves_flags));
        }
        // The lowest byte of these that is zero is told by its highest bit; those above it may be taken for zero too.
        let differ = seen ^ (LOWEST * u64::from(tag));
        let same = differ.wrapping_sub(LOWEST) & !differ & HIGHEST;
        same == 0 && !seen & LASTS != 0
    }

    #[inline(always)]
    pub(crate) fn value_of(line: &Line, key: *mut ()) -> *mut () {
        let mut found: *mut () = core::ptr::null_mut();
        // SAFETY: loads the eight words of a line that is borrowed; writes no memory, and nothing is moved across it,
        // since it may touch any memory as far as the compiler knows.
        unsafe {
            asm!(
                "cmp {key}, qword ptr [{line}]",
                "cmove {found}, qword ptr [{line} + 8]",
                "cmp {key}, qword ptr [{line} + 16]",
                "cmove {found}, qword ptr [{line} + 24]",
                "cmp {key}, qword ptr [{line} + 32]",
                "cmove {found}, qword ptr [{line} + 40]",
                "cmp {key}, qword ptr [{line} + 48]",
                "cmove {found}, qword ptr [{line} + 56]",
                key = in(reg) key,
                line = in(reg) line,
                found = inout(reg) found,
                options(nostack),
            );
        }
        found
    }

    #[inline(always)]
    pub(crate) fn slot_of(line: &Line, key: *mut ()) -> Option<&Slot> {
        let mut found: *const Slot = core::ptr::null();
        // SAFETY: loads the four key words of a line that is borrowed; the rest as above.
        unsafe {
            asm!(
                "cmp {key}, qword ptr [{line}]",
                "cmove {found}, {line}",
                "lea {slot}, [{line} + 16]",
                "cmp {key}, qword ptr [{line} + 16]",
                "cmove {found}, {slot}",
                "lea {slot}, [{line} + 32]",
                "cmp {key}, qword ptr [{line} + 32]",
                "cmove {found}, {slot}",
                "lea {slot}, [{line} + 48]",
                "cmp {key}, qword ptr [{line} + 48]",
                "cmove {found}, {slot}",
                key = in(reg) key,
                line = in(reg) line,
                slot = out(reg) _,
                found = inout(reg) found,
                options(nostack),
            );
        }
        // SAFETY: null, or one of the slots of the line.
        unsafe { found.as_ref() }
    }

    #[inline(always)]
    pub(crate) fn slot_or_vacant(line: &Line, key: *mut ()) -> (Option<&Slot>, Option<&Slot>) {
        let mut found: *const Slot = core::ptr::null();
        let mut vacant: *const Slot = core::ptr::null();
        // SAFETY: as above.
        unsafe {
            asm!(
                "lea {slot}, [{line} + 48]",
                "cmp qword ptr [{line} + 48], 1",
                "cmovbe {vacant}, {slot}",
                "cmp {key}, qword ptr [{line} + 48]",
                "cmove {found}, {slot}",
                "lea {slot}, [{line} + 32]",
                "cmp qword ptr [{line} + 32], 1",
                "cmovbe {vacant}, {slot}",
                "cmp {key}, qword ptr [{line} + 32]",
                "cmove {found}, {slot}",
                "lea {slot}, [{line} + 16]",
                "cmp qword ptr [{line} + 16], 1",
                "cmovbe {vacant}, {slot}",
                "cmp {key}, qword ptr [{line} + 16]",
                "cmove {found}, {slot}",
                "cmp qword ptr [{line}], 1",
                "cmovbe {vacant}, {line}",
                "cmp {key}, qword ptr [{line}]",
                "cmove {found}, {line}",
                key = in(reg) key,
                line = in(reg) line,
                slot = out(reg) _,
                found = inout(reg) found,
                vacant = inout(reg) vacant,
                options(nostack),
            );
        }
        // SAFETY: null, or one of the slots of the line.
        let found = unsafe { found.as_ref() };
        // SAFETY: the same.
        (found, unsafe { vacant.as_ref() })
    }
}

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
