//! Two victims: one parked at a site of one operation, the other at every site of another one on the same key, or beside it.
//!
//! All of these pairs would be some hundred thousand cases: as many first victims are drawn as `PROGRESS_SCALE` says.

use super::arena::{Arena, Setting};
use super::case::Case;
use super::coverage::Coverage;
use super::operations::OPERATIONS;
use super::scenarios::park_everywhere;
use crate::alone::alone;
use crate::schedules::choices::Choices;
use crate::settings::{self, setting};
use crate::support::{NthKey, Numbered, Quality};

const SCALE: &str = "PROGRESS_SCALE";
const SEED: &str = "PROGRESS_SEED";

/// First victims in the plain test, of each kind of keys.
const FIRST_VICTIMS: u64 = 25;

/// Cases with one first victim.
fn drawn<K: NthKey, V: Numbered>(choices: &mut Choices) -> Coverage {
    let size = choices.of(&[0, 2, 3, 5, 6, 7, 12]);
    let setting = Setting {
        quality: choices.of(&[Quality::Good, Quality::Good, Quality::EightValues]),
        gone: choices.of(&[0, 0, 20, 23, 25]),
        ..Setting::of(size, choices.below(size + 1))
    };
    let (first, second) = (choices.of(&OPERATIONS), choices.of(&OPERATIONS));
    let arena = Arena::<K, V>::new(setting);
    let (sites, _) = Case::of(&|| arena.operate(first), &|_| {}).record();
    // The n-th site, and how often it was reached by then.
    let index = choices.below(sites.len() as u64) as usize;
    let site = sites[index];
    let hit = sites[..=index].iter().filter(|&&reached| reached == site).count() as u32;
    park_everywhere::<K, V>(setting, second, Some((first, site, hit)))
}

/// Alone, as all scenarios.
#[test]
fn two_threads_parked_anywhere_stop_nobody() {
    alone("progress::pairs::two_threads_parked_anywhere_stop_nobody", || {
        let seed = settings::seed(SEED);
        println!("{SEED}={seed}");
        let mut choices = Choices::seeded(seed);
        let (mut coverage, mut parked, scale) = (Coverage::default(), 0, setting(SCALE, 1));
        for first in 0..FIRST_VICTIMS * scale {
            for part in [drawn::<u64, u64>(&mut choices), drawn::<String, String>(&mut choices)] {
                parked += u64::from(part.cases > 0);
                coverage.add(part);
            }
            coverage.assert_nobody_stuck();
            if (first + 1).is_multiple_of(FIRST_VICTIMS * 10) {
                eprintln!("{} first victims, {coverage}", 2 * (first + 1));
            }
        }
        let drawn = 2 * FIRST_VICTIMS * scale;
        println!("{coverage}, with {parked} of {drawn} first victims");
        // Some were recorded at what depends on the state of the collector. The others meet 17 or so, a few none.
        assert!(parked >= drawn * 4 / 5, "only {parked} of {drawn} first victims were parked");
        assert!(coverage.cases as u64 >= drawn * 9, "the second victims were not parked");
    });
}
