//! The table of a load.

use std::fmt::Write;

use crate::lines::median;

/// One way to do a load.
pub struct Column {
    pub name: &'static str,
    /// Million rows per second, a number per round.
    pub mops: Vec<f64>,
}

impl Column {
    pub fn new(name: &'static str) -> Self {
        Self { name, mops: Vec::new() }
    }
}

/// A line for each column: its median, and the median over rounds of what the first column's throughput is of its own.
pub fn table(load: &str, columns: &[Column]) -> String {
    let mut text = format!("{load:<14} {:>10} {:>12}\n", "million/s", "ours / this");
    for column in columns {
        let ratios = columns[0].mops.iter().zip(&column.mops).map(|(ours, other)| ours / other);
        let show = |numbers| median(numbers).map_or_else(|| "-".to_owned(), |number| format!("{number:.2}"));
        let (mops, ratio) = (show(column.mops.clone()), show(ratios.collect()));
        writeln!(text, "  {:<12} {mops:>10} {ratio:>12}", column.name).expect("writing to a string");
    }
    text
}
