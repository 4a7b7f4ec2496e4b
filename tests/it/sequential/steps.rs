//! Random steps, and what they want.

use crate::wanted::Wanted;
use atomic_dict::Compute;
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    Insert,
    TryInsert,
    Remove,
    Update,
    GetOrInsert,
    Upsert,
    CompareAndSet(Wanted, bool),
    /// Compares by identity with what was read just before, or before the last change.
    CompareAndSetSame(bool, bool),
    Compute(Wish, Wish),
    RemoveIf,
    RemoveEntry,
    Get,
    GetKeyValue,
    Contains,
    Iterate,
    Retain,
    Clear,
}

/// What a computation wants of a key.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wish {
    Put,
    Remove,
    Keep,
}

impl Wish {
    pub(super) fn compute<V>(self, value: V) -> Compute<V> {
        match self {
            Self::Put => Compute::Put(value),
            Self::Remove => Compute::Remove,
            Self::Keep => Compute::Keep,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) op: Op,
    pub(super) key: usize,
    pub(super) value: usize,
    pub(super) other: usize,
    /// On the map and by a foreign type; otherwise on a handle and by a key.
    pub(super) on_map: bool,
}

pub(super) fn steps(keys: usize, values: usize) -> impl Strategy<Value = Vec<Step>> {
    let wish = || prop_oneof![2 => Just(Wish::Put), 1 => Just(Wish::Remove), 1 => Just(Wish::Keep)];
    let op = prop_oneof![
        6 => Just(Op::Insert),
        3 => Just(Op::TryInsert),
        3 => Just(Op::Remove),
        2 => Just(Op::Update),
        2 => Just(Op::GetOrInsert),
        2 => Just(Op::Upsert),
        4 => (Wanted::any(), any::<bool>()).prop_map(|(wanted, set)| Op::CompareAndSet(wanted, set)),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(stale, set)| Op::CompareAndSetSame(stale, set)),
        3 => (wish(), wish()).prop_map(|(absent, present)| Op::Compute(absent, present)),
        1 => Just(Op::RemoveIf),
        1 => Just(Op::RemoveEntry),
        2 => Just(Op::Get),
        1 => Just(Op::GetKeyValue),
        1 => Just(Op::Contains),
        1 => Just(Op::Iterate),
        1 => prop_oneof![4 => Just(Op::Retain), 1 => Just(Op::Clear)],
    ];
    let step = (op, 0..keys, 0..values, 0..values, any::<bool>()).prop_map(|(op, key, value, other, on_map)| Step {
        op,
        key,
        value,
        other,
        on_map,
    });
    vec(step, 0..300)
}
