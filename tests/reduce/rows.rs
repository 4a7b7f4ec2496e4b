//! Rows, and what a sequential fold makes of them.

use atomic_dict::AtomicMap;
use std::collections::HashMap;
use std::hash::Hash;

/// What the map has to hold.
pub(crate) fn fold<K: Hash + Eq + Clone, V: Clone>(
    rows: impl IntoIterator<Item = (K, V)>,
    combine: impl Fn(&V, &V) -> V,
) -> HashMap<K, V> {
    let mut expected = HashMap::new();
    for (key, value) in rows {
        let combined = expected.get(&key).map_or(value.clone(), |current| combine(current, &value));
        expected.insert(key, combined);
    }
    expected
}

/// All entries of a map.
pub(crate) fn contents<K, V>(map: &AtomicMap<K, V>) -> HashMap<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    let pinned = map.pin();
    pinned.iter().map(|(key, value)| (K::clone(&key), V::clone(&value))).collect()
}

/// Numbers without a pattern, the same in every run.
pub(crate) fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    })
}

/// Runs a reduction of each part on a thread of its own, all at once.
pub(crate) fn on_threads<P: Send>(parts: Vec<P>, reduce: impl Fn(P) + Sync) {
    let start = std::sync::Barrier::new(parts.len());
    std::thread::scope(|scope| {
        for part in parts {
            let (start, reduce) = (&start, &reduce);
            scope.spawn(move || {
                start.wait();
                reduce(part);
            });
        }
    });
}
