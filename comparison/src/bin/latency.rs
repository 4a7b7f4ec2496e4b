//! Latencies of single operations.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use atomic_dict_comparison::cli::{self, count};
use atomic_dict_comparison::contenders::Id;
use atomic_dict_comparison::latency::{self, Load, Report, Row, Setup};
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

/// Latencies of atomic-dict beside other hash maps
#[derive(Parser)]
#[command(name = "latency", version)]
struct Args {
    /// Keys the map grows to
    #[arg(long, value_name = "N", default_value = "20_000_000", value_parser = count)]
    keys: usize,

    /// Measured rounds; one more warms up
    #[arg(long, value_name = "R", default_value_t = 3, value_parser = count)]
    rounds: usize,

    /// Writers in `insert`
    #[arg(long, value_name = "T", default_value_t = 2, value_parser = count)]
    threads: usize,

    /// Loads to run, separated by commas [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "LOAD")]
    loads: Vec<Load>,

    /// Contenders besides the control, separated by commas
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        value_name = "CONTENDER",
        default_value = "ours,papaya,scc,dashmap,leapfrog"
    )]
    contenders: Vec<Id>,

    /// Also write each round's figures to this file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
}

fn main() -> ExitCode {
    let args = Args::parse();
    if args.contenders.contains(&Id::Hashbrown) {
        let message = "hashbrown is not synchronised: the control is made of it";
        Args::command().error(ErrorKind::ArgumentConflict, message).exit();
    }
    let csv = args.csv.as_deref().map(cli::create::<Args>);
    let setup = setup(&args);
    let cells = latency::run(&setup);
    let report = Report { setup: &setup, cells: &cells };
    print!("{}", report.text());
    if let Some(Err(error)) = csv.map(|mut file| file.write_all(report.csv().as_bytes())) {
        eprintln!("--csv: {error}");
        return ExitCode::FAILURE;
    }
    if report.is_right() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// In the fixed order of loads and contenders, whatever the order on the command line.
fn setup(args: &Args) -> Setup {
    let wanted = |load: &Load| args.loads.is_empty() || args.loads.contains(load);
    let chosen = Id::ALL.iter().filter(|id| args.contenders.contains(id));
    Setup {
        keys: args.keys,
        rounds: args.rounds,
        threads: args.threads,
        loads: Load::ALL.iter().copied().filter(wanted).collect(),
        rows: [Row::Control].into_iter().chain(chosen.map(|&id| Row::Map(id))).collect(),
    }
}
