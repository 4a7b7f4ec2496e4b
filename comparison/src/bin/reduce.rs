//! Reductions, batches and scans with several threads.

use std::path::PathBuf;
use std::process::ExitCode;

use atomic_dict_comparison::cli::count;
use atomic_dict_comparison::reduce::contenders::Contender;
use atomic_dict_comparison::reduce::loads::Load;
use atomic_dict_comparison::reduce::{Setup, lookups, report, rounds, rows, scans};
use clap::Parser;

/// Entries of a map that fits the cache.
const CACHED_ENTRIES: usize = 10_000;

/// Reductions, batches and scans with several threads, beside what one would write by hand
#[derive(Parser)]
#[command(name = "reduce", version)]
struct Args {
    /// Rows of a reduction
    #[arg(long, value_name = "N", default_value_t = 20_000_000, value_parser = count)]
    rows: usize,

    /// Entries of the map that is looked up in, and a third of those of the one that is walked through
    #[arg(long, value_name = "N", default_value_t = 64_000_000, value_parser = count)]
    entries: usize,

    /// Measured rounds; one more warms up
    #[arg(long, value_name = "R", default_value_t = 5, value_parser = count)]
    rounds: usize,

    /// Threads that share the rows
    #[arg(long, value_name = "T", default_value_t = 2, value_parser = count)]
    threads: usize,

    /// Make maps with room for all keys
    #[arg(long)]
    capacity: bool,

    /// Loads to run, separated by commas [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LOAD")]
    loads: Vec<Load>,

    /// Contenders besides the first, separated by commas [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CONTENDER")]
    contenders: Vec<Contender>,

    /// A text for `words`
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,

    /// Only write the rows of each load to a file in this directory, for the script that reads the same
    #[arg(long, value_name = "DIRECTORY")]
    write: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<(), String> {
    let setup = Setup {
        rows: args.rows,
        rounds: args.rounds,
        threads: args.threads,
        capacity: args.capacity,
        entries: args.entries,
        text: args.text,
    };
    let loads = if args.loads.is_empty() { Load::ALL } else { &args.loads };
    for &load in loads {
        if let Some(directory) = &args.write {
            if let Some(draw) = load.draw() {
                let path = directory.join(format!("{}.rows", load.name()));
                rows::write(&rows::numbers(draw, setup.rows), &path)
                    .map_err(|error| format!("{}: {error}", path.display()))?;
            }
            continue;
        }
        let wanted = |contender: &&Contender| args.contenders.is_empty() || args.contenders.contains(contender);
        let mut contenders: Vec<_> = load.contenders().iter().filter(wanted).copied().collect();
        if !contenders.contains(&Contender::Ours) {
            contenders.insert(0, Contender::Ours);
        }
        let columns = match load {
            Load::Words => {
                let path = setup.text.as_ref().ok_or("words: --text FILE")?;
                let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
                rounds::run(&contenders, &rows::words(&text.to_lowercase(), setup.rows), &setup)?
            }
            Load::Hundred | Load::Zipf | Load::Million | Load::Distinct => match load.draw() {
                Some(draw) => rounds::run(&contenders, &rows::numbers(draw, setup.rows), &setup)?,
                None => continue,
            },
            Load::BatchMemory => lookups::run(setup.entries, &setup)?,
            Load::BatchCache => lookups::run(CACHED_ENTRIES, &setup)?,
            Load::Scan => scans::run(setup.entries / 3, &setup)?,
        };
        println!("{}", report::table(load.name(), &columns));
    }
    Ok(())
}
