//! Runs an example as a process, in a directory of made-up text.

use std::env::{self, consts::EXE_SUFFIX};
use std::fs;
use std::process::Command;

use tempfile::TempDir;

/// A directory of made-up text to run the example in.
pub(crate) struct Texts {
    example: &'static str,
    pub(crate) directory: TempDir,
}

/// What a run of the example left.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Texts {
    /// For an example of this name.
    pub(crate) fn new(example: &'static str, files: &[(&str, &[u8])]) -> Self {
        let directory = TempDir::new().expect("a temporary directory");
        for (name, content) in files {
            let path = directory.path().join(name);
            let parent = path.parent().expect("a file lies in a directory");
            fs::create_dir_all(parent).expect("a directory can be made");
            fs::write(path, content).expect("a file can be written");
        }
        Self { example, directory }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        // Examples lie beside the directory of this test's own program.
        let test = env::current_exe().expect("the path of this test");
        let profile = test.ancestors().nth(2).expect("target/<profile>/deps/<test>");
        let example = profile.join(format!("examples/{}{EXE_SUFFIX}", self.example));
        assert!(example.exists(), "no {example:?}: `cargo build --examples`");
        let mut command = Command::new(example);
        command.current_dir(self.directory.path()).args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.command(arguments))
    }

    pub(crate) fn succeed(&self, arguments: &[&str]) -> Run {
        let run = self.run(arguments);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        run
    }
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the example starts");
        let text = |bytes| String::from_utf8(bytes).expect("the example prints UTF-8");
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        let code = output.status.code();
        Self { code, stdout, stderr }
    }

    /// What stands after `name` on its line.
    pub(crate) fn line(&self, name: &str) -> &str {
        let rest = self.stdout.lines().find_map(|line| line.strip_prefix(name));
        rest.unwrap_or_default().trim_start()
    }

    pub(crate) fn says(&self, name: &str, start: &str) {
        assert!(self.line(name).starts_with(start), "{}", self.stdout);
    }

    pub(crate) fn warns(&self, message: &str) {
        let stderr = &self.stderr;
        assert!(stderr.contains(message), "{message:?} in {stderr}");
    }

    pub(crate) fn does_nothing(&self, message: &str) {
        self.warns(message);
        assert_eq!((self.code, self.stdout.as_str()), (Some(2), ""));
    }
}
