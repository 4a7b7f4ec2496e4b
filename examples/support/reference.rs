//! The same count by one thread in a standard map, to hold another count against.

use std::collections::HashMap;

use crate::words;

/// A word with two counts; zero stands for a word that is absent.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Difference {
    pub(crate) word: String,
    pub(crate) found: u64,
    pub(crate) expected: u64,
}

/// Counts the words of the whole text in one go.
pub(crate) fn count(text: &str) -> HashMap<String, u64> {
    let mut counts = HashMap::new();
    for word in words::words(text) {
        // `entry` would build a key for every word, which the shared map does not do either.
        if let Some(count) = counts.get_mut(&*word) {
            *count += 1;
        } else {
            counts.insert(word.into_owned(), 1);
        }
    }
    counts
}

/// Compares every count, in the order of the words.
///
/// Takes each found word out of `expected`, so that a word found twice shows as well.
pub(crate) fn differences(found: &[(&str, u64)], mut expected: HashMap<String, u64>) -> Vec<Difference> {
    let mut differences = Vec::new();
    for &(word, found) in found {
        let expected = expected.remove(word).unwrap_or(0);
        if found != expected {
            differences.push(Difference { word: word.to_owned(), found, expected });
        }
    }
    let absent = expected.into_iter().map(|(word, expected)| Difference { word, found: 0, expected });
    differences.extend(absent);
    differences.sort();
    differences
}
