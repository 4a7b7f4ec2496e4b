//! Throughput of whole loads.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use atomic_dict_comparison::cli::{self, count};
use atomic_dict_comparison::contenders::Id;
use atomic_dict_comparison::keys::Key;
use atomic_dict_comparison::loads::Load;
use atomic_dict_comparison::measure::{self, Column, Setup};
use atomic_dict_comparison::table::{self, Report};
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, ValueEnum};

/// Throughput of atomic-dict beside other hash maps
#[derive(Parser)]
#[command(name = "comparison", version)]
struct Args {
    /// Keys in the map
    #[arg(long, value_name = "N", default_value_t = table::TARGET_KEYS, value_parser = count)]
    keys: usize,

    /// Measured rounds; one more warms up
    #[arg(long, value_name = "R", default_value_t = 9, value_parser = count)]
    rounds: usize,

    /// Threads that share the map; from two on, ours is compared with each peer
    #[arg(long, value_name = "T", default_value_t = 1, value_parser = count)]
    threads: usize,

    /// Also measure ours on one thread, and show what several are worth
    #[arg(long)]
    scaling: bool,

    /// Loads to run, separated by commas [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LOAD")]
    loads: Vec<Load>,

    /// Contenders besides the one the ratios need, separated by commas [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CONTENDER")]
    contenders: Vec<Id>,

    /// Type of the keys
    #[arg(long, value_enum, default_value_t = KeyType::U64)]
    key: KeyType,

    /// Also write each round's throughput to this file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KeyType {
    U64,
    String,
}

fn main() -> ExitCode {
    let args = Args::parse();
    if let Err(message) = check(&args) {
        let kind = ErrorKind::ArgumentConflict;
        Args::command().error(kind, message).exit();
    }
    let csv = args.csv.as_deref().map(cli::create::<Args>);
    let setup = setup(&args);
    match args.key {
        KeyType::U64 => compare::<u64>(&setup, csv),
        KeyType::String => compare::<String>(&setup, csv),
    }
}

fn check(args: &Args) -> Result<(), &'static str> {
    if args.threads > args.keys {
        return Err("--threads must not exceed --keys");
    }
    if args.threads > 1 && args.contenders.contains(&Id::Hashbrown) {
        return Err("hashbrown is not synchronised: it runs with --threads 1 only");
    }
    if args.threads == 1 && args.scaling {
        return Err("--scaling compares several threads with one: it takes --threads 2 or more");
    }
    Ok(())
}

/// In the fixed order of loads and contenders, whatever the order on the command line.
fn setup(args: &Args) -> Setup {
    let reference = if args.threads == 1 { Id::Hashbrown } else { Id::Ours };
    let chosen = |id: &&Id| match args.contenders.as_slice() {
        [] => args.threads == 1 || **id != Id::Hashbrown,
        some => **id == reference || some.contains(id),
    };
    let wanted = |load: &Load| args.loads.is_empty() || args.loads.contains(load);
    let mut columns: Vec<_> = Id::ALL.iter().filter(chosen).map(|&id| Column { id, threads: args.threads }).collect();
    if args.scaling {
        columns.push(Column { id: Id::Ours, threads: 1 });
    }
    Setup {
        keys: args.keys,
        rounds: args.rounds,
        threads: args.threads,
        loads: Load::ALL.iter().copied().filter(wanted).collect(),
        columns,
    }
}

fn compare<K: Key>(setup: &Setup, csv: Option<File>) -> ExitCode {
    let cells = measure::run::<K>(setup);
    let report = Report { setup, key: K::NAME, cells: &cells };
    print!("{}", report.text());
    if let Some(Err(error)) = csv.map(|mut file| file.write_all(report.csv().as_bytes())) {
        eprintln!("--csv: {error}");
        return ExitCode::FAILURE;
    }
    if report.is_right() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
