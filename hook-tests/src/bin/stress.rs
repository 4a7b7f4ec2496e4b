//! `stress ROUNDS [SEED [FAULT]]`: see `hook_tests::stress`. Faults: `unpublished`, `freed-at-once`, `leaked`.

use hook_tests::stress::{self, Fault};
use std::process::ExitCode;

fn parse(mut words: impl Iterator<Item = String>) -> Option<(u64, u64, Option<Fault>)> {
    let rounds = words.next()?.parse().ok()?;
    let seed = words.next().map_or(Some(1), |word| word.parse().ok())?;
    let fault = match words.next().as_deref() {
        None => None,
        Some("unpublished") => Some(Fault::Unpublished),
        Some("freed-at-once") => Some(Fault::FreedAtOnce),
        Some("leaked") => Some(Fault::Leaked),
        Some(_) => return None,
    };
    words.next().is_none().then_some((rounds, seed, fault))
}

fn main() -> ExitCode {
    let Some((rounds, seed, fault)) = parse(std::env::args().skip(1)) else {
        eprintln!("usage: stress ROUNDS [SEED [unpublished | freed-at-once | leaked]]");
        return ExitCode::from(2);
    };
    stress::run(rounds, seed, fault);
    println!("{rounds} rounds, seed {seed}, fault: {fault:?}");
    ExitCode::SUCCESS
}
