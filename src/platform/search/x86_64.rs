//! The search in assembly. Aligned loads of a word are SeqCst loads on this machine, as long as the compiler moves nothing across
//! them. Sanitizers do not see them.
#![allow(unsafe_code)] // Loads from a line.

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
