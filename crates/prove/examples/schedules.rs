//! Leaves out every line of every challenge schedule in turn and tells which tests notice:
//! `cargo run -p psephos-prove --example schedules [FOLDER [WORD]]`.
//!
//! The workspace is copied to FOLDER (`target/schedules`), where each line gets a condition on an
//! environment variable, so that one build serves all mutants. A mutant lives if nothing fails but
//! tests against stored vectors. Writes `crates/prove/tests/schedules/MUTATIONS.md`, unless only the lines
//! with WORD are asked for; exits with 1 if a mutant lives.

#[path = "../tests/schedules/lines.rs"]
mod lines;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

use lines::ScheduleLine;

const VARIABLE: &str = "PSEPHOS_DROPPED_LINE";
const DOCUMENT: &str = "crates/prove/tests/schedules/MUTATIONS.md";

/// What is copied.
const COPIED: [&str; 8] =
    [".cargo", "Cargo.toml", "Cargo.lock", "benches", "clippy.toml", "crates", "spec", "tests"];

/// The test binaries that run for every line. The others run when these notice nothing.
const FIRST: [&str; 6] =
    ["psephos_core", "psephos_proofs", "schedules", "sigma", "shuffle_vector", "vectors"];

/// Test binaries that say nothing of schedules.
const LEFT_OUT: [&str; 2] = ["shuffle_completeness", "shuffle_proof_fields"];

/// Tests that are left out: the first is wrong in a copy that was altered, the others are slow and say
/// nothing of schedules.
const SKIPPED: [&str; 9] = [
    "stands_in_the_document",
    "equations_that_share_a_weight",
    "accumulator::",
    "embed::",
    "generators::",
    "group::",
    "multiexp::",
    "rows::",
    "tree::",
];

/// Tests that compare with stored answers, and so notice any change.
const KNOWN_ANSWERS: [&str; 4] =
    ["vectors::", "shuffle_vector::", "bounded::vectors", "merlin_known_answer"];

/// How many tests the document names for a line.
const NAMED: usize = 6;

/// In the copy: whether a line is kept.
const SWITCH: &str = r#"
/// Whether a line of a schedule is kept.
pub fn kept(line: usize) -> bool {
    static DROPPED: std::sync::LazyLock<Option<usize>> = std::sync::LazyLock::new(|| {
        std::env::var("PSEPHOS_DROPPED_LINE").ok().and_then(|line| line.parse().ok())
    });
    *DROPPED != Some(line)
}
"#;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let copy = env::args().nth(1).map_or_else(|| root.join("target/schedules"), PathBuf::from);
    for name in COPIED {
        copy_changed(&root.join(name), &copy.join(name));
    }
    let lines = lines::find(&root);
    instrument(&root, &copy, &lines);
    let (first, rest): (Vec<_>, Vec<_>) =
        build(&copy).into_iter().partition(|(name, _)| FIRST.contains(&name.as_str()));
    for binaries in [&first, &rest] {
        assert_eq!(failures(binaries, None), Vec::<String>::new(), "tests that fail as it is");
    }
    let word = env::args().nth(2);
    let asked = |line: &ScheduleLine| word.as_ref().is_none_or(|word| line.text.contains(word));
    let mut results = Vec::new();
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| asked(line)) {
        let (known, mut others) = divided(failures(&first, Some(index)));
        if others.is_empty() {
            others = divided(failures(&rest, Some(index))).1;
        }
        eprintln!("{}/{} {}: {others:?}", index + 1, lines.len(), line.text);
        results.push((line, others, known));
    }
    if word.is_none() {
        fs::write(root.join(DOCUMENT), document(&results)).unwrap();
    }
    let alive: Vec<_> = results.iter().filter(|(_, killers, _)| killers.is_empty()).collect();
    for (line, ..) in &alive {
        println!("lives: {}: {}", line.file.display(), line.text);
    }
    println!("{} lines, {} live", results.len(), alive.len());
    ExitCode::from(u8::from(!alive.is_empty()))
}

/// Copies a file or folder; what is the same already keeps its time.
fn copy_changed(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let name = entry.unwrap().file_name();
            copy_changed(&from.join(&name), &to.join(&name));
        }
    } else if from.exists() {
        write_changed(to, &fs::read(from).unwrap());
    }
}

fn write_changed(to: &Path, bytes: &[u8]) {
    if fs::read(to).ok().as_deref() != Some(bytes) {
        fs::write(to, bytes).unwrap();
    }
}

/// Puts every line of the copy under its condition.
fn instrument(root: &Path, copy: &Path, lines: &[ScheduleLine]) {
    let mut files: BTreeMap<&Path, String> = BTreeMap::new();
    let library = Path::new("crates/core/src/lib.rs");
    let read = |file: &Path| fs::read_to_string(root.join(file)).unwrap();
    files.insert(library, read(library) + SWITCH);
    // From the end of each file, so that the places before stay right.
    for (index, line) in lines.iter().enumerate().rev() {
        let source = files.entry(&line.file).or_insert_with(|| read(&line.file));
        let krate = if line.file.starts_with("crates/core") { "crate" } else { "psephos_core" };
        let kept = format!("if {krate}::kept({index})");
        let statement = &source[line.place.clone()];
        let conditional = match line.is_name {
            true => format!("{kept} {{ {statement} }} else {{ \"no name\" }}"),
            false => format!("{kept} {{ {statement} }}"),
        };
        source.replace_range(line.place.clone(), &conditional);
    }
    for (file, source) in files {
        write_changed(&copy.join(file), source.as_bytes());
    }
}

/// Builds the tests of the copy; the binaries by name.
fn build(copy: &Path) -> Vec<(String, PathBuf)> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(copy).args(["test", "--no-run", "--lib", "--tests"]);
    for package in ["psephos-core", "psephos-proofs", "psephos-prove"] {
        cargo.args(["-p", package]);
    }
    if env::var_os("CARGO_TARGET_DIR").is_none() {
        cargo.env("CARGO_TARGET_DIR", copy.join("target"));
    }
    let output = cargo.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let binaries = text.lines().filter_map(|line| {
        let (_, path) = line.trim().strip_prefix("Executable ")?.split_once('(')?;
        let path = copy.join(path.strip_suffix(')')?);
        let file = path.file_name()?.to_str()?;
        Some((file.rsplit_once('-')?.0.to_owned(), path))
    });
    let binaries: Vec<_> =
        binaries.filter(|(name, _)| !LEFT_OUT.contains(&name.as_str())).collect();
    assert!(binaries.len() > 8, "{text}");
    binaries
}

/// The tests that fail without a line.
fn failures(binaries: &[(String, PathBuf)], dropped: Option<usize>) -> Vec<String> {
    let mut failed = Vec::new();
    for (name, path) in binaries {
        let mut test = Command::new(path);
        test.env("RUST_BACKTRACE", "0").stderr(Stdio::null());
        test.args(SKIPPED.iter().flat_map(|name| ["--skip", name]));
        match dropped {
            Some(line) => test.env(VARIABLE, line.to_string()),
            None => test.env_remove(VARIABLE),
        };
        let output = test.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let before = failed.len();
        failed.extend(text.lines().filter_map(|line| {
            let test = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
            Some(format!("{name}::{test}"))
        }));
        if !output.status.success() && failed.len() == before {
            failed.push(format!("{name} (did not end)"));
        }
    }
    failed.sort();
    failed
}

/// Tests against stored answers, and all others.
fn divided(failed: Vec<String>) -> (Vec<String>, Vec<String>) {
    failed.into_iter().partition(|test| KNOWN_ANSWERS.iter().any(|known| test.contains(known)))
}

type Mutant<'a> = (&'a ScheduleLine, Vec<String>, Vec<String>);

fn document(results: &[Mutant<'_>]) -> String {
    let killed = results.iter().filter(|(_, killers, _)| !killers.is_empty()).count();
    let mut text = format!(
        "# What notices a line missing from a challenge schedule\n\n\
         Made by `cargo run -p psephos-prove --example schedules`: every statement that absorbs \
         something into a transcript, left out in turn; an argument's name is replaced by one that \
         all share. Of {} lines {killed} are noticed by tests other than those against stored \
         vectors, which stand in the last column.\n\n\
         | file | function: line | noticed by | vectors |\n|---|---|---|---|\n",
        results.len()
    );
    for (line, killers, known) in results {
        let mut names: Vec<String> =
            killers.iter().take(NAMED).map(|name| name.replace("psephos_", "")).collect();
        if killers.len() > NAMED {
            names.push(format!("{} more", killers.len() - NAMED));
        }
        let names = if names.is_empty() { "**nothing**".into() } else { names.join(", ") };
        writeln!(text, "{} {names} | {} |", line.row(), known.len()).unwrap();
    }
    text
}
