//! Runs the `interner` example as a process.

#![cfg(not(miri))] // Miri starts no processes.

#[path = "support/example.rs"]
mod example;

use example::Texts;

/// Made-up text for this example.
fn text_files(files: &[(&str, &[u8])]) -> Texts {
    Texts::new("interner", files)
}

#[test]
fn interns_a_small_directory() {
    let texts = text_files(&[
        ("a.txt", "The cat, the dog; THE bird. Größe".as_bytes()),
        ("below/b.txt", "cat GRÖSSE größe 42\u{1f408}the".as_bytes()),
        ("below/empty.txt", b""),
    ]);
    let run = texts.succeed(&["--check", "."]);
    run.says("files", "3 read, 0 skipped");
    assert_eq!(run.line("bytes"), "64");
    assert_eq!(run.line("words"), "12, 7 distinct");
    assert_eq!(run.line("check:"), "7 distinct words, each with an id of its own that gives it back");
    assert!(run.line("interned").contains("million ids/s") && run.line("resolved").ends_with("1 thread"));
    assert!(run.line("memory").starts_with("strings 141 B, to ids "), "{}", run.stdout);
    assert_eq!(run.stderr, "");
}

#[test]
fn without_words_there_are_no_ids() {
    let run = text_files(&[("a", b"... --- ...")]).succeed(&["--check", "."]);
    assert_eq!(run.line("words"), "0, 0 distinct");
    run.says("check:", "0 distinct words");
}

/// Threads that meet each word at the same time: the ids of those who are late are not used.
#[test]
fn any_number_of_threads_gives_each_word_one_id() {
    let line = |n: u64| format!("w{} é{} common\n", n * n % 9973, n % 101);
    let text: String = (0..200_000).map(line).collect();
    let texts = text_files(&[("big", text.as_bytes())]);
    let intern = |threads| {
        let run = texts.succeed(&["--threads", threads, "--check", "big"]);
        ["bytes", "words", "check:"].map(|name| run.line(name).to_owned())
    };
    let alone = intern("1");
    assert!(alone[1].starts_with("600,000, "), "{alone:?}");
    assert_eq!(intern("4"), alone);
    assert_eq!(intern("64"), alone);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let text = text_files(&[("a", b"text")]);
    text.run(&["missing"]).does_nothing("error: cannot read \"missing\"");
    text.run(&["a", "--threads=0"]).does_nothing("invalid value");
    text_files(&[]).run(&["."]).does_nothing("no text found");
}
