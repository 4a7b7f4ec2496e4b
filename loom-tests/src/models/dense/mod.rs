//! Dense maps: slots and segments of `docs/DENSE.md`.

mod counts;
mod escapes;
mod pushes;
mod readers;
mod segments;
mod slots;

use super::Word;
use crate::api::edits::{CompareAndSet, Insert, InsertAbsent, Offer, Remove, Update};
use crate::dense::raw::{Cover, Ranges, RawDense};
use crate::platform::epoch;
use crate::table::Edit;
use crate::table::inline::is_inline;
use loom::sync::Arc;

/// A shared dense map.
struct Dense<V: Word>(Arc<RawDense<V>>);

impl<V: Word> Clone for Dense<V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<V: Word> Dense<V> {
    /// Entries in a base of so many slots. Segments behind it have one slot, two, four.
    fn of(base: usize, entries: &[(usize, u64)]) -> Self {
        let map = Self(Arc::new(RawDense::new(base, 100)));
        for &(index, value) in entries {
            map.insert(index, value);
        }
        map
    }

    /// Runs an operation under a guard if values are boxed, and without one if they are not.
    fn with_cover<R>(&self, run: impl FnOnce(&RawDense<V>, Cover<'_, V>) -> R) -> R {
        let guard = (!is_inline::<V>()).then(epoch::pin);
        run(&self.0, Cover::new(guard.as_ref()))
    }

    /// What was there, and is there.
    fn edit<E: Edit<V>>(&self, index: usize, edit: E) -> (Option<u64>, Option<u64>, E::Rest) {
        self.with_cover(|raw, cover| {
            let (edited, rest) = raw.edit(index, edit, cover);
            let edited = edited.expect("below the limit");
            let number = |value: Option<_>| value.map(|value: crate::table::Seen<'_, V>| value.get().number());
            (number(edited.before), number(edited.after), rest)
        })
    }

    fn get(&self, index: usize) -> Option<u64> {
        self.with_cover(|raw, cover| raw.get(index, cover).map(|value| value.get().number()))
    }

    fn insert(&self, index: usize, value: u64) -> Option<u64> {
        // As the API does it, for inline values.
        let before = self.with_cover(|raw, _| {
            let before = raw.insert_plain(index, &V::of(value))?;
            Some(before.map(|before| before.get().number()))
        });
        before.unwrap_or_else(|| self.edit(index, Insert(Offer::Ready(V::of(value)))).0)
    }

    /// Whether it came in.
    fn try_insert(&self, index: usize, value: u64) -> bool {
        self.edit(index, InsertAbsent(<Offer<V>>::Ready(V::of(value)))).2.is_none()
    }

    fn remove(&self, index: usize) -> Option<u64> {
        self.edit(index, Remove).0
    }

    fn add(&self, index: usize, amount: u64) -> Option<u64> {
        self.edit(index, Update(|value: &V| V::of(value.number() + amount))).1
    }

    /// Compare-and-set; `None` is absence, on both sides. Returns what was there instead, if it failed.
    fn compare_and_set(&self, index: usize, expected: Option<u64>, desired: Option<u64>) -> Result<(), Option<u64>> {
        if let (Some(old), Some(new)) = (expected, desired)
            && self.0.replace_plain(index, &V::of(old), &V::of(new)).is_some()
        {
            return Ok(());
        }
        let meets = |current: Option<&V>| current.map(Word::number) == expected;
        let (before, _, (met, _)) = self.edit(index, CompareAndSet::new(meets, desired.map(V::of)));
        if met { Ok(()) } else { Err(before) }
    }

    fn push(&self, value: u64) -> usize {
        self.with_cover(|raw, cover| raw.push(V::of(value), cover).map_err(|(no_slot, _)| no_slot))
            .expect("there is room")
    }

    fn entries(&self) -> Vec<(usize, u64)> {
        self.with_cover(|raw, cover| {
            let mut walk = raw.walk(Ranges::one(0..10), cover);
            core::iter::from_fn(|| walk.next().map(|(index, value)| (index, value.get().number()))).collect()
        })
    }

    fn len(&self) -> usize {
        self.0.counter().len()
    }
}

fn presence(present: bool) -> &'static str {
    if present { "present" } else { "absent" }
}
