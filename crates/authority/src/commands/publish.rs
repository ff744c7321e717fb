//! `publish`: from the trustees' shares to the sealed result.

use psephos_audit::{Phase, View, count};
use psephos_ballot::table;
use psephos_console::{Exit, Failure, Progress};
use psephos_core::pairs::pairs;
use psephos_core::rows::{MemoryRows, Rows};
use psephos_participant::{Audited, board_failure};
use psephos_proofs::decryption::{RootedList, TrusteeShares, combine};
use psephos_protocol::{AuthorityAction, Next};
use psephos_record::board::BlobRows;
use psephos_record::bodies::{BatchResult, Body, ElectionResult, Seal};

use super::page;
use crate::cli::Publish;
use crate::office::{Office, Wait, list};

/// Does what is due until the board is sealed.
pub fn run(arguments: Publish) -> Result<Exit, Failure> {
    let mut office = Office::enter(&arguments.acting, &arguments.place)?;
    if let Some(page) = &arguments.page {
        psephos_page::check_place(page)?;
    }
    let mut wait = Wait::new(&arguments.waiting);
    let mut audited = office.settle()?;
    loop {
        match office.next(&audited)? {
            Next::Act(AuthorityAction::Publish) => {
                let result = decrypt(&office, &audited.view)?;
                show(&office, &audited.view, &result);
                audited = office.post(&audited.view, &Body::Result(result))?;
            }
            Next::Act(AuthorityAction::Seal) => {
                let seal = Seal { head: audited.view.head, records: audited.view.records };
                audited = office.post(&audited.view, &Body::Seal(seal))?;
            }
            Next::Wait(awaited) if audited.view.phase > Phase::Voting => {
                if arguments.waiting.once {
                    office.tell(format!("nothing to publish yet: waiting for {}", list(&awaited)));
                    return Ok(Exit::Incomplete);
                }
                wait.on(&office, &awaited)?;
                audited = office.settle()?;
            }
            Next::Done => {
                let exit = sealed(&office, &audited);
                page::write(&office, arguments.page.as_deref())?;
                return Ok(exit);
            }
            _ => {
                return Err(Failure::usage("voting has not ended")
                    .advice("run `psephos-authority close` first"));
            }
        }
    }
}

/// M = B − Σ λ·D for every ciphertext, and what that counts up to.
fn decrypt(office: &Office, view: &View) -> Result<ElectionResult, Failure> {
    let board = office.station.board();
    let description =
        view.description().ok_or_else(|| Failure::internal("no description stands"))?;
    let bar = Progress::start(office.mode, "decrypting", None);
    let mut batches = Vec::new();
    let mut lists: Vec<(Vec<u8>, usize)> = Vec::new();
    for batch in &view.batches {
        let shares = batch
            .quorum(description.threshold)
            .ok_or_else(|| Failure::internal("too few valid shares"))?;
        let input = BlobRows::new(board, &batch.last).map_err(board_failure)?;
        let mut rows = Vec::new();
        for (trustee, share) in &shares {
            let list = BlobRows::new(board, &share.shares).map_err(board_failure)?;
            rows.push((*trustee, share.shares.root, list));
        }
        let shares: Vec<TrusteeShares<'_>> = rows
            .iter()
            .map(|(trustee, root, rows)| TrusteeShares {
                trustee: *trustee,
                shares: RootedList { root: *root, rows },
            })
            .collect();
        let width = batch.width as usize;
        let input = RootedList { root: batch.last.root, rows: &input };
        let plaintexts = combine(width, input, &shares).map_err(|error| {
            Failure::new(Exit::Unreadable, format!("the shares cannot be combined: {error}"))
        })?;
        let row_length = width * 32;
        let blob = board.put_rows(row_length as u64, &plaintexts).map_err(board_failure)?;
        batches.push(BatchResult {
            box_index: batch.box_index,
            batch_index: batch.batch_index,
            trustees: rows.iter().map(|(trustee, _, _)| *trustee).collect(),
            plaintexts: blob,
        });
        lists.push((plaintexts, row_length));
    }
    let lists: Option<Vec<MemoryRows<'_>>> =
        lists.iter().map(|(bytes, length)| MemoryRows::new(bytes, *length)).collect();
    let lists = lists.ok_or_else(|| Failure::internal("plaintexts are not whole rows"))?;
    let lists: Vec<&dyn Rows> = lists.iter().map(|rows| rows as &dyn Rows).collect();
    let counted =
        count(description, &lists).map_err(|error| Failure::internal(error.to_string()))?;
    bar.finish("");
    Ok(ElectionResult { batches, contests: counted.contests })
}

fn show(office: &Office, view: &View, result: &ElectionResult) {
    let contests = view.description().map(|description| description.contests.as_slice());
    for (contest, result) in pairs(contests.unwrap_or_default(), &result.contests) {
        office.tell(table(contest, result));
    }
}

fn sealed(office: &Office, audited: &Audited) -> Exit {
    let verdict = audited.report.verdict;
    office.tell(format!("The board is sealed. The authority's own audit: {verdict}"));
    office.tell(format!("  election  {}", hex::encode(audited.view.election())));
    office.tell(format!("  head      {}", hex::encode(audited.view.head)));
    office.tell("Publish both digests where everybody can see them, and the board itself.");
    office.tell(format!(
        "Next: `psephos-authority export {} -o election.psephos` makes one file of the board, whose SHA-256 a \
         newspaper can print; trustees and you end your keys with `destroy`.",
        office.station.board().place()
    ));
    Exit::from_code(i32::from(verdict.exit_code())).unwrap_or(Exit::Internal)
}
