//! What a comparison wants to find.

use atomic_dict::Expected;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    NotFound,
    Any,
    Value,
}

impl Wanted {
    pub(crate) fn any() -> impl Strategy<Value = Self> {
        prop_oneof![Just(Self::NotFound), Just(Self::Any), Just(Self::Value)]
    }

    /// What the map is asked for, where `value` is the value that may be wanted.
    pub(crate) fn expected<V>(self, value: &V) -> Expected<'_, V> {
        match self {
            Self::NotFound => Expected::NotFound,
            Self::Any => Expected::Any,
            Self::Value => Expected::Value(value),
        }
    }

    /// Whether this is what is there.
    pub(crate) fn is_met<V: PartialEq>(self, present: Option<&V>, value: &V) -> bool {
        match self {
            Self::NotFound => present.is_none(),
            Self::Any => true,
            Self::Value => present == Some(value),
        }
    }
}
