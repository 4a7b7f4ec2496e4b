//! The indices at the ends of a dense map.

use crate::support::{NthKey, Numbered, TRICKY, together};
use atomic_dict::{DenseMap, Expected};

/// Operations on the special key 0 of a map of integers were not atomic (stephenc/high-scale-lib #5). Here threads count at the first
/// two indices, at the limit, and before it, hand special values on, and take turns in inserting and removing, while segments come.
#[test]
fn high_scale_lib_5_operations_at_the_ends_of_a_dense_map_are_not_atomic() {
    const STEPS: u64 = 40;
    for (capacity, max_index) in [(0, 1), (0, 64), (0, 2000), (1, 1), (1, 2000), (2, 1), (2, 66), (64, 64), (65, 2000)]
    {
        for index in [0, 1, max_index - 1, max_index].repeat(5) {
            fn make<V: Send + Sync>(capacity: usize, max_index: usize) -> DenseMap<V> {
                DenseMap::builder().capacity(capacity).max_index(max_index).build()
            }
            let (counts, values) = (make::<u64>(capacity, max_index), make(capacity, max_index));
            let texts = make::<String>(capacity, max_index);
            values.insert(index, TRICKY[0]);
            let sums = together(3, |thread| {
                let (mut passed_on, mut balance) = (0, 0_i64);
                for step in 0..STEPS {
                    counts.upsert(index, || 1, |count| count + 1);
                    for place in 0..TRICKY.len() {
                        let next = TRICKY[(place + 1) % TRICKY.len()];
                        let won = values.compare_and_set(index, Expected::Value(&TRICKY[place]), Some(next));
                        passed_on += usize::from(won.is_ok());
                    }
                    balance += i64::from(texts.try_insert(index, String::nth(step)).is_ok());
                    balance -= i64::from(texts.remove(index).is_some());
                    balance += i64::from(texts.insert(index, String::numbered(step)).is_none());
                    // Segments, by the other indices.
                    let other = (index + 1 + (step * 3 + thread) as usize * 17 % max_index) % (max_index + 1);
                    assert_ne!(other, index);
                    counts.insert(other, 0);
                    values.insert(other, 0);
                    texts.insert(other, String::nth(step));
                    let above = texts.try_insert(max_index + 1, String::nth(step));
                    assert!(above.is_err() && counts.get(max_index + 1).is_none());
                }
                (passed_on, balance)
            });
            let case = format!("at {index} of {capacity}, up to {max_index}");
            let (passed_on, balance) = sums.into_iter().fold((0, 0), |sums, sum| (sums.0 + sum.0, sums.1 + sum.1));
            assert_eq!(counts.get(index).as_deref(), Some(&(3 * STEPS)), "{case}");
            assert_eq!(values.get(index).as_deref(), Some(&TRICKY[passed_on % TRICKY.len()]), "{case}");
            assert_eq!(balance, i64::from(texts.contains_key(index)), "{case}");
            assert_eq!(texts.len(), texts.pin().iter().count(), "{case}");
        }
    }
}
