//! Decrypted votes and results as files for other software (spec/export.md).

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use psephos_audit::{Audit, Options, Report, Verdict, tally};
use psephos_ballot::export::{RESULTS_HEADER, format_blt, results_csv, votes_csv};
use psephos_ballot::{Contest, ContestReport, ContestResult, ElectionTally, table};
use psephos_console::{Exit, Failure, Locator, Mode, say, visible};
use psephos_core::pairs::pairs;
use psephos_core::rows::Rows;
use psephos_record::board::{BlobRows, Board};
use psephos_record::bodies::{Body, Description, ElectionResult};
use psephos_record::message::Record;
use serde_json::json;

use super::audit::{examine, exit_of};
use crate::place::open;

/// Audits the board, and writes what its last result decrypts into a new folder.
pub fn run(board: &Locator, folder: &Path, expect: Vec<[u8; 32]>) -> Result<Exit, Failure> {
    if folder.exists() {
        return Err(Failure::usage("the folder exists already, and nothing is overwritten")
            .at(folder.display().to_string())
            .advice("name one that does not exist"));
    }
    let board = open(board, None)?;
    let board = &*board;
    let options = Options { expect, ..Options::default() };
    let audit = examine(board, &options, Mode::detect(false))?;
    let exit = exit_of(&audit.report)?;
    let Some((description, result)) = published(board, &audit) else {
        say(format!("{}. There is no result on this board to export.", standing(&audit.report)));
        return Ok(exit);
    };
    let lists: Vec<BlobRows> = result
        .batches
        .iter()
        .map(|batch| BlobRows::new(board, &batch.plaintexts))
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::new(exit, error.to_string()))?;
    let lists: Vec<&dyn Rows> = lists.iter().map(|rows| rows as &dyn Rows).collect();
    let tally = tally(&description, &lists).map_err(|error| {
        Failure::new(exit, format!("the plaintexts of the result cannot be counted: {error}"))
    })?;
    fs::create_dir_all(folder)
        .map_err(|error| Failure::io("cannot make the folder", folder, &error))?;
    write_results(
        folder,
        &audit,
        &pairs(&description.contests, tally.results()).collect::<Vec<_>>(),
    )?;
    write_votes(folder, &description, &tally)?;
    say(format!("{}. The votes and results are in {}.", standing(&audit.report), folder.display()));
    Ok(exit)
}

/// What the numbers are worth.
fn standing(report: &Report) -> String {
    match report.verdict {
        Verdict::Valid => "The audit of this board says VALID".into(),
        verdict => format!(
            "The audit of this board says {verdict}: until it says VALID, these are not the results of an election"
        ),
    }
}

/// `results.json`, `results.csv` and `results.txt`.
fn write_results(
    folder: &Path,
    audit: &Audit,
    contests: &[(&Contest, ContestResult)],
) -> Result<(), Failure> {
    let report = &audit.report;
    let digest = |digest: Option<[u8; 32]>| digest.map(hex::encode);
    let reports: Vec<ContestReport> =
        contests.iter().map(|(contest, result)| ContestReport::new(contest, result)).collect();
    let json = json!({
        "verdict": report.verdict.to_string(),
        "election": digest(report.election),
        "head": digest(report.head),
        "results": reports,
    });
    write(folder, "results.json", &format!("{json:#}\n"))?;
    let lines = contests.iter().map(|(contest, result)| results_csv(contest, result));
    write(folder, "results.csv", &(RESULTS_HEADER.to_owned() + &lines.collect::<String>()))?;
    let mut text = standing(report) + ".\n";
    for (name, digest) in [("Election", report.election), ("Head", report.head)] {
        text += &digest.map_or(String::new(), |digest| format!("{name} {}\n", hex::encode(digest)));
    }
    for (contest, result) in contests {
        text += "\n";
        text += &table(contest, result);
    }
    write(folder, "results.txt", &visible(&text))
}

/// `ID.votes.csv` for each contest, and `ID.blt` where votes are rankings.
fn write_votes(
    folder: &Path,
    description: &Description,
    tally: &ElectionTally,
) -> Result<(), Failure> {
    for (index, contest) in description.contests.iter().enumerate() {
        let Some(votes) = tally.votes(index) else { continue };
        write(folder, &format!("{}.votes.csv", contest.id), &votes_csv(contest, votes))?;
        if let Some(blt) = format_blt(contest, votes) {
            write(folder, &format!("{}.blt", contest.id), &blt)?;
        }
    }
    Ok(())
}

/// Writes a file that does not exist yet.
fn write(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(name);
    let file = OpenOptions::new().write(true).create_new(true).open(&path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure::io("cannot write the file", &path, &error))
}

/// The manifest's description and the result record that the audit has read.
fn published(board: &dyn Board, audit: &Audit) -> Option<(Description, ElectionResult)> {
    let description = audit.view.description()?.clone();
    let file = board.record(audit.view.result?).ok()?;
    let message = Record::decode(&file).ok()?.message().ok()?;
    match message.body().ok()? {
        Body::Result(result) => Some((description, result)),
        _ => None,
    }
}
