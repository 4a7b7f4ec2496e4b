//! How long the first touch of a huge page takes (Linux has them): what a growing map pays for each 2 MiB of a new table, whatever it does.
//!
//! Where a host gives memory to virtual machines only when they touch it, the first round shows milliseconds, and the next ones,
//! on the same memory, what the kernel's own clearing costs. After some seconds of rest the memory is the host's again.

use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use memmap2::Advice;
use memmap2::MmapMut;

const HUGE_PAGE: usize = 2 << 20;
const PAGES: usize = 256;

/// Allocates anew, and returns how long each first touch took, in order of length.
fn touch() -> Vec<Duration> {
    let mut memory = MmapMut::map_anon((PAGES + 1) * HUGE_PAGE).expect("half a gigabyte of address space");
    #[cfg(target_os = "linux")]
    memory.advise(Advice::HugePage).expect("a kernel with huge pages");
    let start = memory.as_ptr().align_offset(HUGE_PAGE);
    let pages = &mut memory[start..start + PAGES * HUGE_PAGE];
    let mut spent: Vec<_> = pages
        .chunks_mut(HUGE_PAGE)
        .map(|page| {
            let start = Instant::now();
            page[0] = 1;
            start.elapsed()
        })
        .collect();
    spent.sort_unstable();
    spent
}

fn main() {
    println!("first touch of {PAGES} huge pages, microseconds");
    println!("{:20} {:>9} {:>9} {:>9} {:>9}", "", "median", "p90", "max", "> 5 ms");
    for (rest, name) in
        [(5, "after 5 s of rest"), (0, "at once after that"), (0, "and again"), (5, "after 5 s of rest")]
    {
        std::thread::sleep(Duration::from_secs(rest));
        let spent = touch();
        let micros = |index: usize| spent[index].as_micros();
        let long = spent.iter().filter(|spent| **spent > Duration::from_millis(5)).count();
        println!("{name:20} {:>9} {:>9} {:>9} {long:>9}", micros(PAGES / 2), micros(PAGES * 9 / 10), micros(PAGES - 1));
    }
}
