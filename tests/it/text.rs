//! Keys that are strings of bytes elsewhere: compared by a copy in their node, if they are short; by themselves otherwise; and
//! by whatever a type that is no such string says.

use crate::support::{Foreign, Hashing, QUALITIES, Quality};
use atomic_dict::AtomicMap;
use equivalent::Equivalent;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Lengths around those that a node can and cannot copy, or tell.
const LENGTHS: [usize; 14] = [0, 1, 7, 8, 15, 16, 40, 63, 64, 65, 128, 254, 255, 256];

/// Texts of all lengths; several of each, alike but for one byte: the first, one in the middle, or the last.
fn texts() -> Vec<String> {
    let text = |length: usize, place: usize| (0..length).map(|at| if at == place { 'x' } else { 'a' }).collect();
    let mut texts: Vec<String> = LENGTHS
        .into_iter()
        .flat_map(|length| [0, length / 2, length.wrapping_sub(1), length].map(|at| text(length, at)))
        .collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

fn every_text_is_found<K>(quality: Quality, key: impl Fn(&str) -> K)
where
    K: Hash + Eq + Clone + Debug + Send + Sync + 'static,
    str: Equivalent<K>,
{
    let map = AtomicMap::with_hasher(Hashing::new(quality));
    let texts = texts();
    let (in_map, absent) = texts.split_at(texts.len() / 2);
    for (number, text) in in_map.iter().enumerate() {
        assert!(map.insert(key(text), number).is_none());
        assert_eq!(map.insert(key(text), number).as_deref(), Some(&number), "the same key once more");
    }
    assert_eq!(map.len(), in_map.len());
    for (number, text) in in_map.iter().enumerate() {
        assert_eq!(map.get(text.as_str()).as_deref(), Some(&number), "by the text");
        assert_eq!(map.get(&key(text)).as_deref(), Some(&number), "by a key");
        assert_eq!(map.get(&Foreign(&key(text))).as_deref(), Some(&number), "by another type");
    }
    for text in absent {
        assert!(
            map.get(text.as_str()).is_none()
                && map.get(&key(text)).is_none()
                && map.get(&Foreign(&key(text))).is_none()
        );
    }
    for text in in_map {
        let (found, _) =
            map.pin().remove_entry(text.as_str()).map(|(key, value)| (K::clone(&key), *value)).expect("present");
        assert_eq!(found, key(text));
    }
    assert!(map.is_empty());
}

#[test]
fn every_text_is_found_as_a_string() {
    QUALITIES.into_iter().for_each(|quality| every_text_is_found(quality, str::to_owned));
}

#[test]
fn every_text_is_found_as_a_shared_or_boxed_one() {
    QUALITIES.into_iter().for_each(|quality| every_text_is_found(quality, |text| Arc::<str>::from(text)));
    QUALITIES.into_iter().for_each(|quality| every_text_is_found(quality, |text| Box::<str>::from(text)));
}

#[test]
fn bytes_are_found_as_a_vector() {
    let map = AtomicMap::new();
    for text in texts() {
        map.insert(text.clone().into_bytes(), text);
    }
    for text in texts() {
        assert_eq!(map.get(text.as_bytes()).as_deref(), Some(&text));
        assert_eq!(map.get(&text.clone().into_bytes()).as_deref(), Some(&text));
    }
    assert!(map.get(&[0xFF_u8][..]).is_none());
}

/// A key to which texts are equivalent that differ from it in their bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct AnyCase(String);

impl Hash for AnyCase {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_ascii_lowercase().hash(state);
    }
}

/// A text that hashes as the key does.
struct Query(&'static str);

impl Hash for Query {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_ascii_lowercase().hash(state);
    }
}

impl Equivalent<AnyCase> for Query {
    fn equivalent(&self, key: &AnyCase) -> bool {
        self.0.eq_ignore_ascii_case(&key.0)
    }
}

/// The same for keys whose own type has bytes.
impl Equivalent<String> for Query {
    fn equivalent(&self, key: &String) -> bool {
        self.0.eq_ignore_ascii_case(key)
    }
}

#[test]
fn what_is_equivalent_says_the_query() {
    let map = AtomicMap::new();
    map.insert(AnyCase(String::from("Mixed")), 1);
    assert_eq!(map.get(&Query("mIXED")).as_deref(), Some(&1));
    let map = AtomicMap::new();
    map.insert(String::from("mixed"), 1);
    assert_eq!(map.get(&Query("MIXED")).as_deref(), Some(&1));
    assert!(map.get("MIXED").is_none());
}
