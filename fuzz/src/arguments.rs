//! Arguments of any size: of batches, partitions, ranges, capacities and limits. What the documentation says must happen; nothing
//! may hang, overflow, or take memory that nobody asked for.

use crate::Truth;
use crate::input::{Input, panics};
use atomic_dict::{AtomicMap, DenseMap};
use std::collections::BTreeMap;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::ops::Bound;

type Map = AtomicMap<u64, u64, BuildHasherDefault<DefaultHasher>>;

/// No table has so many slots: an entry takes 16 bytes, and the address space has 2^63.
const NO_TABLE: usize = 1 << 60;

/// Whether a capacity is worth asking for. Between these and `NO_TABLE` are those for which there may be memory, or not.
fn is_small(capacity: usize) -> bool {
    capacity <= 1 << 12
}

/// Runs what the bytes say.
///
/// # Panics
/// If anything else happens than is documented.
pub fn run(data: &[u8], truth: Truth) {
    let mut input = Input::new(data);
    let entries = u64::from(input.short() % 700);
    let map: Map = (0..entries).map(|key| (key, key * 2)).collect();
    let capacity = input.below(70);
    let dense = DenseMap::<u64>::with_capacity(capacity);
    let step = 1 + input.below(9);
    let model: BTreeMap<usize, u64> =
        (0..entries as usize).step_by(step).map(|index| (index, index as u64 * 3)).collect();
    let mut filled = &dense;
    filled.extend(model.iter().map(|(index, value)| (*index, *value)));
    // One that lies thinks that there is an entry more.
    let lie = usize::from(truth == Truth::Partial);
    while !input.is_empty() {
        match input.below(9) {
            0 => partitions(&map, entries as usize + lie, &mut input),
            1 => dense_partitions(&dense, &model, lie, &mut input),
            2 => range(&dense, &model, &mut input),
            3 => batches(&map, entries, lie, &mut input),
            4 => dense_batches(&dense, &model, &mut input),
            5 => room(&map, &mut input),
            6 => capacities(&mut input),
            7 => limits(&mut input),
            _ => far_indices(&dense, &model, &mut input),
        }
    }
}

fn partitions(map: &Map, entries: usize, input: &mut Input<'_>) {
    let (count, this) = (input.any(), input.any());
    let pinned = map.pin();
    if this >= count {
        let message = panics(|| _ = pinned.fast_iter(count, this).next());
        assert!(message.contains("partition"), "{message}");
        return;
    }
    let mut seen: Vec<u64> = pinned.fast_iter(count, this).map(|(key, _)| *key).collect();
    assert!(seen.len() <= entries);
    if count <= 300 {
        let others = (0..count).filter(|&part| part != this);
        seen.extend(others.flat_map(|part| pinned.fast_iter(count, part)).map(|(key, _)| *key));
        seen.sort_unstable();
        assert!(seen.into_iter().eq(0..entries as u64), "each key is in one of {count} parts");
    }
}

fn dense_partitions(dense: &DenseMap<u64>, model: &BTreeMap<usize, u64>, lie: usize, input: &mut Input<'_>) {
    let (count, this) = (input.any(), input.any());
    let pinned = dense.pin();
    if this >= count {
        let message = panics(|| _ = pinned.fast_iter(count, this).next());
        assert!(message.contains("partition"), "{message}");
        return;
    }
    let part: Vec<usize> = pinned.fast_iter(count, this).map(|(index, _)| index).collect();
    assert!(part.is_sorted() && part.iter().all(|index| model.contains_key(index)));
    if count <= 300 {
        let all = (0..count).flat_map(|part| pinned.fast_iter(count, part));
        assert_eq!(all.count(), model.len() + lie, "each index is in one of {count} parts");
    }
}

fn range(dense: &DenseMap<u64>, model: &BTreeMap<usize, u64>, input: &mut Input<'_>) {
    let (start, end) = (input.any(), input.any());
    let bounds = match input.below(6) {
        0 => (Bound::Included(start), Bound::Excluded(end)),
        1 => (Bound::Included(start), Bound::Included(end)),
        2 => (Bound::Excluded(start), Bound::Included(end)),
        3 => (Bound::Excluded(start), Bound::Excluded(end)),
        4 => (Bound::Unbounded, Bound::Included(end)),
        _ => (Bound::Excluded(start), Bound::Unbounded),
    };
    let starts = |index: usize| match bounds.0 {
        Bound::Included(start) => index >= start,
        Bound::Excluded(start) => index > start,
        Bound::Unbounded => true,
    };
    let ends = |index: usize| match bounds.1 {
        Bound::Included(end) => index <= end,
        Bound::Excluded(end) => index < end,
        Bound::Unbounded => true,
    };
    let pinned = dense.pin();
    let found = pinned.range(bounds).map(|(index, value)| (index, *value));
    let expected =
        model.iter().map(|(index, value)| (*index, *value)).filter(|(index, _)| starts(*index) && ends(*index));
    assert!(found.eq(expected), "{bounds:?}");
}

fn batches(map: &Map, entries: u64, lie: usize, input: &mut Input<'_>) {
    let (chunk, count) = (input.any(), usize::from(input.short() % 400));
    let keys: Vec<u64> = (0..count as u64).map(|number| number * 7 % (entries + 3)).collect();
    let pinned = map.pin();
    if chunk == 0 {
        panics(|| drop(pinned.batch_getitem(&keys).chunk_size(chunk)));
        return;
    }
    let batch = pinned.batch_getitem(&keys).chunk_size(chunk);
    assert_eq!(batch.len(), count);
    let found: Vec<Option<u64>> = batch.map(|value| value.map(|value| *value)).collect();
    let expected = keys.iter().map(|&key| (key < entries).then_some(key * 2));
    assert!(found.into_iter().eq(expected), "chunks of {chunk}");
    // Taken one by one, and left in the middle.
    let mut batch = pinned.batch_getitem(&keys).chunk_size(chunk);
    let taken = batch.by_ref().take(count / 2).count();
    assert_eq!((taken, batch.len()), (count / 2, count - count / 2));
    assert_eq!(batch.count(), count - count / 2 + lie);
}

fn dense_batches(dense: &DenseMap<u64>, model: &BTreeMap<usize, u64>, input: &mut Input<'_>) {
    let (chunk, first, count) = (input.any(), input.any(), usize::from(input.short() % 400));
    let indices: Vec<usize> = (0..count).map(|number| first.wrapping_add(number * 5)).collect();
    let pinned = dense.pin();
    if chunk == 0 {
        panics(|| drop(pinned.batch_getitem(&indices).chunk_size(chunk)));
        return;
    }
    let found = pinned.batch_getitem(&indices).chunk_size(chunk).map(|value| value.map(|value| *value));
    assert!(found.eq(indices.iter().map(|index| model.get(index).copied())), "chunks of {chunk} from {first}");
}

/// Room for so many more: given, or a panic that says why not, and in either case the same entries.
fn room(map: &Map, input: &mut Input<'_>) {
    let additional = input.any();
    let before = (map.len(), map.capacity());
    if additional >= NO_TABLE {
        let message = panics(|| map.reserve(additional));
        assert!(message.contains("capacity overflow"), "{message}");
        assert_eq!((map.len(), map.capacity()), before);
    } else if is_small(additional) {
        map.reserve(additional);
        assert!(map.capacity() >= map.len() + additional && map.len() == before.0);
        let migrations = map.stats().migrations;
        (0..additional as u64).for_each(|key| drop(map.insert(1_000_000 + key, 0)));
        assert_eq!(map.stats().migrations, migrations, "there was room for {additional}");
        (0..additional as u64).for_each(|key| assert!(map.remove(&(1_000_000 + key)).is_some()));
        map.shrink_to_fit();
        assert_eq!(map.len(), before.0);
    }
}

fn capacities(input: &mut Input<'_>) {
    let capacity = input.any();
    if capacity >= NO_TABLE {
        let message = panics(|| drop(AtomicMap::<u64, u64>::with_capacity(capacity)));
        assert!(message.contains("capacity overflow"), "{message}");
        let message = panics(|| drop(AtomicMap::<String, u64>::builder().capacity(capacity).build()));
        assert!(message.contains("capacity overflow"), "{message}");
    } else if is_small(capacity) {
        let map = AtomicMap::<u64, u64>::with_capacity(capacity);
        assert!(map.capacity() >= capacity);
        (0..capacity as u64).for_each(|key| drop(map.insert(key, key)));
        assert_eq!((map.stats().migrations, map.len()), (0, capacity));
    }
    assert!(DenseMap::<u64>::bytes_for(capacity) >= capacity.min(usize::MAX / 8) * 8);
    assert!(DenseMap::<String>::bytes_for(capacity) >= DenseMap::<u64>::bytes_for(capacity));
}

fn limits(input: &mut Input<'_>) {
    let (capacity, limit) = (input.any(), input.any());
    let last = capacity.saturating_sub(1);
    let build = || DenseMap::<u64>::builder().capacity(capacity).max_index(limit).build();
    if limit > DenseMap::<u64>::MAX_INDEX || last > limit || last > DenseMap::<u64>::MAX_INDEX {
        let message = panics(|| drop(build()));
        assert!(message.contains("limit") || message.contains("capacity overflow"), "{message}");
    } else if is_small(capacity) {
        let map = build();
        assert_eq!((map.capacity(), map.max_index()), (capacity, limit));
        assert!(map.try_insert(limit.wrapping_add(1), 1).is_err() || limit == usize::MAX);
        if limit <= 1 << 16 {
            assert!(map.insert(limit, 1).is_none() && map.get(limit).is_some());
        }
    }
}

/// Looking where there is nothing finds nothing, however far.
fn far_indices(dense: &DenseMap<u64>, model: &BTreeMap<usize, u64>, input: &mut Input<'_>) {
    let index = input.any();
    let (bytes, expected) = (dense.bytes(), model.get(&index));
    assert_eq!((dense.get(index).as_deref(), dense.contains_key(index)), (expected, expected.is_some()));
    if expected.is_none() {
        assert!(dense.remove(index).is_none());
        assert!(dense.update(index, |value| value + 1).is_none());
        assert!(dense.remove_if(index, |_| true).is_none());
    }
    if index > dense.max_index() {
        assert!(dense.try_insert(index, 1).is_err());
        let message = panics(|| drop(dense.insert(index, 1)));
        assert!(message.contains("limit"), "{message}");
    }
    assert_eq!(dense.bytes(), bytes, "no memory for what is not there");
}
