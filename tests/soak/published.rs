//! Published cells, whose values count their own versions.

use crate::plateau::{Growth, Plateau, Readings, at_once, stints};
use crate::values::Checked;
use atomic_dict::{Published, pin};
use std::ops::Range;
use std::sync::Arc;

const THREADS: u64 = 3;
const PER_NOTE: u64 = 1 << 10;

/// The key of all values of one cell.
const KEY: u64 = 7;

/// Places of cells that come and go.
const PLACES: usize = 16;

/// Threads that each publish once in so many operations, and read otherwise. If a guard `holds` what is replaced, that waits until a
/// stint has ended.
pub(crate) fn run<V: Checked>(per_publication: u64, operations: u64, holds: bool) -> Result<Readings, Growth> {
    let mut plateau = Plateau::of(operations);
    let cell = Published::new(V::of(KEY, 0));
    let mut published = 0;
    for stint in stints(operations / THREADS, PER_NOTE) {
        let guard = holds.then(pin);
        at_once((0..THREADS).map(|_| || work(&cell, per_publication, stint.clone(), &plateau)));
        drop(guard);
        published += THREADS * stint.filter(|step| step.is_multiple_of(per_publication)).count() as u64;
        (0..10).for_each(|_| _ = cell.reclaim());
        plateau.rest(0);
    }
    assert_eq!(cell.load(&pin()).version(KEY), published, "no publication is lost");
    plateau.verdict()
}

fn work<V: Checked>(cell: &Published<V>, per_publication: u64, steps: Range<u64>, plateau: &Plateau) {
    let mut newest = 0;
    for step in steps {
        if step.is_multiple_of(per_publication) {
            cell.update(|value| V::of(KEY, value.version(KEY) + 1));
        } else {
            let version = read(cell, KEY);
            assert!(version >= newest, "{version} behind {newest}");
            newest = version;
        }
        if step.is_multiple_of(PER_NOTE) {
            plateau.note(PER_NOTE);
        }
    }
}

fn read<V: Checked>(cell: &Published<V>, key: u64) -> u64 {
    let guard = pin();
    let snapshot = cell.snapshot(&guard);
    let version = snapshot.value().version(key);
    assert_eq!(snapshot.version(), version, "a version is published with its value");
    version
}

/// Cells whose values are cells: one of eight operations puts a new one in the place of another, which goes with all of its values when
/// nobody has it any more; three publish to one, four read one.
pub(crate) fn churn<V: Checked>(operations: u64) -> Result<Readings, Growth> {
    let mut plateau = Plateau::of(operations);
    let fresh = |key: u64| Arc::new(Published::new(V::of(key, 0)));
    let cells: [_; PLACES] = std::array::from_fn(|key| Published::new(fresh(key as u64)));
    let step = |thread: u64, step: u64| {
        let key = (step * 5 + thread * 3) % PLACES as u64;
        let place = &cells[key as usize];
        if step.is_multiple_of(8) {
            place.store(fresh(key));
            return;
        }
        let cell = Arc::clone(&place.load_owned());
        if step % 8 < 4 {
            cell.update(|value| V::of(key, value.version(key) + 1));
        } else {
            read(&cell, key);
        }
    };
    let work = |thread: u64, steps: Range<u64>, plateau: &Plateau| {
        for number in steps {
            step(thread, number);
            if number.is_multiple_of(PER_NOTE) {
                plateau.note(PER_NOTE);
            }
        }
    };
    for stint in stints(operations / THREADS, PER_NOTE) {
        let (work, stint, plateau_now) = (&work, &stint, &plateau);
        at_once((0..THREADS).map(|thread| move || work(thread, stint.clone(), plateau_now)));
        for (key, place) in cells.iter().enumerate() {
            // No value waits in this one.
            place.store(fresh(key as u64));
            (0..10).for_each(|_| _ = place.reclaim());
        }
        plateau.rest(0);
    }
    plateau.verdict()
}
