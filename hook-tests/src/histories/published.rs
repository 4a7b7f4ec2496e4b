//! Published cells: values and versions, read together, in one order.

use super::campaign::{SEED, VOLLEY, Way, at_once, how_to_repeat, rounds, scale, seed, seed_of};
use super::check::{Event, Meeting, Search, Timed, meeting};
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
use std::time::Instant;

/// A version, and the number of the value that it is of.
type Publication = (u64, u64);

/// What an operation says about a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CellEvent {
    Seen(Publication),
    Version(u64),
    Value(u64),
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
            Self::Value(value) => (value == state.1).then_some(state),
            Self::Replaced(before, value) => (before == state).then_some((before.0 + 1, value)),
            Self::Published(new) => (new.0 == state.0 + 1).then_some(new),
            Self::Nonsense => None,
        }
    }

    fn may_change(&self) -> bool {
        matches!(self, Self::Replaced(..) | Self::Published(_))
    }
}

#[derive(Clone, Copy, Debug)]
enum Action {
    Load,
    Snapshot,
    LoadOwned,
    Version,
    Store,
    Swap,
    CompareAndSet,
    StoreIfVersion,
    Update,
    /// Publishes if the value that is there has an even number.
    TryUpdate,
    Reclaim,
}

const ACTIONS: [Action; 11] = [
    Action::Load,
    Action::Snapshot,
    Action::LoadOwned,
    Action::Version,
    Action::Store,
    Action::Swap,
    Action::CompareAndSet,
    Action::StoreIfVersion,
    Action::Update,
    Action::TryUpdate,
    Action::Reclaim,
];

/// A value with a copy of itself, so that one that is not whole is noticed.
type Value = Box<(u64, u64)>;

fn number(value: &Value) -> u64 {
    let (number, copy) = **value;
    assert_eq!(number, !copy, "a value that is not whole");
    number
}

fn seen(snapshot: Snapshot<'_, Value>) -> Publication {
    (snapshot.version(), number(snapshot.value()))
}

/// What is wrong with a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mistake {
    Nothing,
    /// The version is read first, and then the value.
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
    fn choose(choices: &mut Choices, threads: usize, mistake: Mistake, clock: Clock) -> Self {
        let actions = 2 + choices.below(8);
        let threads = (0..threads).map(|_| (0..actions).map(|_| choices.of(&ACTIONS)).collect()).collect();
        Self { cell: Published::new(Box::new((0, !0))), mistake, threads, clock, records: Mutex::default() }
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
            Action::Snapshot if self.mistake == Mistake::Apart => {
                CellEvent::Seen((cell.version(), self::number(cell.load(&guard))))
            }
            Action::Load => CellEvent::Value(self::number(cell.load(&guard))),
            Action::Snapshot => CellEvent::Seen(seen(cell.snapshot(&guard))),
            Action::LoadOwned => {
                let owned = cell.load_owned();
                CellEvent::Seen((owned.version(), self::number(&owned)))
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
            Action::TryUpdate => {
                let mut before = 0;
                let version = cell.try_update(|current| {
                    before = current.0;
                    before.is_multiple_of(2).then(value)
                });
                match version {
                    Some(version) => CellEvent::Replaced((version - 1, before), number),
                    None if before.is_multiple_of(2) => CellEvent::Nonsense,
                    None => CellEvent::Value(before),
                }
            }
            Action::Reclaim => {
                drop(guard);
                cell.reclaim();
                return None;
            }
        })
    }

    /// What the threads have said, in the order of their starts, and what is there in the end.
    fn records(&self) -> Vec<Timed<CellEvent>> {
        let mut records = std::mem::take(&mut *self.records.lock().expect("no panic while it is held"));
        let event = CellEvent::Seen(seen(self.cell.snapshot(&pin())));
        records.push(Timed { event, start: u64::MAX, end: u64::MAX, thread: 15, name: "the end", migrating: false });
        records.sort_by_key(|timed| timed.start);
        records
    }
}

/// The cell at first.
const AT_FIRST: Publication = (0, 0);

/// What the threads of a round say under a schedule.
fn history(crew: &Crew, campaign: u64, number: u64, way: Way, mistake: Mistake) -> Vec<Timed<CellEvent>> {
    let seed = seed_of(campaign, number);
    let mut choices = Choices::seeded(seed);
    let threads = 2 + choices.below(3) as usize;
    let round = Arc::new(Round::choose(&mut choices, threads, mistake, Clock::Counter(AtomicU64::new(0))));
    let actions = round.threads.iter().map(Vec::len).sum::<usize>() as u64;
    let strategy = match way {
        Way::Random => Strategy::random(seed),
        Way::Pct(depth) => Strategy::pct(seed, depth, actions * 10),
    };
    let theirs = Arc::clone(&round);
    let run = crew.run(round.threads.len(), strategy, Arc::new(move |me| theirs.play(me)));
    assert_eq!(run.failure, None, "{} repeats this", how_to_repeat(campaign, number));
    round.records()
}

/// What threads say that run at once, of one round after the other.
fn histories_at_once(seed: u64, mistake: Mistake) -> Vec<Vec<Timed<CellEvent>>> {
    let mut choices = Choices::seeded(seed);
    let (threads, began) = (2 + choices.below(3) as usize, Instant::now());
    let mut choose = || Round::choose(&mut choices, threads, mistake, Clock::Machine(began));
    let rounds: [Round; VOLLEY] = core::array::from_fn(|_| choose());
    at_once(seed, threads, |round, me| rounds[round].play(me));
    rounds.iter().map(Round::records).collect()
}

/// Schedules in the plain test, and volleys.
const SCHEDULES: u64 = 1500;
const VOLLEYS: u64 = 60;

#[test]
fn every_history_of_a_cell_has_an_order() {
    alone("histories::published::every_history_of_a_cell_has_an_order", || {
        let (campaign, crew, mut search) = (seed(), Crew::new(), Search::default());
        println!("{SEED}={campaign}");
        let mut meets_in_order = |records: Vec<_>, number| {
            let repeat = how_to_repeat(campaign, number);
            assert!(
                search.finds_order(AT_FIRST, &records),
                "{repeat} repeats this history without an order: {records:#?}"
            );
            usize::from(meeting(&records) != Meeting::None)
        };
        let (mut by_schedule, mut at_once) = (0, 0);
        for number in rounds(SCHEDULES * scale()) {
            let way = if number % 2 == 0 { Way::Random } else { Way::Pct(3) };
            by_schedule += meets_in_order(history(&crew, campaign, number, way, Mistake::Nothing), number);
        }
        for number in rounds(VOLLEYS * scale()) {
            for records in histories_at_once(seed_of(campaign, !number), Mistake::Nothing) {
                at_once += meets_in_order(records, number);
            }
        }
        println!(
            "{by_schedule} histories of cells by schedules and {at_once} by threads at once, all of them with an order"
        );
        let scale = scale() as usize;
        assert!(by_schedule >= SCHEDULES as usize * scale / 2, "threads hardly met under schedules");
        assert!(at_once >= VOLLEYS as usize * VOLLEY * scale / 4, "threads hardly met");
    });
}

/// Which need luck: a thread has to be stopped between two steps.
#[test]
fn a_mistake_of_a_cell_is_found_by_threads_at_once() {
    let (campaign, mut search) = (seed(), Search::default());
    println!("{SEED}={campaign}");
    for mistake in [Mistake::Apart, Mistake::TwoSteps] {
        let mut is_wrong = |number| {
            let histories = histories_at_once(seed_of(campaign, number), mistake);
            histories.iter().any(|records| !search.finds_order(AT_FIRST, records))
        };
        let found = (0..200).find(|&number| is_wrong(number));
        println!("{mistake:?} in volley {}", found.expect("it is found"));
    }
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
