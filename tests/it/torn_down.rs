//! Garbage that a thread frees while it is torn down, by destructors that use maps themselves: they run one after the other, not
//! on top of each other, however much of it there is.

use crate::process::in_a_process;
use atomic_dict::{AtomicMap, pin};
use std::cell::{Cell, RefCell};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

/// What a destructor does with another map: nothing but pin; retire, which collects; collect.
const USES: [fn(u64); 3] = [
    |number| drop(WORDS.get(&number)),
    |number| drop((WORDS.insert(number, number.to_string()), WORDS.remove(&number))),
    |_| WORDS.pin().flush(),
];

/// Bags of the collector that wait. Each takes some hundred bytes of stack if it is freed on top of the one before.
const BAGS: u64 = 200;

static WORDS: LazyLock<AtomicMap<u64, String>> = LazyLock::new(AtomicMap::new);
static DEEPEST: AtomicU32 = AtomicU32::new(0);
static DROPPED_AT_EXIT: AtomicU32 = AtomicU32::new(0);

thread_local! {
    // Without destructors, hence there to the end.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static EXITING: Cell<bool> = const { Cell::new(false) };
    static AT_EXIT: AtExit = const { AtExit(RefCell::new(None)) };
}

struct AtExit(RefCell<Option<Box<dyn FnOnce()>>>);

impl Drop for AtExit {
    fn drop(&mut self) {
        if let Some(run) = self.0.take() {
            run();
        }
    }
}

/// A value whose destructor uses a map, and notes in how many others it runs.
struct Busy(u64, fn(u64));

impl Drop for Busy {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() + 1);
        DEEPEST.fetch_max(DEPTH.get(), Relaxed);
        DROPPED_AT_EXIT.fetch_add(u32::from(EXITING.get()), Relaxed);
        (self.1)(self.0);
        DEPTH.set(DEPTH.get() - 1);
    }
}

#[test]
fn destructors_do_not_nest() {
    in_a_process("torn_down::destructors_do_not_nest", || {
        for of_destructors in USES {
            for of_the_thread in USES {
                let map = AtomicMap::new();
                let guard = pin();
                (0..64 * BAGS).for_each(|number| drop(map.insert(number % 10, Busy(number, of_destructors))));
                drop(guard);
                let before = DROPPED_AT_EXIT.load(Relaxed);
                let ending = thread::spawn(move || {
                    // Its destructor runs after that of the crate's own thread-local, which comes into being here.
                    AT_EXIT.with(|at_exit| {
                        at_exit.0.replace(Some(Box::new(move || {
                            EXITING.set(true);
                            (0..3).for_each(of_the_thread);
                        })));
                    });
                    drop(WORDS.get(&0));
                });
                ending.join().expect("it only uses maps");
                let dropped = DROPPED_AT_EXIT.load(Relaxed) - before;
                assert!(dropped >= 64, "{dropped} values were dropped by the thread that was torn down");
                // One of a map that is dropped, and in it one of a collection.
                assert!(DEEPEST.load(Relaxed) <= 2, "{} destructors on top of each other", DEEPEST.load(Relaxed));
                WORDS.flush();
            }
        }
    });
}
