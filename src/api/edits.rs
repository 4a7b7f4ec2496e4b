//! The writing operations as decisions: what each wants of a slot, given what is there.

use super::outcome::Compute;
use crate::table::{Decision, Edit};

/// A value that is made once, and offered until it is in the map.
pub(crate) enum Offer<V: 'static, F = fn() -> V> {
    Ready(V),
    Make(F),
    /// Being tried, or in the map.
    Taken,
}

impl<V: 'static, F: FnOnce() -> V> Offer<V, F> {
    #[inline(always)]
    fn take(&mut self) -> V {
        match core::mem::replace(self, Self::Taken) {
            Self::Ready(value) => value,
            Self::Make(make) => make(),
            Self::Taken => unreachable!("a refused value comes back"),
        }
    }

    /// The value, if it was made and did not come into the map.
    #[inline(always)]
    pub(crate) fn unused(self) -> Option<V> {
        if let Self::Ready(value) = self { Some(value) } else { None }
    }
}

/// Inserts or replaces.
pub(crate) struct Insert<V: 'static>(pub(crate) Offer<V>);

impl<V: 'static> Edit<V> for Insert<V> {
    #[inline(always)]
    fn decide(&mut self, _current: Option<&V>) -> Decision<V> {
        Decision::Put(self.0.take())
    }

    fn refused(&mut self, value: V) {
        self.0 = Offer::Ready(value);
    }

    type Rest = ();

    #[inline(always)]
    fn rest(self) {}
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

    fn refused(&mut self, value: V) {
        self.0 = Offer::Ready(value);
    }

    type Rest = Option<V>;

    #[inline(always)]
    fn rest(self) -> Option<V> {
        self.0.unused()
    }
}

/// Removes.
pub(crate) struct Remove;

impl<V: 'static> Edit<V> for Remove {
    #[inline(always)]
    fn decide(&mut self, _current: Option<&V>) -> Decision<V> {
        Decision::Remove
    }

    fn refused(&mut self, _value: V) {}

    type Rest = ();

    #[inline(always)]
    fn rest(self) {}
}

/// Replaces a present value by a function of it.
pub(crate) struct Update<F>(pub(crate) F);

impl<V: 'static, F: FnMut(&V) -> V> Edit<V> for Update<F> {
    #[inline(always)]
    fn decide(&mut self, current: Option<&V>) -> Decision<V> {
        current.map_or(Decision::Keep, |value| Decision::Put((self.0)(value)))
    }

    fn refused(&mut self, _value: V) {}

    type Rest = ();

    #[inline(always)]
    fn rest(self) {}
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
            Some(value) => (self.merge)(value),
        })
    }

    fn refused(&mut self, value: V) {
        if self.offered {
            self.init = Offer::Ready(value);
        }
    }

    type Rest = ();

    #[inline(always)]
    fn rest(self) {}
}

/// Brings a partial result: inserts it where the key is absent, else puts what `merge` makes of the value and it. `None`: the value
/// stays.
pub(crate) struct Merge<V: 'static, F> {
    /// `None` while it is being tried, or in the map.
    partial: Option<V>,
    merge: F,
}

impl<V: 'static, F> Merge<V, F> {
    #[inline(always)]
    pub(crate) fn new(partial: V, merge: F) -> Self {
        Self { partial: Some(partial), merge }
    }
}

impl<V: 'static, F: FnMut(&V, &V) -> Option<V>> Edit<V> for Merge<V, F> {
    #[inline(always)]
    fn decide(&mut self, current: Option<&V>) -> Decision<V> {
        match (current, &self.partial) {
            (None, _) => {
                let partial = self.partial.take();
                Decision::Put(partial.unwrap_or_else(|| unreachable!("a refused partial result comes back")))
            }
            (Some(current), Some(partial)) => (self.merge)(current, partial).map_or(Decision::Keep, Decision::Put),
            (Some(_), None) => unreachable!("a refused partial result comes back"),
        }
    }

    fn refused(&mut self, value: V) {
        // What was made of it and another is not it.
        self.partial.get_or_insert(value);
    }

    type Rest = ();

    #[inline(always)]
    fn rest(self) {}
}

/// Inserts, replaces or removes if what is there meets an expectation.
pub(crate) struct CompareAndSet<V: 'static, M> {
    pub(crate) meets: M,
    /// `None`: remove.
    pub(crate) desired: Option<Offer<V>>,
    met: bool,
}

impl<V: 'static, M> CompareAndSet<V, M> {
    #[inline(always)]
    pub(crate) fn new(meets: M, desired: Option<V>) -> Self {
        Self { meets, desired: desired.map(Offer::Ready), met: false }
    }
}

impl<V: 'static, M: FnMut(Option<&V>) -> bool> Edit<V> for CompareAndSet<V, M> {
    #[inline(always)]
    fn decide(&mut self, current: Option<&V>) -> Decision<V> {
        self.met = (self.meets)(current);
        match &mut self.desired {
            _ if !self.met => Decision::Keep,
            Some(offer) => Decision::Put(offer.take()),
            None => Decision::Remove,
        }
    }

    fn refused(&mut self, value: V) {
        if let Some(offer) = &mut self.desired {
            *offer = Offer::Ready(value);
        }
    }

    /// Whether the expectation was met, and the value that was not used.
    type Rest = (bool, Option<V>);

    #[inline(always)]
    fn rest(self) -> (bool, Option<V>) {
        (self.met, self.desired.and_then(Offer::unused))
    }
}

/// Does whatever a function of the present value says.
pub(crate) struct Free<F>(pub(crate) F);

impl<V: 'static, F: FnMut(Option<&V>) -> Compute<V>> Edit<V> for Free<F> {
    #[inline(always)]
    fn decide(&mut self, current: Option<&V>) -> Decision<V> {
        match (self.0)(current) {
            Compute::Put(value) => Decision::Put(value),
            Compute::Remove => Decision::Remove,
            Compute::Keep => Decision::Keep,
        }
    }

    fn refused(&mut self, _value: V) {}

    type Rest = ();

    #[inline(always)]
    fn rest(self) {}
}
