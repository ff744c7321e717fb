//! One look at a board: is it the one that was cosigned, and what is new on it?

use std::path::PathBuf;

use psephos_audit::{CheckId, outline};
use psephos_console::Failure;
use psephos_participant::{audit_failure, board_failure};
use psephos_record::board::{Board, BoardError};
use psephos_record::checkpoint::{Checkpoint, Note, origin};

use crate::{Cosigner, Remembered};

/// Records that are taken in by one look: a board without end fills no disk at once.
const MOST: u64 = 10_000;

/// Bytes of records behind which a look takes in no more: the next one goes on from there.
const MOST_BYTES: u64 = 1 << 28;

/// What must hold of a log before a witness puts its name to it: the head binds all of it, and every record is
/// somebody's.
const ASKED: [CheckId; 3] =
    [CheckId::BoardChain, CheckId::BoardSignature, CheckId::EncodingCanonical];

/// What a look has found.
#[derive(Debug)]
pub enum Seen {
    /// New records, cosigned now; or the ones known, whose note was never finished.
    Cosigned(Note),
    /// Nothing new.
    Same(Note),
    /// No proposal yet: the board has no name.
    Nothing,
    /// The log holds what no witness cosigns. It may be put right by an exclusion.
    Faulty(Vec<Fault>),
    /// Its first proposal is not that of the board that was looked for.
    Renamed {
        /// The board's own origin.
        found: String,
    },
    /// Fewer records than were cosigned.
    Shorter {
        /// How many were cosigned.
        cosigned: u64,
        /// How many are there.
        found: u64,
    },
    /// A record that was cosigned is another one now.
    Changed {
        /// The first such record.
        record: u64,
        /// Where what was cosigned is kept.
        cosigned: PathBuf,
        /// Where what is shown now is kept.
        shown: PathBuf,
    },
}

/// Something wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where; none if it is nowhere in particular.
    pub record: Option<u64>,
    /// What, in words.
    pub what: String,
}

/// Looks at a board, and cosigns it if it continues what was cosigned before.
///
/// # Errors
/// When the board or the memory cannot be read or written.
pub fn look(
    board: &dyn Board,
    known: &mut Remembered,
    cosigner: &Cosigner,
) -> Result<Seen, Failure> {
    let extent = board.extent().map_err(board_failure)?;
    if let Some(seen) = compare(board, known, extent.records)? {
        return Ok(seen);
    }
    if let Some(found) = extent.beyond_gap {
        let what = format!("it is missing, and record {found} is there");
        return Ok(Seen::Faulty(vec![Fault { record: Some(extent.records), what }]));
    }
    if extent.records > known.records() {
        known.forget_unpromised()?;
        let until = extent.records.min(known.records() + MOST);
        match take_in(board, known, until)? {
            // What is promised of a board is found again by its own name only.
            Ok(Some(checkpoint)) if checkpoint.origin != known.origin() => {
                known.forget_unpromised()?;
                return Ok(Seen::Renamed { found: checkpoint.origin });
            }
            Ok(Some(checkpoint)) => known.promise(checkpoint)?,
            Ok(None) => {
                known.forget_unpromised()?;
                return Ok(Seen::Nothing);
            }
            Err(faults) => {
                known.forget_unpromised()?;
                return Ok(Seen::Faulty(faults));
            }
        }
    }
    let Some(promised) = known.promised() else { return Ok(Seen::Nothing) };
    if let Some(note) = known.note()? {
        return Ok(Seen::Same(note));
    }
    let note = cosigner.cosign(promised);
    known.keep_note(&note)?;
    Ok(Seen::Cosigned(note))
}

/// Whether what was cosigned still stands there; what is wrong if not.
fn compare(board: &dyn Board, known: &Remembered, records: u64) -> Result<Option<Seen>, Failure> {
    for record in 0..known.records().min(records) {
        let shown = board.record_digest(record).map_err(board_failure)?;
        if shown != known.board().record_digest(record).map_err(board_failure)? {
            return Ok(Some(Seen::Changed {
                record,
                cosigned: known.board().path().to_owned(),
                shown: known.keep_shown(board, record, &shown, MOST)?,
            }));
        }
    }
    let cosigned = known.records();
    Ok((records < cosigned).then_some(Seen::Shorter { cosigned, found: records }))
}

/// Copies new records, and judges the copy: nobody can change it meanwhile. Says how far the board has come, if it
/// has a name.
fn take_in(
    board: &dyn Board,
    known: &Remembered,
    until: u64,
) -> Result<Result<Option<Checkpoint>, Vec<Fault>>, Failure> {
    let mut taken = 0;
    for record in known.records()..until {
        if taken > MOST_BYTES {
            break;
        }
        let file = match board.record(record) {
            Err(error @ BoardError::RecordTooLarge { .. }) => {
                return Ok(Err(vec![Fault { record: Some(record), what: error.to_string() }]));
            }
            file => file.map_err(board_failure)?,
        };
        taken += file.len() as u64;
        known.keep_record(record, &file)?;
    }
    let found = outline(known.board()).map_err(audit_failure)?;
    let mut faults: Vec<Fault> = found
        .report
        .failures
        .into_iter()
        .filter(|failure| ASKED.contains(&failure.check))
        .map(|failure| Fault { record: failure.record, what: failure.evidence })
        .collect();
    if faults.is_empty() && found.report.verdict == psephos_audit::Verdict::Unreadable {
        // What else a report warns of is not about what can be read.
        let of_records = |warning: &String| warning.starts_with("record ");
        let what: Vec<String> = found.report.warnings.into_iter().filter(of_records).collect();
        faults.push(Fault { record: None, what: what.join("; ") });
    }
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let Some(proposal) = found.view.proposal else { return Ok(Ok(None)) };
    let (records, head) = (found.view.records, found.view.head);
    Ok(Ok(Some(Checkpoint { origin: origin(proposal.first()), records, head })))
}
