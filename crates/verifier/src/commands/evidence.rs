//! Evidence of a record's failures, made and judged (spec/09-audit.md §9.13).

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use psephos_audit::{
    Audit, CheckId, EVIDENCE_LIMIT, Evidence, ExcludedView, Judgement, Options, Report, Verdict,
};
use psephos_console::{Exit, Failure, Mode, bytes, say};
use psephos_record::board::{Board, BoardError};
use psephos_record::cbor::DecodeError;
use psephos_record::message::Record;
use serde_json::json;

use super::audit::examine;
use super::show::whereabouts;
use crate::cli::{EvidenceArguments, JudgeArguments};
use crate::place::{open, unreadable};

const WHOLE_BOARD: &str = "hand over the whole board instead: an audit of it shows this to anybody";

/// A map of four fields, the first of them `blobs` (spec/board.cddl).
const BEGINNING: &[u8] = b"\xa4\x65blobs";

/// Writes the evidence of what a record fails.
pub fn run(arguments: &EvidenceArguments) -> Result<Exit, Failure> {
    let check = arguments.check.as_deref().map(check_id).transpose()?;
    let record = arguments.record;
    let path = arguments.out.clone().unwrap_or_else(|| format!("record-{record}.evidence").into());
    if path.exists() {
        return Err(Failure::usage("the file exists already, and nothing is overwritten")
            .at(path.display().to_string())
            .advice("name another one with --out"));
    }
    let board = open(&arguments.board, None)?;
    let board = &*board;
    let audit = examine(board, &Options::default(), Mode::detect(arguments.json))?;
    let report = &audit.report;
    let of_record = report.failures.iter().filter(|failure| failure.record == Some(record));
    let failures: Vec<_> =
        of_record.filter(|failure| check.is_none_or(|id| failure.check == id)).cloned().collect();
    if failures.is_empty() {
        return Err(nothing(board, &audit, record, check));
    }
    let evidence = Evidence::of(board, record, &failures).map_err(|error| match error {
        error @ BoardError::RecordTooLarge { .. } => {
            Failure::new(Exit::Incomplete, error.to_string()).advice(WHOLE_BOARD)
        }
        error => unreadable(error),
    })?;
    let evidence = evidence.ok_or_else(|| {
        Failure::new(
            Exit::Incomplete,
            format!(
                "no part of this board of at most {} shows it to others",
                bytes(EVIDENCE_LIMIT as u64)
            ),
        )
        .advice(WHOLE_BOARD)
    })?;
    let file = evidence.encode();
    write(&path, &file)?;
    let claims: Vec<String> = failures.iter().map(|failure| in_words(record, failure)).collect();
    if arguments.json {
        let text = json!({
            "file": path.display().to_string(),
            "bytes": file.len(),
            "records": evidence.records.len(),
            "blobs": evidence.blobs.len(),
            "election": report.election.map(hex::encode),
            "failures": failures,
        });
        say(format!("{text:#}"));
    } else {
        say(format!("{} ({}) shows:", path.display(), bytes(file.len() as u64)));
        say(claims.join("\n"));
        say("Anybody can check it with psephos-verifier judge, without this board.");
    }
    Ok(Exit::Valid)
}

/// Why there is no evidence of what a record fails, and what to do instead.
fn nothing(board: &dyn Board, audit: &Audit, record: u64, check: Option<CheckId>) -> Failure {
    let Audit { report, view, .. } = audit;
    let extent = match board.extent() {
        Ok(extent) => extent,
        Err(error) => return unreadable(error),
    };
    if record >= extent.records {
        let what = match board.record(record) {
            Ok(_) => format!(
                "an audit does not look at record {record}: record {}, before it, is missing",
                extent.records
            ),
            Err(_) => format!("there is no record {record}"),
        };
        return Failure::usage(what).advice(whereabouts(&extent));
    }
    // Two checks are made only with what is no part of a board.
    match check {
        Some(CheckId::BoardFork) => {
            return Failure::usage("board.fork is shown by two boards, not by a part of one")
                .advice("hand over both boards; `psephos-verifier compare` tells who is to blame");
        }
        Some(CheckId::IntakeWithheld) => {
            let what =
                "intake.withheld is shown by a receipt with the board, not by a part of the board";
            return Failure::usage(what).advice(
                "hand over the receipt and the board; `psephos-verifier BOARD --receipt FILE` checks them",
            );
        }
        _ => {}
    }
    let excluded = view.exclusions.iter().find_map(|exclusion| match &exclusion.excluded {
        ExcludedView::Record { sequence, check } if *sequence == record => {
            Some((exclusion.sequence, check))
        }
        _ => None,
    });
    if let Some((by, check)) = excluded {
        let what = format!(
            "record {record} is excluded, by record {by}, because it fails {check}: it has no effect, and what it \
             fails counts no more"
        );
        return Failure::usage(what).advice(format!(
            "every audit of this board tells of it; a copy of the board without the records from {by} on still \
             gives the evidence"
        ));
    }
    if report.verdict == Verdict::Unreadable
        && let Some(why) = no_record(board, record)
    {
        let what = format!("record {record} is no record that could fail a check: {why}");
        return Failure::new(Exit::Incomplete, what).advice(WHOLE_BOARD);
    }
    let Some(id) = check else {
        let what = format!("record {record} fails no check");
        return Failure::usage(what).advice(others(report, |_| true));
    };
    let of_board =
        report.failures.iter().find(|failure| failure.check == id && failure.record.is_none());
    if let Some(failure) = of_board {
        let what = format!("{id} fails, but no record does by itself: {}", failure.evidence);
        return Failure::usage(what).advice(WHOLE_BOARD);
    }
    Failure::usage(format!("record {record} does not fail {id}"))
        .advice(others(report, |failure| failure.check == id))
}

/// Why a file holds no record at all.
fn no_record(board: &dyn Board, record: u64) -> Option<String> {
    match board.record(record) {
        Err(error) => Some(error.to_string()),
        Ok(file) => match Record::decode(&file) {
            Err(error @ DecodeError::Incomplete) => Some(error.to_string()),
            _ => None,
        },
    }
}

/// The records that fail something.
fn others(report: &Report, of: impl Fn(&psephos_audit::Failure) -> bool) -> String {
    let failing = report.failures.iter().filter(|failure| of(failure));
    let records: BTreeSet<u64> = failing.filter_map(|failure| failure.record).collect();
    let records: Vec<String> = records.iter().map(u64::to_string).collect();
    match records.as_slice() {
        [] if report.failures.is_empty() => "nothing on this board does".into(),
        [] => "no record of this board does; the audit's report says what does not hold".into(),
        [one] => format!("record {one} does"),
        [first @ .., last] => format!("records {} and {last} do", first.join(", ")),
    }
}

/// Checks a file of evidence.
pub fn judge(arguments: &JudgeArguments) -> Result<Exit, Failure> {
    let path = &arguments.file;
    let evidence = Evidence::decode(&read(path)?).map_err(|error| {
        Failure::new(Exit::Unreadable, format!("this is no evidence: {error}"))
            .at(path.display().to_string())
    })?;
    let judgement = evidence.judge(arguments.expect.as_ref()).map_err(unreadable)?;
    match arguments.json {
        true => say(format!("{:#}", to_json(&judgement))),
        false => tell(&judgement, arguments.expect.is_some()),
    }
    Ok(if judgement.is_proven() { Exit::Valid } else { Exit::Invalid })
}

fn tell(judgement: &Judgement, pinned: bool) {
    let election = judgement.election.map_or("none yet".to_owned(), hex::encode);
    say(if judgement.is_proven() { "PROVEN" } else { "NOT PROVEN" });
    say(format!("\n  election  {election}\n"));
    if !judgement.is_of_election {
        say("  This is not the election that was asked for with --expect.");
    }
    if judgement.claims.is_empty() {
        say("  Nothing is claimed.");
    }
    let found = || judgement.claims.iter().filter_map(|(_, found)| found.as_ref());
    for (claim, found) in &judgement.claims {
        match found {
            Some(failure) => say(in_words(claim.record, failure)),
            None => say(format!(
                "  Not shown: that record {} fails {:?}. An audit of what is in the file does not find it.",
                claim.record, claim.check
            )),
        }
    }
    let blames = found().filter(|failure| !failure.culprits.is_empty()).count();
    let blameless = found().count() - blames;
    if blameless > 0 {
        let what = match blames {
            0 => "This proves nothing against anybody:",
            _ => "Where nobody is to blame, nothing is proven against anybody:",
        };
        say(format!(
            "\n{what} it shows what lay on the copy of the board of whoever made this file, and whoever could \
             write to that copy can have brought it about."
        ));
    }
    say(match pinned {
        true => "\nThe election id was compared with the one given with --expect.",
        false => {
            "\nNo election id was given with --expect: that this is the election you mean is not checked. \
             Anybody can make an election of their own in which somebody fails."
        }
    });
}

fn to_json(judgement: &Judgement) -> serde_json::Value {
    let claims = judgement.claims.iter().map(|(claim, found)| {
        json!({
            "check": claim.check,
            "culprits": claim.culprits,
            "record": claim.record,
            "row": claim.row,
            "proven": found.is_some(),
            "evidence": found.as_ref().map(|failure| &failure.evidence),
        })
    });
    json!({
        "proven": judgement.is_proven(),
        "election": judgement.election.map(hex::encode),
        "expected": judgement.is_of_election,
        "failures": claims.collect::<Vec<_>>(),
    })
}

/// A failure as a sentence.
fn in_words(record: u64, failure: &psephos_audit::Failure) -> String {
    let culprits: Vec<String> = failure.culprits.iter().map(ToString::to_string).collect();
    let blame = match culprits.is_empty() {
        true => "nobody is to blame by it".to_owned(),
        false => format!("to blame: {}", culprits.join(", ")),
    };
    let row = failure.row.map_or(String::new(), |row| format!(", row {row},"));
    format!("  Record {record}{row} fails {}; {blame}: {}", failure.check, failure.evidence)
}

fn check_id(id: &str) -> Result<CheckId, Failure> {
    CheckId::from_id(id).ok_or_else(|| {
        Failure::usage(format!("{id:?} is no check"))
            .advice("a report lists the checks by their ids")
    })
}

/// A file, but no more of it than is needed to see that it is no evidence.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::io("cannot read the evidence", path, &error);
    let none = |why: &str| {
        Failure::new(Exit::Unreadable, format!("this is no evidence: {why}"))
            .at(path.display().to_string())
    };
    let limit = EVIDENCE_LIMIT as u64;
    let open = File::open(path).map_err(failed)?;
    if open.metadata().map_err(failed)?.len() > limit {
        return Err(none(&format!("it is longer than {}", bytes(limit))));
    }
    // Every file of evidence begins with the same bytes.
    let mut file = Vec::new();
    let mut head = open.take(BEGINNING.len() as u64);
    head.read_to_end(&mut file).map_err(failed)?;
    if file != BEGINNING {
        return Err(none("it does not begin as evidence does"));
    }
    let rest = limit.saturating_add(1).saturating_sub(file.len() as u64);
    head.into_inner().take(rest).read_to_end(&mut file).map_err(failed)?;
    Ok(file)
}

/// Writes a file that does not exist yet; a part of it does not stay.
fn write(path: &Path, file: &[u8]) -> Result<(), Failure> {
    let failed = |error| Failure::io("cannot write the evidence", path, &error);
    let mut out = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    out.write_all(file).and_then(|()| out.sync_all()).map_err(|error| {
        // What is left of it is worth nothing.
        let _ = fs::remove_file(path);
        failed(error)
    })
}
