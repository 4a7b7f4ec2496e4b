//! What the threads of a round do, and on what kind of map.

use super::event::{Condition, KEYS, value_of};
use crate::schedules::choices::Choices;
use core::fmt;

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Get,
    GetKeyValue,
    Contains,
    Insert,
    TryInsert,
    Remove,
    RemoveEntry,
    RemoveIf,
    Update,
    Upsert,
    GetOrInsert,
    GetOrInsertWith,
    /// Puts a value, whatever is there.
    ComputePut,
    /// Removes a value, or puts one where there is none.
    ComputeToggle,
    ComputeKeep,
    /// From what the thread has seen last.
    CompareAndSet,
    CompareAndRemove,
    SetAny,
    RemoveAny,
    /// From a value that was read just before, by identity.
    SetSame,
    RemoveSame,
    /// Of all keys on record, and some that are not there.
    Batch,
    Iterate,
    ForEach,
    /// Of indices, or all.
    Range,
    /// All partitions, one after the other.
    Partitions,
    Clear,
    /// Keeps values that do not meet the condition.
    Retain,
    /// Of all keys on record.
    BatchInsert,
    /// A row for each key on record.
    Reduce,
    Len,
    Bounds,
    /// A key that is not on record comes.
    Fill,
    /// One of those goes.
    Drain,
    Compact,
    ShrinkToFit,
    Reserve,
    /// Copies a slot that is being moved, without regard to the rules: see `copier`.
    NaiveCopy,
}

use Action::*;

/// Operations on one key.
const KEYED: [Action; 21] = [
    Get,
    GetKeyValue,
    Contains,
    Insert,
    TryInsert,
    Remove,
    RemoveEntry,
    RemoveIf,
    Update,
    Upsert,
    GetOrInsert,
    GetOrInsertWith,
    ComputePut,
    ComputeToggle,
    ComputeKeep,
    CompareAndSet,
    CompareAndRemove,
    SetAny,
    RemoveAny,
    SetSame,
    RemoveSame,
];

/// Those that come more often, since most is decided by them.
const FREQUENT: [Action; 4] = [Get, Insert, Remove, CompareAndSet];

/// Operations on all keys that change nothing.
const WALKS: [Action; 7] = [Batch, Iterate, ForEach, Range, Partitions, Len, Bounds];

/// Operations on all keys that do not say what was there before.
pub(crate) const SWEEPS: [Action; 4] = [Clear, Retain, BatchInsert, Reduce];

pub(crate) const CONDITION: Condition = Condition::Even;

/// An action on one of the keys.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) action: Action,
    pub(crate) key: usize,
}

/// What the map has been through before the threads come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Past {
    /// Nothing.
    Fresh,
    /// So many other keys came.
    Filled(u64),
    /// So many came and went.
    Littered(u64),
    /// Room was asked for, and given up.
    Sparse,
}

/// How many keys have one hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crowd {
    None,
    Eight,
    All,
}

/// What is asked of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// An order for each key. Traversals are statements about each of them.
    Keys,
    /// One order for all keys, and for lengths.
    Map,
}

/// A round.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) check: Check,
    pub(crate) past: Past,
    pub(crate) crowd: Crowd,
    /// The number of the first key on record. The first two are the reserved ones if that is 6, and keys stand inline.
    pub(crate) first_key: u64,
    /// No value needs a box if values are integers: for mistakes that put one into two places.
    pub(crate) plain: bool,
    /// Whether the keys on record are there at first.
    pub(crate) present: [bool; KEYS],
    pub(crate) threads: Vec<Vec<Step>>,
}

/// Actions of a thread, at most: so many threads of them, each with two statements about one key, fit into a set.
const MOST_ACTIONS: u64 = 15;

impl Program {
    /// A program for so many threads.
    pub(crate) fn choose(choices: &mut Choices, threads: usize, check: Check) -> Self {
        let past = match choices.below(8) {
            0 | 1 => Past::Fresh,
            2..=4 => Past::Filled(choices.below(14)),
            5 | 6 => Past::Littered(4 + choices.below(22)),
            _ => Past::Sparse,
        };
        let crowd = choices.of(&[Crowd::None, Crowd::None, Crowd::None, Crowd::Eight, Crowd::All]);
        let first_key = choices.of(&[6, 100]);
        let present = core::array::from_fn(|_| choices.one_in(2));
        let keys = 1 + choices.below(KEYS as u64);
        let sweeps = check == Check::Keys && choices.one_in(4);
        let actions = match check {
            Check::Keys => 3 + choices.below(MOST_ACTIONS - 2),
            // One order for all is looked for among fewer.
            Check::Map => 2 + choices.below(5),
        };
        let action = |choices: &mut Choices| match choices.below(16) {
            0..=5 => choices.of(&KEYED),
            6..=8 => choices.of(&FREQUENT),
            9 if check == Check::Map => choices.of(&[Len, Bounds]),
            9 if sweeps => choices.of(&SWEEPS),
            9 | 10 if check == Check::Keys => choices.of(&WALKS),
            9..=13 => Fill,
            14 => Drain,
            _ => choices.of(&[Drain, Compact, ShrinkToFit, Reserve]),
        };
        let threads = (0..threads)
            .map(|_| {
                (0..actions).map(|_| Step { action: action(choices), key: choices.below(keys) as usize }).collect()
            })
            .collect();
        Self { check, past, crowd, first_key, plain: false, present, threads }
    }

    /// The number of a value, as it stands in this program.
    pub(crate) fn number(&self, value: u64) -> u64 {
        // Multiples of three would need a box.
        if self.plain { 3 * value + 1 } else { value }
    }

    /// The value that a key on record has at first: that of a thread that is not there.
    pub(crate) fn at_first(&self, key: usize) -> Option<u64> {
        self.present[key].then(|| self.number(value_of(15, key)))
    }

    /// The same program with a compare-and-set in most places.
    pub(crate) fn of_compare_and_sets(mut self) -> Self {
        self.check = Check::Keys;
        for (number, step) in self.threads.iter_mut().flatten().enumerate() {
            match number % 4 {
                0 => step.action = Get,
                1 | 2 => step.action = CompareAndSet,
                _ => {}
            }
        }
        self
    }

    /// The same program with a key that comes and goes in the first thread; others look for it, do one of these in turn, and bring keys.
    pub(crate) fn of(mut self, actions: &[Action]) -> Self {
        for (thread, steps) in self.threads.iter_mut().enumerate() {
            for (number, step) in steps.iter_mut().enumerate() {
                step.key = 0;
                step.action = match number % 3 {
                    _ if thread == 0 => ComputeToggle,
                    0 => Get,
                    1 => actions[number / 3 % actions.len()],
                    _ => Fill,
                };
            }
        }
        self
    }

    /// The same for lengths.
    pub(crate) fn of_lengths(self) -> Self {
        self.of(&[Len])
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { check, past, crowd, first_key, plain, present, threads } = self;
        writeln!(f, "{check:?}, {past:?}, {crowd:?}, first key {first_key}, plain {plain}, present {present:?}")?;
        for (number, steps) in threads.iter().enumerate() {
            let steps: Vec<_> = steps.iter().map(|step| format!("{:?} {}", step.action, step.key)).collect();
            writeln!(f, "  thread {number}: {}", steps.join(", "))?;
        }
        Ok(())
    }
}

impl Action {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Get => "get",
            GetKeyValue => "get_key_value",
            Contains => "contains_key",
            Insert => "insert",
            TryInsert => "try_insert",
            Remove => "remove",
            RemoveEntry => "remove_entry",
            RemoveIf => "remove_if",
            Update => "update",
            Upsert => "upsert",
            GetOrInsert => "get_or_insert",
            GetOrInsertWith => "get_or_insert_with",
            ComputePut | ComputeToggle | ComputeKeep => "compute",
            CompareAndSet | CompareAndRemove | SetAny | RemoveAny => "compare_and_set",
            SetSame | RemoveSame => "compare_and_set_same",
            Batch => "batch_getitem",
            Iterate => "iter",
            ForEach => "for_each",
            Range => "range",
            Partitions => "fast_iter",
            Clear => "clear",
            Retain => "retain",
            BatchInsert => "batch_insert",
            Reduce => "reduce",
            Len => "len",
            Bounds => "len_bounds",
            Fill => "insert of another key",
            Drain => "remove of another key",
            Compact => "compact",
            ShrinkToFit => "shrink_to_fit",
            Reserve => "reserve",
            NaiveCopy => "a copier",
        }
    }
}
