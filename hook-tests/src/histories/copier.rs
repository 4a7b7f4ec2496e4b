//! A copier written out here, for the rule that it stops (`COPY_STOPS`), which no code can leave out.

use super::hashing::Hashing;
use crate::map::AtomicMap;
use crate::platform::epoch;
use crate::platform::hook::{self, Kind};
use crate::platform::lines::{LineArray, Slot};
use crate::table::inline::is_inline;
use crate::table::word::{self, State};
use crate::table::{spread, tags};
use core::hash::BuildHasher;
use core::sync::atomic::Ordering::SeqCst;

/// How often it looks for a migration, and whether a slot is frozen.
const PATIENCE: usize = 40;

fn point() {
    hook::at("FAKE_COPY", Kind::Plain, SeqCst);
}

/// Copies a value that is being moved. If its place in the next table is taken, removed or closed, it is done, or goes on to the
/// table behind (`follows`), which is the mistake. For keys and values that stand inline.
pub(crate) fn copy<K: 'static, V: 'static>(map: &AtomicMap<K, V, Hashing>, follows: bool) {
    assert!(is_inline::<K>() && is_inline::<V>());
    let guard = epoch::pin();
    let migrating = (0..PATIENCE).find_map(|_| {
        point();
        map.raw.root(&guard).filter(|table| table.next(&guard).is_some())
    });
    let Some(table) = migrating else { return };
    let lines = table.lines();
    let slots = (0..lines.len()).flat_map(|line| &lines.line(line).slots);
    let Some((key, live)) = slots.filter_map(taken_meanwhile).next() else { return };
    let hash = spread(map.hasher().hash_one(word::inline_key_bits(key)));
    let mut table = table;
    while let Some(next) = table.next(&guard) {
        table = next;
        point();
        let place = place(table.lines(), key, hash);
        point();
        let closed = place.is_none_or(|slot| {
            let copied = slot.value.compare_exchange(word::EMPTY, live, SeqCst, SeqCst);
            matches!(copied, Err(word::MOVED | word::DEAD))
        });
        if !(closed && follows) {
            return;
        }
    }
}

/// The key and the value of a slot, if others copy it, or have, behind the reading of its value.
fn taken_meanwhile(slot: &Slot) -> Option<(word::Word, word::Word)> {
    let (key, live) = (slot.key.load(SeqCst), slot.value.load(SeqCst));
    if !word::is_key(key) || !word::is_plain::<u64>(live) {
        return None;
    }
    (0..PATIENCE).find_map(|_| {
        point();
        matches!(word::state(slot.value.load(SeqCst)), State::Frozen(_) | State::Moved).then_some((key, live))
    })
}

/// The place of a key in a table, claimed if nobody has done that. `None`: its line is closed.
fn place(lines: &LineArray, key: word::Word, hash: u64) -> Option<&Slot> {
    let home = lines.home(hash);
    for step in 0..lines.len() {
        for slot in &lines.line(home.index().wrapping_add(step)).slots {
            tags::pass_to(lines, home, step);
            let claimed = slot.key.compare_exchange(word::EMPTY, key, SeqCst, SeqCst);
            let there = claimed.unwrap_or_else(|there| there);
            if there == word::EMPTY || there == key {
                tags::set_for_copy(lines, home, slot);
                return Some(slot);
            }
            if there == word::SEALED {
                return None;
            }
        }
    }
    None
}
