//! Runs the `word_count` example as a process, and checks the parts of it that it cannot show.

#![cfg(not(miri))] // Miri starts no processes.

#[path = "support/example.rs"]
mod example;
#[path = "../examples/support/reference.rs"]
mod reference;
#[path = "../examples/support/words.rs"]
mod words;

use std::collections::HashMap;
use std::fs;
use std::process::Stdio;

use example::{Run, Texts};
use proptest::prelude::*;

/// Made-up text for this example.
fn text_files(files: &[(&str, &[u8])]) -> Texts {
    Texts::new("word_count", files)
}

/// The lines of the most frequent words, which end at the first empty line.
fn top_words(run: &Run) -> Vec<&str> {
    let lines = run.stdout.lines();
    lines.take_while(|line| !line.is_empty()).collect()
}

fn top_line(count: u64, bar: usize, word: &str) -> String {
    format!("{count}  {:<30}  {word}", "█".repeat(bar))
}

#[test]
fn counts_a_small_directory() {
    let texts = text_files(&[
        ("a.txt", "The cat, the dog; THE bird. Größe".as_bytes()),
        ("below/b.txt", "cat GRÖSSE größe 42\u{1f408}the".as_bytes()),
        ("below/empty.txt", b""),
    ]);
    let run = texts.succeed(&["--check", "--top", "3", "."]);
    let top = [(4, 30, "the"), (2, 15, "cat"), (2, 15, "größe")];
    assert_eq!(top_words(&run), top.map(|(n, bar, word)| top_line(n, bar, word)));
    run.says("files", "3 read, 0 skipped");
    assert_eq!(run.line("bytes"), "64");
    assert_eq!(run.line("words"), "12, 7 distinct");
    assert_eq!(run.line("check:"), "7 distinct words, all counts equal");
    assert_eq!(run.stderr, "");
}

#[test]
fn without_words_it_counts_none() {
    let run = text_files(&[("a", b"... --- ...")]).succeed(&["--check", "."]);
    assert_eq!(run.line("words"), "0, 0 distinct");
    assert_eq!(run.line("check:"), "0 distinct words, all counts equal");
}

#[test]
fn no_word_goes_from_file_to_file_and_no_file_counts_twice() {
    let texts = text_files(&[("d/a", b"one"), ("d/b", b"two")]);
    let run = texts.succeed(&["d", "d/a", ".", "./d/../d/b"]);
    assert_eq!(top_words(&run), ["one", "two"].map(|word| top_line(1, 30, word)));
    run.says("files", "2 read, 0 skipped");
}

#[test]
fn without_paths_it_reads_cargo_s_home_and_this_package() {
    let texts = text_files(&[("registry/src/some-crate/lib.rs", &b"unpackedword ".repeat(400_000))]);
    let run = Run::of(texts.command(&["--check", "--top=1"]).env("CARGO_HOME", texts.directory.path()));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(top_words(&run).len(), 1);
    assert!(top_words(&run)[0].ends_with("unpackedword"), "{}", run.stdout);
    run.says("text", "sources");
    assert_ne!(run.line("files").split(' ').next(), Some("1"));
}

#[test]
fn what_is_not_utf8_is_skipped_and_reported() {
    let late = [b"word ".repeat(40_000), vec![0xff]].concat();
    let cut_off = [b"word ", &"é".as_bytes()[..1]].concat();
    let mut files: Vec<(&str, &[u8])> = vec![("a", b"good"), ("late", &late), ("cut", &cut_off)];
    files.extend(["b", "c", "d", "e"].map(|name| (name, &b"bad \xff"[..])));
    let texts = text_files(&files);

    let run = texts.succeed(&["--check", "."]);
    assert_eq!(top_words(&run), [top_line(1, 30, "good")]);
    run.says("files", "1 read, 6 skipped: 6 not UTF-8, 0 unreadable");
    assert_eq!(run.line("bytes"), "4");
    assert_eq!(run.stderr.matches("not UTF-8 at byte").count(), 5);
    run.warns("b\": not UTF-8 at byte 4\n");
    run.warns("and 1 more\n");

    let alone = texts.run(&["late"]);
    alone.does_nothing("not UTF-8 at byte 200000\nerror: no text found");
}

#[test]
fn a_character_across_the_probe_is_text() {
    let text = ["x".repeat(64 * 1024 - 1).as_str(), "é y"].concat();
    let run = text_files(&[("a", text.as_bytes())]).succeed(&["--check", "a"]);
    assert_eq!(run.line("check:"), "2 distinct words, all counts equal");
}

#[test]
fn a_missing_path_does_nothing() {
    let run = text_files(&[("a", b"text")]).run(&["a", "missing", "absent"]);
    run.does_nothing("error: cannot read \"missing\"");
    run.does_nothing("error: cannot read \"absent\"");
}

#[test]
fn an_empty_directory_has_no_text() {
    text_files(&[]).run(&["."]).does_nothing("no text found");
}

#[test]
fn numbers_that_make_no_sense_are_refused() {
    let texts = text_files(&[("a", b"text")]);
    for argument in ["--threads=0", "--threads=2000", "--limit-mb=0", "--top=-1"] {
        texts.run(&["a", argument]).does_nothing("invalid value");
    }
}

#[test]
fn the_limit_leaves_out_whole_files() {
    let (first, second) = (b"first ".repeat(100_000), b"second ".repeat(100_000));
    let texts = text_files(&[("a", &first), ("b", &second), ("c", b"third")]);
    let run = texts.succeed(&["--limit-mb", "1", "--check", "."]);
    run.says("files", "2 read, 0 skipped");
    run.says("limit", "1 MB (--limit-mb), files left out: 1, 700.00 kB");
    assert_eq!(run.line("words"), "100,001, 2 distinct");

    let big = text_files(&[("big", &first.repeat(2))]);
    big.run(&["--limit-mb=1", "."]).does_nothing("files beyond the limit: 1");
}

#[test]
fn one_big_file_counts_alike_with_any_number_of_threads() {
    let line = |n: u64| format!("w{} é{} common\n", n * n % 9973, n % 101);
    let text: String = (0..300_000).map(line).collect();
    let texts = text_files(&[("big", text.as_bytes())]);
    let count = |threads| {
        let run = texts.succeed(&["--threads", threads, "--check", "big"]);
        let lines = ["bytes", "words", "check:"].map(|name| run.line(name).to_owned());
        (top_words(&run).join("\n"), lines)
    };
    let (top, lines) = count("1");
    assert!(top.starts_with("300,000  "), "{top}");
    assert!(lines[1].starts_with("900,000, "), "{lines:?}");
    assert_eq!(count("4"), (top.clone(), lines.clone()));
    assert_eq!(count("64"), (top, lines));
}

#[cfg(unix)]
#[test]
fn links_sockets_and_unreadable_files_are_reported() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    let texts = text_files(&[("text", b"word"), ("secret", b"hidden")]);
    let path = |name: &str| texts.directory.path().join(name);
    fs::set_permissions(path("secret"), fs::Permissions::from_mode(0o000)).expect("the owner may");
    for (target, name) in [("nowhere", "dangling"), (".", "loop"), ("text", "again")] {
        symlink(target, path(name)).expect("a link can be made");
    }
    let _listener = UnixListener::bind(path("socket")).expect("a socket can be made");

    let run = texts.succeed(&["--check", "."]);
    run.warns("dangling\": symbolic link that leads nowhere");
    run.warns("loop\": symbolic link, not followed\n");
    run.warns("again\": symbolic link, not followed\n");
    run.warns("socket\": not a regular file\n");
    // The superuser reads everything.
    let unreadable = if fs::read(path("secret")).is_ok() { 1 } else { 2 };
    if unreadable == 2 {
        run.warns("secret\": Permission denied");
        assert_eq!(top_words(&run), [top_line(1, 30, "word")]);
    }
    let skipped = format!("{unreadable} unreadable, 3 links or special");
    assert!(run.line("files").ends_with(&skipped), "{}", run.stdout);

    let named = texts.succeed(&["again", "loop/text"]);
    assert_eq!(top_words(&named), [top_line(1, 30, "word")]);
    texts.run(&["dangling"]).does_nothing("cannot read \"dangling\"");
    texts.run(&["socket"]).does_nothing("no text found");
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let text: String = (0..20_000).map(|n| format!("word{n} ")).collect();
    let texts = text_files(&[("a", text.as_bytes())]);
    let mut command = texts.command(&["--top", "20000", "a"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the example starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the example ends");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_lost_an_invented_and_a_doubled_word_are_differences() {
    let expected = [("lost", 1), ("twice", 2), ("same", 3)].map(|(w, n)| (w.to_owned(), n));
    let found = [("same", 3), ("invented", 1), ("twice", 2), ("twice", 2)];
    let differences = reference::differences(&found, HashMap::from(expected));
    let shown = differences.iter().map(|d| (d.word.as_str(), d.found, d.expected));
    assert!(shown.eq([("invented", 1, 0), ("lost", 0, 1), ("twice", 2, 0)]));
}

proptest! {
    #[test]
    fn pieces_cut_no_word(
        text in "([a-cA-C]{0,9}[ .\u{301}]|[éßΣ1]{1,5}|\\PC){0,60}",
        size in 1_usize..40,
    ) {
        let pieces = words::pieces(&text, size);
        prop_assert_eq!(pieces.concat(), text.as_str());
        prop_assert!(pieces.iter().rev().skip(1).all(|piece| piece.len() >= size));
        let mut in_pieces = HashMap::new();
        for (word, count) in pieces.into_iter().flat_map(reference::count) {
            *in_pieces.entry(word).or_insert(0) += count;
        }
        prop_assert_eq!(in_pieces, reference::count(&text));
    }
}
