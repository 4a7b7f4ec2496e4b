//! The operations of the map on one thread, in cache. For other maps and larger tables see `comparison/`.

use atomic_dict::AtomicMap;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const ENTRIES: u64 = 10_000;

fn fill(map: AtomicMap<u64, u64>) -> AtomicMap<u64, u64> {
    let replaced = {
        let pinned = map.pin();
        (0..ENTRIES).filter_map(|key| pinned.insert(key, key)).count()
    };
    assert_eq!(replaced, 0);
    map
}

fn operations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("u64");
    group.throughput(Throughput::Elements(ENTRIES));
    let map = fill(AtomicMap::with_capacity(ENTRIES as usize));

    group.bench_function("get", |bencher| {
        let pinned = map.pin();
        bencher.iter(|| (0..ENTRIES).filter_map(|key| pinned.get(&key)).map(|value| *value).sum::<u64>());
    });
    group.bench_function("get, pin per call", |bencher| {
        bencher.iter(|| (0..ENTRIES).filter_map(|key| map.get(&key)).map(|value| *value).sum::<u64>());
    });
    group.bench_function("miss", |bencher| {
        let pinned = map.pin();
        bencher.iter(|| (ENTRIES..2 * ENTRIES).filter(|key| pinned.contains_key(key)).count());
    });
    group.bench_function("update", |bencher| {
        let pinned = map.pin();
        bencher.iter(|| (0..ENTRIES).filter_map(|key| pinned.update(&key, |value| value + 1)).count());
    });
    group.bench_function("insert, pre-sized", |bencher| {
        bencher.iter_batched(|| AtomicMap::with_capacity(ENTRIES as usize), fill, BatchSize::LargeInput);
    });
    group.bench_function("insert, growing", |bencher| {
        bencher.iter_batched(AtomicMap::new, fill, BatchSize::LargeInput);
    });
    group.bench_function("iterate", |bencher| {
        let pinned = map.pin();
        bencher.iter(|| pinned.iter().map(|(_, value)| *value).sum::<u64>());
    });
    group.finish();
}

criterion_group!(benches, operations);
criterion_main!(benches);
