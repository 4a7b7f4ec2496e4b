//! Published cells: values and versions, read together, in one order.

use super::campaign::{SEED, Way, how_to_repeat, rounds, scale, seed, seed_of};
use super::check::{Event, Search, Timed, overlap};
use super::record::Clock;
use crate::alone::alone;
use crate::platform::epoch::pin;
use crate::platform::hook;
use crate::published::{Published, Snapshot};
use crate::schedules::choices::Choices;
use crate::schedules::crew::Crew;
use crate::schedules::strategy::Strategy;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

/// A version, and the number of the value that it is of.
type Publication = (u64, u64);

/// What an operation says about a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CellEvent {
    Seen(Publication),
    Version(u64),
    /// Published in place of this.
    Replaced(Publication, u64),
    /// Published with this version.
    Published(Publication),
    Nonsense,
}

impl Event for CellEvent {
    type State = Publication;

    fn apply(&self, state: Publication) -> Option<Publication> {
        match *self {
            Self::Seen(seen) => (seen == state).then_some(state),
            Self::Version(version) => (version == state.0).then_some(state),
            Self::Replaced(before, value) => (before == state).then_some((before.0 + 1, value)),
            Self::Published(new) => (new.0 == state.0 + 1).then_some(new),
            Self::Nonsense => None,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Action {
    Load,
    LoadOwned,
    Version,
    Store,
    Swap,
    CompareAndSet,
    StoreIfVersion,
    Update,
    Reclaim,
}

const ACTIONS: [Action; 9] = [
    Action::Load,
    Action::LoadOwned,
    Action::Version,
    Action::Store,
    Action::Swap,
    Action::CompareAndSet,
    Action::StoreIfVersion,
    Action::Update,
    Action::Reclaim,
];

/// A value with a copy of itself, so that one that is not whole is noticed.
type Value = Box<(u64, u64)>;

fn seen(snapshot: Snapshot<'_, Value>) -> Publication {
    let (number, copy) = **snapshot;
    assert_eq!(number, !copy, "a value that is not whole");
    (snapshot.version(), number)
}

/// What is wrong with a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mistake {
    Nothing,
    /// A load reads the version first, and then the value.
    Apart,
    /// An update reads first, and then publishes in place of whatever is there.
    TwoSteps,
}

impl Mistake {
    /// The rule that is not in force.
    fn without(self) -> Option<&'static str> {
        (self == Self::TwoSteps).then_some("SAME_SNAPSHOT")
    }
}

struct Round {
    cell: Published<Value>,
    mistake: Mistake,
    threads: Vec<Vec<Action>>,
    clock: Clock,
    records: Mutex<Vec<Timed<CellEvent>>>,
}

impl Round {
    fn choose(choices: &mut Choices, mistake: Mistake) -> Self {
        let threads = 2 + choices.below(3);
        let actions = 2 + choices.below(8);
        let threads = (0..threads).map(|_| (0..actions).map(|_| choices.of(&ACTIONS)).collect()).collect();
        Self {
            cell: Published::new(Box::new((0, !0))),
            mistake,
            threads,
            clock: Clock::Counter(AtomicU64::new(0)),
            records: Mutex::default(),
        }
    }

    fn play(&self, thread: usize) {
        for (number, &action) in self.threads[thread].iter().enumerate() {
            let start = self.clock.now();
            let value = (1 + number as u64) << 8 | thread as u64;
            let event = hook::without(self.mistake.without(), || self.act(action, value));
            let end = self.clock.now();
            let timed = |event| Timed { event, start, end, thread, name: "", migrating: false };
            self.records.lock().expect("no panic while it is held").extend(event.map(timed));
        }
    }

    fn act(&self, action: Action, number: u64) -> Option<CellEvent> {
        let cell = &self.cell;
        let value = || Box::new((number, !number));
        let guard = pin();
        Some(match action {
            Action::Load if self.mistake == Mistake::Apart => CellEvent::Seen((cell.version(), cell.load(&guard).0)),
            Action::Load => CellEvent::Seen(seen(cell.snapshot(&guard))),
            Action::LoadOwned => {
                let owned = cell.load_owned();
                CellEvent::Seen((owned.version(), owned.0))
            }
            Action::Version => CellEvent::Version(cell.version()),
            Action::Store => {
                drop(guard);
                CellEvent::Published((cell.store(value()), number))
            }
            Action::Swap => CellEvent::Replaced(seen(cell.swap(value(), &guard)), number),
            Action::CompareAndSet => {
                let current = cell.snapshot(&guard);
                match cell.compare_and_set(current.value(), value(), &guard) {
                    Ok(new) if seen(new) == (current.version() + 1, number) => {
                        CellEvent::Replaced(seen(current), number)
                    }
                    Err(failed) if failed.value.0 == number && failed.current.version() > current.version() => {
                        CellEvent::Seen(seen(failed.current))
                    }
                    _ => CellEvent::Nonsense,
                }
            }
            Action::StoreIfVersion => {
                let version = cell.version();
                match cell.store_if_version(version, value()) {
                    Ok(new) if new == version + 1 => CellEvent::Published((new, number)),
                    Err(failed) if failed.current > version => CellEvent::Version(failed.current),
                    _ => CellEvent::Nonsense,
                }
            }
            Action::Update => {
                let mut before = 0;
                let version = cell.update(|current| {
                    before = current.0;
                    value()
                });
                CellEvent::Replaced((version - 1, before), number)
            }
            Action::Reclaim => {
                drop(guard);
                cell.reclaim();
                return None;
            }
        })
    }
}

/// The cell at first.
const AT_FIRST: Publication = (0, 0);

/// What the threads of a round say under a schedule.
fn history(crew: &Crew, campaign: u64, number: u64, way: Way, mistake: Mistake) -> Vec<Timed<CellEvent>> {
    let seed = seed_of(campaign, number);
    let round = Arc::new(Round::choose(&mut Choices::seeded(seed), mistake));
    let actions = round.threads.iter().map(Vec::len).sum::<usize>() as u64;
    let strategy = match way {
        Way::Random => Strategy::random(seed),
        Way::Pct(depth) => Strategy::pct(seed, depth, actions * 10),
    };
    let theirs = Arc::clone(&round);
    let run = crew.run(round.threads.len(), strategy, Arc::new(move |me| theirs.play(me)));
    assert_eq!(run.failure, None, "{} repeats this", how_to_repeat(campaign, number));
    let mut records = std::mem::take(&mut *round.records.lock().expect("no panic while it is held"));
    let end = Timed {
        event: CellEvent::Seen(seen(round.cell.snapshot(&pin()))),
        start: u64::MAX,
        end: u64::MAX,
        thread: 15,
        name: "the end",
        migrating: false,
    };
    records.push(end);
    records.sort_by_key(|timed| timed.start);
    records
}

/// Schedules in the plain test.
const SCHEDULES: u64 = 1500;

#[test]
fn every_history_of_a_cell_has_an_order() {
    alone("histories::published::every_history_of_a_cell_has_an_order", || {
        let (campaign, crew, mut search) = (seed(), Crew::new(), Search::default());
        println!("{SEED}={campaign}");
        let mut overlapping = 0;
        for number in rounds(SCHEDULES * scale()) {
            let way = if number % 2 == 0 { Way::Random } else { Way::Pct(3) };
            let records = history(&crew, campaign, number, way, Mistake::Nothing);
            overlapping += u64::from(overlap(&records));
            assert!(
                search.finds_order(AT_FIRST, &records),
                "{} repeats this history without an order: {records:#?}",
                how_to_repeat(campaign, number)
            );
        }
        println!("{overlapping} histories of cells with overlaps, all of them with an order");
        assert!(overlapping >= SCHEDULES * scale() / 2, "threads hardly met");
    });
}

/// Mistakes are found in so many schedules of each kind.
const WITHIN: u64 = 20_000;

#[test]
fn mistakes_of_cells_are_found_by_schedules() {
    alone("histories::published::mistakes_of_cells_are_found_by_schedules", || {
        let campaign = seed();
        println!("{SEED}={campaign}");
        let mut search = Search::default();
        // Threads of its own for each: what a thread has pinned before tells when it collects.
        let mut is_found = |number, way, mistake| {
            !search.finds_order(AT_FIRST, &history(&Crew::new(), campaign, number, way, mistake))
        };
        for mistake in [Mistake::Apart, Mistake::TwoSteps] {
            for way in [Way::Random, Way::Pct(3)] {
                let Some(number) = (0..WITHIN).find(|&number| is_found(number, way, mistake)) else {
                    panic!("{mistake:?} was not found in {WITHIN} schedules, {way:?}")
                };
                println!("{mistake:?}: found by schedule {} of cells ({way:?})", number + 1);
                // Whenever the schedule is run, and because of the mistake.
                assert!((0..3).all(|_| is_found(number, way, mistake)), "{mistake:?} by schedule {number}");
                assert!(!(0..=number).any(|number| is_found(number, way, Mistake::Nothing)), "without a mistake");
            }
        }
    });
}

/// A value with the version of another one has no order.
#[test]
fn a_version_of_another_value_is_noticed() {
    let timed = |event, start| Timed { event, start, end: start + 1, thread: 0, name: "", migrating: false };
    let right = [timed(CellEvent::Published((1, 7)), 0), timed(CellEvent::Seen((1, 7)), 3)];
    assert!(Search::default().finds_order(AT_FIRST, &right));
    for wrong in [(0, 7), (1, 0), (2, 7)] {
        let events = [timed(CellEvent::Published((1, 7)), 0), timed(CellEvent::Seen(wrong), 3)];
        assert!(!Search::default().finds_order(AT_FIRST, &events), "{wrong:?}");
    }
}
