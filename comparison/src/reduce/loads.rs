//! The loads, and what ours is held to on each.

use clap::ValueEnum;

use super::contenders::Contender;
use super::rows::Draw;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Load {
    /// Sums of 100 keys.
    Hundred,
    /// Of a million keys by Zipf's law.
    Zipf,
    /// Of a million keys, all alike.
    Million,
    /// Of half as many keys as rows.
    Distinct,
    /// Counts of words.
    Words,
    /// Lookups in a map far beyond the cache.
    BatchMemory,
    /// Lookups in a map that fits it.
    BatchCache,
    /// A walk through all entries.
    Scan,
}

impl Load {
    pub const ALL: &[Self] = &[
        Self::Hundred,
        Self::Zipf,
        Self::Million,
        Self::Distinct,
        Self::Words,
        Self::BatchMemory,
        Self::BatchCache,
        Self::Scan,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Hundred => "hundred",
            Self::Zipf => "zipf",
            Self::Million => "million",
            Self::Distinct => "distinct",
            Self::Words => "words",
            Self::BatchMemory => "batch-memory",
            Self::BatchCache => "batch-cache",
            Self::Scan => "scan",
        }
    }

    /// How keys are drawn, for sums of numbers.
    pub fn draw(self) -> Option<Draw> {
        match self {
            Self::Hundred => Some(Draw::Uniform(100)),
            Self::Zipf => Some(Draw::Zipf),
            Self::Million => Some(Draw::Uniform(1_000_000)),
            Self::Distinct => Some(Draw::Twice),
            _ => None,
        }
    }

    /// Who takes part in a reduction.
    pub fn contenders(self) -> &'static [Contender] {
        match self {
            Self::Words => {
                &[Contender::Ours, Contender::Rayon, Contender::SharedOnly, Contender::LocalOnly, Contender::Hashbrown]
            }
            _ => Contender::ALL,
        }
    }
}
