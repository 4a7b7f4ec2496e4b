use crate::rows::contents;
use atomic_dict::{AtomicMap, RowKey};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const TEXT: &str = "the quick brown fox jumps over the lazy dog the fox";

#[test]
fn borrowed_forms() {
    let words = || TEXT.split(' ');
    let strings: AtomicMap<String, u32> = AtomicMap::new();
    strings.reduce_count(words());
    strings.reduce_count(words().map(str::to_owned));
    strings.reduce_count(words().map(Cow::Borrowed));
    strings.reduce_count(words().map(|word| Cow::<str>::Owned(word.to_owned())));
    let owned: Vec<_> = words().map(str::to_owned).collect();
    strings.reduce_count(&owned);
    assert_eq!(
        (strings.get("the").as_deref(), strings.get("fox").as_deref(), strings.len()),
        (Some(&15), Some(&10), 8)
    );

    let boxes: AtomicMap<Box<str>, u32> = AtomicMap::new();
    boxes.reduce_count(words());
    assert_eq!(boxes.get("the").as_deref(), Some(&3));
    let shared: AtomicMap<Arc<str>, u32> = AtomicMap::new();
    shared.reduce_count(words());
    assert_eq!(shared.get("the").as_deref(), Some(&3));
    let statics: AtomicMap<&'static str, u32> = AtomicMap::new();
    statics.reduce_count(words());
    assert_eq!(statics.get("the").as_deref(), Some(&3));
    let paths: AtomicMap<PathBuf, u32> = AtomicMap::new();
    paths.reduce_count(words().map(Path::new));
    assert_eq!(paths.get(Path::new("the")).as_deref(), Some(&3));
    let bytes: AtomicMap<Vec<u8>, u32> = AtomicMap::new();
    bytes.reduce_count(words().map(str::as_bytes));
    assert_eq!(bytes.get(&b"the"[..]).as_deref(), Some(&3));
}

/// A row's key that counts how often a key is made of it.
struct Word<'t>(&'t str, &'t AtomicUsize);

impl RowKey<String> for Word<'_> {
    type Query = str;

    fn query(&self) -> &str {
        self.0
    }

    fn to_key(&self) -> String {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.to_owned()
    }
}

#[test]
fn keys_are_made_only_for_the_map() {
    let made = AtomicUsize::new(0);
    let map: AtomicMap<String, u32> = AtomicMap::new();
    let numbers: Vec<_> = (0..100_000).map(|number| (number * 7919 % 40_009).to_string()).collect();
    for _ in 0..2 {
        map.reduce_count(TEXT.split(' ').cycle().take(1000).map(|word| Word(word, &made)));
        map.reduce_count(numbers.iter().map(|word| Word(word, &made)));
    }
    assert_eq!(map.len(), 8 + 40_009);
    assert_eq!(made.into_inner(), 8 + 40_009);
}

/// Each key comes once: no value needs a current one, and none is combined.
#[test]
fn partial_results_are_moved_in() {
    let map: AtomicMap<u64, Box<u64>> = AtomicMap::new();
    let calls = AtomicUsize::new(0);
    map.reduce((0..100_000).map(|key| (key, Box::new(key))), |key, current, new| {
        assert!(current.is_none());
        assert_eq!(*key, **new);
        calls.fetch_add(1, Ordering::Relaxed);
        new.clone()
    });
    assert_eq!(calls.into_inner(), 100_000);
    assert_eq!(map.len(), 100_000);
}

/// The two inline keys that stand in slots of their own, and numbers that need a box.
#[test]
fn unusual_numbers() {
    let keys = [0xFFFF_FFFF_C3A5_7E18, 0xFFFF_FFFF_C3A5_7E19, 0, u64::MAX];
    let map: AtomicMap<u64, u64> = AtomicMap::new();
    let boxed = 0x2000 << 48;
    for _ in 0..2 {
        map.reduce_sum(keys.into_iter().cycle().take(400).map(|key| (key, 1)));
        map.reduce_max(keys.into_iter().map(|key| (!key, boxed + 1)));
        map.reduce_min(keys.into_iter().map(|key| (!key, boxed)));
    }
    let contents = contents(&map);
    assert_eq!(contents.len(), 6);
    assert!(keys[..2].iter().all(|key| contents[key] == 200));
    assert!(keys[..2].iter().all(|key| contents[&!key] == boxed));
    assert!(keys[2..].iter().all(|key| contents[key] == boxed));
}

#[test]
fn entries_of_any_size() {
    let map: AtomicMap<[u64; 20], [u8; 5000]> = AtomicMap::new();
    map.reduce((0..3000).map(|row| ([row % 900; 20], [1; 5000])), |_, current, new| {
        let mut sum = *new;
        current.into_iter().flatten().zip(&mut sum).for_each(|(one, other)| *other += one);
        sum
    });
    assert_eq!(map.len(), 900);
    assert!(
        map.pin().iter().all(|(key, value)| value.iter().all(|byte| u64::from(*byte) == 3 + u64::from(key[0] < 300)))
    );

    let units: AtomicMap<(), ()> = AtomicMap::new();
    units.reduce([((), ()); 100], |(), _, ()| ());
    assert_eq!(units.len(), 1);
}

#[test]
#[should_panic(expected = "not equivalent")]
fn a_key_that_is_another_is_refused() {
    struct Liar(u64);
    impl RowKey<u64> for Liar {
        type Query = u64;
        fn query(&self) -> &u64 {
            &self.0
        }
        fn to_key(&self) -> u64 {
            self.0 + 1
        }
    }
    AtomicMap::<u64, u64>::new().reduce_count([Liar(1)]);
}
