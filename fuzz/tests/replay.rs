//! Replays the corpus without a fuzzer: every input passes, and models that lie are found.

use atomic_dict_fuzz::{Truth, arguments, dense, map};
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

/// Inputs of a target, in the order of their names.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let entries = fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a corpus can be read").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("an input can be read")).collect()
}

fn replay(target: &str, run: fn(&[u8], Truth)) {
    let inputs = corpus(target);
    inputs.iter().for_each(|input| run(input, Truth::Whole));
    // The panics of models that lie are many.
    let found = inputs.iter().filter(|input| catch_unwind(|| run(input, Truth::Partial)).is_err()).count();
    println!("{target}: {} inputs, of which {found} find a lie", inputs.len());
    assert!(inputs.len() >= 20, "{} inputs", inputs.len());
    assert!(found >= inputs.len() / 10, "{found} of {} inputs find a model that lies", inputs.len());
}

#[test]
fn maps() {
    replay("map", map::run);
}

#[test]
fn dense_maps() {
    replay("dense", dense::run);
}

#[test]
fn argument_sizes() {
    replay("arguments", arguments::run);
}

/// Inputs that no fuzzer has chosen: a pseudo-random sequence for each length.
#[test]
fn any_bytes() {
    let seed = std::env::var("FUZZ_SEED").map_or(1, |text| text.parse().expect("a number"));
    let mut state: u64 = seed | 1;
    for length in 0..600 {
        let bytes: Vec<u8> = (0..length)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                (state >> 32) as u8
            })
            .collect();
        for run in [map::run, dense::run, arguments::run] {
            let input = bytes.clone();
            assert!(catch_unwind(move || run(&input, Truth::Whole)).is_ok(), "FUZZ_SEED={seed}, {length} bytes");
        }
    }
}
