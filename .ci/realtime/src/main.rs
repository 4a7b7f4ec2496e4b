//! Lookups neither allocate nor free, nor call anything that may block: the realtime sanitizer watches them.
//!
//! `realtime CASE`, where these must pass:
//!
//! | case | lookups |
//! | --- | --- |
//! | `rest` | in structures at rest, when no garbage waits, with a pin for each, and traversals |
//! | `migration` | under a handle, while garbage waits, in maps of which one half is moved and sealed, and the other is not |
//! | `beside` | under a handle that is repinned, beside threads that write: entries are being frozen and moved, tables come and go |
//!
//! and these must be reported, as exceptions to it, or as mistakes:
//!
//! | case | what frees, allocates or blocks |
//! | --- | --- |
//! | `pins` | every 128th outermost pin of a thread collects, and frees what others have retired; handles pin, too |
//! | `escaped` | the same, where a lookup in a dense map of primitives pins for itself: it meets a value that needs a box |
//! | `walk` | a traversal of a hash map first finishes the migration that is under way |
//! | `insertion` | a box is made |
//! | `lock` | a mutex that somebody has |
//!
//! The first pin of a thread, which registers it, allocates as well.
#![feature(sanitize)]

mod structures;

use atomic_dict::pin;
use std::hint::black_box;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;
use structures::{Structures, Texts};

#[sanitize(realtime = "nonblocking")]
fn at_rest(all: &Structures) {
    let mut seen = 0;
    {
        let pinned = all.texts.pin();
        seen += pinned.get("key 3").map_or(0, |value| value.len());
        seen += usize::from(pinned.contains_key("no key"));
        seen += pinned.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
    }
    {
        let pinned = all.numbers.pin();
        seen += pinned.batch_getitem(&all.some).flatten().count();
        seen += pinned.fast_iter(3, 1).count();
        seen += all.numbers.approx_len();
    }
    seen += all.dense.get(3).map_or(0, |value| value.len());
    seen += all.dense.pin().iter().count();
    seen += (0..1000).map(|index| all.counts.get(index).map_or(0, |count| *count as usize)).sum::<usize>();
    let guard = pin();
    seen += all.cell.load(&guard).len();
    assert!(black_box(seen) > 0);
}

/// All lookups that finish no migration. Pins inside the handle's are not outermost ones.
#[sanitize(realtime = "nonblocking")]
fn under_a_handle(all: &Structures, texts: &mut Texts<'_>) {
    let (mut seen, mut missed) = (0, 0);
    for text in &all.keys {
        seen += texts.get(text.as_str()).map_or(0, |value| value.len());
        seen += usize::from(texts.contains_key(text.as_str()));
        seen += texts.get_key_value(text.as_str()).map_or(0, |(key, value)| key.len() + value.len());
        seen += all.texts.get(text.as_str()).map_or(0, |value| value.len());
        missed += usize::from(texts.get(&text[1..]).is_none());
    }
    seen += texts.batch_getitem(&all.keys).flatten().count();
    seen += all.texts.len_bounds().0;
    {
        let numbers = all.numbers.pin();
        for number in &all.some {
            seen += numbers.get(number).map_or(0, |value| *value as usize);
            missed += usize::from(!numbers.contains_key(&!number));
        }
        seen += numbers.batch_getitem(&all.some).flatten().count() + all.numbers.approx_len();
    }
    {
        let dense = all.dense.pin();
        seen += dense.get(3).map_or(0, |value| value.len());
        seen += dense.range(..100).count() + dense.batch_getitem(0..50).flatten().count();
    }
    {
        let guard = pin();
        let snapshot = all.cell.snapshot(&guard);
        seen += snapshot.value().len() + snapshot.version() as usize;
    }
    texts.repin();
    assert!(black_box(seen) > 0 && black_box(missed) == all.keys.len() + all.some.len());
}

#[sanitize(realtime = "nonblocking")]
fn pins() {
    (0..1000).for_each(|_| drop(pin()));
}

#[sanitize(realtime = "nonblocking")]
fn escaped(all: &Structures) -> usize {
    (0..1000).filter_map(|_| all.counts.get(1000)).count()
}

#[sanitize(realtime = "nonblocking")]
fn walk(texts: &Texts<'_>) -> usize {
    texts.iter().count()
}

#[sanitize(realtime = "nonblocking")]
fn insertion(all: &Structures, key: String, value: String) {
    drop(all.texts.insert(key, value));
}

#[sanitize(realtime = "nonblocking")]
fn lock(lock: &Mutex<u64>) -> u64 {
    *lock.lock().expect("nobody panics")
}

/// Only a lock that somebody else has makes a system call.
fn lock_of_another() {
    let mutex: &Mutex<u64> = Box::leak(Box::default());
    let holder = thread::spawn(|| {
        let _held = mutex.lock();
        thread::sleep(Duration::from_millis(300));
    });
    thread::sleep(Duration::from_millis(100));
    println!("{}", lock(mutex));
    holder.join().expect("nobody panics");
}

fn main() {
    let all = Structures::new();
    // The first pin registers the thread, which allocates.
    drop(pin());
    match std::env::args().nth(1).as_deref() {
        Some("rest") => (0..1000).for_each(|_| at_rest(&all)),
        Some("migration") => {
            let mut texts = all.texts.pin();
            all.leave_garbage();
            all.move_half();
            (0..100).for_each(|_| under_a_handle(&all, &mut texts));
            all.assert_half_moved_with_garbage();
        }
        Some("beside") => {
            let mut texts = all.texts.pin();
            all.beside_writers(|| under_a_handle(&all, &mut texts));
        }
        Some("pins") => {
            all.leave_garbage();
            pins();
        }
        Some("escaped") => {
            all.leave_garbage();
            println!("{}", escaped(&all));
        }
        Some("walk") => {
            all.move_half();
            let texts = all.texts.pin();
            println!("{}", walk(&texts));
        }
        Some("insertion") => insertion(&all, "another key".into(), "a value".into()),
        Some("lock") => lock_of_another(),
        _ => panic!("usage: realtime rest | migration | beside | escaped | pins | walk | insertion | lock"),
    }
}
