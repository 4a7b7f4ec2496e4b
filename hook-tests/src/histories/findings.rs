//! What rounds have shown, and what tells that they are wrong.

use super::check::Meeting;
use std::fmt::Debug;

/// What tells that a round is wrong. A round can be wrong in several ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// There is no order of the operations on a key, or on the map.
    Order,
    /// A length does not keep to its interval.
    Length,
    /// A traversal finds another number of keys than the counters tell, when all threads are through.
    Remains,
    /// A thread has panicked, or goes on without an end.
    Failure,
}

/// What rounds have shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// Those in which an operation that may change something overlapped with another: only these count.
    pub(crate) histories: usize,
    /// All others.
    pub(crate) apart: usize,
    /// Of those that count, those with such a pair of which one took part in a migration, or met one.
    pub(crate) migrating: usize,
    pub(crate) migrations: usize,
    /// Rounds that ended with a smaller table.
    pub(crate) shrunk: usize,
    pub(crate) wrong: Vec<Wrong>,
    /// The first that is wrong.
    pub(crate) example: Option<String>,
}

impl Findings {
    /// Threads that did not come to their end.
    pub(crate) fn of_failure(failure: String) -> Self {
        Self { wrong: vec![Wrong::Failure], example: Some(failure), ..Self::default() }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.histories += other.histories;
        self.apart += other.apart;
        self.migrating += other.migrating;
        self.migrations += other.migrations;
        self.shrunk += other.shrunk;
        self.wrong.extend(other.wrong);
        self.example = self.example.take().or(other.example);
    }

    pub(crate) fn note(&mut self, meeting: Meeting) {
        self.histories += usize::from(meeting != Meeting::None);
        self.apart += usize::from(meeting == Meeting::None);
        self.migrating += usize::from(meeting == Meeting::InMigration);
    }

    pub(crate) fn note_wrong(&mut self, wrong: Wrong, why: &str, events: &[impl Debug]) {
        self.wrong.push(wrong);
        self.example.get_or_insert_with(|| {
            let lines: Vec<_> = events.iter().map(|event| format!("  {event:?}")).collect();
            format!("{why}\n{}", lines.join("\n"))
        });
    }
}
