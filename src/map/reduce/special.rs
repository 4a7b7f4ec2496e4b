//! The usual aggregates.

use super::aggregate::{Aggregate, Parts};
use core::ops::{Add, BitAnd, BitOr};

/// How many.
pub(crate) fn count<Q: ?Sized, V: From<bool> + Add<Output = V> + Clone>() -> impl Aggregate<Q, (), V> + Sync {
    let one = || V::from(true);
    Parts::new(
        move |()| one(),
        move |partial: &mut V, ()| *partial = partial.clone() + one(),
        |shared: &V, partial: &V| Some(shared.clone() + partial.clone()),
    )
}

/// What a function of two values makes of all.
fn folded<Q: ?Sized, V: Clone>(combine: impl Fn(V, V) -> V + Sync) -> impl Aggregate<Q, V, V> + Sync {
    struct Folded<F>(F);
    impl<Q: ?Sized, V: Clone, F: Fn(V, V) -> V> Aggregate<Q, V, V> for Folded<F> {
        #[inline(always)]
        fn first(&self, _key: &Q, row: V) -> V {
            row
        }

        #[inline(always)]
        fn add(&self, _key: &Q, partial: &mut V, row: V) {
            *partial = (self.0)(partial.clone(), row);
        }

        #[inline(always)]
        fn merge(&self, _key: &Q, shared: &V, partial: &V) -> Option<V> {
            Some((self.0)(shared.clone(), partial.clone()))
        }
    }
    Folded(combine)
}

/// The sum.
pub(crate) fn sum<Q: ?Sized, V: Add<Output = V> + Clone>() -> impl Aggregate<Q, V, V> + Sync {
    folded(|one: V, other| one + other)
}

/// All, or what bits all have.
pub(crate) fn and<Q: ?Sized, V: BitAnd<Output = V> + Clone>() -> impl Aggregate<Q, V, V> + Sync {
    folded(|one: V, other| one & other)
}

/// Any, or what bits any has.
pub(crate) fn or<Q: ?Sized, V: BitOr<Output = V> + Clone>() -> impl Aggregate<Q, V, V> + Sync {
    folded(|one: V, other| one | other)
}

/// The one that is before all others.
fn extreme<Q: ?Sized, V: Clone>(before: impl Fn(&V, &V) -> bool + Copy + Sync) -> impl Aggregate<Q, V, V> + Sync {
    Parts::new(
        |row: V| row,
        move |partial: &mut V, row| {
            if before(&row, partial) {
                *partial = row;
            }
        },
        move |shared: &V, partial: &V| before(partial, shared).then(|| partial.clone()),
    )
}

/// The smallest.
pub(crate) fn min<Q: ?Sized, V: Ord + Clone>() -> impl Aggregate<Q, V, V> + Sync {
    extreme(|one: &V, other: &V| one < other)
}

/// The largest.
pub(crate) fn max<Q: ?Sized, V: Ord + Clone>() -> impl Aggregate<Q, V, V> + Sync {
    extreme(|one: &V, other: &V| one > other)
}

/// All of them.
pub(crate) fn list<Q: ?Sized, T: Clone>() -> impl Aggregate<Q, T, Vec<T>> + Sync {
    Parts::new(
        |row| vec![row],
        |partial: &mut Vec<T>, row| partial.push(row),
        |shared: &Vec<T>, partial: &Vec<T>| Some([&shared[..], &partial[..]].concat()),
    )
}
