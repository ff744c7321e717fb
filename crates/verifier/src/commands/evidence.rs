//! Evidence of a record's failures, made and judged (spec/09-audit.md §9.13).

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use psephos_audit::{Audit, CheckId, EVIDENCE_LIMIT, Evidence, Judgement, Options};
use psephos_console::{Exit, Failure, Mode, bytes, say};
use serde_json::json;

use super::audit::{examine, open, unreadable};
use crate::cli::{EvidenceArguments, JudgeArguments};

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
    let board = open(arguments.board.clone())?;
    let Audit { report, .. } = examine(&board, &Options::default(), Mode::detect(arguments.json))?;
    let of_record = report.failures.iter().filter(|failure| failure.record == Some(record));
    let failures: Vec<_> =
        of_record.filter(|failure| check.is_none_or(|id| failure.check == id)).cloned().collect();
    if failures.is_empty() {
        let what = match check {
            Some(id) => format!("record {record} does not fail {id}"),
            None => format!("record {record} fails no check"),
        };
        let advice = "the audit's report names the records that fail something";
        return Err(Failure::usage(what).advice(advice));
    }
    let evidence = Evidence::of(&board, record, &failures).map_err(unreadable)?;
    let evidence = evidence.ok_or_else(|| {
        Failure::new(
            Exit::Incomplete,
            format!(
                "no part of this board of at most {} shows it to others",
                bytes(EVIDENCE_LIMIT as u64)
            ),
        )
        .advice("hand over the whole board instead")
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
    for (claim, found) in &judgement.claims {
        match found {
            Some(failure) => say(in_words(claim.record, failure)),
            None => say(format!(
                "  Not shown: that record {} fails {:?}. An audit of what is in the file does not find it.",
                claim.record, claim.check
            )),
        }
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
    let culprits: Vec<String> = failure.culprits.iter().map(|culprit| culprit.to_text()).collect();
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

/// A file, but no more of it than evidence can be long.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::io("cannot read the evidence", path, &error);
    let mut file = Vec::new();
    let limit = EVIDENCE_LIMIT as u64 + 1;
    File::open(path).and_then(|open| open.take(limit).read_to_end(&mut file)).map_err(failed)?;
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
