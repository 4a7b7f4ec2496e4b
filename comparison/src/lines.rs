//! Tables of text, and the median they show.

use std::fmt::Write;

pub fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_unstable_by(f64::total_cmp);
    let upper = *numbers.get(numbers.len() / 2)?;
    let lower = numbers[(numbers.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

/// Cells of one width; the first of a line is flush left.
#[derive(Default)]
pub struct Lines {
    text: String,
    started: bool,
}

impl Lines {
    pub fn cell(&mut self, cell: &str) {
        let text = &mut self.text;
        if self.started { write!(text, " {cell:>11}") } else { write!(text, "{cell:<11}") }
            .expect("writing to a string");
        self.started = true;
    }

    pub fn number(&mut self, number: Option<f64>) {
        self.cell(&number.map_or("-".to_owned(), |number| format!("{number:.2}")));
    }

    pub fn end(&mut self) {
        self.text.push('\n');
        self.started = false;
    }

    pub fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_of_odd_even_and_none() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(Vec::new()), None);
    }
}
