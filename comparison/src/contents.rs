//! Filling and checking a map, outside the measured time.

use crate::contenders::{Access, Contender, Handle};
use crate::keys::Key;
use crate::work::{HANDLE_OPS, Tally};

/// What a contender got wrong.
#[derive(Clone, Debug)]
pub struct Wrong(pub String);

pub fn fill<K: Key, A: Access<K>>(access: &mut A, entries: impl Iterator<Item = (K, u64)>) {
    let mut entries = entries.peekable();
    while entries.peek().is_some() {
        let mut handle = access.handle();
        for (key, value) in entries.by_ref().take(HANDLE_OPS) {
            handle.insert(key, value);
        }
    }
}

pub fn contents<K: Key, C: Contender<K>>(map: &mut C) -> Tally {
    let mut tally = Tally::default();
    let mut accesses = map.accesses(1);
    accesses[0].handle().for_each(|value| tally.add(value));
    tally
}

pub fn compare(what: &str, found: Tally, wanted: Tally) -> Result<(), Wrong> {
    if found == wanted {
        return Ok(());
    }
    Err(Wrong(format!(
        "{what} {} values of sum {}; right is {} of sum {}",
        found.count, found.sum, wanted.count, wanted.sum
    )))
}
