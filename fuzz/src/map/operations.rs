//! One operation after the other, on both maps.

use super::kinds::{Item, Mixed};
use crate::Truth;
use crate::input::Input;
use atomic_dict::{AtomicMap, Compute, Expected};
use equivalent::Equivalent;
use std::collections::HashMap;
use std::hash::Hash;

/// A map and its model.
pub(super) struct Beside<K: 'static, V: 'static> {
    pub(super) map: AtomicMap<K, V, Mixed>,
    pub(super) model: HashMap<K, V>,
    truth: Truth,
    removals: usize,
}

/// A lookup by another type than the key's.
#[derive(Hash)]
struct Query<'k, K>(&'k K);

impl<K: Eq> Equivalent<K> for Query<'_, K> {
    fn equivalent(&self, key: &K) -> bool {
        self.0 == key
    }
}

impl<K: Item, V: Item> Beside<K, V> {
    pub(super) fn new(map: AtomicMap<K, V, Mixed>, truth: Truth) -> Self {
        Self { map, model: HashMap::new(), truth, removals: 0 }
    }

    /// Removes from the model. One that lies forgets every third removal.
    pub(super) fn forget(&mut self, key: &K) -> Option<V> {
        self.removals += 1;
        match self.truth {
            Truth::Partial if self.removals.is_multiple_of(3) => self.model.get(key).cloned(),
            _ => self.model.remove(key),
        }
    }

    pub(super) fn step(&mut self, input: &mut Input<'_>) {
        // Inputs of the corpus choose by what is left by 48, below 240.
        let operation = match input.byte() {
            byte @ 0..240 => usize::from(byte % 48),
            byte => usize::from(byte) - 240 + 48,
        };
        let number = match input.byte() {
            // Few keys, so that they meet; sometimes others.
            byte @ 0..200 => u16::from(byte % 40),
            byte => u16::from(byte) << 2,
        };
        let key = K::nth(number);
        let value = V::nth(input.short() % 300);
        match operation {
            0..24 => self.keyed(operation, key, value, input),
            24..30 => self.conditional(operation - 24, key, value, input),
            30..40 => self.many(operation - 30, number, input),
            40..48 => self.whole(operation - 40, input),
            48..52 => self.same(key, value, input),
            52 | 53 => self.compute(key, value, input.below(3), true),
            54 => self.extend(number, input),
            55 => self.visit(),
            _ => self.reduce(operation - 56, number, input),
        }
        assert_eq!(self.map.approx_len(), self.model.len());
    }

    fn keyed(&mut self, operation: usize, key: K, value: V, input: &mut Input<'_>) {
        let next = V::nth(input.short() % 300);
        let (map, model) = (&self.map, &mut self.model);
        match operation {
            0..4 => assert_eq!(map.insert(key.clone(), value.clone()).as_deref(), model.insert(key, value).as_ref()),
            4 => assert_eq!(map.get(&key).as_deref(), model.get(&key)),
            5 => assert_eq!(map.get(&Query(&key)).as_deref(), model.get(&key)),
            6 => assert_eq!(map.contains_key(&key), model.contains_key(&key)),
            7 => {
                let pinned = map.pin();
                let found = pinned.get_key_value(&key);
                assert_eq!(found.as_ref().map(|(key, value)| (&**key, &**value)), model.get_key_value(&key));
            }
            8..10 => {
                let removed = map.remove(&key).as_deref().cloned();
                assert_eq!(removed, self.forget(&key));
            }
            10 => {
                let removed = map.pin().remove_entry(&key).map(|(key, value)| (K::clone(&key), V::clone(&value)));
                assert_eq!(removed, self.forget(&key).map(|value| (key, value)));
            }
            11 => {
                let removed = map.remove(&Query(&key)).as_deref().cloned();
                assert_eq!(removed, self.forget(&key));
            }
            12 | 13 => {
                let updated = map.update(&key, |_| next.clone());
                let expected = model.get_mut(&key).map(|value| {
                    *value = next.clone();
                    &*value
                });
                assert_eq!(updated.as_deref(), expected);
            }
            14 => assert_eq!(*map.get_or_insert(key.clone(), value.clone()), *model.entry(key).or_insert(value)),
            15 => {
                let found = map.get_or_insert_with(key.clone(), || value.clone());
                assert_eq!(*found, *model.entry(key).or_insert(value));
            }
            16 => {
                let found = map.get_or_insert_with_ref(&Query(&key), |query| query.0.clone(), || value.clone());
                assert_eq!(*found, *model.entry(key.clone()).or_insert(value));
            }
            17 | 18 => {
                let found = map.upsert(key.clone(), || value.clone(), |_| next.clone());
                let expected = model.entry(key).and_modify(|value| *value = next.clone()).or_insert(value);
                assert_eq!(*found, *expected);
            }
            19 => {
                let found = map.upsert_ref(&Query(&key), |query| query.0.clone(), || value.clone(), |_| next.clone());
                let expected = model.entry(key.clone()).and_modify(|value| *value = next.clone()).or_insert(value);
                assert_eq!(*found, *expected);
            }
            20 => match map.try_insert(key.clone(), value.clone()) {
                Ok(inserted) => assert!(*inserted == value && model.insert(key, value).is_none()),
                Err(occupied) => assert_eq!((Some(&*occupied.current), occupied.value), (model.get(&key), value)),
            },
            _ => self.compute(key, value, input.below(3), false),
        }
    }

    /// By a key, or by a query for it.
    fn compute(&mut self, key: K, value: V, how: usize, by_query: bool) {
        let decide = |current: Option<&V>| match (how, current) {
            (0, _) => Compute::Put(value.clone()),
            (1, Some(_)) => Compute::Remove,
            (1, None) => Compute::Put(value.clone()),
            _ => Compute::Keep,
        };
        let expected = self.model.get(&key).cloned();
        {
            let pinned = self.map.pin();
            let computed = match by_query {
                true => pinned.compute_ref(&Query(&key), |query| query.0.clone(), decide),
                false => pinned.compute(key.clone(), decide),
            };
            assert_eq!(computed.before.as_deref(), expected.as_ref());
            let after = match decide(expected.as_ref()) {
                Compute::Put(value) => Some(value),
                Compute::Keep => expected.clone(),
                Compute::Remove => None,
            };
            assert_eq!(computed.after.as_deref(), after.as_ref());
        }
        match decide(expected.as_ref()) {
            Compute::Put(value) => drop(self.model.insert(key, value)),
            Compute::Keep => {}
            Compute::Remove => drop(self.forget(&key)),
        }
    }

    fn conditional(&mut self, operation: usize, key: K, value: V, input: &mut Input<'_>) {
        let current = self.model.get(&key).cloned();
        let desired = (input.below(3) > 0).then(|| V::nth(input.short() % 300));
        let met = match operation {
            0 | 1 => {
                let result = self.map.compare_and_set(key.clone(), Expected::Value(&value), desired.clone());
                let met = current.as_ref() == Some(&value);
                self.assert_set(
                    result
                        .map(|before| before.as_deref().cloned())
                        .map_err(|failed| (failed.actual.as_deref().cloned(), failed.desired)),
                    met,
                    &current,
                    &desired,
                )
            }
            2 => {
                let expected = current.as_ref().map_or(Expected::NotFound, Expected::Value);
                self.map.compare_and_set(key.clone(), expected, desired.clone()).is_ok()
            }
            3 => {
                let result = self.map.compare_and_set(key.clone(), Expected::NotFound, desired.clone());
                let met = current.is_none();
                self.assert_set(
                    result
                        .map(|before| before.as_deref().cloned())
                        .map_err(|failed| (failed.actual.as_deref().cloned(), failed.desired)),
                    met,
                    &current,
                    &desired,
                )
            }
            4 => {
                let make = |query: &Query<'_, K>| query.0.clone();
                let query = Query(&key);
                assert!(self.map.compare_and_set_ref(&query, make, Expected::Any, desired.clone()).is_ok());
                true
            }
            _ => {
                let condition = |found: &V| *found >= value;
                let removed = self.map.remove_if(&key, condition).as_deref().cloned();
                let meets = current.as_ref().is_some_and(condition);
                assert_eq!(removed, current.filter(|_| meets));
                if meets {
                    self.forget(&key);
                }
                return;
            }
        };
        match desired {
            _ if !met => {}
            Some(desired) => drop(self.model.insert(key, desired)),
            None => drop(self.forget(&key)),
        }
    }

    fn assert_set(
        &self,
        result: Result<Option<V>, (Option<V>, Option<V>)>,
        met: bool,
        current: &Option<V>,
        desired: &Option<V>,
    ) -> bool {
        match result {
            Ok(before) => assert!(met && before == *current),
            Err((actual, unused)) => assert!(!met && actual == *current && unused == *desired),
        }
        met
    }

    fn many(&mut self, operation: usize, number: u16, input: &mut Input<'_>) {
        let count = match input.byte() {
            byte @ 0..240 => u16::from(byte % 60),
            byte => u16::from(byte - 239) * 40,
        };
        let numbers = number..number + count;
        let entry = |number| (K::nth(number), V::nth(number.wrapping_mul(31) % 300));
        match operation {
            0..3 => {
                let pinned = self.map.pin();
                for (key, value) in numbers.map(entry) {
                    let before = pinned.insert(key.clone(), value.clone());
                    assert_eq!(before.as_deref(), self.model.insert(key, value).as_ref());
                }
            }
            3 | 4 => {
                for number in numbers {
                    let key = K::nth(number);
                    let removed = self.map.remove(&key).as_deref().cloned();
                    assert_eq!(removed, self.forget(&key));
                }
            }
            5 => {
                self.map.batch_insert(numbers.clone().map(entry));
                self.model.extend(numbers.map(entry));
            }
            6 => {
                let keys: Vec<K> = numbers.map(K::nth).collect();
                let expected: Vec<_> = keys.iter().map(|key| self.model.get(key)).collect();
                let pinned = self.map.pin();
                let found: Vec<_> = pinned.batch_getitem(&keys).chunk_size(1 + input.below(80)).collect();
                assert!(found.iter().map(|value| value.as_deref()).eq(expected.iter().copied()));
                assert!(self.map.batch_getitem(&keys).iter().map(Option::as_ref).eq(expected));
            }
            7 => {
                // The greatest value of each key: the same in whichever order.
                let rows = || numbers.clone().chain(numbers.clone()).map(entry);
                self.map.reduce(rows(), |_, current, new| current.map_or(new, |current| current.max(new)).clone());
                for (key, new) in rows() {
                    let value = self.model.entry(key).or_insert_with(|| new.clone());
                    *value = new.max(value.clone());
                }
            }
            8 => {
                self.map.reduce_min(numbers.clone().map(entry));
                for (key, new) in numbers.map(entry) {
                    let value = self.model.entry(key).or_insert_with(|| new.clone());
                    *value = new.min(value.clone());
                }
            }
            _ => {
                let mut pinned = self.map.pin();
                for (index, key) in numbers.map(K::nth).enumerate() {
                    assert_eq!(pinned.get(&key).as_deref(), self.model.get(&key));
                    if index % 16 == 0 {
                        pinned.repin();
                    }
                }
            }
        }
    }

    fn extend(&mut self, number: u16, input: &mut Input<'_>) {
        let (first, count) = (number, u16::from(input.byte() % 60));
        // The last value of a key counts.
        let entries = || {
            let twice = (first..first + count).chain(first..first + count / 2).zip(0..);
            twice.map(|(number, value)| (K::nth(number), V::nth(value)))
        };
        match input.below(2) {
            0 => self.map.extend(entries()),
            _ => (&self.map).extend(entries()),
        }
        self.model.extend(entries());
    }

    fn visit(&self) {
        let mut found = HashMap::new();
        self.map.for_each(|key, value| assert!(found.insert(key.clone(), value.clone()).is_none(), "each once"));
        assert_eq!(found, self.model);
    }

    fn whole(&mut self, operation: usize, input: &mut Input<'_>) {
        let argument = input.byte();
        match operation {
            0 => {
                let keep = |value: &V| *value > V::nth(u16::from(argument));
                self.map.retain(|_, value| keep(value));
                self.model.retain(|_, value| keep(value));
            }
            1 if argument < 64 => {
                self.map.clear();
                self.model.clear();
            }
            2 => self.map.compact(),
            3 => self.map.shrink_to_fit(),
            4 => self.map.reserve(usize::from(argument)),
            5 => {
                let copy = self.map.clone();
                assert!(copy == self.map);
                self.map = copy;
            }
            6 if argument < 32 => {
                let drained: HashMap<K, V> = self.map.drain().collect();
                assert_eq!(drained, std::mem::take(&mut self.model));
            }
            _ => {
                self.map.flush();
                self.assert_equal();
            }
        }
    }

    /// Every entry, by all ways to traverse.
    fn assert_equal(&self) {
        let pinned = self.map.pin();
        let mut count = 0;
        for (key, value) in pinned.iter() {
            assert_eq!(self.model.get(&*key), Some(&*value));
            count += 1;
        }
        assert_eq!(count, self.model.len(), "each once");
        assert_eq!((self.map.len(), self.map.len_bounds()), (count, (count, count)));
        assert_eq!((pinned.keys().count(), pinned.values().count()), (count, count));
        assert_eq!(self.map.is_empty(), count == 0);
        let parts: usize = (0..3).map(|part| pinned.fast_iter(3, part).count()).sum();
        assert_eq!(parts, count);
    }

    pub(super) fn finish(self) {
        self.assert_equal();
        let entries: HashMap<K, V> = self.map.into_iter().collect();
        assert_eq!(entries, self.model);
    }
}
