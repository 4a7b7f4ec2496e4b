//! Lookups neither allocate nor call anything that may block: the realtime sanitizer watches them.
//!
//! `realtime CASE`: `lookups` must pass; `insertion` (which allocates a box) and `lock` (a mutex that is taken) must be reported.
#![feature(sanitize)]

use atomic_dict::{AtomicMap, DenseMap, Published, pin};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

type Strings = AtomicMap<String, String>;

#[sanitize(realtime = "nonblocking")]
fn lookups(map: &Strings, numbers: &AtomicMap<u64, u64>, dense: &DenseMap<String>, cell: &Published<String>, keys: &[u64]) {
    let mut seen = 0;
    {
        let pinned = map.pin();
        seen += pinned.get("a key").map_or(0, |value| value.len());
        seen += usize::from(pinned.contains_key("no key"));
        seen += pinned.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
    }
    {
        let pinned = numbers.pin();
        seen += pinned.batch_getitem(keys).flatten().count();
        seen += pinned.fast_iter(3, 1).count();
        seen += numbers.approx_len();
    }
    seen += dense.get(3).map_or(0, |value| value.len());
    seen += dense.pin().iter().count();
    let guard = pin();
    seen += cell.load(&guard).len();
    assert!(std::hint::black_box(seen) > 0);
}

#[sanitize(realtime = "nonblocking")]
fn insertion(map: &Strings, key: String, value: String) {
    drop(map.insert(key, value));
}

#[sanitize(realtime = "nonblocking")]
fn lock(lock: &Mutex<u64>) -> u64 {
    *lock.lock().expect("nobody panics")
}

fn main() {
    let map: Strings = (0..1000).map(|number| (format!("key {number}"), number.to_string())).collect();
    map.insert("a key".into(), "a value".into());
    let numbers: AtomicMap<u64, u64> = (0..1000).map(|number| (number, number)).collect();
    let dense: DenseMap<String> = (0..1000).map(|number| (number, number.to_string())).collect();
    let cell = Published::new("a snapshot".to_owned());
    let keys: Vec<u64> = (0..500).map(|number| number * 4).collect();
    // The first pin registers the thread, which allocates.
    drop(pin());
    match std::env::args().nth(1).as_deref() {
        Some("lookups") => (0..1000).for_each(|_| lookups(&map, &numbers, &dense, &cell, &keys)),
        Some("insertion") => insertion(&map, "another key".into(), "a value".into()),
        Some("lock") => {
            // Only a lock that somebody else has makes a system call.
            let mutex: &Mutex<u64> = Box::leak(Box::default());
            let holder = thread::spawn(|| {
                let _held = mutex.lock();
                thread::sleep(Duration::from_millis(300));
            });
            thread::sleep(Duration::from_millis(100));
            println!("{}", lock(mutex));
            holder.join().expect("nobody panics");
        }
        _ => panic!("usage: realtime lookups | insertion | lock"),
    }
}
