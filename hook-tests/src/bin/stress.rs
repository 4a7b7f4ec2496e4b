//! `stress users|portable ROUNDS [SEED [FAULT]]`: see `hook_tests::stress`. The first word says how lines are searched in every other round.
//! Faults: `unpublished`, `freed-at-once`, `leaked`.

use hook_tests::stress::{self, Fault};
use std::process::ExitCode;

fn parse(mut words: impl Iterator<Item = String>) -> Option<(bool, u64, u64, Option<Fault>)> {
    let as_users = match words.next()?.as_str() {
        "users" => true,
        "portable" => false,
        _ => return None,
    };
    let rounds = words.next()?.parse().ok()?;
    let seed = words.next().map_or(Some(1), |word| word.parse().ok())?;
    let fault = match words.next().as_deref() {
        None => None,
        Some("unpublished") => Some(Fault::Unpublished),
        Some("freed-at-once") => Some(Fault::FreedAtOnce),
        Some("leaked") => Some(Fault::Leaked),
        Some(_) => return None,
    };
    words.next().is_none().then_some((as_users, rounds, seed, fault))
}

fn main() -> ExitCode {
    let Some((as_users, rounds, seed, fault)) = parse(std::env::args().skip(1)) else {
        eprintln!("usage: stress users|portable ROUNDS [SEED [unpublished | freed-at-once | leaked]]");
        return ExitCode::from(2);
    };
    stress::run(rounds, seed, fault, as_users);
    println!("{rounds} rounds, seed {seed}, fault: {fault:?}");
    ExitCode::SUCCESS
}
