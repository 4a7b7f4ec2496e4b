//! A published cell, whose value counts its own versions.

use crate::counting::Tenths;
use crate::values::{Boxed, Checked};
use atomic_dict::{Published, pin};
use std::thread;

const THREADS: u64 = 3;
const PER_NOTE: u64 = 1 << 12;

/// Threads that each publish once in so many operations, and read otherwise.
pub(crate) fn run(reads_per_publication: u64, operations: u64) -> [isize; 10] {
    let tenths = Tenths::of(operations);
    let cell = Published::new(Boxed::of(7, 0));
    let first = cell.version();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut newest = 0;
                for operation in 0..operations / THREADS {
                    if operation % reads_per_publication == 0 {
                        cell.update(|value| Boxed::of(7, value.version(7) + 1));
                    } else {
                        let guard = pin();
                        let snapshot = cell.snapshot(&guard);
                        let version = snapshot.value().version(7);
                        assert_eq!(snapshot.version() - first, version, "a version is published with its value");
                        assert!(version >= newest, "{version} behind {newest}");
                        newest = version;
                    }
                    if operation % PER_NOTE == 0 {
                        tenths.note(PER_NOTE);
                    }
                }
            });
        }
    });
    let each = (operations / THREADS).div_ceil(reads_per_publication);
    assert_eq!(cell.load(&pin()).version(7), THREADS * each, "no publication is lost");
    tenths.assert_plateau()
}
