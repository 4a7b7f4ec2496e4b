//! A thread that is suspended at an arbitrary instruction, by a signal, stops nobody.
//!
//! One thread, the victim, works on a structure without end. Again and again a signal stops it wherever it is; two others then
//! must finish some hundred operations each, growth, clean-up and shrinking among them; and it goes on. The same with a map behind a
//! mutex must be found out. `hook-tests` parks threads at every access that is shared; this needs no list of them.
//!
//! `SUSPENSIONS=1_000_000 cargo test --release --test suspension -- --nocapture` is the long run. `len` has no part: it may wait.
#![cfg(target_os = "linux")]
#![allow(unsafe_code)] // Signals, and the allocator.

mod allocator;
#[path = "../support/settings.rs"]
mod settings;
mod subjects;

use atomic_dict::{AtomicMap, DenseMap, Published};
use settings::setting;
use std::collections::HashMap;
use std::os::unix::thread::JoinHandleExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};
use std::{hint, mem, ptr, thread};
use subjects::{Item, Subject};

/// Steps of each other thread during one suspension.
const STEPS: u64 = 300;

/// Bytes that blocks may take: 87 MB after 20,000 suspensions, 137 MB after 100,000; 170 KB for each if they do not come back.
const MOST_BYTES: usize = 512 << 20;

/// Suspensions begun, and ended: the handler waits while they differ.
static BEGUN: AtomicU64 = AtomicU64::new(0);
static ENDED: AtomicU64 = AtomicU64::new(0);

/// The last suspension at which the victim has arrived.
static ARRIVED: AtomicU64 = AtomicU64::new(0);

extern "C" fn hold(_signal: libc::c_int) {
    let begun = BEGUN.load(SeqCst);
    ARRIVED.store(begun, SeqCst);
    let pause = libc::timespec { tv_sec: 0, tv_nsec: 20_000 };
    while ENDED.load(SeqCst) < begun {
        // SAFETY: may be called by a handler.
        unsafe { libc::nanosleep(&raw const pause, ptr::null_mut()) };
    }
}

fn install_handler() {
    // SAFETY: all zeros is an action: the default one, with an empty mask.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = hold as *const () as usize;
    action.sa_flags = libc::SA_RESTART;
    // SAFETY: the handler does nothing but what handlers may.
    let installed = unsafe { libc::sigaction(libc::SIGUSR1, &raw const action, ptr::null_mut()) };
    assert_eq!(installed, 0, "a handler is installed");
}

/// Long enough that those who wait leave the cores to those who work.
const PAUSE: Duration = Duration::from_micros(20);

/// Waits without a lock.
fn wait(mut is_over: impl FnMut() -> bool, deadline: Duration) -> bool {
    let start = Instant::now();
    while !is_over() {
        if start.elapsed() > deadline {
            return false;
        }
        thread::sleep(PAUSE);
    }
    true
}

/// Suspends a victim so many times. Returns in how many of them the others were stopped.
fn suspensions(name: &str, subject: &'static impl Subject, times: u64, deadline: Duration) -> u64 {
    install_handler();
    // Neither may be waited for when a case fails, so they borrow nothing of this frame.
    let (end, orders): (&AtomicBool, &AtomicU64) = (Box::leak(Box::default()), Box::leak(Box::default()));
    let done: &[AtomicU64; 2] = Box::leak(Box::default());
    let steps: &AtomicU64 = Box::leak(Box::default());
    let victim = thread::spawn(move || {
        while !end.load(SeqCst) {
            let number = steps.fetch_add(1, SeqCst);
            subject.step(number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20);
        }
    });
    let others: Vec<_> = done
        .iter()
        .enumerate()
        .map(|(place, done)| {
            thread::spawn(move || {
                let mut number = (place as u64 + 1) << 40;
                loop {
                    while done.load(SeqCst) == orders.load(SeqCst) {
                        if end.load(SeqCst) {
                            return;
                        }
                        thread::sleep(PAUSE);
                    }
                    for _ in 0..STEPS {
                        subject.step(number.wrapping_mul(0xD134_2543_DE82_EF95) >> 20);
                        number += 1;
                    }
                    done.fetch_add(1, SeqCst);
                }
            })
        })
        .collect();
    let long = Duration::from_secs(60);
    let (mut stuck, mut shown) = (0, Instant::now());
    for time in 0..times {
        if shown.elapsed() > Duration::from_secs(10) {
            println!("{name}: {time} of {times} suspensions, {stuck} of them stopped others");
            shown = Instant::now();
        }
        // The victim gets out of the handler, and runs for a while, so that it is somewhere else each time.
        let before = steps.load(SeqCst);
        assert!(wait(|| steps.load(SeqCst) > before + 1, long), "the victim goes on");
        (0..time.wrapping_mul(0x9E37_79B9) % 5000).for_each(|_| hint::spin_loop());
        let suspension = BEGUN.fetch_add(1, SeqCst) + 1;
        // SAFETY: the victim has not ended: it does so only behind this loop.
        let sent = unsafe { libc::pthread_kill(victim.as_pthread_t(), libc::SIGUSR1) };
        assert_eq!(sent, 0, "a signal is sent");
        assert!(wait(|| ARRIVED.load(SeqCst) == suspension, long), "the victim is there");
        let order = orders.fetch_add(1, SeqCst) + 1;
        let all_done = || done.iter().all(|done| done.load(SeqCst) == order);
        stuck += u64::from(!wait(all_done, deadline));
        ENDED.store(suspension, SeqCst);
        assert!(wait(all_done, long), "the others go on when the victim does");
    }
    end.store(true, SeqCst);
    victim.join().expect("the victim does not panic");
    others.into_iter().for_each(|other| other.join().expect("nobody panics"));
    println!("{name}: {stuck} of {times} suspensions stopped others");
    stuck
}

fn leaked<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// One after the other: they have the handler in common.
#[test]
fn a_thread_suspended_anywhere_stops_nobody() {
    let times = setting("SUSPENSIONS", 20_000) / 5;
    let deadline = Duration::from_secs(20);
    let stuck = [
        suspensions("AtomicMap, inline", leaked(AtomicMap::<u64, u64>::new()), times, deadline),
        suspensions("AtomicMap, boxed", leaked(AtomicMap::<String, String>::new()), times, deadline),
        suspensions("DenseMap, inline", leaked(DenseMap::<u64>::new()), times, deadline),
        suspensions("DenseMap, boxed", leaked(DenseMap::<String>::new()), times, deadline),
        suspensions("Published", leaked(Published::new(<String as Item>::of(0))), times, deadline),
    ];
    assert_eq!(stuck, [0; 5], "others were stopped");
    let used = allocator::used();
    println!("blocks take {used} bytes");
    assert!(used < MOST_BYTES, "blocks do not come back to those who allocate");
    let control =
        suspensions("a map behind a mutex", leaked(Mutex::new(HashMap::new())), 50, Duration::from_millis(200));
    assert!(control > 0, "the mutex is found out");
}
