//! How rows become a value, and two values one.

use core::marker::PhantomData;

/// An aggregate function in the three forms that a reduction needs. `X` is what a row brings.
pub(crate) trait Aggregate<Q: ?Sized, X, V> {
    /// The value of a key's first row.
    fn first(&self, key: &Q, row: X) -> V;

    /// Adds a row to the value that this thread has for the key. If it panics, that stays as it is.
    fn add(&self, key: &Q, partial: &mut V, row: X);

    /// What the map's value and a partial one make together; `None` if that is what the map has already.
    fn merge(&self, key: &Q, shared: &V, partial: &V) -> Option<V>;
}

/// The function that users give.
pub(crate) struct Function<F>(pub(crate) F);

impl<Q: ?Sized, V, F: Fn(&Q, Option<&V>, &V) -> V> Aggregate<Q, V, V> for Function<F> {
    #[inline(always)]
    fn first(&self, key: &Q, row: V) -> V {
        let value = (self.0)(key, None, &row);
        // Not on the way out: a panic of its destructor would leak the value.
        drop(row);
        value
    }

    #[inline(always)]
    fn add(&self, key: &Q, partial: &mut V, row: V) {
        *partial = (self.0)(key, Some(partial), &row);
    }

    #[inline(always)]
    fn merge(&self, key: &Q, shared: &V, partial: &V) -> Option<V> {
        Some((self.0)(key, Some(shared), partial))
    }
}

/// Three functions that ask for no key.
pub(crate) struct Parts<V, First, Add, Merge> {
    first: First,
    add: Add,
    merge: Merge,
    value: PhantomData<fn() -> V>,
}

impl<V, First, Add, Merge> Parts<V, First, Add, Merge> {
    /// Takes the functions, whose types follow from `X` and `V`.
    pub(crate) fn new<X>(first: First, add: Add, merge: Merge) -> Self
    where
        First: Fn(X) -> V,
        Add: Fn(&mut V, X),
        Merge: Fn(&V, &V) -> Option<V>,
    {
        Self { first, add, merge, value: PhantomData }
    }
}

impl<Q, X, V, First, Add, Merge> Aggregate<Q, X, V> for Parts<V, First, Add, Merge>
where
    Q: ?Sized,
    First: Fn(X) -> V,
    Add: Fn(&mut V, X),
    Merge: Fn(&V, &V) -> Option<V>,
{
    #[inline(always)]
    fn first(&self, _key: &Q, row: X) -> V {
        (self.first)(row)
    }

    #[inline(always)]
    fn add(&self, _key: &Q, partial: &mut V, row: X) {
        (self.add)(partial, row);
    }

    #[inline(always)]
    fn merge(&self, _key: &Q, shared: &V, partial: &V) -> Option<V> {
        (self.merge)(shared, partial)
    }
}
