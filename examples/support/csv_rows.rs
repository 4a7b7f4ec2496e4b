//! Rows of a CSV file: a key and a number, some thousands at a time; what is no such row is reported by its line.

use std::error::Error;
use std::fs::File;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

/// Rows that are reduced at a time.
const CHUNK: usize = 1 << 16;

/// Bad rows that are told in full.
const MOST_TOLD: u64 = 10;

/// How a file went.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) rows: u64,
    pub(crate) bad: u64,
}

/// Reads a file whose first line names the columns, and hands its rows to `visit` in chunks, with the number of bytes read by then.
///
/// # Errors
/// If the file cannot be read, or lacks a column. A bad row is none: it is reported and left out.
pub(crate) fn read(
    path: &Path,
    (key, value): (&str, &str),
    mut visit: impl FnMut(&[(String, f64)], u64),
) -> Result<Outcome, Box<dyn Error>> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(File::open(path)?);
    let headers = reader.headers()?.clone();
    let column = |name: &str| {
        let place = headers.iter().position(|header| header.trim() == name);
        place.ok_or_else(|| format!("no column {name:?}; there are: {}", headers.iter().collect::<Vec<_>>().join(", ")))
    };
    let columns = (column(key)?, column(value)?);

    let mut outcome = Outcome::default();
    let mut chunk = Vec::with_capacity(CHUNK);
    let mut record = StringRecord::new();
    loop {
        let line = reader.position().line();
        let row = match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => row(&record, columns, headers.len()),
            Err(error) if error.is_io_error() => return Err(error.into()),
            Err(error) => Err(error.to_string()),
        };
        match row {
            Ok(row) => {
                outcome.rows += 1;
                chunk.push(row);
            }
            Err(reason) => {
                outcome.bad += 1;
                // A record may begin behind empty lines.
                let line = record.position().map_or(line, csv::Position::line);
                match outcome.bad {
                    bad if bad <= MOST_TOLD => eprintln!("line {line}: {reason}"),
                    bad if bad == MOST_TOLD + 1 => eprintln!("more bad rows are only counted"),
                    _ => {}
                }
            }
        }
        if chunk.len() == CHUNK {
            visit(&chunk, reader.position().byte());
            chunk.clear();
        }
    }
    visit(&chunk, reader.position().byte());
    Ok(outcome)
}

/// Key and value of a record, or what is wrong with it.
fn row(record: &StringRecord, (key, value): (usize, usize), columns: usize) -> Result<(String, f64), String> {
    if record.len() != columns {
        return Err(format!("{} fields instead of {columns}", record.len()));
    }
    let number = record[value].trim();
    match number.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok((record[key].to_owned(), number)),
        _ => Err(format!("{number:?} is not a finite number")),
    }
}
