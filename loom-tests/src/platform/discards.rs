//! Nothing is left behind, and nothing kept: lines are freed with their table.

pub(crate) fn free_all() {}

pub(crate) fn keep(_bytes: usize) {}

pub(crate) fn keep_none() {}
