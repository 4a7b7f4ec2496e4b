use atomic_dict::AtomicMap;
use proptest::collection::vec;
use proptest::prelude::*;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started")
}

fn fold<V: Clone>(rows: &[(u16, V)], combine: impl Fn(&V, &V) -> V) -> HashMap<u16, V> {
    let mut expected = HashMap::new();
    for (key, value) in rows {
        let combined = expected.get(key).map_or(value.clone(), |now| combine(now, value));
        expected.insert(*key, combined);
    }
    expected
}

/// Reduces on pools of one to four threads, in pieces of a few rows and of all.
fn check<V: Clone + PartialEq + Debug + Send + Sync + 'static, X: Sync>(
    rows: &[X],
    reduce: impl Fn(&AtomicMap<u16, V>, rayon::slice::Chunks<'_, X>) + Sync,
    expected: HashMap<u16, V>,
) {
    for threads in [1, 2, 4] {
        for piece in [1, 7, rows.len().max(1)] {
            let map = AtomicMap::new();
            pool(threads).install(|| reduce(&map, rows.par_chunks(piece)));
            let found: HashMap<_, _> = map.pin().iter().map(|(key, value)| (*key, V::clone(&value))).collect();
            assert_eq!(found, expected);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn reductions_are_folds(rows in vec((prop_oneof![0..3_u16, any::<u16>()], -1000..1000_i64), 0..500)) {
        fn flat<'a>(chunks: rayon::slice::Chunks<'a, (u16, i64)>) -> impl ParallelIterator<Item = (u16, i64)> + 'a {
            chunks.flat_map_iter(|chunk| chunk.iter().copied())
        }
        check(&rows, |map, rows| map.par_reduce_sum(flat(rows)), fold(&rows, |one, other| one + other));
        check(&rows, |map, rows| map.par_reduce_min(flat(rows)), fold(&rows, |one, other| *one.min(other)));
        check(&rows, |map, rows| map.par_reduce_max(flat(rows)), fold(&rows, |one, other| *one.max(other)));
        check(&rows, |map, rows| map.par_reduce_and(flat(rows)), fold(&rows, |one, other| one & other));
        check(&rows, |map, rows| map.par_reduce_or(flat(rows)), fold(&rows, |one, other| one | other));
        let add = |_: &u16, now: Option<&i64>, new: &i64| now.unwrap_or(&0) + new;
        check(&rows, |map, rows| map.par_reduce(flat(rows), add), fold(&rows, |one, other| one + other));
        let ones: Vec<_> = rows.iter().map(|(key, _)| (*key, 1)).collect();
        check(&rows, |map, rows| map.par_reduce_count(flat(rows).map(|row| row.0)), fold(&ones, |one, other| one + other));
    }

    #[test]
    fn lists_are_collected(rows in vec((0..50_u16, any::<u8>()), 0..500)) {
        let map: AtomicMap<u16, Vec<u8>> = AtomicMap::new();
        pool(3).install(|| map.par_reduce_list(rows.par_iter().copied()));
        let mut all: Vec<_> =
            map.pin().iter().flat_map(|(key, list)| list.iter().map(|value| (*key, *value)).collect::<Vec<_>>()).collect();
        let mut expected = rows;
        all.sort_unstable();
        expected.sort_unstable();
        prop_assert_eq!(all, expected);
    }
}

/// The aggregate sees a first row of a hot key once for each small table. Rayon makes hundreds of pieces of these rows.
#[test]
fn one_state_for_each_thread() {
    for threads in [1, 2, 4] {
        let (firsts, pieces) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let map: AtomicMap<u64, u64> = AtomicMap::new();
        let rows = (0..100_000_u32)
            .into_par_iter()
            .with_max_len(100)
            .map_init(|| pieces.fetch_add(1, Ordering::Relaxed), |_, row| (7, u64::from(row)));
        pool(threads).install(|| {
            map.par_reduce(rows, |_, now, new| {
                firsts.fetch_add(usize::from(now.is_none()), Ordering::Relaxed);
                now.unwrap_or(&0) + new
            });
        });
        assert_eq!(map.get(&7).as_deref(), Some(&(99_999 * 100_000 / 2)));
        assert!(pieces.into_inner() >= 1000);
        assert!((1..=threads).contains(&firsts.into_inner()));
    }
}

#[test]
fn the_pool_of_the_caller_is_used() {
    let own =
        ThreadPoolBuilder::new().num_threads(2).thread_name(|_| "own".into()).build().expect("threads can be started");
    let names = Mutex::new(Vec::new());
    let map: AtomicMap<String, u64> = AtomicMap::new();
    own.install(|| {
        map.par_reduce_count("a b c a".par_split(' ').inspect(|_| {
            names.lock().expect("no panic").push(std::thread::current().name().map(str::to_owned));
        }));
    });
    assert!(names.into_inner().expect("no panic").iter().all(|name| name.as_deref() == Some("own")));
    assert_eq!(map.get("a").as_deref(), Some(&2));
}

/// Rows that parallel work makes while they are taken in: a thread may begin a piece in the middle of another.
#[test]
fn rows_made_by_parallel_work() {
    let map: AtomicMap<u64, u64> = AtomicMap::new();
    let rows = (0..2000_u64).into_par_iter().map(|row| (row % 10, (0..100_u64).into_par_iter().sum::<u64>()));
    pool(4).install(|| map.par_reduce_sum(rows));
    assert!(map.pin().values().all(|sum| *sum == 200 * 4950));
}

#[test]
fn large_loads() {
    let rows: Vec<_> = (0..400_000_u64).map(|row| (row.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 47, row)).collect();
    let map = AtomicMap::new();
    map.par_reduce_sum(rows.par_iter().copied());
    let mut expected = HashMap::new();
    rows.iter().for_each(|(key, value)| *expected.entry(*key).or_insert(0) += value);
    assert_eq!(map.len(), expected.len());
    assert!(map.pin().iter().all(|(key, value)| expected[&key] == *value));
}
