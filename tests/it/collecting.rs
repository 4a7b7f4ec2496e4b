//! Collecting while there is always more to free.

use atomic_dict::AtomicMap;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// Values whose destructors replace, and so retire, values of the other size, without end.
struct Large([u64; 512]);
struct Small(u64);

static LARGE: LazyLock<AtomicMap<u32, Large>> = LazyLock::new(AtomicMap::new);
static SMALL: LazyLock<AtomicMap<u32, Small>> = LazyLock::new(AtomicMap::new);
static STOP: AtomicBool = AtomicBool::new(false);

impl Drop for Large {
    fn drop(&mut self) {
        assert_eq!(self.0, [7; 512]);
        if !STOP.load(Ordering::Relaxed) {
            SMALL.insert(0, Small(7));
        }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        assert_eq!(self.0, 7);
        if !STOP.load(Ordering::Relaxed) {
            LARGE.insert(0, Large([7; 512]));
        }
    }
}

/// What has waited is freed; what is retired meanwhile, by others or by destructors, is not waited for.
#[test]
fn a_flush_ends_although_there_is_always_more() {
    let (sender, receiver) = mpsc::channel();
    let flushing = std::thread::spawn(move || {
        let map = AtomicMap::<u64, String>::new();
        let pinned = map.pin();
        for key in 0..40_000 {
            pinned.insert(key % 100, String::new());
        }
        SMALL.insert(0, Small(7));
        for _ in 0..2 {
            LARGE.insert(0, Large([7; 512]));
        }
        drop(pinned);
        map.flush();
        sender.send(()).expect("somebody waits for it");
    });
    let flushed = receiver.recv_timeout(Duration::from_secs(60));
    STOP.store(true, Ordering::Relaxed);
    flushing.join().expect("it ends when the destructors have");
    flushed.expect("it ends by itself");
}
