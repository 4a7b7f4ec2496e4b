//! The map as the models use it: hashes are given, all keys of a map have the same.

use crate::api::edits::{CompareAndSet, Insert, Merge, Offer, Remove, Update};
use crate::api::outcome::Expected;
use crate::platform::epoch::{self, Guard};
use crate::platform::lines::Slot;
use crate::table::{Built, Habit, Hashes, Owned, Probe, RawMap, Seen, Table, tags};
use core::sync::atomic::Ordering;
use loom::sync::Arc;

/// A boxed key or value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Boxed(pub(crate) u64);

/// What a model needs to know of a key or value type. `u32` is inline, and has no reserved slots to be moved; `u64` has.
pub(crate) trait Word: Clone + PartialEq + Eq + core::fmt::Debug + Send + Sync + 'static {
    fn of(number: u64) -> Self;
    fn number(&self) -> u64;
}

impl Word for u32 {
    fn of(number: u64) -> Self {
        number as Self
    }

    fn number(&self) -> u64 {
        u64::from(*self)
    }
}

impl Word for u64 {
    fn of(number: u64) -> Self {
        number
    }

    fn number(&self) -> u64 {
        *self
    }
}

impl Word for Boxed {
    fn of(number: u64) -> Self {
        Self(number)
    }

    fn number(&self) -> u64 {
        self.0
    }
}

/// The hash of all keys, unless a model says otherwise. Its home line is the first one.
pub(crate) const FIRST_LINE: u64 = 0;

/// A hash whose home line is the last one of a table of two lines. A boxed key looks alike under this hash and the one
/// above: the fingerprint is the same.
pub(crate) const SECOND_LINE: u64 = 1 << 63;

/// A hash whose home line is the second one of a table of four lines, and the first one of a table of two.
pub(crate) const SECOND_OF_FOUR_LINES: u64 = 1 << 62;

/// A hash whose home line is the last one of any table.
pub(crate) const LAST_LINE: u64 = u64::MAX;

/// What makes another tag of a hash, and nothing else.
const OTHER_TAG: u64 = 1 << 57;

/// A shared map.
pub(crate) struct Map<K: Word, V: Word> {
    raw: Arc<RawMap<K, V>>,
    hash: u64,
    /// Whether lookups of inline keys ask for tags before lines.
    tags_first: bool,
}

impl<K: Word, V: Word> Clone for Map<K, V> {
    fn clone(&self) -> Self {
        Self { raw: Arc::clone(&self.raw), ..*self }
    }
}

impl<K: Word, V: Word> Map<K, V> {
    /// A map with some entries. Its table has one line, if they are one or two.
    pub(crate) fn of(entries: &[(u64, u64)]) -> Self {
        Self { raw: Arc::new(RawMap::new()), hash: FIRST_LINE, tags_first: false }.and(entries)
    }

    /// The same map for keys of another hash. (One who copies boxed keys finds the hash in their nodes.)
    pub(crate) fn for_hash(&self, hash: u64) -> Self {
        Self { hash, ..self.clone() }
    }

    /// The same map for keys of the same home with another tag.
    pub(crate) fn for_other_tag(&self) -> Self {
        self.for_hash(self.hash ^ OTHER_TAG)
    }

    /// The same map for one whose lookups have missed.
    pub(crate) fn for_misses(&self) -> Self {
        Self { tags_first: true, ..self.clone() }
    }

    /// A map with some entries in a table that has room for `capacity`: up to 5 in two lines, up to 10 in four.
    pub(crate) fn with_capacity(capacity: usize, hash: u64, entries: &[(u64, u64)]) -> Self {
        Self { raw: Arc::new(RawMap::with_capacity(capacity)), hash, tags_first: false }.and(entries)
    }

    fn and(self, entries: &[(u64, u64)]) -> Self {
        for &(key, value) in entries {
            self.insert(key, value);
        }
        self
    }

    pub(crate) fn raw(&self) -> &RawMap<K, V> {
        &self.raw
    }

    pub(crate) fn get(&self, key: u64) -> Option<u64> {
        self.get_under(key, &epoch::pin())
    }

    pub(crate) fn get_under(&self, key: u64, guard: &Guard) -> Option<u64> {
        let key = K::of(key);
        let habit = Habit::new();
        if self.tags_first {
            habit.missed();
        }
        self.raw.get(Probe::new::<K>(self.hash, &key), &habit, guard).map(|value| value.get().number())
    }

    /// Inserts or replaces; returns what was there.
    pub(crate) fn insert(&self, key: u64, value: u64) -> Option<u64> {
        let guard = epoch::pin();
        let source = Owned::new(self.hash, K::of(key), &guard);
        let edit = Insert(Offer::Ready(V::of(value)));
        self.raw.edit(source, edit, |_: &K| self.hash, &guard).0.before.map(number)
    }

    pub(crate) fn remove(&self, key: u64) -> Option<u64> {
        let guard = epoch::pin();
        let key = K::of(key);
        let probe = Probe::new::<K>(self.hash, &key);
        self.raw.edit(probe, Remove, |_: &K| self.hash, &guard).0.before.map(number)
    }

    /// Adds to a present value; returns the sum.
    pub(crate) fn add(&self, key: u64, amount: u64) -> Option<u64> {
        let guard = epoch::pin();
        let key = K::of(key);
        let probe = Probe::new::<K>(self.hash, &key);
        let update = Update(|value: &V| V::of(value.number() + amount));
        self.raw.edit(probe, update, |_: &K| self.hash, &guard).0.after.map(number)
    }

    /// Brings a partial sum, as a reduction does with what waits.
    pub(crate) fn merge(&self, key: u64, partial: u64) {
        let guard = epoch::pin();
        let key = K::of(key);
        let source = Built::new(self.hash, &key, |key: &K| key.clone(), &guard);
        let sum = |shared: &V, partial: &V| Some(V::of(shared.number() + partial.number()));
        self.raw.edit(source, Merge::new(V::of(partial), sum), |_: &K| self.hash, &guard);
    }

    /// Looks up several keys, as a batch does: boxes are asked for before anything is looked up.
    pub(crate) fn batch(&self, keys: &[u64]) -> Vec<Option<u64>> {
        let guard = epoch::pin();
        let keys: Vec<_> = keys.iter().map(|&key| K::of(key)).collect();
        let probes: Vec<_> = keys.iter().map(|key| Probe::new::<K>(self.hash, key)).collect();
        probes.iter().for_each(|probe| self.raw.approach(probe, &guard));
        probes
            .into_iter()
            .map(|probe| self.raw.get(probe, &Habit::new(), &guard).map(|value| value.get().number()))
            .collect()
    }

    /// Compare-and-set; `None` is absence, on both sides. Returns what was there instead, if it failed.
    pub(crate) fn compare_and_set(
        &self,
        key: u64,
        expected: Option<u64>,
        desired: Option<u64>,
    ) -> Result<(), Option<u64>> {
        let guard = epoch::pin();
        let expected = expected.map(V::of);
        let expected = expected.as_ref().map_or(Expected::NotFound, Expected::Value);
        let edit = CompareAndSet::new(|current: Option<&V>| expected.is_met_by(current), desired.map(V::of));
        let source = Owned::new(self.hash, K::of(key), &guard);
        let (edited, (met, _)) = self.raw.edit(source, edit, |_: &K| self.hash, &guard);
        if met { Ok(()) } else { Err(edited.before.map(number)) }
    }

    /// Notes in the root that the map's keys may have gone elsewhere, so that who does not find one of them at home looks further.
    pub(crate) fn pass_all(&self) {
        let guard = epoch::pin();
        let lines = self.raw.root(&guard).expect("the map has a table").lines();
        tags::pass_all(lines.home(self.hash));
    }

    /// Gives the root a successor of twice its size.
    pub(crate) fn start_migration(&self) {
        let guard = epoch::pin();
        let root = self.raw.root(&guard).expect("the map has a table");
        self.raw.make_room(root, &guard);
    }

    /// Gives the root a successor of so many lines. Models in which nothing is claimed but copies take one as large as
    /// the root, which has fewer words.
    pub(crate) fn start_migration_to(&self, lines: usize) {
        let guard = epoch::pin();
        let root = self.raw.root(&guard).expect("the map has a table");
        self.raw.start_migration(root, lines, &guard);
    }

    /// Gives the root a successor of one line, or of as many as it needs, and helps with one block.
    pub(crate) fn rebuild(&self) {
        let guard = epoch::pin();
        let root = self.raw.root(&guard).expect("the map has a table");
        self.raw.rebuild(root, 1, &guard);
        self.help_under(&guard);
    }

    /// N2, by a thread that is stopped for good behind it.
    pub(crate) fn close(&self) {
        let guard = epoch::pin();
        self.raw.root(&guard).expect("the map has a table").close();
    }

    /// The same, with a count.
    pub(crate) fn close_and_count(&self) -> usize {
        let guard = epoch::pin();
        self.raw.close_and_count(self.raw.root(&guard).expect("the map has a table"))
    }

    /// N2 and N3, with a successor of so many lines, whether that is enough or not.
    pub(crate) fn start_rebuild_to(&self, lines: usize) {
        let guard = epoch::pin();
        let root = self.raw.root(&guard).expect("the map has a table");
        root.close();
        root.set_next(true, Table::alloc(lines, 0));
    }

    /// Runs `body`, and returns what it returns, and how many entries of the table that was the root then it has left there
    /// or moved.
    pub(crate) fn entries_in_the_root_after<R>(&self, body: impl FnOnce() -> R) -> (R, usize) {
        let guard = epoch::pin();
        let root = self.raw.root(&guard).expect("the map has a table");
        let result = body();
        let slots = root.lines().slots(0, root.lines().len());
        let value = |slot: &Slot| slot.value.load(Ordering::SeqCst).addr();
        // Neither `EMPTY`, `TOMB`, `DEAD` nor `FROZEN_EMPTY`.
        (result, slots.iter().filter(|slot| ![0, 3, 5, 6].contains(&value(slot))).count())
    }

    /// Lines of the root.
    pub(crate) fn lines(&self) -> usize {
        let guard = epoch::pin();
        self.raw.root(&guard).expect("the map has a table").lines().len()
    }

    /// Asks for growth of the root's successor.
    pub(crate) fn grow_next(&self) {
        let guard = epoch::pin();
        if let Some(root) = self.raw.root(&guard)
            && let Some(next) = root.next(&guard)
        {
            self.raw.start_migration(next, next.lines().len(), &guard);
        }
    }

    /// Takes a block of the root and never moves it: a helper that is stopped for good.
    pub(crate) fn take_block(&self) {
        let guard = epoch::pin();
        self.raw.root(&guard).and_then(|root| root.take_block()).expect("a block to take");
    }

    /// Moves one block of the root, as every writing operation does.
    pub(crate) fn help(&self) {
        self.help_under(&epoch::pin());
    }

    pub(crate) fn help_under(&self, guard: &Guard) {
        if let Some(root) = self.raw.root(guard)
            && let Some(next) = root.next(guard)
        {
            self.raw.help(root, next, &|_: &K| self.hash, guard);
        }
    }

    /// Moves everything to the successor, if there is one.
    pub(crate) fn finish_migration(&self) {
        self.finish_migration_under(&epoch::pin());
    }

    pub(crate) fn finish_migration_under(&self, guard: &Guard) {
        if let Some(root) = self.raw.root(guard)
            && let Some(next) = root.next(guard)
        {
            self.raw.finish_migration(root, next, &|_: &K| self.hash, guard);
        }
    }

    /// A whole migration of a table of one line, to one of the same size.
    pub(crate) fn migrate(&self) {
        self.start_migration_to(1);
        self.help();
    }

    /// Every entry, by a walk, in order of keys.
    pub(crate) fn entries(&self) -> Vec<(u64, u64)> {
        self.entries_of(Hashes::ALL)
    }

    /// The same for a part of the hashes.
    pub(crate) fn entries_of(&self, hashes: Hashes) -> Vec<(u64, u64)> {
        let guard = epoch::pin();
        let mut walk = self.raw.walk(hashes, &|_: &K| self.hash, &guard);
        let mut entries = Vec::new();
        while let Some((key, value)) = walk.next(&|_: &K| self.hash) {
            entries.push((key.get().number(), value.get().number()));
        }
        entries.sort_unstable();
        entries
    }
}

fn number<V: Word>(value: Seen<'_, V>) -> u64 {
    value.get().number()
}
