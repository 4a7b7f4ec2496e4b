//! What the lengths cost those who ask, quiet and beside two writers, and what asking costs the writers.

use atomic_dict::AtomicMap;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

type Map = AtomicMap<u64, u64>;

/// Enough for a count per thread.
const ENTRIES: u64 = 10_000;

type Length = fn(&Map) -> usize;

const LENGTHS: [(&str, Length); 3] =
    [("approx_len", |map| map.approx_len()), ("len_bounds", |map| map.len_bounds().1), ("len", |map| map.len())];

fn map() -> Map {
    (0..ENTRIES).map(|key| (key, key)).collect()
}

/// Inserts a key and removes it.
fn write(map: &Map, key: u64) {
    let pinned = map.pin();
    pinned.insert(key, key);
    pinned.remove(&key);
}

/// Runs `body` while other threads each repeat one of `others`.
fn beside(others: &[&(dyn Fn() + Sync)], body: impl FnOnce()) {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for other in others {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    other();
                }
            });
        }
        body();
        done.store(true, Ordering::Relaxed);
    });
}

fn calls(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("call");
    let map = map();
    let (first, second) = (|| write(&map, ENTRIES), || write(&map, ENTRIES + 1));
    let writers: [&(dyn Fn() + Sync); 2] = [&first, &second];
    for (name, length) in LENGTHS {
        for count in [0, 1, 2] {
            beside(&writers[..count], || {
                group.bench_function(BenchmarkId::new(name, format!("{count} writers")), |bencher| {
                    bencher.iter(|| length(black_box(&map)));
                });
            });
        }
    }
    group.finish();
}

fn writes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("insert and remove");
    let map = map();
    group.bench_function("alone", |bencher| bencher.iter(|| write(&map, ENTRIES)));
    for (name, length) in LENGTHS {
        let ask = || {
            black_box(length(&map));
        };
        beside(&[&ask], || {
            group.bench_function(BenchmarkId::new("beside", name), |bencher| bencher.iter(|| write(&map, ENTRIES)));
        });
    }
    group.finish();
}

criterion_group!(benches, calls, writes);
criterion_main!(benches);
