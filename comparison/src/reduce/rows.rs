//! The rows of the loads, in memory.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use atomic_dict::RowKey;
use rayon::prelude::*;

use crate::keys::{below, random};
use crate::zipf;

/// Rows of numbers.
pub type Numbers = Vec<(u64, u64)>;

/// Keys of the load with a law, and of the one without.
const MILLION: u64 = 1_000_000;

/// How the keys of rows are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// Any of so many keys, each as likely as the others.
    Uniform(u64),
    /// Of a million keys, by Zipf's law.
    Zipf,
    /// Half as many keys as rows, each of which comes twice: all of them, then all of them in another order.
    Twice,
}

/// Rows whose keys are random numbers, and whose values are small ones.
pub fn numbers(draw: Draw, rows: usize) -> Numbers {
    let key = |row: u64| match draw {
        Draw::Uniform(keys) => below(row, keys),
        Draw::Zipf => unreachable!("drawn below"),
        Draw::Twice => row % (rows as u64).div_ceil(2),
    };
    let value = |row: u64| random(row ^ 1 << 40) % 100;
    if draw == Draw::Zipf {
        let ranks = zipf::ranks(MILLION as usize, rows);
        return ranks.zip(0..).map(|(rank, row)| (random(rank as u64), value(row))).collect();
    }
    let mut numbers: Numbers = (0..rows as u64).into_par_iter().map(|row| (random(key(row)), value(row))).collect();
    if draw == Draw::Twice {
        for end in (1..rows as u64).rev() {
            numbers.swap(end as usize, below(end, end + 1) as usize);
        }
    }
    numbers
}

/// Writes the rows as pairs of little-endian numbers, for the script that reads the same.
pub fn write(rows: &Numbers, path: &Path) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for (key, value) in rows {
        file.write_all(&key.to_le_bytes())?;
        file.write_all(&value.to_le_bytes())?;
    }
    file.flush()
}

/// The words of a text, in lower case, again and again until there are so many.
pub fn words(text: &str, rows: usize) -> Vec<(&str, u64)> {
    let words: Vec<_> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.iter().cycle().take(rows).map(|word| (*word, 1)).collect()
}

/// The key of a row in memory, and what by-hand solutions need of it.
pub trait Key: RowKey<Self::Kept> + Copy + Eq + std::hash::Hash + Send + Sync {
    /// What the result holds.
    type Kept: std::hash::Hash + Eq + Clone + Send + Sync + 'static;
}

impl Key for u64 {
    type Kept = Self;
}

impl Key for &str {
    type Kept = String;
}
