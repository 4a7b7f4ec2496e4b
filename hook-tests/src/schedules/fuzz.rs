//! A round as bytes say it.

use super::choices::Choices;
use super::crew::Crew;
use super::strategy::{MOST_THREADS, Strategy};
use crate::histories::campaign::scheduled;
use crate::histories::dense::Dense;
use crate::histories::maps::{Hashed, Subject};
use crate::histories::program::{Check, Program};
use crate::histories::record::Fake;
use crate::histories::round::Searches;
use std::sync::{Mutex, PoisonError};

/// Runs a program under a schedule, both of them as `data` says, and looks for an order of its history.
///
/// The first byte chooses the kind of map, the second one says how many of the others choose the program. The rest is the
/// schedule: a byte for each turn.
///
/// # Panics
/// If the history is wrong.
pub fn run(data: &[u8]) {
    if let Some(example) = wrong(data, Fake::Nothing) {
        panic!("a wrong history: {example}");
    }
}

/// A history without an order, if there is one.
fn wrong(data: &[u8], fake: Fake) -> Option<String> {
    let [kind, length, rest @ ..] = data else { return None };
    let (program, schedule) = rest.split_at(rest.len().min(usize::from(*length)));
    match kind % 5 {
        0 => wrong_on::<Hashed<u64, u64>>(*kind, program, schedule, fake),
        1 => wrong_on::<Hashed<String, String>>(*kind, program, schedule, fake),
        2 => wrong_on::<Hashed<String, u64>>(*kind, program, schedule, fake),
        3 => wrong_on::<Dense<u64>>(*kind, program, schedule, fake),
        _ => wrong_on::<Dense<String>>(*kind, program, schedule, fake),
    }
}

fn wrong_on<S: Subject>(kind: u8, program: &[u8], schedule: &[u8], fake: Fake) -> Option<String> {
    /// Lives as long as the process: its threads wait for the next call.
    static CREW: Mutex<Option<Crew>> = Mutex::new(None);
    let mut choices = Choices::of_bytes(program);
    let threads = 2 + choices.below(MOST_THREADS as u64 - 1) as usize;
    let check = if (kind / 5).is_multiple_of(2) { Check::Keys } else { Check::Map };
    let program = Program::choose(&mut choices, threads, check);
    let mut crew = CREW.lock().unwrap_or_else(PoisonError::into_inner);
    let crew = crew.get_or_insert_with(Crew::new);
    let strategy = Strategy::bytes(schedule);
    let (findings, _) = scheduled::<S>(crew, &mut Searches::default(), program, strategy, (fake, None));
    findings.example
}

#[cfg(test)]
mod tests {
    use super::{run, wrong};
    use crate::histories::record::Fake;
    use crate::schedules::choices::Choices;
    use std::fs;
    use std::path::Path;

    #[test]
    fn any_bytes_are_a_round() {
        run(&[]);
        run(&[1]);
        let mut choices = Choices::seeded(1);
        for number in 0..300_u64 {
            let bytes: Vec<u8> = (0..2 + number).map(|_| choices.below(256) as u8).collect();
            run(&bytes);
        }
    }

    /// And shows what is wrong with a compare-and-set in two steps.
    #[test]
    fn what_a_fuzzer_has_kept_is_right() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/schedule");
        let entries = fs::read_dir(corpus).expect("a corpus").map(|entry| entry.expect("an entry").path());
        let inputs: Vec<_> = entries.map(|path| fs::read(path).expect("an input")).collect();
        inputs.iter().for_each(|input| run(input));
        let found = inputs.iter().filter(|input| wrong(input, Fake::TwoSteps).is_some()).count();
        println!("{} inputs, of which {found} find a compare-and-set in two steps", inputs.len());
        assert!(inputs.len() >= 20 && found > 0);
    }
}
