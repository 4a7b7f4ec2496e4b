//! A thread that is left in the middle of something: nobody waits for it, or knows of it, and all contents are right
//! for others *while* it is there. It goes on in the end, and takes effect once.

use super::case::Case;
use super::coverage::{self, Coverage};
use crate::platform::hook::{Stop, without};
use std::fmt::Debug;

/// A map that somebody is left in.
pub(super) trait Scene: Sync {
    type Operation: Copy + Debug + PartialEq + Sync + 'static;

    /// Those that nobody delays.
    const ALL: &'static [Self::Operation];

    /// Those that do not bring or take the subject.
    const LOOKS: &'static [Self::Operation];

    /// Those that do not say what they have brought or taken.
    const UNTOLD: &'static [Self::Operation];

    /// Removes everything.
    const CLEAR: Self::Operation;

    fn operate(&self, operation: Self::Operation);

    /// Makes the map grow; with `contended` works on the subject too.
    fn work(&self, thread: u64, contended: bool);

    /// All that was put in is there, once, and nothing else. Returns how much that is.
    fn verify_contents(&self) -> usize;

    /// What the map says that this is, and its bounds.
    fn lengths(&self) -> (usize, (usize, usize));

    /// All threads are done.
    fn verify(&self);
}

/// Who is left, and where, in a scene of this setting.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left<S, O> {
    pub(super) setting: S,
    pub(super) operation: O,
    pub(super) site: &'static str,
    /// Left before.
    pub(super) other: Option<(O, &'static str)>,
    /// How many of them have begun to insert.
    pub(super) inserting: usize,
}

/// What is done meanwhile.
#[derive(Clone, Copy, Debug)]
pub(super) enum Manner {
    /// Nothing to the subject: in the end it is as the one who was left makes it.
    Apart,
    /// All that tells what it did to the subject, so that it is known whether it has to be there.
    Told,
    /// Everything. Nothing is there before the one who was left goes on.
    All,
}

const MANNERS: [Manner; 3] = [Manner::Apart, Manner::Told, Manner::All];

/// Each of these is left in a scene that others look at as it is then, and in one that they make grow first.
pub(super) fn leave_each<S: Copy + Debug, A: Scene>(
    everybody: impl IntoIterator<Item = Left<S, A::Operation>>,
    make: impl Fn(S) -> A,
) -> Coverage {
    let mut coverage = Coverage::default();
    for left in everybody {
        for manner in MANNERS {
            for grows in [false, true] {
                coverage.add(leave(left, (manner, grows), None, &make));
            }
        }
    }
    coverage
}

/// Leaves somebody. A rule is not in force for the others.
pub(super) fn leave<S: Copy + Debug, A: Scene>(
    left: Left<S, A::Operation>,
    (manner, grows): (Manner, bool),
    rule: Option<&'static str>,
    make: impl Fn(S) -> A,
) -> Coverage {
    let contended = !matches!(manner, Manner::Apart);
    coverage::park_at(&format!("{left:?}"), &[Stop { site: left.site, hit: 1 }], |stops| {
        let scene = make(left.setting);
        let victim = || scene.operate(left.operation);
        let assist = || left.other.iter().for_each(|&(operation, _)| scene.operate(operation));
        let others = |thread| {
            if grows {
                without(rule, || scene.work(thread, contended));
            }
        };
        let case = Case {
            accomplice: left.other.map(|(_, site)| (&assist as _, Stop { site, hit: 1 })),
            behind: Some(&|| without(rule, || go_round(&scene, manner, left.inserting))),
            ..Case::of(&victim, &others)
        };
        let verdict = case.run(stops);
        scene.verify();
        verdict
    })
}

/// One operation after the other.
fn go_round<A: Scene>(scene: &A, manner: Manner, inserting: usize) {
    let verify = || {
        let expected = scene.verify_contents();
        let bounds = (expected.saturating_sub(inserting), expected + inserting);
        assert_eq!(scene.lengths(), (expected, bounds), "lengths, while {inserting} insert");
        expected
    };
    verify();
    for operation in A::ALL {
        let is_due = match manner {
            Manner::Apart => A::LOOKS.contains(operation),
            Manner::Told => !A::UNTOLD.contains(operation),
            Manner::All => true,
        };
        if is_due {
            scene.operate(*operation);
            verify();
        }
    }
    if matches!(manner, Manner::All) {
        scene.operate(A::CLEAR);
        assert_eq!(verify(), 0, "it is empty");
    }
}
