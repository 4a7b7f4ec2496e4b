use crate::rows::{contents, fold, numbers, on_threads};
use atomic_dict::AtomicMap;

/// Enough to fill what a thread gathers, and for several changes of mind.
const ROWS: usize = if cfg!(miri) { 500 } else { 300_000 };

/// Reduces rows by three threads, each the whole of them, into a map with and without room.
fn check(rows: &[(u64, u64)]) {
    let expected =
        fold(rows.iter().map(|(key, value)| (*key, value.wrapping_mul(3))), |one, other| one.wrapping_add(*other));
    for map in [AtomicMap::new(), AtomicMap::with_capacity(expected.len())] {
        on_threads(vec![(); 3], |()| {
            map.reduce(rows.iter().copied(), |_, now, new| now.unwrap_or(&0).wrapping_add(*new));
        });
        assert_eq!(map.len(), expected.len());
        assert!(contents(&map) == expected);
    }
}

fn uniform(keys: u64) -> impl Iterator<Item = (u64, u64)> {
    numbers(keys).zip(numbers(7)).map(move |(key, value)| (key % keys, value))
}

/// Half of the rows of one key.
fn hot() -> impl Iterator<Item = (u64, u64)> {
    uniform(1 << 20).enumerate().map(|(row, (key, value))| (if row % 2 == 0 { 5 } else { key }, value))
}

#[test]
fn few_keys() {
    check(&uniform(100).take(ROWS).collect::<Vec<_>>());
}

#[test]
fn one_key() {
    check(&uniform(1).take(ROWS).collect::<Vec<_>>());
}

#[test]
fn keys_that_nearly_all_differ() {
    check(&uniform(1 << 40).take(ROWS).collect::<Vec<_>>());
}

#[test]
fn more_keys_than_a_thread_gathers() {
    check(&uniform(60_000).take(ROWS).collect::<Vec<_>>());
}

#[test]
fn a_hot_key_among_rare_ones() {
    check(&hot().take(ROWS).collect::<Vec<_>>());
}

/// A window of rows is the grain of every decision, so there are some more of each kind.
#[test]
fn rows_that_change() {
    let kinds: [&dyn Fn() -> Vec<(u64, u64)>; 4] = [
        &|| uniform(1 << 40).take(ROWS / 4).collect(),
        &|| uniform(10).take(ROWS).collect(),
        &|| hot().take(ROWS / 4).collect(),
        &|| uniform(50_000).take(ROWS / 4).collect(),
    ];
    let rows: Vec<_> = (0..2).flat_map(|_| kinds.iter().flat_map(|kind| kind())).collect();
    check(&rows);
}

/// Keys whose hashes are all the same meet in two places of the small table, and in one line of the map.
#[test]
fn keys_of_one_hash() {
    #[derive(Clone, Default)]
    struct Constant;
    impl std::hash::BuildHasher for Constant {
        type Hasher = Self;
        fn build_hasher(&self) -> Self {
            Self
        }
    }
    impl std::hash::Hasher for Constant {
        fn write(&mut self, _: &[u8]) {}
        fn finish(&self) -> u64 {
            77
        }
    }
    let map = AtomicMap::with_hasher(Constant);
    on_threads(vec![(); 2], |()| map.reduce_sum((0..2000).map(|row| (row % 200, 1_u32))));
    assert_eq!(map.len(), 200);
    assert!(map.pin().values().all(|count| *count == 20));
}

#[test]
fn nothing_and_one_row() {
    let map: AtomicMap<u64, u64> = AtomicMap::new();
    map.reduce_sum([(0, 0); 0]);
    assert_eq!(map.capacity(), 0);
    map.reduce_sum([(1, 2)]);
    assert_eq!(map.get(&1).as_deref(), Some(&2));
}
