//! The audit of a board.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use psephos_audit::{Audit, AuditError, CheckId, Options, Report, Turnout, audit};
use psephos_console::{Exit, Failure, Mode, Progress, count, duration, numbered, plural, say};
use psephos_record::board::{Board, BoardError, open_board};
use psephos_record::receipt;

use crate::cli::{AuditArguments, AuditOptions};

/// Audits the board and prints the report.
pub fn run(arguments: AuditArguments) -> Result<Exit, Failure> {
    let board = open(&arguments.board.unwrap_or_default())?;
    report(&arguments.options, |options, mode| examine(&*board, options, mode))
}

/// Audits the board with a second one beside it, and prints the report.
pub fn compare(board: &Path, other: &Path, options: &AuditOptions) -> Result<Exit, Failure> {
    let board = open(board)?;
    // What is no board cannot be compared, which changes nothing of what is said of the first.
    let other = open_board(other);
    let other = other.as_ref().map(|other| &**other);
    report(options, |options, mode| {
        watch(mode, |show| psephos_audit::compare(&*board, other, options, show))
    })
}

/// Makes an audit and prints its report in the form asked for.
fn report(
    arguments: &AuditOptions,
    audit: impl FnOnce(&Options, Mode) -> Result<Audit, Failure>,
) -> Result<Exit, Failure> {
    let begun = Instant::now();
    if arguments.trace {
        trace()?;
    }
    let receipts: Result<Vec<_>, Failure> =
        arguments.receipt.iter().map(|path| read_receipt(path)).collect();
    let options = Options { expect: arguments.expect.clone(), verified: None, receipts: receipts? };
    let mode = Mode::detect(arguments.quiet || arguments.json || arguments.trace);
    let Audit { report, turnout, view, .. } = audit(&options, mode)?;
    if arguments.json {
        say(report.to_json());
    } else if arguments.quiet {
        say(report.verdict.to_string());
    } else {
        let text = report.to_text();
        say(text.trim_end());
        let names = view.description().map_or(&[][..], |description| &description.trustees);
        if text.contains("trustee ") && !names.is_empty() {
            say(format!("\nTrustees, as they are counted here: {}", trustees(names)));
        }
        if let Some(turnout) = turnout {
            say(format!("\n{}", turnout_line(&turnout)));
        }
        say(format!("\n{}", identity(&report, &arguments.expect)));
        say(format!("Audited in {}.", duration(begun.elapsed())));
    }
    exit_of(&report)
}

/// The board in a folder or an archive.
pub(super) fn open(path: &Path) -> Result<Box<dyn Board>, Failure> {
    open_board(path).map_err(unreadable)
}

/// Audits a board, showing how far it is.
pub(super) fn examine(board: &dyn Board, options: &Options, mode: Mode) -> Result<Audit, Failure> {
    watch(mode, |show| audit(board, options, show))
}

/// Makes an audit, showing how far it is.
fn watch(
    mode: Mode,
    audit: impl FnOnce(&(dyn Fn(psephos_audit::Progress) + Sync)) -> Result<Audit, AuditError>,
) -> Result<Audit, Failure> {
    let bars = Bars::new(mode);
    let audit = audit(&|progress| bars.show(progress)).map_err(|error| match error {
        AuditError::Board(error) => unreadable(error),
        error @ AuditError::NotAContinuation { .. } => Failure::internal(error.to_string()),
    })?;
    bars.finish();
    Ok(audit)
}

/// The exit code that belongs to the verdict.
pub(super) fn exit_of(report: &Report) -> Result<Exit, Failure> {
    Exit::from_code(i32::from(report.exit))
        .ok_or_else(|| Failure::internal(format!("exit code {} is none", report.exit)))
}

/// Prints every traced value on standard error, always in the same order.
fn trace() -> Result<(), Failure> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build_global()
        .map_err(|error| Failure::internal(format!("no thread for the trace: {error}")))?;
    psephos_core::trace::start(|line| {
        // A reader that went away ends nothing.
        let _ = writeln!(io::stderr(), "{line}");
    });
    Ok(())
}

/// Who is meant by each number. The names are somebody else's words.
fn trustees(names: &[String]) -> String {
    let names: Vec<String> =
        numbered(names).map(|(index, name)| format!("{index} {name:?}")).collect();
    names.join(", ")
}

/// The bytes of a receipt's file, but no more of them than tell that it is too long for one.
fn read_receipt(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(receipt::LIMIT as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| Failure::io("cannot read the receipt", path, &error))?;
    Ok(bytes)
}

fn turnout_line(turnout: &Turnout) -> String {
    let rejected: u64 = turnout.rejected.values().sum();
    let mut line = format!(
        "Ballots: {} on the board, {} accepted, {} rejected",
        count(turnout.cast),
        count(turnout.accepted),
        count(rejected)
    );
    let reasons: Vec<String> = turnout
        .rejected
        .iter()
        .map(|(reason, number)| format!("{} {}", reason.name(), count(*number)))
        .collect();
    if !reasons.is_empty() {
        line.push_str(&format!(" ({})", reasons.join(", ")));
    }
    if let Some(invalid) = turnout.invalid.filter(|invalid| *invalid > 0) {
        let hold = plural(invalid, "accepted ballot holds", "accepted ballots hold");
        line.push_str(&format!("; {hold} no valid vote"));
    }
    line + "."
}

/// What ties this board to the election people mean.
fn identity(report: &Report, expected: &[[u8; 32]]) -> &'static str {
    let is_election = |digest: &&[u8; 32]| report.election.as_ref() == Some(*digest);
    let elections = expected.iter().filter(is_election).count();
    // One that fits neither fails setup.identity, naming nobody.
    let is_refused = report
        .failures
        .iter()
        .any(|failure| failure.check == CheckId::SetupIdentity && failure.record.is_none());
    match (expected.is_empty(), report.election) {
        (false, _) if is_refused => "This is not the board that --expect asks for.",
        (false, _) if elections == expected.len() => {
            "The election id is the expected one. How the record ends was not asked for with --expect: that \
             nothing of it is missing or replaced rests on where you got this board."
        }
        (false, _) if elections == 0 => "The record is the expected one, up to its end.",
        (false, _) => "The election id and the record, up to its end, are the expected ones.",
        (true, Some(_)) => {
            "No digest was given with --expect: that this is the election you mean, and all of it, rests on \
             where you got this board. Compare the election id and the head with published ones."
        }
        (true, None) => "There is no manifest yet, so no election id to compare.",
    }
}

pub(super) fn unreadable(error: BoardError) -> Failure {
    let exit = match &error {
        BoardError::Io { .. } => Exit::Io,
        _ => Exit::Unreadable,
    };
    Failure::new(exit, error.to_string())
}

/// One bar at a time, for whatever stage the audit is in.
struct Bars {
    mode: Mode,
    current: Mutex<Option<(psephos_audit::Stage, Progress)>>,
}

impl Bars {
    fn new(mode: Mode) -> Bars {
        Bars { mode, current: Mutex::new(None) }
    }

    fn show(&self, progress: psephos_audit::Progress) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let other = current.as_ref().is_none_or(|(stage, _)| *stage != progress.stage);
        if other {
            if let Some((_, bar)) = current.take() {
                bar.finish("");
            }
            let bar = Progress::start(self.mode, progress.stage.name(), Some(progress.total));
            *current = Some((progress.stage, bar));
        }
        if let Some((_, bar)) = current.as_mut() {
            bar.set(progress.done, "");
        }
    }

    fn finish(self) {
        if let Some((_, bar)) = self.current.into_inner().unwrap_or_else(PoisonError::into_inner) {
            bar.finish("");
        }
    }
}
