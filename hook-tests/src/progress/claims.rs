//! Who is left between a claim and its value, or in a block that it moves.

use super::arena::{Arena, Setting};
use super::coverage::Coverage;
use super::left::{Left, Manner, Scene, leave, leave_each};
use super::operations::{OPERATIONS, Operation};
use crate::alone::alone;
use crate::support::{NthKey, Numbered};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::Relaxed;

impl<K: NthKey, V: Numbered> Scene for Arena<K, V> {
    type Operation = Operation;

    const ALL: &'static [Operation] = &OPERATIONS;

    const LOOKS: &'static [Operation] = &[
        Operation::Get,
        Operation::GetKeyValue,
        Operation::Iterate,
        Operation::Len,
        Operation::Stats,
        Operation::Reserve,
        Operation::Compact,
        Operation::ShrinkToFit,
    ];

    const UNTOLD: &'static [Operation] = &[Operation::Batches, Operation::Reduce, Operation::Retain, Operation::Clear];

    const CLEAR: Operation = Operation::Clear;

    fn operate(&self, operation: Operation) {
        Self::operate(self, operation);
    }

    fn work(&self, thread: u64, contended: bool) {
        Self::work(self, thread, contended);
    }

    fn verify_contents(&self) -> usize {
        let found = Self::verify_contents(self) as usize;
        // Of a large map that would take long.
        if !self.worked.load(Relaxed) {
            let copy = self.map.clone();
            assert!(copy == self.map, "a copy");
            assert_eq!(copy.into_iter().count(), found, "what a copy is dropped with");
        }
        found
    }

    fn lengths(&self) -> (usize, (usize, usize)) {
        (self.map.approx_len(), self.map.len_bounds())
    }

    fn verify(&self) {
        Self::verify(self);
    }
}

type Claim = Left<Setting, Operation>;

/// A claim whose tag, or whose value never comes: in the first table of a map, and in larger ones.
fn claims() -> impl Iterator<Item = Claim> {
    let left =
        |operation, site, size| Left { setting: Setting::of(size, size), operation, site, other: None, inserting: 1 };
    let operations = [Operation::Insert, Operation::GetOrInsertRef, Operation::Compute];
    operations.into_iter().flat_map(move |operation| {
        let sites = ["TAG_SET", "SET_VALUE"].into_iter();
        sites.flat_map(move |site| [0, 2, 20].map(|size| left(operation, site, size)))
    })
}

/// In the order in which a block is moved.
const MOVES: [&str; 8] = ["SEAL", "FREEZE", "COPY_CLAIM", "TAG_SET_COPY", "COPY_VALUE", "MOVE", "DONE_SET", "PROMOTE"];

/// A copy that never comes to its end: of a writer that helps, and of one who makes room beside a claim that is left.
fn moves() -> impl Iterator<Item = Claim> {
    let (helps, makes_room) =
        ((Operation::Update, None, 0), (Operation::Reserve, Some((Operation::Insert, "SET_VALUE")), 1));
    let all = [(3, 1, helps), (6, 3, helps), (2, 2, makes_room)];
    MOVES.into_iter().flat_map(move |site| {
        // Of several blocks a writer moves one, and leaves the end to others.
        let able = all.into_iter().filter(move |all| (all.0, site) != (6, "PROMOTE"));
        able.map(move |(size, subject, (operation, other, inserting))| Left {
            setting: Setting::of(size, subject),
            operation,
            site,
            other,
            inserting,
        })
    })
}

pub(super) fn operations_behind_those_who_are_left<K: NthKey, V: Numbered>() -> Coverage {
    leave_each(claims().chain(moves()), Arena::<K, V>::new)
}

/// Those who finish what others have begun do it by rules: without one of them something is lost.
#[test]
fn what_is_not_finished_for_those_who_are_left_is_found_out() {
    alone("progress::claims::what_is_not_finished_for_those_who_are_left_is_found_out", || {
        for (site, rule) in [("TAG_SET", "TAG_VALUE"), ("TAG_SET_COPY", "TAG_COPY_FOUND")] {
            let left = claims().chain(moves()).find(|left| left.site == site).expect("one of them");
            let fails = |rule| {
                let arena = Arena::<String, u64>::new;
                catch_unwind(AssertUnwindSafe(|| leave(left, (Manner::Told, false), rule, arena))).is_err()
            };
            // A tag may be that of another key by chance.
            let is_found_out = (0..5).any(|_| fails(Some(rule)));
            assert!(!fails(None) && is_found_out, "{rule}, while somebody is left at {site}");
        }
    });
}
