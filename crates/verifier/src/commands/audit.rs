//! The audit of a board.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use psephos_audit::{Audit, Options, Report, Turnout, audit};
use psephos_console::{Exit, Failure, Locator, Mode, count, duration, numbered, plural, say};
use psephos_page::identity;
use psephos_record::board::Board;
use psephos_record::receipt;

use super::notes;
use super::paper::{Paper, sentences};
use super::watch::{Timed, watch};
use crate::cli::{AuditArguments, AuditOptions};
use crate::place::{look, open};

/// Audits the board and prints the report.
pub fn run(arguments: AuditArguments) -> Result<Exit, Failure> {
    report(&arguments.options, |options, mode| {
        let place = arguments.board.as_ref();
        let place = place.ok_or_else(|| Failure::internal("an audit without a board"))?;
        let board = open(place, arguments.mirror.as_deref())?;
        watch(mode, |show| audit(&*board, options, show))
    })
}

/// Audits the board with a second one beside it, and prints the report; of two files of witnesses' notes it says
/// whether they have seen one board.
pub fn compare(board: &Locator, other: &Locator, options: &AuditOptions) -> Result<Exit, Failure> {
    if let (Some(first), Some(second)) = (board.path(), other.path())
        && notes::is_notes(first)
    {
        if let Some(refused) = board_only(options) {
            return Err(Failure::usage(format!(
                "{refused} says something of an audit, and these are notes"
            )));
        }
        return notes::compare([first, second], &options.witnesses, (options.json, options.quiet));
    }
    report(options, |options, mode| {
        let board = open(board, None)?;
        // What is no board cannot be compared, which changes nothing of what is said of the first.
        let other = look(other, None)?;
        let other = other.as_ref().map(|other| &**other);
        watch(mode, |show| psephos_audit::compare(&*board, other, options, show))
    })
}

/// Makes an audit, writes its page, and prints its report in the form asked for.
fn report(
    arguments: &AuditOptions,
    audit: impl FnOnce(&Options, Mode) -> Result<Timed, Failure>,
) -> Result<Exit, Failure> {
    let paper = arguments.report.as_deref().map(Paper::at).transpose()?;
    if arguments.trace {
        trace()?;
    }
    let receipts: Result<Vec<_>, Failure> =
        arguments.receipt.iter().map(|path| read_receipt(path)).collect();
    let options = Options {
        expect: arguments.expect.clone(),
        verified: None,
        receipts: receipts?,
        witnesses: notes::witnesses(&arguments.witnesses)?,
    };
    let mode = Mode::detect(arguments.quiet || arguments.json || arguments.trace);
    let timed = audit(&options, mode);
    if let Some(paper) = &paper {
        paper.write(&timed, &arguments.expect)?;
    }
    let Timed { audit: Audit { report, turnout, view, .. }, timings } = timed?;
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
        let identity = identity(&report, &arguments.expect);
        say(format!("\n{}", sentences()?.say(identity)));
        say(format!("Audited in {}.", duration(timings.total)));
        if let Some(paper) = &paper {
            say(format!("The report is in {}.", paper.path().display()));
        }
    }
    exit_of(&report)
}

/// An option that only an audit has an answer to.
fn board_only(options: &AuditOptions) -> Option<&'static str> {
    let given = [
        ("--expect", !options.expect.is_empty()),
        ("--receipt", !options.receipt.is_empty()),
        ("--report", options.report.is_some()),
        ("--trace", options.trace),
        ("--witnesses", options.witnesses.witnesses.is_some()),
    ];
    given.into_iter().find_map(|(option, is_given)| is_given.then_some(option))
}

/// Audits a board, showing how far it is.
pub(super) fn examine(board: &dyn Board, options: &Options, mode: Mode) -> Result<Audit, Failure> {
    watch(mode, |show| audit(board, options, show)).map(|timed| timed.audit)
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
