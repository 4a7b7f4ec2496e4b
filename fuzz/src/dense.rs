//! `DenseMap` beside `BTreeMap`.

use crate::Truth;
use crate::input::Input;
use atomic_dict::dense::{NoSlot, TryInsertError};
use atomic_dict::{Compute, DenseMap, Expected};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// A value, made from a number.
trait Item: Ord + Clone + Debug + Send + Sync + 'static {
    /// Whether values stand in slots, so that equal ones are the same.
    const IS_INLINE: bool;

    fn nth(number: u16) -> Self;
}

/// Every third one needs a box.
impl Item for u64 {
    const IS_INLINE: bool = true;

    fn nth(number: u16) -> Self {
        if number.is_multiple_of(3) { 0x2000 << 48 | u64::from(number) } else { u64::from(number) << 40 }
    }
}

impl Item for String {
    const IS_INLINE: bool = false;

    fn nth(number: u16) -> Self {
        number.to_string()
    }
}

impl Item for bool {
    const IS_INLINE: bool = true;

    fn nth(number: u16) -> Self {
        number % 2 == 1
    }
}

/// A map and its model.
struct Beside<V: 'static> {
    map: DenseMap<V>,
    model: BTreeMap<usize, V>,
    /// The index that the next push tries.
    next: usize,
    limit: usize,
    truth: Truth,
    removals: usize,
}

/// Runs what the bytes say.
///
/// # Panics
/// If the two maps differ.
pub fn run(data: &[u8], truth: Truth) {
    let mut input = Input::new(data);
    match input.below(3) {
        0 => compare::<u64>(input, truth),
        1 => compare::<String>(input, truth),
        _ => compare::<bool>(input, truth),
    }
}

fn compare<V: Item>(mut input: Input<'_>, truth: Truth) {
    let capacity = match input.byte() {
        byte @ 0..200 => usize::from(byte % 70),
        byte => usize::from(byte) * 8,
    };
    let limit = capacity.saturating_sub(1) + usize::from(input.short() % 5000);
    let map = DenseMap::builder().capacity(capacity).max_index(limit).build();
    let mut beside = Beside::<V> { map, model: BTreeMap::new(), next: 0, limit, truth, removals: 0 };
    while !input.is_empty() {
        beside.step(&mut input);
    }
    assert_eq!(beside.map.len(), beside.model.len());
    let entries: BTreeMap<usize, V> = beside.map.into_iter().collect();
    assert_eq!(entries, beside.model);
}

impl<V: Item> Beside<V> {
    /// Removes from the model. One that lies forgets every third removal.
    fn forget(&mut self, index: usize) -> Option<V> {
        self.removals += 1;
        match self.truth {
            Truth::Partial if self.removals.is_multiple_of(3) => self.model.get(&index).cloned(),
            _ => self.model.remove(&index),
        }
    }

    fn step(&mut self, input: &mut Input<'_>) {
        // Inputs of the corpus choose by what is left by 28, below 252.
        let operation = match input.byte() {
            byte @ 0..252 => usize::from(byte % 28),
            byte => usize::from(byte) - 252 + 28,
        };
        let index = match input.byte() {
            byte @ 0..180 => usize::from(byte % 90),
            byte @ 180..240 => usize::from(byte) * usize::from(input.byte()),
            byte @ 240..250 => self.limit.wrapping_add(usize::from(byte)).wrapping_sub(245),
            byte => usize::MAX - usize::from(byte % 5),
        };
        let value = V::nth(input.short() % 300);
        match operation {
            0..14 => self.keyed(operation, index, value),
            14..19 => self.conditional(operation - 14, index, value, input),
            19..28 => self.many(operation - 19, index, input),
            28 => self.same(index, value, input),
            29 if self.is_within(index) => {
                let found = self.map.get_or_insert_with(index, || value.clone());
                assert_eq!(*found, *self.model.entry(index).or_insert(value));
            }
            30 => self.visit(),
            _ => self.push(value, true),
        }
        assert_eq!(self.map.approx_len(), self.model.len());
    }

    /// Whether an index has a slot, or can have one.
    fn is_within(&self, index: usize) -> bool {
        index <= self.limit
    }

    fn keyed(&mut self, operation: usize, index: usize, value: V) {
        let (map, model, is_within) = (&self.map, &mut self.model, index <= self.limit);
        match operation {
            0..4 if is_within => {
                assert_eq!(map.insert(index, value.clone()).as_deref(), model.insert(index, value).as_ref());
            }
            4 => assert_eq!(map.get(index).as_deref(), model.get(&index)),
            5 => assert_eq!(map.contains_key(index), model.contains_key(&index)),
            6 | 7 => {
                let removed = map.remove(index).as_deref().cloned();
                assert_eq!(removed, self.forget(index));
            }
            8 => {
                let updated = map.update(index, |_| value.clone()).as_deref().cloned();
                let expected = model.get_mut(&index).map(|current| std::mem::replace(current, value.clone()));
                assert_eq!(updated, expected.map(|_| value));
            }
            9 if is_within => {
                assert_eq!(*map.get_or_insert(index, value.clone()), *model.entry(index).or_insert(value));
            }
            10 if is_within => {
                let found = map.upsert(index, || V::nth(7), |_| value.clone());
                assert_eq!(*found, *model.entry(index).and_modify(|current| *current = value).or_insert(V::nth(7)));
            }
            11 => match map.try_insert(index, value.clone()) {
                Ok(inserted) => assert!(is_within && *inserted == value && model.insert(index, value).is_none()),
                Err(TryInsertError::Occupied(occupied)) => {
                    assert_eq!((Some(&*occupied.current), occupied.value), (model.get(&index), value));
                }
                Err(TryInsertError::NoSlot(error)) => {
                    assert!(!is_within && error.value == value);
                    let expected = NoSlot::AboveLimit { index, max_index: self.limit };
                    assert_eq!(format!("{:?}", error.reason), format!("{expected:?}"));
                }
            },
            12 | 13 => self.push(value, false),
            _ => {}
        }
    }

    /// `or_panics` where there is no index left, which is left out here.
    fn push(&mut self, value: V, or_panics: bool) {
        while self.model.contains_key(&self.next) {
            self.next += 1;
        }
        if or_panics && self.next <= self.limit {
            assert_eq!(self.map.push(value.clone()), self.next);
            self.model.insert(self.next, value);
            self.next += 1;
            return;
        }
        match self.map.try_push(value.clone()) {
            Ok(index) => {
                assert_eq!(index, self.next);
                self.model.insert(index, value);
                self.next += 1;
            }
            Err(error) => assert!(self.next > self.limit && error.value == value, "{:?}", error.reason),
        }
    }

    fn conditional(&mut self, operation: usize, index: usize, value: V, input: &mut Input<'_>) {
        if !self.is_within(index) {
            return;
        }
        let current = self.model.get(&index).cloned();
        let desired = (input.below(3) > 0).then(|| V::nth(input.short() % 300));
        let is_met = match operation {
            0 => {
                let met = current.as_ref() == Some(&value);
                assert_eq!(self.map.compare_and_set(index, Expected::Value(&value), desired.clone()).is_ok(), met);
                met
            }
            1 => {
                let expected = current.as_ref().map_or(Expected::NotFound, Expected::Value);
                let before = self.map.compare_and_set(index, expected, desired.clone()).expect("it is so");
                assert_eq!(before.as_deref(), current.as_ref());
                true
            }
            2 => {
                let result = self.map.compare_and_set(index, Expected::NotFound, desired.clone());
                let met = current.is_none();
                assert_eq!(result.is_ok(), met);
                if let Err(failed) = result {
                    assert_eq!((failed.actual.as_deref(), &failed.desired), (current.as_ref(), &desired));
                }
                met
            }
            3 => {
                let pinned = self.map.pin();
                let computed = pinned.compute(index, |_| desired.clone().map_or(Compute::Remove, Compute::Put));
                assert_eq!(computed.before.as_deref(), current.as_ref());
                assert_eq!(computed.after.as_deref(), desired.as_ref());
                true
            }
            _ => {
                let condition = |found: &V| *found >= value;
                let removed = self.map.remove_if(index, condition).as_deref().cloned();
                let meets = current.as_ref().is_some_and(condition);
                assert_eq!(removed, current.filter(|_| meets));
                if meets {
                    self.forget(index);
                }
                return;
            }
        };
        match desired {
            _ if !is_met => {}
            Some(desired) => drop(self.model.insert(index, desired)),
            None => drop(self.forget(index)),
        }
    }

    /// Compare-and-set by identity, with a value that was read of this index, or of another one, and may have been replaced since, by an
    /// equal one too.
    fn same(&mut self, index: usize, value: V, input: &mut Input<'_>) {
        let other = usize::from(input.byte() % 90);
        let (is_own, is_replaced, is_equal) = (input.below(3) > 0, input.below(3) == 0, input.below(2) == 0);
        let desired = (input.below(3) > 0).then(|| V::nth(input.short() % 300));
        if !self.is_within(index) {
            return;
        }
        let from = if is_own { index } else { other };
        let is_met = {
            let pinned = self.map.pin();
            let Some(read) = pinned.get(from) else { return };
            if is_replaced {
                let new = if is_equal { V::clone(&read) } else { value };
                pinned.insert(index, new.clone());
                self.model.insert(index, new);
            }
            let current = self.model.get(&index);
            // Words are the same if they are equal; a box is no longer there when it was replaced.
            let is_met = if V::IS_INLINE { current == Some(&*read) } else { from == index && !is_replaced };
            match pinned.compare_and_set_same(index, &read, desired.clone()) {
                Ok(before) => assert!(is_met && before.as_deref() == current),
                Err(failed) => {
                    assert!(!is_met && failed.actual.as_deref() == current && failed.desired == desired);
                }
            }
            is_met
        };
        match desired {
            _ if !is_met => {}
            Some(desired) => drop(self.model.insert(index, desired)),
            None => drop(self.forget(index)),
        }
    }

    fn visit(&self) {
        let mut found = Vec::new();
        self.map.for_each(|index, value| found.push((index, value.clone())));
        assert!(found.iter().map(|(index, value)| (index, value)).eq(&self.model), "{found:?}");
    }

    fn many(&mut self, operation: usize, index: usize, input: &mut Input<'_>) {
        let argument = input.byte();
        let index = index.min(self.limit);
        // Short, mostly: the time of an input is the time of these.
        let length = if argument < 240 { argument % 40 } else { argument };
        let end = index.saturating_add(usize::from(length)).min(self.limit);
        let entries = || (index..end).map(|index| (index, V::nth((index % 300) as u16)));
        match operation {
            0 => {
                let mut map = &self.map;
                map.extend(entries());
                self.model.extend(entries());
            }
            1 => (index..end).for_each(|index| {
                let removed = self.map.remove(index).as_deref().cloned();
                assert_eq!(removed, self.forget(index));
            }),
            2 => {
                let pinned = self.map.pin();
                let found = pinned.range(index..end).map(|(index, value)| (index, V::clone(&value)));
                assert!(found.eq(self.model.range(index..end).map(|(index, value)| (*index, value.clone()))));
            }
            3 => {
                let indices: Vec<usize> = (index..end).rev().chain([usize::MAX]).collect();
                let expected: Vec<_> = indices.iter().map(|index| self.model.get(index)).collect();
                let pinned = self.map.pin();
                let found: Vec<_> = pinned.batch_getitem(&indices).chunk_size(1 + input.below(80)).collect();
                assert!(found.iter().map(|value| value.as_deref()).eq(expected.iter().copied()));
                assert!(self.map.batch_getitem(&indices).iter().map(Option::as_ref).eq(expected));
            }
            4 => {
                let keep = |index: usize| index % 7 < usize::from(argument % 8);
                self.map.retain(|index, _| keep(index));
                self.model.retain(|index, _| keep(*index));
            }
            5 if argument < 64 => {
                self.map.clear();
                self.model.clear();
            }
            6 => (0..argument % 40).for_each(|number| self.push(V::nth(u16::from(number)), false)),
            7 => self.map.flush(),
            _ => self.assert_equal(),
        }
    }

    /// Every entry, in order, by all ways to traverse.
    fn assert_equal(&self) {
        let pinned = self.map.pin();
        let found: Vec<_> = pinned.iter().map(|(index, value)| (index, V::clone(&value))).collect();
        assert!(found.iter().map(|(index, value)| (index, value)).eq(&self.model), "{found:?}");
        let count = found.len();
        assert_eq!((self.map.len(), self.map.len_bounds()), (count, (count, count)));
        assert_eq!(self.map.is_empty(), count == 0);
        assert!(pinned.keys().eq(self.model.keys().copied()) && pinned.values().count() == count);
        let mut parts: Vec<usize> = (0..3).flat_map(|part| pinned.fast_iter(3, part).map(|(index, _)| index)).collect();
        parts.sort_unstable();
        assert!(parts.into_iter().eq(self.model.keys().copied()), "each index is in one part");
        assert!(self.map.bytes() >= count * 8 || count == 0);
    }
}
