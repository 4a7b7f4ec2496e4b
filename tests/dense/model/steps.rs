//! Random steps.

use super::MAX_INDEX;
use crate::wanted::Wanted;
use proptest::collection::vec;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
pub(super) enum Op {
    Get,
    Contains,
    Insert,
    TryInsert,
    Remove,
    RemoveIf,
    Update,
    GetOrInsert,
    Upsert,
    Compute(Option<bool>),
    CompareAndSet(Wanted, bool),
    /// By identity with what was read just before, or before the last change.
    CompareAndSetSame(bool, bool),
    Push,
    Traverse(usize, usize),
    Retain,
    Clear,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) op: Op,
    pub(super) index: usize,
    pub(super) value: usize,
    pub(super) other: usize,
    pub(super) on_map: bool,
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let op = prop_oneof![
        4 => Just(Op::Get),
        1 => Just(Op::Contains),
        6 => Just(Op::Insert),
        2 => Just(Op::TryInsert),
        4 => Just(Op::Remove),
        2 => Just(Op::RemoveIf),
        3 => Just(Op::Update),
        2 => Just(Op::GetOrInsert),
        3 => Just(Op::Upsert),
        3 => any::<Option<bool>>().prop_map(Op::Compute),
        4 => (Wanted::any(), any::<bool>()).prop_map(|(wanted, put)| Op::CompareAndSet(wanted, put)),
        3 => any::<(bool, bool)>().prop_map(|(fresh, put)| Op::CompareAndSetSame(fresh, put)),
        2 => Just(Op::Push),
        1 => (0..MAX_INDEX + 2, 0..MAX_INDEX + 2).prop_map(|(from, to)| Op::Traverse(from, to)),
        1 => Just(Op::Retain),
        1 => Just(Op::Clear),
    ];
    let index = prop_oneof![
        6 => 0..10_usize,
        3 => 0..200_usize,
        2 => 0..=MAX_INDEX,
        1 => prop_oneof![Just(MAX_INDEX), Just(MAX_INDEX + 1), Just(1 << 40), Just(usize::MAX)],
    ];
    let step = (op, index, any::<(usize, usize, bool)>());
    let step = step.prop_map(|(op, index, (value, other, on_map))| Step { op, index, value, other, on_map });
    vec(step, 0..120)
}

/// Whether it puts something, or panics.
pub(super) fn inserts(op: Op) -> bool {
    matches!(
        op,
        Op::Insert
            | Op::GetOrInsert
            | Op::Upsert
            | Op::Compute(Some(true))
            | Op::CompareAndSet(Wanted::Any | Wanted::NotFound, true)
    )
}
