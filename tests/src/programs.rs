//! The programs, built in the profile of the tests.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The folder of the built programs.
pub struct Programs {
    folder: PathBuf,
}

/// How a program ended.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit code; −1 when a signal ended it.
    pub code: i32,
    /// What it printed.
    pub out: String,
    /// What it said on standard error.
    pub err: String,
}

/// Builds the programs beside the tests, once a process.
pub fn programs() -> &'static Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(|| Programs { folder: build(&[]) })
}

/// Starts a command that reads what is typed.
///
/// # Panics
/// When it does not start.
pub fn typed(mut command: Command, text: &str) -> Child {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("it starts");
    // A program that stops before it reads has its reasons; its outcome says them.
    let _ = child.stdin.take().expect("an input").write_all(text.as_bytes());
    child
}

/// The verifier with the feature `network`, built once a process: call this before [`programs`].
///
/// It is built with everything else, so that nothing but itself is built twice, and taken away from the place of
/// the one without, which is then put back.
pub fn networked_verifier() -> Command {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let verifier = build(&["--features", "psephos-verifier/network"]).join(VERIFIER);
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::copy(verifier, folder.path().join(VERIFIER)).expect("copied");
        build(&[]);
        folder
    });
    let mut command = Command::new(folder.path().join(VERIFIER));
    command.stdin(Stdio::null()).env_remove("NO_COLOR");
    command
}

const VERIFIER: &str = "psephos-verifier";

/// Builds the programs in the profile of the tests; where they lie.
fn build(options: &[&str]) -> PathBuf {
    // target/<profile>/deps/<test>
    let test = std::env::current_exe().expect("the test's own place");
    let folder = test.ancestors().nth(2).expect("a profile's folder").to_owned();
    let target = folder.parent().expect("a target folder");
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--target-dir"]).arg(target).args(options);
    // What cargo tells this test about itself would have some libraries, and all behind them, built anew.
    for (name, _) in std::env::vars_os() {
        let told = ["CARGO_PKG_", "CARGO_MANIFEST_"];
        if told.iter().any(|begin| name.to_string_lossy().starts_with(begin)) {
            build.env_remove(name);
        }
    }
    let packages = [
        "psephos-authority",
        "psephos-board-server",
        "psephos-device",
        "psephos-registrar",
        "psephos-trustee",
        VERIFIER,
        "psephos-witness",
    ];
    for package in packages {
        build.args(["--package", package]);
    }
    if folder.file_name() == Some(OsStr::new("release")) {
        build.arg("--release");
    }
    let status = build.current_dir(crate::root()).status().expect("cargo starts");
    assert!(status.success(), "the programs do not build");
    folder
}

impl Programs {
    /// Where they lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A command of one of the programs, without a terminal.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.folder.join(name));
        command.stdin(Stdio::null()).env_remove("NO_COLOR");
        command
    }

    /// Runs a program to its end; a panic fails the test.
    pub fn run<S: AsRef<OsStr>>(&self, name: &str, arguments: &[S]) -> Outcome {
        let output = self.command(name).args(arguments).output().expect("the program starts");
        Outcome::of(output)
    }

    /// Runs psephos-authority.
    pub fn authority<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Outcome {
        self.run("psephos-authority", arguments)
    }

    /// Runs psephos-verifier.
    pub fn verifier<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Outcome {
        self.run("psephos-verifier", arguments)
    }
}

impl Outcome {
    /// What an ended process left behind.
    pub fn of(output: Output) -> Outcome {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        let outcome = Outcome {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert!(!outcome.err.contains("panicked") && outcome.code != 70, "{outcome:?}");
        outcome
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn exits(self, code: i32) -> Outcome {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    /// Asserts that there is exactly one error, and that it says all this.
    #[track_caller]
    pub fn says(self, words: &[&str]) -> Outcome {
        assert_eq!(self.err.matches("error: ").count(), 1, "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not in:\n{}", self.err);
        }
        self
    }

    /// What it printed, as the one JSON object it must be.
    #[track_caller]
    pub fn json(&self) -> Value {
        json(&self.out)
    }
}

/// Reads a text that must be one JSON object and nothing else.
#[track_caller]
pub fn json(text: &str) -> Value {
    let value: Value = serde_json::from_str(text).expect("one JSON value");
    assert!(value.is_object(), "{text}");
    value
}
