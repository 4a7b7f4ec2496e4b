//! The writing operations as decisions: what each wants of a slot, given what is there.

use super::outcome::Expected;
use crate::table::{Decision, Edit, NewValue};

/// A value that is made once, and offered until it is in the map.
pub(crate) struct Offer<V: 'static, F = fn() -> V> {
    make: Option<F>,
    value: Option<NewValue<V>>,
}

impl<V: 'static> Offer<V> {
    #[inline(always)]
    pub(crate) fn ready(value: V) -> Self {
        Self { make: None, value: Some(NewValue::new(value)) }
    }
}

impl<V: 'static, F: FnOnce() -> V> Offer<V, F> {
    #[inline(always)]
    pub(crate) fn made_by(make: F) -> Self {
        Self { make: Some(make), value: None }
    }

    #[inline(always)]
    fn take(&mut self) -> NewValue<V> {
        self.value.take().unwrap_or_else(|| {
            let make = self.make.take().unwrap_or_else(|| unreachable!("a refused value comes back"));
            NewValue::new(make())
        })
    }

    /// The value, if it was made and did not come into the map.
    pub(crate) fn unused(self) -> Option<V> {
        self.value.map(NewValue::into_inner)
    }
}

/// Inserts or replaces.
pub(crate) struct Insert<V: 'static>(pub(crate) Offer<V>);

impl<V: 'static> Edit<V> for Insert<V> {
    #[inline(always)]
    fn decide(&mut self, _current: Option<&V>) -> Decision<V> {
        Decision::Put(self.0.take())
    }

    fn refused(&mut self, value: NewValue<V>) {
        self.0.value = Some(value);
    }
}

/// Inserts if absent.
pub(crate) struct InsertAbsent<V: 'static, F>(pub(crate) Offer<V, F>);

impl<V: 'static, F: FnOnce() -> V> Edit<V> for InsertAbsent<V, F> {
    #[inline(always)]
    fn decide(&mut self, current: Option<&V>) -> Decision<V> {
        match current {
            Some(_) => Decision::Keep,
            None => Decision::Put(self.0.take()),
        }
    }

    fn refused(&mut self, value: NewValue<V>) {
        self.0.value = Some(value);
    }
}

/// Removes.
pub(crate) struct Remove;

impl<V: 'static> Edit<V> for Remove {
    #[inline(always)]
    fn decide(&mut self, _current: Option<&V>) -> Decision<V> {
        Decision::Remove
    }

    fn refused(&mut self, _value: NewValue<V>) {}
}

/// Replaces a present value by a function of it.
pub(crate) struct Update<F>(pub(crate) F);

impl<V: 'static, F: FnMut(&V) -> V> Edit<V> for Update<F> {
    #[inline(always)]
    fn decide(&mut self, current: Option<&V>) -> Decision<V> {
        current.map_or(Decision::Keep, |value| Decision::Put(NewValue::new((self.0)(value))))
    }

    fn refused(&mut self, _value: NewValue<V>) {}
}

/// Inserts, or replaces a present value by a function of it.
pub(crate) struct Upsert<V: 'static, I, F> {
    pub(crate) init: Offer<V, I>,
    pub(crate) merge: F,
    /// Whether the last decision was the initial value.
    pub(crate) offered: bool,
}

impl<V: 'static, I: FnOnce() -> V, F: FnMut(&V) -> V> Edit<V> for Upsert<V, I, F> {
    #[inline(always)]
    fn decide(&mut self, current: Option<&V>) -> Decision<V> {
        self.offered = current.is_none();
        Decision::Put(match current {
            None => self.init.take(),
            Some(value) => NewValue::new((self.merge)(value)),
        })
    }

    fn refused(&mut self, value: NewValue<V>) {
        if self.offered {
            self.init.value = Some(value);
        }
    }
}

/// Inserts, replaces or removes if what is there is as expected.
pub(crate) struct CompareAndSet<'v, V: 'static> {
    pub(crate) expected: Expected<'v, V>,
    /// `None`: remove.
    pub(crate) desired: Option<Offer<V>>,
    pub(crate) met: bool,
}

impl<V: PartialEq + 'static> Edit<V> for CompareAndSet<'_, V> {
    #[inline(always)]
    fn decide(&mut self, current: Option<&V>) -> Decision<V> {
        self.met = match (self.expected, current) {
            (Expected::Any, _) | (Expected::NotFound, None) => true,
            (Expected::Value(expected), Some(current)) => expected == current,
            _ => false,
        };
        match &mut self.desired {
            _ if !self.met => Decision::Keep,
            Some(offer) => Decision::Put(offer.take()),
            None => Decision::Remove,
        }
    }

    fn refused(&mut self, value: NewValue<V>) {
        if let Some(offer) = &mut self.desired {
            offer.value = Some(value);
        }
    }
}
