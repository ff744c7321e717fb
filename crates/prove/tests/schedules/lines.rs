//! The lines of the challenge schedules, found in the sources: every statement that absorbs something
//! into a transcript, and every argument's name.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Where transcripts are filled, below the root of the workspace.
const FOLDERS: [&str; 2] = ["crates/core/src", "crates/proofs/src"];

/// What absorbs.
const METHODS: [&str; 7] = [
    ".bytes(",
    ".integer(",
    ".encoding(",
    ".encodings(",
    ".absorb(",
    ".absorb_first_message(",
    ".append_message(",
];

const NAME: &str = "Transcript::new(\"";

/// One line of a schedule.
pub struct ScheduleLine {
    /// The source file, from the root of the workspace.
    pub file: PathBuf,
    /// The bytes of the statement, or of the argument's name with its quotes.
    #[allow(dead_code, reason = "for whoever leaves it out")]
    pub place: Range<usize>,
    /// Whether it is a name.
    #[allow(dead_code, reason = "for whoever leaves it out")]
    pub is_name: bool,
    /// The function it stands in, and the statement or name.
    pub text: String,
}

impl ScheduleLine {
    /// How a row of the document begins.
    pub fn row(&self) -> String {
        let file = self.file.display().to_string().replace("crates/", "").replace("/src", "");
        format!("| {file} | `{}` |", self.text)
    }
}

/// All lines below `root`, in the order of the files' names.
pub fn find(root: &Path) -> Vec<ScheduleLine> {
    let mut files: Vec<PathBuf> = FOLDERS.iter().flat_map(|at| sources(&root.join(at))).collect();
    files.sort();
    files.iter().flat_map(|file| in_file(root, file)).collect()
}

/// The Rust sources below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
    folders.iter().flat_map(|folder| sources(folder)).chain(files).collect()
}

fn in_file(root: &Path, file: &Path) -> Vec<ScheduleLine> {
    let whole = fs::read_to_string(file).unwrap();
    let code = whole.split("#[cfg(test)]").next().unwrap();
    let file = file.strip_prefix(root).unwrap().to_owned();
    let mut lines = Vec::new();
    let mut function = "";
    let mut start = 0;
    for line in code.split_inclusive('\n') {
        let first = start + (line.len() - line.trim_start().len());
        let text = line.trim();
        if let Some((_, rest)) = text.split_once("fn ") {
            function = rest.split(['(', '<']).next().unwrap();
        }
        let found = if absorbs(text) {
            let end = first + code[first..].find(';').unwrap() + 1;
            Some((first..end, false))
        } else if let (Some(at), false) = (text.find(NAME), text.starts_with("//")) {
            let name = first + at + NAME.len() - 1;
            let end = name + 1 + code[name + 1..].find('"').unwrap() + 1;
            Some((name..end, true))
        } else {
            None
        };
        if let Some((place, is_name)) = found {
            let words: Vec<&str> = code[place.clone()].split_whitespace().collect();
            let text = format!("{function}: {}", words.join(" "));
            lines.push(ScheduleLine { file: file.clone(), place, is_name, text });
        }
        start += line.len();
    }
    lines
}

/// Whether a line begins a statement that is a call of one of the methods on a variable or field.
fn absorbs(line: &str) -> bool {
    METHODS.iter().any(|method| {
        line.split_once(method).is_some_and(|(receiver, _)| {
            receiver.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        })
    })
}
