//! Searches as users have them where they have no assembly: all words of a line, and the tags of two lines.

use super::lines::insertion_behind_a_late_tag;
use super::{Boxed, LAST_LINE, Map, PLACES, Word, came_to, model, race, race_traced};
use crate::platform::lines::LINE_SLOTS;
use crate::platform::search::search_as_users;

/// `TAG_BOTH`: a key stands behind two lines, the second of which is full by a claim of another thread, whose tag is not there yet.
#[test]
fn insertion_behind_two_lines() {
    insertion_behind_a_late_tag(7600, 2, || {
        search_as_users(true);
        Map::with_capacity(10, 0, &[])
    });
}

/// `TAG_WRAPS`: the line behind the last one is the first one, but the tags behind those of the last one are of the reserved slots.
#[test]
fn insertion_behind_the_last_line() {
    model(480, &["absent", "present"], |witnesses, swap| {
        search_as_users(true);
        let map = Map::<u32, u32>::with_capacity(4, LAST_LINE, &[]).for_misses();
        (0..LINE_SLOTS as u64).for_each(|key| assert_eq!(map.for_other_tag().insert(70 + key, 70), None));
        let (ours, theirs) = (map.clone(), map.clone());
        let ((), seen) = race(swap, move || assert_eq!(ours.insert(1, 10), None), move || theirs.get(1));
        witnesses.saw(if seen.is_some() { "present" } else { "absent" });
        assert_eq!(map.get(1), Some(10), "there is nobody who removes it");
    });
}

/// A reader beside a copier that moves its key, or beside one who replaces its value.
fn get_and_migration<V: Word>(tags_first: bool) {
    model(1260, &PLACES, move |witnesses, swap| {
        search_as_users(true);
        let map = Map::<u32, V>::of(&[(1, 10)]);
        let map = if tags_first { map.for_misses() } else { map };
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, (seen, get)) = race_traced(swap, move || ours.migrate(), move || theirs.get(1));
        witnesses.saw(came_to(&get));
        assert_eq!(seen, Some(10), "present throughout");
    });
}

#[test]
fn get_of_lines_and_migration() {
    get_and_migration::<Boxed>(false);
}

#[test]
fn get_of_tags_and_migration() {
    get_and_migration::<u32>(true);
}

/// The box that a lookup finds at home, by its value word alone.
#[test]
fn replacement_and_get_at_home() {
    model(210, &["10", "11"], |witnesses, swap| {
        search_as_users(true);
        let map = Map::<u32, Boxed>::of(&[(1, 10)]);
        let (ours, theirs) = (map.clone(), map.clone());
        let (_, seen) = race(swap, move || ours.insert(1, 11), move || theirs.get(1));
        witnesses.saw(seen.expect("present throughout"));
    });
}
