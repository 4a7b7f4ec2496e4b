//! What must not compile, each as a test of the documentation: bugs that the interfaces of other maps let through (RUSTSEC-2022-0002,
//! RUSTSEC-2020-0091, dashmap #127 and others).

/// A reference ends with its handle.
///
/// ```compile_fail,E0505
/// let map = atomic_dict::AtomicMap::from([(1, String::from("a"))]);
/// let pinned = map.pin();
/// let value = pinned.get(&1);
/// drop(pinned);
/// assert!(value.is_some());
/// ```
///
/// Also one that `repin` would let go of.
///
/// ```compile_fail,E0502
/// let map = atomic_dict::AtomicMap::from([(1, String::from("a"))]);
/// let mut pinned = map.pin();
/// let value = pinned.get(&1);
/// pinned.repin();
/// assert!(value.is_some());
/// ```
///
/// What a reference is turned into ends with it.
///
/// ```compile_fail,E0716
/// let map = atomic_dict::AtomicMap::from([(1, String::from("a"))]);
/// let text: &str = map.get(&1).unwrap().as_str();
/// assert_eq!(text, "a");
/// ```
///
/// An iterator ends with its handle.
///
/// ```compile_fail,E0505
/// let map = atomic_dict::AtomicMap::from([(1, String::from("a"))]);
/// let pinned = map.pin();
/// let mut entries = pinned.iter();
/// drop(pinned);
/// entries.next();
/// ```
struct OfAHandle;

/// A reference with a guard of its own ends with its map.
///
/// ```compile_fail,E0505
/// let map = atomic_dict::AtomicMap::from([(1, String::from("a"))]);
/// let value = map.get(&1);
/// drop(map);
/// assert!(value.is_some());
/// ```
///
/// A handle, too.
///
/// ```compile_fail,E0505
/// let map = atomic_dict::DenseMap::from([(1, String::from("a"))]);
/// let pinned = map.pin();
/// drop(map);
/// assert!(pinned.get(1).is_some());
/// ```
///
/// While entries are taken out, nobody looks.
///
/// ```compile_fail,E0502
/// let mut map = atomic_dict::AtomicMap::from([(1, String::from("a"))]);
/// let value = map.get(&1);
/// let drained = map.drain();
/// assert!(value.is_some() && drained.count() == 1);
/// ```
struct OfAMap;

/// A guard, a handle or an iterator that nobody uses is a mistake that is warned of.
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// atomic_dict::pin();
/// ```
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// atomic_dict::AtomicMap::from([(1, 2)]).pin();
/// ```
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// atomic_dict::DenseMap::from([(1, 2)]).pin();
/// ```
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// let map = atomic_dict::DenseMap::from([(1, 2)]);
/// let pinned = map.pin();
/// pinned.iter();
/// ```
///
/// ```compile_fail
/// #![deny(unused_must_use)]
/// let map = atomic_dict::AtomicMap::from([(1, 2)]);
/// let pinned = map.pin();
/// pinned.batch_getitem(&[1]);
/// ```
struct OfUse;

/// Keys and values outlive everything, since they are dropped later.
///
/// ```compile_fail,E0597
/// let map = atomic_dict::AtomicMap::new();
/// let text = String::from("a");
/// map.insert(text.as_str(), 1);
/// ```
///
/// ```compile_fail,E0597
/// let map = atomic_dict::DenseMap::new();
/// let text = String::from("a");
/// map.insert(1, text.as_str());
/// ```
struct OfTheEnd;

/// A handle, and a reference with a guard, stay on their thread.
///
/// ```compile_fail,E0277
/// let map: &'static _ = Box::leak(Box::new(atomic_dict::AtomicMap::from([(1, 2)])));
/// let pinned = map.pin();
/// std::thread::spawn(move || pinned.get(&1).is_some());
/// ```
///
/// ```compile_fail,E0277
/// let map: &'static _ = Box::leak(Box::new(atomic_dict::AtomicMap::from([(1, 2)])));
/// let value = map.get(&1);
/// std::thread::spawn(move || value.is_some());
/// ```
///
/// A value that must not be shared can stand in a map, but not be used from it.
///
/// ```compile_fail,E0277
/// let map = atomic_dict::AtomicMap::with_capacity(1);
/// map.insert(1, std::cell::Cell::new(1));
/// ```
struct OfAThread;
