//! The platform layer: what collections leave behind, the array that is kept, and who is registered. These models run the crate's
//! own sources, which the others replace.

use super::{DELAYED, delayed, model, race, race_at, tried_by};
use crate::platform::birth::nodes;
use crate::platform::discarded::{self, Discarded};
use crate::platform::epoch::{self, Birth};
use crate::platform::once::Once;
use crate::platform::participants::Participants;
use crate::platform::pile::Pile;
use crate::platform::sync::{AtomicPtr, AtomicUsize, model_counters};
use crate::table::Counter;
use core::alloc::Layout;
use core::ptr::null_mut;
use loom::sync::Arc;

const LAYOUT: Layout = Layout::new::<[u64; 4]>();
const OTHER_LAYOUT: Layout = Layout::new::<u64>();

/// Enough to clear what is kept, and to free what is not wanted any more.
const ENOUGH: usize = 3;

/// A pile with so much in its list; memory of `LAYOUT` is wanted if `keeps`.
fn pile(discarded: usize, keeps: bool) -> Arc<Pile> {
    let place = || AtomicPtr::new(null_mut());
    let pile = Pile { head: place(), dirty: place(), clean: place(), wanted: AtomicUsize::new(0) };
    if keeps {
        pile.keep(LAYOUT.size());
    }
    (0..discarded).for_each(|_| pile.push(Discarded::new(LAYOUT)));
    Arc::new(pile)
}

/// Takes out what is kept, and is cleared. Returns whether there was something.
fn reuse(pile: &Pile, layout: Layout) -> bool {
    let memory = pile.reuse(layout);
    // SAFETY: it is ours alone, and not used.
    memory.inspect(|&memory| unsafe { discarded::free(memory) }).is_some()
}

#[test]
fn two_discards() {
    model(110, &DELAYED, |witnesses, swap| {
        let pile = pile(0, false);
        let (ours, theirs) = (Arc::clone(&pile), Arc::clone(&pile));
        let (a, b) = (Discarded::new(LAYOUT), Discarded::new(LAYOUT));
        let (((), first), ((), second)) = race_at("DISCARD_PUSH", swap, move || ours.push(a), move || theirs.push(b));
        witnesses.saw(delayed(first, second));
        pile.free_all();
        assert_eq!(nodes(), 0, "both were in the list");
    });
}

/// Who takes the list takes what it finds there, and the rest stays for the next.
#[test]
fn discard_and_taking_all() {
    model(110, &["both taken", "one taken"], |witnesses, swap| {
        let pile = pile(1, false);
        let (ours, theirs) = (Arc::clone(&pile), Arc::clone(&pile));
        let late = Discarded::new(LAYOUT);
        let ((), left) = race(
            swap,
            move || ours.push(late),
            move || {
                theirs.free_all();
                nodes()
            },
        );
        witnesses.saw(if left == 0 { "both taken" } else { "one taken" });
        pile.free_all();
        assert_eq!(nodes(), 0);
    });
}

#[test]
fn taking_all_and_taking_all() {
    model(350, &["both", "first", "second"], |witnesses, swap| {
        let pile = pile(2, false);
        let (ours, theirs) = (Arc::clone(&pile), Arc::clone(&pile));
        let (((), first), ((), second)) =
            race_at("DISCARD_TAKE", swap, move || ours.free_all(), move || theirs.free_all());
        witnesses.saw(tried_by(first, second));
        assert_eq!(nodes(), 0, "freed once, by one of them");
    });
}

/// What one has cleared is seen clear by who uses it again.
#[test]
fn clearing_and_reuse() {
    model(70, &["missed", "reused"], |witnesses, swap| {
        let pile = pile(1, true);
        pile.free_all();
        let (ours, theirs) = (Arc::clone(&pile), Arc::clone(&pile));
        let ((), reused) = race(swap, move || ours.free_all(), move || reuse(&theirs, LAYOUT));
        witnesses.saw(if reused { "reused" } else { "missed" });
        assert_eq!(nodes(), isize::from(!reused));
        assert!(reused || reuse(&pile, LAYOUT), "it is kept");
    });
}

/// Two clear it by turns.
#[test]
fn two_clearings() {
    model(1900, &["both", "first", "second"], |witnesses, swap| {
        let pile = pile(1, true);
        let (ours, theirs) = (Arc::clone(&pile), Arc::clone(&pile));
        let (((), first), ((), second)) =
            race_at("SPARE_PUT", swap, move || ours.free_all(), move || theirs.free_all());
        witnesses.saw(tried_by(first, second));
        (0..ENOUGH).for_each(|_| pile.free_all());
        assert!(reuse(&pile, LAYOUT), "it is kept");
    });
}

/// Both have something that is worth keeping, and there is one place.
#[test]
fn two_to_keep() {
    model(4300, &["both", "first", "second"], |witnesses, swap| {
        let pile = pile(0, true);
        let (ours, theirs) = (Arc::clone(&pile), Arc::clone(&pile));
        let (a, b) = (Discarded::new(LAYOUT), Discarded::new(LAYOUT));
        let leave = |pile: Arc<Pile>, discarded| {
            pile.push(discarded);
            pile.free_all();
        };
        let ((_, first), (_, second)) = race_at("SPARE_PUT", swap, move || leave(ours, a), move || leave(theirs, b));
        witnesses.saw(tried_by(first, second));
        (0..ENOUGH).for_each(|_| pile.free_all());
        assert_eq!(nodes(), 1, "one is kept");
        assert!(reuse(&pile, LAYOUT), "it is cleared");
    });
}

#[test]
fn two_reuses() {
    model(110, &["first", "second"], |witnesses, swap| {
        let pile = pile(1, true);
        (0..ENOUGH).for_each(|_| pile.free_all());
        let (ours, theirs) = (Arc::clone(&pile), Arc::clone(&pile));
        let (first, second) = race(swap, move || reuse(&ours, LAYOUT), move || reuse(&theirs, LAYOUT));
        assert!(first != second, "one of them gets it");
        witnesses.saw(if first { "first" } else { "second" });
    });
}

/// One for whom it has another size puts it back.
#[test]
fn reuse_and_reuse_of_another_size() {
    model(190, &["missed", "reused"], |witnesses, swap| {
        let pile = pile(1, true);
        (0..ENOUGH).for_each(|_| pile.free_all());
        let (ours, theirs) = (Arc::clone(&pile), Arc::clone(&pile));
        let (other, reused) = race(swap, move || reuse(&ours, OTHER_LAYOUT), move || reuse(&theirs, LAYOUT));
        assert!(!other);
        witnesses.saw(if reused { "reused" } else { "missed" });
        assert!(reused || reuse(&pile, LAYOUT), "it is still kept");
    });
}

/// What is kept although nothing is wanted any more goes soon.
#[test]
fn clearing_and_no_wish() {
    model(1100, &["freed", "left"], |witnesses, swap| {
        let pile = pile(1, true);
        pile.free_all();
        let (ours, theirs) = (Arc::clone(&pile), Arc::clone(&pile));
        race(swap, move || ours.free_all(), move || theirs.keep_none());
        witnesses.saw(if nodes() == 0 { "freed" } else { "left" });
        pile.free_all();
        assert_eq!(nodes(), 0);
    });
}

/// Something that shows whether it was made before it is used.
struct Made(Birth);

// SAFETY: shared, it is only read, and loom checks that this comes behind the making.
unsafe impl Sync for Made {}

impl Made {
    fn new() -> Self {
        Self(Birth::new())
    }
}

/// The one that is made is the same for both, and seen made.
#[test]
fn two_first_users() {
    model(110, &["both", "first", "second"], |witnesses, swap| {
        let once = Arc::new(Once::<Made> { made: AtomicPtr::new(null_mut()) });
        let (ours, theirs) = (Arc::clone(&once), Arc::clone(&once));
        let user = |once: Arc<Once<Made>>| {
            let made = once.get_or_make(Made::new);
            made.0.assert_published();
            core::ptr::from_ref(made).addr()
        };
        let ((first, makes), (second, others)) =
            race_at("COLLECTOR_SET", swap, move || user(ours), move || user(theirs));
        witnesses.saw(tried_by(makes, others));
        assert_eq!((first, nodes()), (second, 1));
        // SAFETY: made from a box; both threads have ended.
        drop(unsafe { Box::from_raw(core::ptr::from_ref(once.get_or_make(Made::new)).cast_mut()) });
    });
}

/// *Room*: what a thread has inserted that is not registered any more is counted by who asks for threads first.
#[test]
fn a_thread_that_ends_and_a_count() {
    model(140, &["0, 1", "1, 0", "1, 1"], |witnesses, swap| {
        model_counters(true);
        let shared = Arc::new((Participants { count: AtomicUsize::new(1) }, Counter::new()));
        let (ours, theirs) = (Arc::clone(&shared), Arc::clone(&shared));
        let ((), (threads, counted)) = race(
            swap,
            move || {
                ours.1.begin(epoch::pin_as(0).thread()).inserted();
                ours.0.remove();
            },
            move || (theirs.0.count() as i64, theirs.1.net()),
        );
        witnesses.saw(format_args!("{threads}, {counted}"));
        assert!(threads + counted >= 1, "its insertion is missing");
    });
}

/// The same beside a thread that begins: its registration does not hide what came before.
#[test]
fn a_thread_that_begins_and_one_that_ends() {
    model(2700, &["0, 1", "1, 0", "1, 1", "2, 0", "2, 1"], |witnesses, swap| {
        model_counters(true);
        let shared = Arc::new((Participants { count: AtomicUsize::new(1) }, Counter::new()));
        let (ours, theirs, third) = (Arc::clone(&shared), Arc::clone(&shared), Arc::clone(&shared));
        let begins = loom::thread::spawn(move || third.0.add());
        let ((), (threads, counted)) = race(
            swap,
            move || {
                ours.1.begin(epoch::pin_as(0).thread()).inserted();
                ours.0.remove();
            },
            move || (theirs.0.count() as i64, theirs.1.net()),
        );
        begins.join().expect("it does not panic");
        witnesses.saw(format_args!("{threads}, {counted}"));
        assert!(threads + counted >= 1, "its insertion is missing");
        assert_eq!((shared.0.count() as i64, shared.1.net()), (1, 1));
    });
}
