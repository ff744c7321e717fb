//! The walk-throughs of docs/, as they stand: one election, typed by an authority, three trustees and an
//! auditor, each with a home of its own.
//!
//! A comment before a block says what it is: `file: NAME` is written to that file; `run: NN ROLE` is run as
//! the NNth, `background` until it ends by itself, `interrupts` after Ctrl-C on what that role left running;
//! `shows: NN` is what that one prints, line by line. A block of `console` is not run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use psephos_tests::{Block, Page, programs};
use tempfile::TempDir;

const PAGES: [&str; 3] = ["docs/authority.md", "docs/trustee.md", "docs/auditor.md"];

/// Commands that an election can be held without.
const BESIDE: [&str; 6] = ["status", "encrypt", "backup", "export", "destroy", "statement"];

/// How long one block may take.
const LIMIT: Duration = Duration::from_secs(600);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Plain,
    Background,
    Interrupts,
}

/// A block that is run.
struct Step<'a> {
    role: &'a str,
    mode: Mode,
    block: &'a Block,
    shown: Vec<&'a Block>,
}

/// What the pages hold.
struct Script<'a> {
    files: Vec<(&'a str, &'a Block)>,
    steps: BTreeMap<u32, Step<'a>>,
}

impl<'a> Script<'a> {
    fn read(pages: &'a [Page]) -> Script<'a> {
        let mut script = Script { files: Vec::new(), steps: BTreeMap::new() };
        let mut shown: Vec<(u32, &Block)> = Vec::new();
        for block in pages.iter().flat_map(|page| &page.blocks) {
            let place = &block.place;
            let marker = block.marker.as_deref().map(|marker| marker.split_once(": "));
            match (block.language.as_str(), marker) {
                ("toml" | "csv", Some(Some(("file", name)))) => script.files.push((name, block)),
                ("sh", Some(Some(("run", run)))) => {
                    let (number, step) = Step::read(run, block);
                    let twice = script.steps.insert(number, step).is_some();
                    assert!(!twice, "{place}: there are two blocks with number {number}");
                }
                ("text", Some(Some(("shows", number)))) => {
                    shown.push((number.parse().expect("a number"), block));
                }
                ("text" | "console", None) => {}
                (language, _) => panic!("{place}: a block of {language:?} without its marker"),
            }
        }
        for (number, block) in shown {
            let step = script.steps.get_mut(&number);
            step.unwrap_or_else(|| panic!("{}: no block {number} is run", block.place))
                .shown
                .push(block);
        }
        script
    }

    /// What a role types, without what an election can be held without.
    fn commands(&self, belongs: impl Fn(&str) -> bool) -> BTreeSet<&str> {
        let steps = self.steps.values().filter(|step| belongs(step.role));
        let lines = steps.flat_map(|step| step.block.text.lines());
        let command = |line: &'a str| {
            let mut words = line.split_whitespace();
            let (program, next) = (words.next()?, words.next()?);
            // The verifier audits where no command is named.
            let audits = program == "psephos-verifier" && !BESIDE.contains(&next);
            Some(if audits { program } else { next })
        };
        lines.filter_map(command).filter(|command| !BESIDE.contains(command)).collect()
    }
}

impl<'a> Step<'a> {
    /// Reads `NN ROLE [background|interrupts]`.
    fn read(run: &'a str, block: &'a Block) -> (u32, Step<'a>) {
        let words: Vec<&str> = run.split(' ').collect();
        let (number, role, mode) = match words.as_slice() {
            [number, role] => (number, role, Mode::Plain),
            [number, role, "background"] => (number, role, Mode::Background),
            [number, role, "interrupts"] => (number, role, Mode::Interrupts),
            _ => panic!("{}: {run:?} says not what is run", block.place),
        };
        let roles = ["authority", "trustee-0", "trustee-1", "trustee-2", "auditor"];
        assert!(roles.contains(role), "{}: nobody is {role:?}", block.place);
        let is_one = block.text.lines().count() == 1;
        assert!(is_one || mode != Mode::Background, "{}: more than a command", block.place);
        (number.parse().expect("a number"), Step { role, mode, block, shown: Vec::new() })
    }
}

/// A command that has been started.
struct Running {
    number: u32,
    child: Child,
}

/// The folder in which all of them work, with what they left running.
struct Walk<'a> {
    folder: TempDir,
    script: &'a Script<'a>,
    running: BTreeMap<&'a str, Running>,
}

impl<'a> Walk<'a> {
    fn begin(script: &'a Script<'a>) -> Walk<'a> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, block) in &script.files {
            fs::write(folder.path().join(name), format!("{}\n", block.text)).expect("written");
        }
        for role in script.steps.values().map(|step| step.role).collect::<BTreeSet<_>>() {
            let home = folder.path().join("homes").join(role);
            fs::create_dir_all(&home).expect("made");
            fs::write(home.join("passphrase.txt"), format!("correct horse of the {role}\n"))
                .expect("written");
        }
        Walk { folder, script, running: BTreeMap::new() }
    }

    fn take(&mut self, number: u32, step: &Step<'a>) {
        if let Some(running) = self.running.remove(step.role) {
            self.settle(running, step.mode == Mode::Interrupts);
        } else {
            assert!(step.mode != Mode::Interrupts, "{}: nothing is running", step.block.place);
        }
        let running = self.start(number, step);
        if step.mode == Mode::Background {
            self.running.insert(step.role, running);
        } else {
            self.settle(running, false);
            self.hand_out_invitations(number);
        }
    }

    fn start(&self, number: u32, step: &Step<'_>) -> Running {
        let output = File::create(self.log(number)).expect("a log");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(programs().folder().to_owned());
        let path = std::env::join_paths(folders.chain(std::env::split_paths(&path)));
        // A command in the background takes the place of its shell, for Ctrl-C to reach it.
        let exec = if step.mode == Mode::Background { "exec " } else { "" };
        let child = Command::new("sh")
            .args(["-e", "-c", &format!("{exec}{}", step.block.text)])
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path().join("homes").join(step.role))
            .env("PATH", path.expect("a path"))
            .stdin(Stdio::null())
            .stderr(output.try_clone().expect("a log"))
            .stdout(output)
            .spawn()
            .expect("it starts");
        Running { number, child }
    }

    /// Waits for a command's end, and compares what it printed with what its page shows.
    fn settle(&self, mut running: Running, interrupt: bool) {
        let number = running.number;
        let step = &self.script.steps[&number];
        if interrupt {
            let process = running.child.id().to_string();
            let sent = Command::new("kill").args(["-INT", &process]).status().expect("kill");
            assert!(sent.success(), "{}: it is not running any more", step.block.place);
        }
        let status = running.end().unwrap_or_else(|| {
            panic!("{}: it does not end\n{}", step.block.place, self.everything())
        });
        let printed = fs::read_to_string(self.log(number)).expect("a log");
        let as_wanted = if interrupt { status.signal() == Some(2) } else { status.success() };
        assert!(as_wanted, "{}: {status}\n{}", step.block.place, self.everything());
        for block in &step.shown {
            shows(block, &printed);
        }
    }

    /// Each trustee gets its line into a file.
    fn hand_out_invitations(&self, number: u32) {
        let printed = fs::read_to_string(self.log(number)).expect("a log");
        let lines = printed.lines().filter(|line| line.starts_with("psephos-invite:"));
        for (trustee, line) in lines.enumerate() {
            let file = self.folder.path().join(format!("invitation-{trustee}.txt"));
            fs::write(file, format!("{line}\n")).expect("written");
        }
    }

    fn log(&self, number: u32) -> PathBuf {
        self.folder.path().join(format!("{number:02}.log"))
    }

    /// What all blocks have printed so far.
    fn everything(&self) -> String {
        let part = |(number, step): (&u32, &Step<'_>)| {
            let printed = fs::read_to_string(self.log(*number)).ok()?;
            Some(format!("== {number:02} {}\n{}\n{printed}", step.role, step.block.text))
        };
        self.script.steps.iter().filter_map(part).collect()
    }
}

impl Drop for Walk<'_> {
    fn drop(&mut self) {
        for running in self.running.values_mut() {
            // It may have ended.
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}

impl Running {
    /// How it ended; nothing, and its end, when it took too long.
    fn end(&mut self) -> Option<ExitStatus> {
        let begun = Instant::now();
        while begun.elapsed() < LIMIT {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(20));
        }
        self.child.kill().expect("it ends");
        self.child.wait().expect("it ended");
        None
    }
}

/// Asserts that a trustee is told once what it signs, in a sentence that the page on trust quotes.
#[track_caller]
fn signs_what_is_quoted(trust: &Page, printed: &str) -> usize {
    let quoted =
        |line: &str| line.split_once('“')?.1.split_once('”').map(|(inner, _)| inner.to_owned());
    let quotes: Vec<String> = trust.prose.iter().filter_map(|(_, line)| quoted(line)).collect();
    let signed: Vec<String> =
        printed.lines().filter(|line| line.contains(" you sign: ")).filter_map(quoted).collect();
    for sentence in &signed {
        let is_quoted = quotes.iter().any(|quote| stands_for(quote, sentence));
        assert!(is_quoted, "{} does not have {sentence:?}", trust.name);
    }
    let once: BTreeSet<&String> = signed.iter().collect();
    assert_eq!(once.len(), signed.len(), "a sentence is shown twice in\n{printed}");
    signed.len()
}

/// Asserts that the lines of a block were printed, in their order. Others may stand between them; and who is
/// awaited, and whether anybody is, is a matter of moments.
#[track_caller]
fn shows(block: &Block, printed: &str) {
    let mut found = printed.lines();
    for line in block.text.lines() {
        let is_passing = line.trim_start().starts_with("waiting for ");
        if line.trim().is_empty() || line.trim() == "…" || is_passing {
            continue;
        }
        let is_there = found.any(|printed| stands_for(line, printed));
        assert!(is_there, "{}: {line:?} is not printed there, but\n{printed}", block.place);
    }
}

/// Whether a page's line is a printed one, but for what differs from election to election; `…` between words
/// or behind them is anything.
fn stands_for(line: &str, printed: &str) -> bool {
    let twelve = |line: &str| {
        let mut words = line.split_whitespace();
        let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase());
        line.split_whitespace().count() == 12 && words.all(is_word)
    };
    if twelve(line) && twelve(printed) {
        return true;
    }
    let masked = |line: &str| line.split_whitespace().map(mask).collect::<Vec<_>>().join(" ");
    let (wanted, printed) = (masked(line), masked(printed));
    let mut pieces = wanted.split('…');
    let begin = pieces.next().unwrap_or_default();
    let Some(mut rest) = printed.strip_prefix(begin) else { return false };
    let mut last = None;
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
        last = Some(piece);
    }
    rest.is_empty() || last == Some("")
}

/// A word without what differs from election to election: digests, whole or with `…` in them, seconds, and
/// the folder in which a place lies.
fn mask(word: &str) -> String {
    if word.starts_with('…') {
        return word.to_owned();
    }
    if word.starts_with('/') {
        return word.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if word.contains('.') && word.parse::<f64>().is_ok() {
        return "SECONDS".to_owned();
    }
    let is_digit = |c: char| c == '…' || c.is_ascii_digit() || ('a'..='f').contains(&c);
    let mut masked = String::new();
    let mut rest = word;
    while let Some(begin) = rest.find(is_digit) {
        let (before, behind) = rest.split_at(begin);
        let end = behind.find(|c| !is_digit(c)).unwrap_or(behind.len());
        let (digits, next) = behind.split_at(end);
        let is_digest = digits.contains('…') || digits.len() >= 8;
        masked += before;
        masked += if is_digest { "DIGEST" } else { digits };
        rest = next;
    }
    masked + rest
}

#[test]
fn the_documentation_is_an_election_that_audits_valid() {
    let pages = PAGES.map(Page::read);
    let script = Script::read(&pages);
    assert_eq!(
        script.commands(|role| role == "authority"),
        BTreeSet::from(["init", "open", "intake", "close", "publish"])
    );
    for trustee in ["trustee-0", "trustee-1", "trustee-2"] {
        assert_eq!(script.commands(|role| role == trustee), BTreeSet::from(["join", "run"]));
    }
    assert_eq!(script.commands(|role| role == "auditor"), BTreeSet::from(["psephos-verifier"]));
    let mut walk = Walk::begin(&script);
    for (number, step) in &script.steps {
        walk.take(*number, step);
    }
    assert!(walk.running.is_empty(), "a command is still running at the end");
    let audits = script.steps.iter().filter(|(_, step)| step.role == "auditor");
    let valid = audits
        .map(|(number, _)| fs::read_to_string(walk.log(*number)).expect("a log"))
        .filter(|printed| printed.lines().any(|line| line.starts_with("VALID: ")));
    assert_eq!(valid.count(), 2, "the board and its archive");
    let trust = Page::read("docs/trust.md");
    let logs = script.steps.keys().map(|number| fs::read_to_string(walk.log(*number)));
    let signed = logs.map(|log| signs_what_is_quoted(&trust, &log.expect("a log"))).sum::<usize>();
    assert!(
        signed >= 3 * 4 + 3 + 2,
        "of three trustees: four of the ceremony, a mix, and two shares"
    );
    println!("{} blocks were run", script.steps.len());
}

#[test]
fn a_page_shows_what_is_printed_but_for_what_differs_each_time() {
    for (line, printed) in [
        ("election  31d0004e…877582e2c", "  election  00ff"),
        ("election  31d0004e…877582e2c", "  election  0123456789abcdef"),
        ("  board     /srv/town-board", "  board     /tmp/x/town-board"),
        ("  mixing 48 rows   0.0 s   proved", "  mixing 48 rows  12.7 s  proved"),
        ("psephos-invite:a465626f…ec307ca", "psephos-invite:00112233445566"),
        ("any of it, …", "any of it, and more"),
        ("the manifest crack …; here is", "the manifest crack long; here is"),
    ] {
        assert_eq!(stands_for(line, printed), !printed.ends_with("00ff"), "{line}");
    }
    assert!(!stands_for("  mixing 48 rows", "  mixing 47 rows"));
    assert!(!stands_for("the manifest …; here is", "the manifest crack; here is one"));
    assert!(!stands_for("The board is sealed.", "The board is sealed. Not."));
}
