//! The figures of a table row, out of the histograms of all rounds.

use super::operations::Latencies;
use crate::lines::median;

const MILLISECOND: u64 = 1_000_000;

/// The percentile in microseconds: of the rounds', the median, so that one bad round does not decide.
pub fn percentile(rounds: &[Latencies], percent: f64) -> Option<f64> {
    median(rounds.iter().map(|latencies| micros(latencies.value_at_quantile(percent / 100.0))).collect())
}

/// The longest of all rounds, in microseconds.
pub fn longest(rounds: &[Latencies]) -> Option<f64> {
    rounds.iter().map(Latencies::max).max().map(micros)
}

/// The share of the operations of all rounds below a millisecond.
pub fn share_below_1_ms(rounds: &[Latencies]) -> Option<f64> {
    let all: u64 = rounds.iter().map(Latencies::len).sum();
    let below: u64 = rounds.iter().map(below_1_ms).sum();
    (all > 0).then(|| below as f64 / all as f64)
}

pub fn below_1_ms(latencies: &Latencies) -> u64 {
    latencies.count_between(0, MILLISECOND - 1)
}

pub fn above_5_ms(latencies: &Latencies) -> u64 {
    // What shares a bucket with 5 ms counts as not above.
    let first = latencies.next_non_equivalent(5 * MILLISECOND);
    latencies.count_between(first, u64::MAX)
}

/// Of two phases that ran in the same rounds: the median of their percentiles' ratios.
pub fn ratio(over: &[Latencies], under: &[Latencies], percent: f64) -> Option<f64> {
    let at = |latencies: &Latencies| latencies.value_at_quantile(percent / 100.0) as f64;
    median(over.iter().zip(under).map(|(over, under)| at(over) / at(under)).collect())
}

fn micros(nanos: u64) -> f64 {
    nanos as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latency::operations::latencies;

    /// So many operations of each latency.
    fn of(counts: &[(u64, u64)]) -> Latencies {
        let mut all = latencies();
        for &(nanos, count) in counts {
            all.record_n(nanos, count).unwrap();
        }
        all
    }

    /// To the histogram's three digits.
    fn near(found: Option<f64>, wanted: f64) -> bool {
        found.is_some_and(|found| (found / wanted - 1.0).abs() < 0.001)
    }

    #[test]
    fn percentiles_of_one_round() {
        let rounds = [of(&[(100, 99_050), (2_000, 860), (30_000, 85), (7_000_000, 5)])];
        assert!(near(percentile(&rounds, 50.0), 0.1));
        assert!(near(percentile(&rounds, 99.0), 0.1));
        assert!(near(percentile(&rounds, 99.9), 2.0));
        assert!(near(percentile(&rounds, 99.99), 30.0));
        assert!(near(longest(&rounds), 7000.0));
        assert!(share_below_1_ms(&rounds) == Some(0.99995));
        assert_eq!(above_5_ms(&rounds[0]), 5);
    }

    #[test]
    fn rounds_give_their_median_percentile_and_the_longest_of_all() {
        let rounds = [of(&[(100, 10)]), of(&[(300, 10)]), of(&[(200, 9), (900_000_000, 1)])];
        assert!(near(percentile(&rounds, 50.0), 0.2));
        assert!(near(longest(&rounds), 900_000.0));
        assert!(near(share_below_1_ms(&rounds), 29.0 / 30.0));
        assert_eq!(percentile(&[], 50.0), None);
        assert_eq!(share_below_1_ms(&[]), None);
    }

    #[test]
    fn bounds_are_on_the_right_side() {
        let all = of(&[(990_000, 1), (1_010_000, 2), (4_990_000, 4), (5_010_000, 8), (u64::MAX >> 29, 16)]);
        assert_eq!((below_1_ms(&all), above_5_ms(&all)), (1, 24));
    }

    #[test]
    fn ratios_are_paired_per_round() {
        let over = [of(&[(200, 1)]), of(&[(400, 1)]), of(&[(900, 1)])];
        let under = [of(&[(100, 1)]), of(&[(400, 1)]), of(&[(300, 1)])];
        assert!(near(ratio(&over, &under, 99.9), 2.0));
    }
}
