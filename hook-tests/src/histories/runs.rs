//! Correct histories, and incorrect ones.

use super::check::{linearizable, overlaps};
use super::workload::{KEYS, Kind, round};
use crate::support::{NthKey, Numbered};
use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

const SEED: &str = "HISTORIES_SEED";

fn seed() -> u64 {
    let seed = match env::var(SEED) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{SEED} is no number: {text}")),
        Err(_) => SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |time| u64::from(time.subsec_nanos())),
    };
    println!("{SEED}={seed}");
    seed
}

#[derive(Debug, Default)]
struct Findings {
    histories: usize,
    wrong: usize,
    overlapping: usize,
    apart: usize,
    /// The first wrong history, with the seed of its round.
    example: Option<String>,
}

fn run<K: NthKey, V: Numbered>(kind: Kind, rounds: u64) -> Findings {
    let seed = seed();
    let mut findings = Findings::default();
    for number in 0..rounds {
        let round_seed = seed.wrapping_add(number * 1_000_003) >> 2;
        for mut history in round::<K, V>(kind, round_seed) {
            history.sort_by_key(|timed| timed.start);
            findings.histories += 1;
            let (overlapping, apart) = overlaps(&history);
            findings.overlapping += overlapping;
            findings.apart += apart;
            if !linearizable(&history) {
                findings.wrong += 1;
                findings.example.get_or_insert_with(|| format!("{SEED}={seed}, round {number}: {history:#?}"));
            }
        }
    }
    println!(
        "{} histories, {} wrong, {} pairs overlap and {} do not",
        findings.histories, findings.wrong, findings.overlapping, findings.apart
    );
    findings
}

fn assert_linearizable<K: NthKey, V: Numbered>(rounds: u64) {
    let findings = run::<K, V>(Kind::Correct, rounds);
    assert_eq!(findings.histories as u64, rounds * KEYS);
    assert_eq!(findings.wrong, 0, "{}", findings.example.unwrap_or_default());
    assert!(findings.overlapping * 200 > findings.apart, "threads hardly met: {findings:?}");
}

#[test]
fn of_inline_keys_and_values() {
    assert_linearizable::<u64, u64>(5000);
}

#[test]
fn of_boxed_keys_and_values() {
    assert_linearizable::<String, String>(3000);
}

#[test]
fn of_inline_keys_and_boxed_values() {
    assert_linearizable::<u64, String>(1500);
}

#[test]
fn of_boxed_keys_and_inline_values() {
    assert_linearizable::<String, u64>(1500);
}

#[test]
fn a_compare_and_set_in_two_steps_is_found_out() {
    let findings = run::<u64, u64>(Kind::LookThenSet, 1000);
    assert!(findings.wrong >= 10, "too few of its mistakes were noticed: {}", findings.wrong);
}
