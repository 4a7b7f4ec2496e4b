//! Draws of Zipf's law: few keys are hot, most are cold.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rand_distr::{Distribution, Zipf};

const EXPONENT: f64 = 0.99;

/// Ranks from 0 on, the hottest first. A generator by name and a fixed seed: every run draws the same.
pub fn ranks(keys: usize, draws: usize) -> impl Iterator<Item = usize> {
    let law = Zipf::new(keys as f64, EXPONENT).expect("there is at least one key");
    let random = Xoshiro256PlusPlus::seed_from_u64(1);
    law.sample_iter(random).map(|rank| rank as usize - 1).take(draws)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_draws_the_same() {
        let some: Vec<_> = ranks(1000, 100).collect();
        assert!(some.iter().copied().eq(ranks(1000, 200).take(100)));
    }

    #[test]
    fn ranks_follow_the_law() {
        let (keys, draws) = (1000, 100_000);
        let mut counts = vec![0_usize; keys];
        ranks(keys, draws).for_each(|rank| counts[rank] += 1);
        let weight = |rank: usize| (rank as f64 + 1.0).powf(-EXPONENT);
        let sum: f64 = (0..keys).map(weight).sum();
        for rank in [0, 1, 9] {
            let expected = weight(rank) / sum * draws as f64;
            assert!((counts[rank] as f64 / expected - 1.0).abs() < 0.1, "rank {rank}: {}", counts[rank]);
        }
    }

    #[test]
    fn one_key_takes_all() {
        assert!(ranks(1, 10).eq([0; 10]));
    }
}
