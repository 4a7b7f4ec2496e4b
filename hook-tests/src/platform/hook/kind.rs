//! What a site is for, told from its name when it is compiled.

/// Of two kinds of sites more is known than that they are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    /// Reached only by who starts, helps or meets a migration.
    Migration,
    /// What runs there depends on what the thread and the process did before, not on the operation: reclamation, thread
    /// numbers, figures, hints. A schedule that stops there could not be repeated.
    Platform,
}

const MIGRATION: [&str; 9] =
    ["SET_NEXT", "SEAL", "FREEZE", "COPY_CLAIM", "COPY_VALUE", "MOVE", "CURSOR_TAKE", "CELL_LIVE", "PROMOTE"];

const PLATFORM: [&str; 9] =
    ["DISCARD_", "SPARE_", "PENDING_", "PANICS_", "OWNER_DROP", "INDEX_", "PARTICIPANTS_", "COLLECTOR_", "HINT_"];

impl Kind {
    /// The kind of the site of this name.
    pub(crate) const fn of(name: &str) -> Self {
        let mut index = 0;
        while index < MIGRATION.len() {
            if name.len() == MIGRATION[index].len() && starts_with(name, MIGRATION[index]) {
                return Self::Migration;
            }
            index += 1;
        }
        index = 0;
        while index < PLATFORM.len() {
            if starts_with(name, PLATFORM[index]) {
                return Self::Platform;
            }
            index += 1;
        }
        Self::Plain
    }
}

const fn starts_with(name: &str, prefix: &str) -> bool {
    let (name, prefix) = (name.as_bytes(), prefix.as_bytes());
    let mut index = 0;
    while index < prefix.len() {
        if index >= name.len() || name[index] != prefix[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[test]
fn kinds_of_sites_that_are_there() {
    let kinds = ["FREEZE", "FREEZE_SCAN", "DISCARD_TAKE", "OWNER_ADD"].map(Kind::of);
    assert_eq!(kinds, [Kind::Migration, Kind::Plain, Kind::Platform, Kind::Plain]);
}
