//! The types of the API.
//!
//! - `Send` and `Sync` for every combination of key, value and hasher that has them or not;
//! - lookups by foreign types, for boxed and inline keys, the reserved ones included;
//! - references show what was read, whatever happens to the map;
//! - `Debug`, `Display`, `Default`, comparison of references; errors are errors;
//! - `insert` keeps the key that is there.

use crate::support::{Foreign, RESERVED, TRICKY};
use atomic_dict::{
    AtomicMap, ExpectationFailed, Expected, IntoIter, Iter, OccupiedError, OwnedRef, Pinned, RandomState, Ref,
};
use equivalent::Equivalent;
use std::cell::Cell;
use std::error::Error;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::MutexGuard;

/// Tells whether a type has a trait: its own constant if the bound holds, else the trait's.
struct Has<T>(PhantomData<T>);

trait HasNot {
    const SEND: bool = false;
    const SYNC: bool = false;
}

impl<T> HasNot for Has<T> {}

impl<T: Send> Has<T> {
    const SEND: bool = true;
}

impl<T: Sync> Has<T> {
    const SYNC: bool = true;
}

macro_rules! assert_auto {
    ($($type:ty: $send:expr, $sync:expr;)+) => {$(
        const _: () = assert!(<Has<$type>>::SEND == $send && <Has<$type>>::SYNC == $sync, stringify!($type));
    )+};
}

type Both = String;
type SendOnly = Cell<u8>;
type SyncOnly = MutexGuard<'static, u8>;
type Neither = Rc<u8>;

assert_auto! {
    Both: true, true;
    SendOnly: true, false;
    SyncOnly: false, true;
    Neither: false, false;
}

macro_rules! assert_auto_by_parts {
    ($($part:ty: $send:expr, $sync:expr;)+) => {$(
        assert_auto! {
            AtomicMap<$part, u64>: $send, $send && $sync;
            AtomicMap<u64, $part>: $send, $send && $sync;
            AtomicMap<u64, u64, $part>: $send, $sync;
            IntoIter<$part, u64>: $send, $sync;
            IntoIter<u64, $part>: $send, $sync;
            Ref<'static, $part>: $sync, $sync;
            OwnedRef<'static, $part>: false, false;
            Pinned<'static, $part, u64, RandomState>: false, false;
            Pinned<'static, u64, $part, RandomState>: false, false;
            Iter<'static, $part, u64, RandomState>: false, false;
            Iter<'static, u64, $part, RandomState>: false, false;
            ExpectationFailed<u8, $part>: $send, $sync;
            OccupiedError<u8, $part>: $send, $sync;
        }
    )+};
}

assert_auto_by_parts! {
    Both: true, true;
    SendOnly: true, false;
    SyncOnly: false, true;
    Neither: false, false;
}

/// The decimal digits of an integer, as a lookup for it.
struct Digits<'a>(&'a str);

impl Digits<'_> {
    fn value(&self) -> u64 {
        self.0.parse().expect("digits")
    }
}

impl Hash for Digits<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value().hash(state);
    }
}

impl Equivalent<u64> for Digits<'_> {
    fn equivalent(&self, key: &u64) -> bool {
        self.value() == *key
    }
}

#[test]
fn inline_keys_by_a_foreign_type() {
    let map = AtomicMap::new();
    for (index, key) in TRICKY.iter().enumerate() {
        let digits = key.to_string();
        let query = Digits(&digits);
        assert!(map.get(&query).is_none());
        map.insert(*key, index);
        assert_eq!(map.get(&query).as_deref(), Some(&index));
        assert_eq!(map.update(&query, |index| index + 1).as_deref(), Some(&(index + 1)));
        assert_eq!(map.remove(&query).as_deref(), Some(&(index + 1)));
        assert_eq!(*map.upsert_ref(&query, Digits::value, || index, |_| unreachable!()), index);
        assert!(map.compare_and_set_ref(&query, Digits::value, Expected::Value(&index), None).is_ok());
        assert_eq!(*map.get_or_insert_with_ref(&query, Digits::value, || index), index);
        assert_eq!(map.get(key).as_deref(), Some(&index));
    }
    assert_eq!(map.approx_len(), TRICKY.len());
}

#[test]
fn boxed_keys_by_borrowed_and_foreign_types() {
    let map: AtomicMap<String, u8> = AtomicMap::new();
    map.insert(String::from("a"), 1);
    assert!(
        map.contains_key("a") && map.contains_key(&String::from("a")) && map.contains_key(&Foreign(&String::from("a")))
    );
    let bytes: AtomicMap<Vec<u8>, u8> = AtomicMap::new();
    bytes.insert(vec![1, 2], 3);
    assert_eq!(bytes.get(&[1, 2][..]).as_deref(), Some(&3));
}

#[test]
fn the_key_that_is_there_stays() {
    #[derive(Clone, Copy, Debug)]
    struct Named(u8, &'static str);
    impl PartialEq for Named {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl Eq for Named {}
    impl Hash for Named {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    let map = AtomicMap::new();
    map.insert(Named(1, "first"), 1);
    map.insert(Named(1, "second"), 2);
    map.remove(&Named(1, "third"));
    map.insert(Named(1, "fourth"), 3);
    let entries: Vec<_> = map.into_iter().map(|(key, value)| (key.1, value)).collect();
    assert_eq!(entries, [("first", 3)]);
}

#[test]
fn references_show_what_was_read() {
    let map = AtomicMap::new();
    map.insert(1, String::from("old"));
    let pinned = map.pin();
    let bound = pinned.get(&1).expect("inserted");
    let owned = map.get(&1).expect("inserted");
    map.insert(1, String::from("new"));
    map.remove(&1);
    (0..1000).for_each(|number| drop(map.insert(number, String::from("other"))));
    (0..10).for_each(|_| map.flush());
    let copy = bound;
    assert_eq!((&*bound, &*owned, &*copy), (&String::from("old"), &String::from("old"), &String::from("old")));
    assert!(bound == copy && bound == String::from("old") && owned == String::from("old"));
    assert_eq!(bound.as_ref().len() + owned.as_ref().len(), 6);
    assert_eq!((bound.to_string(), format!("{owned:?}")), (String::from("old"), String::from("\"old\"")));

    let numbers = AtomicMap::new();
    numbers.insert(1, RESERVED[0]);
    let number = numbers.get(&1).expect("inserted");
    numbers.remove(&1);
    assert_eq!(*number, RESERVED[0]);
}

#[test]
fn errors_tell_what_was_there() {
    fn as_error<E: Error>(error: E) -> (String, String) {
        (error.to_string(), format!("{error:?}"))
    }
    let map = AtomicMap::new();
    map.insert("a", 1);
    let pinned = map.pin();
    let (shown, debug) = as_error(pinned.try_insert("a", 2).expect_err("it is there"));
    assert_eq!(shown, "the key is present, with value 1");
    assert_eq!(debug, "OccupiedError { current: 1, .. }");
    let (shown, debug) = as_error(map.compare_and_set("a", Expected::NotFound, Some(2)).expect_err("it is there"));
    assert_eq!(shown, "the key has another value than expected: 1");
    assert_eq!(debug, "ExpectationFailed { actual: Some(1), .. }");
    let (shown, _) = as_error(pinned.compare_and_set("b", Expected::Value(&1), None).expect_err("it is not there"));
    assert_eq!(shown, "the key is absent, but a value was expected");
}

#[test]
fn maps_and_handles_print_their_entries() {
    let map: AtomicMap<&str, f64> = AtomicMap::default();
    assert_eq!(format!("{map:?}"), "{}");
    map.insert("a", 0.5);
    assert_eq!(format!("{map:?}"), "{\"a\": 0.5}");
    assert_eq!(format!("{:?}", map.pin()), "{\"a\": 0.5}");
    assert!(std::ptr::eq(map.pin().map(), &raw const map));
    // The other types say their name, and hide their seeds and addresses.
    assert_eq!(format!("{:?}", map.hasher()), "RandomState { .. }");
    assert_eq!(format!("{:?}", map.pin().iter()), "Iter { .. }");
    assert_eq!(format!("{:?}", map.into_iter()), "IntoIter { .. }");
}

#[test]
fn seeds_differ_between_maps_and_hashers_can_be_chosen() {
    let hashes: std::collections::HashSet<u64> =
        (0..20).map(|_| AtomicMap::<u8, u8>::new().hasher().hash_one(1_u64)).collect();
    assert!(hashes.len() > 1, "all maps hash alike");
    let map = AtomicMap::with_capacity_and_hasher(10, BuildHasherDefault::<DefaultHasher>::default());
    map.insert(1, 2);
    assert_eq!(map.hasher().hash_one(1), BuildHasherDefault::<DefaultHasher>::default().hash_one(1));
}
