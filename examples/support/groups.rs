//! What is asked about each group, as one aggregate value.

/// The rows of a group so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Group {
    pub(crate) count: u64,
    pub(crate) sum: f64,
    pub(crate) max: f64,
}

impl Group {
    /// A group of one row.
    pub(crate) fn of(value: f64) -> Self {
        Self { count: 1, sum: value, max: value }
    }

    /// Two parts of a group together.
    pub(crate) fn and(self, other: &Self) -> Self {
        Self { count: self.count + other.count, sum: self.sum + other.sum, max: self.max.max(other.max) }
    }

    pub(crate) fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }
}
