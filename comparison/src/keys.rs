//! Key types, and the key arrays every load walks.

use std::borrow::Borrow;
use std::hash::Hash;

use crate::contenders::{Task, leapfrog::Leapfrog};
use crate::zipf;

/// A key type of the comparison, looked up by its `Query` form.
pub trait Key: Clone + Hash + Ord + Send + Sync + Borrow<Self::Query> + 'static {
    type Query: Hash + Ord + Send + Sync + ?Sized;

    const NAME: &'static str;

    /// The key of a random number; distinct numbers give distinct keys.
    fn from_random(number: u64) -> Self;

    /// The form taken by lookups. Named, because `borrow` is ambiguous when `Query` is `Self`.
    fn query(&self) -> &Self::Query;

    /// Leapfrog takes `Copy` keys only, so each key type says whether it can run.
    fn leapfrog<T: Task<Self>>(task: T) -> Option<T::Output>;
}

impl Key for u64 {
    type Query = Self;

    const NAME: &'static str = "u64";

    fn from_random(number: u64) -> Self {
        number
    }

    #[inline]
    fn query(&self) -> &Self {
        self
    }

    fn leapfrog<T: Task<Self>>(task: T) -> Option<T::Output> {
        Some(task.run::<Leapfrog<Self>>())
    }
}

impl Key for String {
    type Query = str;

    const NAME: &'static str = "string";

    fn from_random(number: u64) -> Self {
        format!("key-{number}")
    }

    #[inline]
    fn query(&self) -> &str {
        self
    }

    fn leapfrog<T: Task<Self>>(_: T) -> Option<T::Output> {
        None
    }
}

/// The keys of one run. The value of a key is its place in `present` or `absent`.
pub struct Data<K> {
    /// In the order of insertion.
    pub present: Vec<K>,
    /// The same keys in another random order.
    pub shuffled: Vec<K>,
    /// Keys that `present` lacks.
    pub absent: Vec<K>,
    /// Present keys as Zipf's law draws them; which of them are hot is random.
    pub zipf: Vec<K>,
}

impl<K: Key> Data<K> {
    /// `absent` is at least `min_absent` long, `zipf` is `draws` long.
    pub fn new(keys: usize, min_absent: usize, draws: usize) -> Self {
        let mut numbers: Vec<u64> = (0..keys as u64).map(random).collect();
        // Keys are made in the order of their use: a string's bytes then lie in the order the
        // loop reads them, and reading the arrays costs every contender little.
        let present = to_keys(&numbers);
        shuffle(&mut numbers);
        let shuffled: Vec<K> = to_keys(&numbers);
        // The shuffled order has nothing to do with that of the map: a key's place there is its rank.
        let zipf = zipf::ranks(keys, draws).map(|rank| shuffled[rank].clone()).collect();
        let first = keys as u64;
        let last = first + keys.max(min_absent) as u64;
        numbers = (first..last).map(random).collect();
        Self { present, shuffled, absent: to_keys(&numbers), zipf }
    }
}

fn to_keys<K: Key>(numbers: &[u64]) -> Vec<K> {
    numbers.iter().copied().map(K::from_random).collect()
}

/// SplitMix64 of an index: a bijection, so distinct indices give distinct numbers.
#[inline]
pub fn random(index: u64) -> u64 {
    let mut z = index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Draw number `draw` of the numbers below `bound`.
#[inline]
pub fn below(draw: u64, bound: u64) -> u64 {
    // From the far end of the indices: those of the keys are at the near one.
    let fraction = u128::from(random(!draw));
    ((fraction * u128::from(bound)) >> 64) as u64
}

/// Fisher-Yates.
pub fn shuffle(numbers: &mut [u64]) {
    for end in (1..numbers.len()).rev() {
        let other = below(end as u64, end as u64 + 1);
        numbers.swap(end, other as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_distinct_and_shuffled() {
        let data = Data::<u64>::new(1000, 3000, 0);
        let mut all = data.present.clone();
        all.extend(&data.absent);
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 4000);
        assert_ne!(data.present, data.shuffled);
        let (mut left, mut right) = (data.present.clone(), data.shuffled.clone());
        left.sort_unstable();
        right.sort_unstable();
        assert_eq!(left, right);
    }

    #[test]
    fn string_keys_follow_the_numbers() {
        let (numbers, strings) = (Data::<u64>::new(10, 0, 0), Data::<String>::new(10, 0, 0));
        assert_eq!(strings.shuffled[3], format!("key-{}", numbers.shuffled[3]));
    }

    #[test]
    fn hot_keys_are_present_and_in_no_order_of_insertion() {
        let data = Data::<u64>::new(1000, 0, 5000);
        assert_eq!(data.zipf.len(), 5000);
        assert!(data.zipf.iter().all(|key| data.present.contains(key)));
        let count = |key| data.zipf.iter().filter(|&drawn| drawn == key).count();
        assert!(count(&data.shuffled[0]) > 10 * count(&data.present[0]));
    }
}
