//! An equality that tells all values apart, NaNs too.

use std::fmt::Debug;
use std::num::NonZeroI32;

/// A value of a map that is compared with a model.
pub(crate) trait Value: PartialEq + Clone + Debug + Send + Sync + 'static {
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

impl Value for () {}
impl Value for bool {}
impl Value for char {}
impl Value for i8 {}
impl Value for i128 {}
impl Value for u64 {}
impl Value for NonZeroI32 {}
impl Value for String {}

impl Value for f32 {
    fn same(&self, other: &Self) -> bool {
        self.to_bits() == other.to_bits()
    }
}

impl Value for f64 {
    fn same(&self, other: &Self) -> bool {
        self.to_bits() == other.to_bits()
    }
}

/// Whether both are there, and the same, or neither is.
pub(crate) fn same<V: Value>(left: Option<&V>, right: Option<&V>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => left.same(right),
        (left, right) => left.is_none() && right.is_none(),
    }
}
