//! Operations of a `Published` cell: with no replaced value that waits, and with some.

use super::{Operation, Points, Scene, at_every_call};
use crate::alone::alone;
use crate::fuse::{Call, call, is_disturbed};
use crate::items::{Item, Ledger, Noisy};
use atomic_dict::{Published, pin};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) struct Stage {
    pub(crate) cell: Option<Arc<Published<Noisy>>>,
    ledger: Ledger,
}

impl Stage {
    /// A cell some of whose values were replaced under a guard, so that they wait.
    pub(crate) fn new(waiting: u64) -> Self {
        let ledger = Ledger::default();
        let cell = Published::new(Noisy::make(1, &ledger));
        let guard = pin();
        (0..waiting)
            .for_each(|number| assert_eq!(cell.swap(Noisy::make(2 + number, &ledger), &guard).number(), 1 + number));
        drop(guard);
        Self { cell: Some(Arc::new(cell)), ledger }
    }

    fn cell(&self) -> &Published<Noisy> {
        self.cell.as_ref().expect("no operation took it away")
    }

    /// Takes the cell away.
    fn take(&mut self) -> Option<Published<Noisy>> {
        self.cell.take().map(|cell| Arc::into_inner(cell).expect("nobody shares it"))
    }

    fn value(&self, number: u64) -> Noisy {
        Noisy::make(number, &self.ledger)
    }

    fn made(&self, number: u64) -> Noisy {
        call(Call::Closure);
        self.value(number)
    }
}

impl Scene for Stage {
    /// The value at 0, the version at 1.
    fn contents(&self) -> Option<BTreeMap<u64, u64>> {
        let cell = self.cell.as_ref()?;
        let guard = pin();
        let now = cell.snapshot(&guard);
        assert_eq!((cell.load(&guard).number(), cell.version()), (now.number(), now.version()));
        Some(BTreeMap::from([(0, now.number()), (1, now.version())]))
    }

    fn exercise(&self) {
        let (cell, version) = (self.cell(), self.cell().version());
        assert_eq!(cell.store(self.value(9)), version + 1);
        assert_eq!(cell.update(|before| self.value(before.number() + 1)), version + 2);
        assert_eq!(cell.load_owned().number(), 10);
        assert_eq!(cell.reclaim().waiting, 0);
    }

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

fn operations() -> Vec<Operation<Stage>> {
    let mut all = shared();
    all.extend(owning());
    all
}

/// Those beside which others can use the cell.
pub(crate) fn shared() -> Vec<Operation<Stage>> {
    let mut all = publishing();
    all.extend(deciding());
    all.extend(looking());
    all
}

fn publishing() -> Vec<Operation<Stage>> {
    vec![
        Operation::new("store", |s| assert!(s.cell().store(s.value(100)) > 0)),
        Operation::new("swap", |s| assert!(s.cell().swap(s.value(101), &pin()).number() > 0)),
        Operation::new("compare_and_set", |s| {
            let guard = pin();
            let current = s.cell().load(&guard);
            assert!(s.cell().compare_and_set(current, s.value(102), &guard).is_ok());
        }),
        Operation::new("compare_and_set, another", |s| {
            let other = s.value(103);
            assert!(s.cell().compare_and_set(&other, s.value(104), &pin()).is_err());
        }),
        Operation::new("store_if_version", |s| {
            assert!(s.cell().store_if_version(s.cell().version(), s.value(105)).is_ok());
        }),
        Operation::new("store_if_version, another", |s| {
            assert!(s.cell().store_if_version(u64::MAX, s.value(106)).is_err());
        }),
        Operation::new("eight stores", |s| (0..8).for_each(|number| assert!(s.cell().store(s.value(number)) > 0))),
    ]
}

/// By functions of what is there.
fn deciding() -> Vec<Operation<Stage>> {
    vec![
        Operation::new("update", |s| assert!(s.cell().update(|before| s.made(before.number() + 1000)) > 0)),
        Operation::new("update, which stores", |s| {
            let mut first = true;
            s.cell().update(|before| {
                if std::mem::take(&mut first) {
                    s.cell().store(s.value(107));
                }
                s.made(before.number() + 1000)
            });
        }),
        Operation::new("try_update, never", |s| {
            let version = s.cell().try_update(|_| {
                call(Call::Closure);
                None
            });
            assert!(version.is_none());
        }),
        Operation::new("try_update", |s| {
            assert!(s.cell().try_update(|before| Some(s.made(before.number() + 2000))).is_some());
        }),
    ]
}

fn looking() -> Vec<Operation<Stage>> {
    vec![
        Operation::new("reclaim", |s| assert!(s.cell().reclaim().waiting == 0 || is_disturbed())),
        Operation::new("load_owned", |s| {
            let copy = s.cell().load_owned().clone();
            s.cell().store(copy);
        }),
        Operation::new("debug", |s| {
            let guard = pin();
            let shown = format!("{:?} {:?} {:?}", s.cell(), s.cell().snapshot(&guard), s.cell().load_owned());
            assert!(shown.len() > 3);
        }),
        Operation::new("what was refused", |s| {
            let (guard, other) = (pin(), s.value(109));
            let refused = (
                s.cell().compare_and_set(&other, s.value(110), &guard).map(|_| ()),
                s.cell().store_if_version(u64::MAX, s.value(111)),
            );
            assert!(refused.0.is_err() && refused.1.is_err() && !format!("{refused:?}").is_empty());
        }),
        Operation::new("default", |_| assert_eq!(Published::<Noisy>::default().load_owned().number(), 0)),
        Operation::new("from", |s| assert_eq!(Published::from(s.value(112)).version(), 0)),
    ]
}

/// For one that nobody else has.
fn owning() -> Vec<Operation<Stage>> {
    vec![
        Operation::new("get_mut", |s| {
            let value = Noisy::make(108, &s.ledger);
            if let Some(cell) = s.cell.as_mut().and_then(Arc::get_mut) {
                *cell.get_mut() = value;
            }
        }),
        Operation::new("into_inner", |s| drop(s.take().map(Published::into_inner))),
        Operation::new("drop", |s| drop(s.take())),
    ]
}

#[test]
fn at_every_call_of_user_code() {
    alone(|| {
        let mut points = Points::default();
        for waiting in 0..12 {
            for mut operation in operations() {
                if ["eight stores", "update, which stores"].contains(&operation.name) {
                    operation.between = |_, _, _| true; // each publication counts
                }
                points.add(at_every_call(|| Stage::new(waiting), &operation, &format!("{waiting} wait")));
            }
        }
        assert!(points.contained > 800, "{} contained", points.contained);
        points.assert("cells", 1060, &[Call::Clone, Call::Drop, Call::Closure]);
    });
}
