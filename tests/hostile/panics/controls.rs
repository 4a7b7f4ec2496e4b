//! Maps that do it wrong. Each has one mistake, which must be found.

use super::{Operation, Scene, at_every_call};
use crate::alone::alone;
use crate::fuse::{Call, call};
use crate::items::{Item, Ledger, Noisy};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};

struct Toy {
    entries: RefCell<Vec<(u64, Noisy)>>,
    len: Cell<usize>,
    ledger: Ledger,
}

impl Toy {
    fn new() -> Self {
        let ledger = Ledger::default();
        let entries = RefCell::new((0..3).map(|key| (key, Noisy::make(key, &ledger))).collect());
        Self { entries, len: Cell::new(3), ledger }
    }

    fn made(&self, number: u64) -> Noisy {
        call(Call::Closure);
        Noisy::make(number, &self.ledger)
    }

    fn push(&self, value: Noisy) {
        self.entries.borrow_mut().push((3, value));
    }
}

impl Scene for Toy {
    fn contents(&self) -> Option<BTreeMap<u64, u64>> {
        let entries = self.entries.borrow();
        assert_eq!(entries.len(), self.len.get());
        Some(entries.iter().map(|(key, value)| (*key, value.number())).collect())
    }

    fn exercise(&self) {}

    fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

/// Whether anything is found to be wrong with an operation.
fn is_found(name: &'static str, run: fn(&mut Toy)) -> bool {
    let operation = Operation::new(name, run);
    catch_unwind(AssertUnwindSafe(|| at_every_call(Toy::new, &operation, "a control"))).is_err()
}

#[test]
fn mistakes_are_found() {
    alone(|| {
        let right = is_found("right", |toy| {
            let value = toy.made(7);
            toy.entries.borrow_mut().retain(|(key, _)| *key != 3);
            toy.push(value);
            toy.len.set(toy.entries.borrow().len());
        });
        assert!(!right, "a right one is found wrong");
        assert!(is_found("counts too early", |toy| {
            toy.len.set(4);
            let value = toy.made(7);
            toy.entries.borrow_mut().retain(|(key, _)| *key != 3);
            toy.push(value);
        }));
        assert!(is_found("leaves a half", |toy| {
            toy.entries.borrow_mut()[0].1 = Noisy::make(50, &toy.ledger);
            let value = toy.made(60);
            toy.entries.borrow_mut()[0].1 = value;
        }));
        assert!(is_found("leaks", |toy| {
            let old = ManuallyDrop::new(toy.entries.borrow_mut().remove(0));
            let value = toy.made(7);
            toy.entries.borrow_mut().insert(0, (0, value));
            drop(ManuallyDrop::into_inner(old));
        }));
        assert!(is_found("swallows", |toy| {
            let value = catch_unwind(AssertUnwindSafe(|| toy.made(0)));
            if let Ok(value) = value {
                toy.entries.borrow_mut()[0].1 = value;
            }
        }));
    });
}
