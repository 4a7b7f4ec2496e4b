use crate::rows::numbers;
use atomic_dict::AtomicMap;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts what the current thread has allocated and not freed.
struct Counting;

thread_local! {
    static LIVE: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    let live = LIVE.get() + bytes;
    LIVE.set(live);
    PEAK.set(PEAK.get().max(live));
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[allow(unsafe_code)] // The trait asks for it.
// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: by the contract of this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: by the contract of this function.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: by the contract of this function.
        unsafe { System.dealloc(memory, layout) };
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize);
        count(-(layout.size() as isize));
        // SAFETY: by the contract of this function.
        unsafe { System.realloc(memory, layout, size) }
    }
}

/// The most that was alive at a time while `run` ran, of what it allocated itself.
fn peak(run: impl FnOnce()) -> isize {
    let before = LIVE.get();
    PEAK.set(before);
    run();
    PEAK.get() - before
}

/// The map has room for all keys, so that it allocates nothing.
fn peak_of<V: Copy + Send + Sync + 'static>(keys: u64, value: V) -> isize {
    let rows = if cfg!(miri) { 1000 } else { 500_000 };
    let map: AtomicMap<u64, V> = AtomicMap::with_capacity(rows);
    map.insert(0, value);
    peak(|| map.reduce(numbers(1).take(rows).map(|key| (key % keys, value)), |_, _, new| *new))
}

#[test]
fn memory_of_a_call_is_bounded() {
    const MOST: isize = 4 << 20;
    for keys in [1, 100, 10_000, 100_000, 1 << 20, u64::MAX] {
        let peak = peak_of(keys, 1_u64);
        println!("{keys} keys: {peak} bytes besides the map");
        assert!(peak > 0 && peak <= MOST, "{keys} keys: {peak} bytes");
    }
    assert!(peak_of(100, 1_u64) < 100_000, "few keys take little");
}
