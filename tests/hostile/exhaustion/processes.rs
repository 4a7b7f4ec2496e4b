//! One process for each point at which memory runs out.
#![cfg(unix)] // How a process ended is asked of Unix.

use super::workloads::{self, Things, Workload};
use crate::allocator::{self, Plan};
use crate::process::{child, part, passed, printed};
use atomic_dict::{AtomicMap, Published};
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Output, abort};
use std::sync::OnceLock;
use std::thread;

const SIGABRT: i32 = 6;
pub(super) const INTACT: &str = "what was there is intact";
pub(super) const NOT_INTACT: &str = "what was there is not intact";
pub(super) const COMPLETE: &str = "there are not so many allocations";

struct Scene {
    things: Things,
    workload: Workload,
}

static SCENE: OnceLock<Scene> = OnceLock::new();

/// At the moment of failure.
fn look() {
    let scene = SCENE.get().expect("a workload runs");
    // Nothing may unwind out of an allocator.
    if catch_unwind(AssertUnwindSafe(|| scene.things.look(&scene.workload))).is_err() {
        eprintln!("{NOT_INTACT}");
        abort();
    }
    eprintln!("{INTACT}");
}

/// The child: one workload, whose k-th allocation fails.
fn run(part: &str) {
    let (name, k) = part.rsplit_once('/').expect("a workload and a number");
    let workload = workloads::all().into_iter().chain([workloads::control()]).find(|workload| workload.name == name);
    let things = Things::new();
    let scene = SCENE.get_or_init(|| Scene { things, workload: workload.expect("a workload of that name") });
    // What a thread allocates once for all maps is another matter: see below.
    AtomicMap::new().insert(1, 1);
    allocator::arm(Plan { left: k.parse().expect("a number"), zeroed_only: false, look });
    scene.things.run(&scene.workload);
    allocator::disarm();
    println!("{COMPLETE}");
}

/// Whether a child ended as it must where memory runs out: by `abort`, or, without slots of a dense map, by a panic.
pub(super) fn ended_well(output: &Output) -> bool {
    let text = printed(output);
    let aborted = output.status.signal() == Some(SIGABRT) && text.contains("memory allocation of");
    let panicked = output.status.signal().is_none() && text.contains("for which there is no memory");
    (aborted || panicked && !output.status.success()) && text.contains(INTACT)
}

pub(super) fn is_complete(output: &Output) -> bool {
    passed(output) && printed(output).contains(COMPLETE)
}

#[test]
fn what_was_there_is_intact() {
    const TEST: &str = "exhaustion::processes::what_was_there_is_intact";
    if let Some(part) = part() {
        return run(&part);
    }
    let mut points = 0;
    for workload in workloads::all() {
        let of_workload = (1..).find_map(|k| {
            let output = child(TEST, &format!("{}/{k}", workload.name));
            if is_complete(&output) {
                return Some(k - 1);
            }
            assert!(
                ended_well(&output),
                "{} at allocation {k}: {:?}\n{}",
                workload.name,
                output.status,
                printed(&output)
            );
            None
        });
        let of_workload = of_workload.expect("a workload ends");
        println!("{}: {of_workload} allocations", workload.name);
        assert!(of_workload >= workload.at_least, "{}: {of_workload} allocations", workload.name);
        points += of_workload;
    }
    println!("{points} points");
    assert!(points >= 2700, "{points} points");
    let lost = (1..).map(|k| child(TEST, &format!("{}/{k}", workloads::control().name)));
    let lost = lost.take_while(|output| !is_complete(output)).filter(|output| printed(output).contains(NOT_INTACT));
    assert!(lost.count() > 10, "a map that loses entries is not found");
}

/// What a thread allocates when it uses a map for the first time: the rest of the process goes on.
#[test]
fn the_first_use_of_a_thread() {
    const TEST: &str = "exhaustion::processes::the_first_use_of_a_thread";
    let first_use = |k| {
        // Looking would be a first use as well.
        allocator::arm(Plan { left: k, zeroed_only: false, look: || eprintln!("{INTACT}") });
        let map = AtomicMap::new();
        map.insert(1, 1);
        let cell = Published::new(1);
        cell.store(2);
        allocator::disarm();
        println!("{COMPLETE}");
    };
    if let Some(part) = part() {
        let k = part.parse().expect("a number");
        return thread::spawn(move || first_use(k)).join().expect("it does not panic");
    }
    let points = (1..).map(|k| child(TEST, &k.to_string())).take_while(|output| !is_complete(output));
    let points =
        points.inspect(|output| assert!(ended_well(output), "{:?}\n{}", output.status, printed(output))).count();
    println!("{points} points");
    assert!(points >= 6, "{points} points");
}
