//! What is done when memory runs out. Each workload is a sequence of steps, and says what must be there when so many are done and
//! the next one may be.

use crate::allocator;
use atomic_dict::{AtomicMap, DenseMap, Published};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// All that workloads use. What is empty allocates nothing.
pub(super) struct Things {
    strings: AtomicMap<String, String>,
    words: AtomicMap<u64, u64>,
    dense: DenseMap<String>,
    dense_words: DenseMap<u64>,
    cell: Published<String>,
    /// Steps that are done.
    done: AtomicU64,
}

pub(super) struct Workload {
    pub(super) name: &'static str,
    steps: u64,
    step: fn(&Things, u64),
    /// What there must be when so many steps are done, and the next one is under way.
    look: fn(&Things, u64),
    /// Points that there are at least.
    pub(super) at_least: u32,
}

impl Things {
    pub(super) fn new() -> Self {
        Self {
            strings: AtomicMap::new(),
            words: AtomicMap::new(),
            dense: DenseMap::new(),
            dense_words: DenseMap::new(),
            cell: Published::new(String::new()),
            done: AtomicU64::new(0),
        }
    }

    /// All steps of a workload.
    pub(super) fn run(&self, workload: &Workload) {
        for step in 0..workload.steps {
            (workload.step)(self, step);
            self.done.store(step + 1, Relaxed);
        }
    }

    pub(super) fn look(&self, workload: &Workload) {
        (workload.look)(self, self.done.load(Relaxed));
    }
}

/// Something of the user's own, whose allocations are not ours.
fn own<R>(make: impl FnOnce() -> R) -> R {
    allocator::pause(make)
}

fn text(number: u64) -> String {
    own(|| format!("the text of {number}, which is on the heap"))
}

/// What a key has whose value is `before`, or `after` from a step on that may be done.
fn assert_either<T: PartialEq + std::fmt::Debug>(found: Option<T>, before: Option<T>, after: Option<T>, what: u64) {
    assert!(found == before || found == after, "{what}: {before:?} {found:?} {after:?}");
}

const BOXED_TOP: u64 = 0x2000 << 48;

pub(super) fn all() -> Vec<Workload> {
    let mut all = of_strings();
    all.extend(of_words());
    all.extend(of_many());
    all.extend(of_others());
    all
}

fn of_strings() -> Vec<Workload> {
    vec![
        Workload {
            name: "strings come",
            steps: 200,
            step: |things, step| {
                let (key, value) = (text(step), text(step * 2));
                drop(things.strings.insert(key, value));
            },
            look: |things, done| {
                for step in 0..done + 3 {
                    let (found, value) = (things.strings.get(&text(step)), text(step * 2));
                    let found = found.as_deref();
                    assert_either(found, (step < done).then_some(&value), (step <= done).then_some(&value), step);
                }
                assert!((done..=done + 1).contains(&(things.strings.approx_len() as u64)));
            },
            at_least: 400,
        },
        Workload {
            name: "strings are replaced",
            steps: 220,
            step: |things, step| {
                let (key, value) = (text(step % 10), text(step));
                match step % 4 {
                    0 => drop(things.strings.insert(key, value)),
                    1 => drop(things.strings.upsert(key, || own(|| value.clone()), |_| own(|| value.clone()))),
                    2 => drop(things.strings.get_or_insert_with(key, || value)),
                    _ => drop(things.strings.pin().compute(key, |_| atomic_dict::Compute::Put(own(|| value.clone())))),
                }
            },
            look: |things, done| {
                assert!(things.strings.pin().iter().count() as u64 <= 10.min(done + 1));
                for key in 0..10.min(done) {
                    let found = things.strings.get(&text(key)).map(|value| value.len());
                    assert!(found.is_some_and(|len| len >= text(0).len()), "{key} has {found:?}");
                }
            },
            at_least: 150,
        },
        Workload {
            name: "strings come and go",
            steps: 200,
            step: |things, step| match step % 2 {
                0 => drop(things.strings.insert(text(step / 2), text(step))),
                _ if step < 20 => {}
                _ => drop(things.strings.remove(&text(step / 2 - 10))),
            },
            look: |things, done| {
                let inserted = done.div_ceil(2);
                let removed = (done / 2).saturating_sub(10);
                (removed + 1..inserted).for_each(|key| assert!(things.strings.contains_key(&text(key)), "{key}"));
                (0..removed).for_each(|key| assert!(!things.strings.contains_key(&text(key)), "{key}"));
            },
            at_least: 150,
        },
    ]
}

fn of_words() -> Vec<Workload> {
    vec![
        Workload {
            name: "words come",
            steps: 4000,
            step: |things, step| drop(things.words.insert(step, step * 2)),
            look: |things, done| {
                let pinned = things.words.pin();
                (0..done).for_each(|step| assert_eq!(pinned.get(&step).as_deref(), Some(&(step * 2))));
                assert!((done + 1..done + 10).all(|step| !pinned.contains_key(&step)));
                assert!((done..=done + 1).contains(&(things.words.len_bounds().0 as u64)));
            },
            at_least: 40,
        },
        Workload {
            name: "words that need boxes",
            steps: 300,
            step: |things, step| drop(things.words.insert(step, BOXED_TOP | step)),
            look: |things, done| {
                (0..done).for_each(|step| assert_eq!(things.words.get(&step).as_deref(), Some(&(BOXED_TOP | step))));
            },
            at_least: 300,
        },
        Workload {
            name: "words come and go",
            steps: 6000,
            step: |things, step| match step % 2 {
                0 => drop(things.words.insert(step / 2, step)),
                _ if step < 100 => {}
                _ => drop(things.words.remove(&(step / 2 - 50))),
            },
            look: |things, done| {
                let (inserted, removed) = (done.div_ceil(2), (done / 2).saturating_sub(50));
                (removed + 1..inserted).for_each(|key| assert_eq!(things.words.get(&key).as_deref(), Some(&(key * 2))));
                (0..removed).for_each(|key| assert!(!things.words.contains_key(&key), "{key}"));
            },
            at_least: 20,
        },
        Workload {
            name: "words go",
            steps: 3000,
            step: |things, step| match step {
                0..1500 => drop(things.words.insert(step, step)),
                _ => drop(things.words.remove(&(step - 1500))),
            },
            look: |things, done| {
                let removed = done.saturating_sub(1500);
                (removed + 1..done.min(1500)).for_each(|key| assert!(things.words.contains_key(&key), "{key}"));
                (0..removed).for_each(|key| assert!(!things.words.contains_key(&key), "{key}"));
            },
            at_least: 20,
        },
        Workload {
            name: "sizes on demand",
            steps: 90,
            step: |things, step| match step % 9 {
                3 => things.words.reserve(400),
                5 => things.words.compact(),
                7 => things.words.shrink_to_fit(),
                8 => drop(things.words.remove(&(step - 1))),
                _ => (0..20).for_each(|number| drop(things.words.insert(step + number * 1000, step))),
            },
            look: |things, done| {
                let present = (0..done).filter(|step| [0, 1, 2, 4, 6].contains(&(step % 9)));
                present
                    .for_each(|step| assert!((0..20).all(|number| things.words.contains_key(&(step + number * 1000)))));
            },
            at_least: 60,
        },
    ]
}

fn of_many() -> Vec<Workload> {
    vec![
        Workload {
            name: "batches come",
            steps: 12,
            step: |things, step| {
                things.words.batch_insert((0..100).map(|number| (step * 100 + number, step)));
                let mut map = &things.words;
                map.extend((0..10).map(|number| (1_000_000 + number, step)));
            },
            look: |things, done| {
                (0..done * 100).for_each(|key| assert_eq!(things.words.get(&key).as_deref(), Some(&(key / 100))));
            },
            at_least: 30,
        },
        Workload {
            name: "rows come",
            steps: 6,
            step: |things, step| {
                things.words.reduce_count((0..600_u64).map(|row| row % 200));
                things.words.reduce_sum((0..50_u64).map(|row| (5000 + row + step, 1)));
            },
            look: |things, done| {
                for key in 0..200 {
                    let found = things.words.get(&key).map_or(0, |count| *count);
                    assert!((done * 3..=done * 3 + 3).contains(&found), "{key} has {found} after {done}");
                }
            },
            at_least: 30,
        },
        Workload {
            name: "copies",
            steps: 10,
            step: |things, step| {
                (0..20).for_each(|number| drop(things.words.insert(step * 20 + number, step)));
                let copy = things.words.clone();
                assert!(copy == things.words);
                assert_eq!(things.words.batch_getitem(&[1, 2, 1_000_000]).len(), 3);
                drop(copy.into_iter().collect::<AtomicMap<u64, u64>>());
            },
            look: |things, done| {
                (0..done * 20).for_each(|key| assert_eq!(things.words.get(&key).as_deref(), Some(&(key / 20))));
            },
            at_least: 60,
        },
    ]
}

fn of_others() -> Vec<Workload> {
    vec![
        Workload {
            name: "a dense map of strings",
            steps: 200,
            step: |things, step| {
                let value = text(step);
                drop(things.dense.insert(step as usize * 3, value));
            },
            look: |things, done| {
                for step in 0..done + 3 {
                    let (found, value) = (things.dense.get(step as usize * 3), text(step));
                    let found = found.as_deref();
                    assert_either(found, (step < done).then_some(&value), (step <= done).then_some(&value), step);
                }
            },
            at_least: 200,
        },
        Workload {
            name: "pushes",
            steps: 120,
            step: |things, step| {
                let value = text(step);
                assert_eq!(things.dense.push(value), step as usize);
                things.dense_words.push(BOXED_TOP | step);
            },
            look: |things, done| {
                (0..done).for_each(|step| {
                    assert_eq!(things.dense.get(step as usize).as_deref(), Some(&text(step)));
                    assert_eq!(things.dense_words.get(step as usize).as_deref(), Some(&(BOXED_TOP | step)));
                });
            },
            at_least: 240,
        },
        Workload {
            name: "publications",
            steps: 100,
            step: |things, step| {
                let value = text(step);
                match step % 3 {
                    0 => assert_eq!(things.cell.store(value), step + 1),
                    1 => assert_eq!(things.cell.update(|_| own(|| value.clone())), step + 1),
                    _ => drop(things.cell.swap(value, &atomic_dict::pin())),
                }
            },
            look: |things, done| {
                let now = things.cell.load_owned();
                assert!(now.version() == done || now.version() == done + 1);
                assert!(now.version() == 0 || *now == text(now.version() - 1));
            },
            at_least: 100,
        },
        Workload {
            name: "lookups allocate nothing",
            steps: 50,
            step: |things, step| {
                let pinned = things.words.pin();
                assert!(pinned.get(&step).is_none() && pinned.iter().next().is_none() && things.words.is_empty());
                assert!(things.dense.get(step as usize).is_none() && things.dense.pin().iter().next().is_none());
                assert_eq!(things.cell.load(pinned.guard()).len(), 0);
            },
            look: |_, _| unreachable!("nothing is allocated"),
            at_least: 0,
        },
    ]
}

/// A map that takes an entry out before it puts it in again, changed.
pub(super) fn control() -> Workload {
    Workload {
        name: "a control that loses entries",
        steps: 30,
        step: |things, step| {
            let key = text(0);
            let old = things.strings.remove(&key).map_or(0, |value| value.len());
            drop(things.strings.insert(key, text(step + old as u64)));
        },
        look: |things, done| assert!(done == 0 || things.strings.contains_key(&text(0)), "the entry is there"),
        at_least: 30,
    }
}
