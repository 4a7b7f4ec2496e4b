//! Reductions, those that a kind of values has.

use super::kinds::{Item, Mixed};
use super::operations::Beside;
use crate::input::Input;
use atomic_dict::AtomicMap;

/// What reductions make of values of a kind.
pub(crate) trait Reduced: Sized {
    /// What stands for a value, if there is one, and a row more. `None` if that is too large.
    fn with(how: usize, current: Option<&Self>, row: &Self) -> Option<Self>;

    fn reduce<K: Item>(how: usize, map: &AtomicMap<K, Self, Mixed>, rows: Vec<(K, Self)>);

    /// Whether two results are equal, but for the order in which rows are combined.
    fn is_like(&self, other: &Self) -> bool;
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl Reduced for $number {
            fn with(how: usize, current: Option<&Self>, row: &Self) -> Option<Self> {
                match how % 4 {
                    0 => current.map_or(Some(1), |current| current.checked_add(1)),
                    1 => current.map_or(Some(*row), |current| current.checked_add(*row)),
                    2 => Some(current.map_or(*row, |current| current & row)),
                    _ => Some(current.map_or(*row, |current| current | row)),
                }
            }

            fn reduce<K: Item>(how: usize, map: &AtomicMap<K, Self, Mixed>, rows: Vec<(K, Self)>) {
                match how % 4 {
                    0 => map.reduce_count(rows.into_iter().map(|(key, _)| key)),
                    1 => map.reduce_sum(rows),
                    2 => map.reduce_and(rows),
                    _ => map.reduce_or(rows),
                }
            }

            fn is_like(&self, other: &Self) -> bool {
                self == other
            }
        }
    )+};
}

numbers!(u64, i16);

/// The element that a row adds to a list.
fn element(row: &[u8]) -> u8 {
    row.first().copied().unwrap_or(7)
}

impl Reduced for Vec<u8> {
    fn with(_how: usize, current: Option<&Self>, row: &Self) -> Option<Self> {
        let mut list = current.cloned().unwrap_or_default();
        list.push(element(row));
        Some(list)
    }

    fn reduce<K: Item>(_how: usize, map: &AtomicMap<K, Self, Mixed>, rows: Vec<(K, Self)>) {
        map.reduce_list(rows.into_iter().map(|(key, row)| (key, element(&row))));
    }

    fn is_like(&self, other: &Self) -> bool {
        let sorted = |list: &Self| {
            let mut list = list.clone();
            list.sort_unstable();
            list
        };
        sorted(self) == sorted(other)
    }
}

macro_rules! others {
    ($($other:ty),+) => {$(
        impl Reduced for $other {
            fn with(_how: usize, current: Option<&Self>, row: &Self) -> Option<Self> {
                Some(current.map_or(row, |current| current.max(row)).clone())
            }

            fn reduce<K: Item>(_how: usize, map: &AtomicMap<K, Self, Mixed>, rows: Vec<(K, Self)>) {
                map.reduce_max(rows);
            }

            fn is_like(&self, other: &Self) -> bool {
                self == other
            }
        }
    )+};
}

others!(u8, (), String, super::kinds::Small);

impl<K: Item, V: Item> Beside<K, V> {
    pub(super) fn reduce(&mut self, how: usize, number: u16, input: &mut Input<'_>) {
        let count = u16::from(input.byte() % 60);
        let rows: Vec<(K, V)> = (number..number + count)
            .chain(number..number + count / 3)
            .map(|number| (K::nth(number), V::nth(number.wrapping_mul(31) % 300)))
            .collect();
        let mut expected = self.model.clone();
        for (key, row) in &rows {
            match V::with(how, expected.get(key), row) {
                Some(value) => drop(expected.insert(key.clone(), value)),
                None => return,
            }
        }
        let keys: Vec<K> = rows.iter().map(|(key, _)| key.clone()).collect();
        V::reduce(how, &self.map, rows);
        for key in keys {
            let found = self.map.get(&key).as_deref().cloned().expect("a key with a row");
            assert!(found.is_like(&expected[&key]), "{found:?} for {key:?}, and not {:?}", expected[&key]);
            self.model.insert(key, found);
        }
    }
}
