//! Entries that are taken out whole, while others take and bring equal keys.

use atomic_dict::AtomicMap;
use core::cell::Cell;
use core::hash::{Hash, Hasher};

/// A key that can be told from an equal one.
#[derive(Debug)]
struct Tagged {
    number: u32,
    tag: &'static str,
}

impl Hash for Tagged {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

/// What happens in the middle of a comparison, and how many there are until then.
type Event = (usize, fn());

thread_local! {
    static UNTIL: Cell<Option<Event>> = const { Cell::new(None) };
    /// The tag of the key that was taken in the middle.
    static TAKEN: Cell<Option<&'static str>> = const { Cell::new(None) };
    static MAP: &'static AtomicMap<Tagged, u32> = Box::leak(Box::default());
}

impl PartialEq for Tagged {
    fn eq(&self, other: &Self) -> bool {
        match UNTIL.take() {
            Some((1, happens)) => happens(),
            Some((more, happens)) => UNTIL.set(Some((more - 1, happens))),
            None => {}
        }
        self.number == other.number
    }
}

impl Eq for Tagged {}

fn query() -> Tagged {
    Tagged { number: 1, tag: "query" }
}

fn take() -> Option<&'static str> {
    MAP.with(|map| map.pin().remove_entry(&query()).map(|(key, _)| key.tag))
}

/// Another one takes the entry, and an equal key with the same value comes to a new table, in the middle of a removal.
#[test]
fn a_removed_entry_is_the_one_that_was_there() {
    for comparison in 1..4 {
        std::thread::spawn(move || {
            MAP.with(|map| map.insert(Tagged { number: 1, tag: "first" }, 5));
            UNTIL.set(Some((comparison, || {
                TAKEN.set(take());
                MAP.with(|map| {
                    map.compact();
                    map.insert(Tagged { number: 1, tag: "second" }, 5);
                });
            })));
            let last = take();
            let meanwhile = TAKEN.take();
            UNTIL.set(None);
            let left = MAP.with(|map| map.pin().keys().map(|key| key.tag).next());
            let mut shown: Vec<_> = [last, meanwhile, left].into_iter().flatten().collect();
            let all = if meanwhile.is_some() { vec!["first", "second"] } else { vec!["first"] };
            shown.sort_unstable();
            assert_eq!(
                shown, all,
                "comparison {comparison}: taken at last {last:?}, meanwhile {meanwhile:?}, left {left:?}"
            );
        })
        .join()
        .expect("each entry is taken once");
    }
}

/// `None` is the end, also if entries come behind it.
#[test]
fn a_walk_that_has_ended_yields_nothing_more() {
    for keys in 1..400_u64 {
        let map: AtomicMap<u64, u64> = AtomicMap::with_capacity(64);
        let pinned = map.pin();
        let mut parts: Vec<_> = (0..4).map(|part| pinned.fast_iter(4, part)).collect();
        for part in &mut parts {
            assert!(part.next().is_none());
        }
        for key in 0..keys.min(48) {
            pinned.insert(key.wrapping_mul(keys.wrapping_mul(0x9E37_79B9_7F4A_7C15)), key);
        }
        for part in &mut parts {
            assert!(part.next().is_none(), "{keys}");
        }
    }
}
