//! Runs the examples as processes, on small input.

#![cfg(not(miri))] // Miri starts no processes.

use std::env::{self, consts::EXE_SUFFIX};
use std::fs;
use std::process::Command;
use tempfile::TempDir;

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn run(example: &str, arguments: &[&str]) -> Run {
    // Examples lie beside the directory of this test's own program.
    let test = env::current_exe().expect("the path of this test");
    let profile = test.ancestors().nth(2).expect("target/<profile>/deps/<test>");
    let program = profile.join(format!("examples/{example}{EXE_SUFFIX}"));
    assert!(program.exists(), "no {program:?}: `cargo build --examples`");
    let output = Command::new(program).args(arguments).output().expect("the example starts");
    let text = |bytes| String::from_utf8(bytes).expect("the example prints UTF-8");
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

impl Run {
    fn succeeds(self) -> Self {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        self
    }

    fn says(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "{text:?} in {}", self.stdout);
        self
    }

    fn warns(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "{text:?} in {}", self.stderr);
        self
    }
}

#[test]
fn partitions_agree_with_rayon_and_with_one_thread() {
    for (entries, threads, sum) in [("0", "1", "0"), ("1000", "3", "499500"), ("100000", "2", "4999950000")] {
        let run = run("partitioned_reduce", &["--entries", entries, "--threads", threads]).succeeds();
        run.says(&format!("sum {sum}, by all of them")).says("fast_iter").says("par_iter");
    }
}

#[test]
fn averages_are_those_of_one_thread() {
    for (readings, stations) in [("0", "1"), ("1", "10"), ("50000", "40")] {
        let arguments = ["--readings", readings, "--stations", stations, "--threads", "3"];
        run("average", &arguments).succeeds().says("all averages are those of one thread");
    }
}

#[test]
fn generated_groups() {
    let run = run("group_by", &["--rows", "30000", "--groups", "1,100,100000", "--threads", "2"]).succeeds();
    let found: Vec<_> = run.stdout.lines().skip(2).map(|line| line.split_whitespace().nth(1)).collect();
    assert_eq!(found[..2], [Some("1"), Some("100")]);
    assert_eq!(found.len(), 3);
}

/// A file, and how the example groups it by `city`.
fn group(content: &[u8], more: &[&str]) -> Run {
    let directory = TempDir::new().expect("a temporary directory");
    let path = directory.path().join("rows.csv");
    fs::write(&path, content).expect("a file can be written");
    let path = path.to_str().expect("a path of text");
    run("group_by", &[&["--csv", path, "--key", "city", "--value", "sales"], more].concat())
}

#[test]
fn groups_of_a_file() {
    let run = group(b"day,city,sales\n1,Bern,2.5\n2,Rome,10\n3,Bern,3.5\n4,\"Los, Angeles\",-1\n", &[]).succeeds();
    let lines: Vec<_> = run.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(lines[1..4], ["Rome 1 10.00 10.00 10.00", "Bern 2 6.00 3.00 3.50", "Los, Angeles 1 -1.00 -1.00 -1.00"]);
    assert_eq!(lines[4], "4 rows in 3 groups, 0 bad rows");
}

#[test]
fn many_rows_of_a_file() {
    let rows: String = (0..150_000).map(|row| format!("{},c{}\n", row % 10, row % 1000)).collect();
    let run = group(format!("sales,city\n{rows}").as_bytes(), &["--top", "1", "--threads", "2"]).succeeds();
    run.says("150000 rows in 1000 groups, 0 bad rows").says("1350.00");
}

#[test]
fn bad_rows_are_reported_by_line() {
    let run = group(b"city,sales\nBern,1\nBern\nRome,much\n\nRome,2\n\xff,3\nRome,NaN\nBern,1,2\nBern,4\n", &[]);
    assert_eq!(run.code, Some(1));
    let run = run.says("3 rows in 2 groups, 5 bad rows").warns("line 3: 1 fields instead of 2\n");
    let run = run.warns("line 4: \"much\" is not a finite number\n").warns("line 7: ").warns("UTF-8");
    run.warns("line 8: \"NaN\" is not a finite number\n").warns("line 9: 3 fields instead of 2\n");

    let many = group(format!("city,sales\n{}", "Bern,x\n".repeat(50)).as_bytes(), &[]);
    assert_eq!(many.stderr.matches("is not a finite number").count(), 10);
    many.says("0 rows in 0 groups, 50 bad rows").warns("more bad rows are only counted");
}

#[test]
fn files_that_are_no_tables_are_refused() {
    let without = group(b"town,sales\nBern,1\n", &[]);
    assert_eq!((without.code, without.stdout.as_str()), (Some(2), ""));
    without.warns("no column \"city\"; there are: town, sales");
    let missing = run("group_by", &["--csv", "/nowhere", "--key", "a", "--value", "b"]);
    assert_eq!(missing.code, Some(2));
    assert_eq!(run("group_by", &["--csv", "/nowhere"]).code, Some(2));
    assert_eq!(run("group_by", &["--groups", "0"]).code, Some(2));
}
