//! Evidence: one failure of one record, for whoever has not the whole board (spec/09-audit.md §9.13).

use std::collections::BTreeSet;
use std::io::Read;

use psephos_core::Digest;
use psephos_record::board::{Board, BoardError, MemoryBoard, read_body};
use psephos_record::cbor::{self, DecodeError};
use serde::{Deserialize, Serialize};

use crate::report::Failure;
use crate::{AuditError, Options, audit};

/// The longest file of evidence in bytes.
pub const EVIDENCE_LIMIT: usize = 1 << 30;

/// The only version of the format.
const VERSION: u64 = 1;

/// A file of evidence: failures of one record, and as much of the board as shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Blobs of the board.
    pub blobs: Vec<EvidenceBlob>,
    /// The record files of the board, from 0.
    pub records: Vec<EvidenceFile>,
    /// 1.
    pub version: u64,
    /// What is claimed.
    pub failures: Vec<Claim>,
}

/// A failure as it is claimed, with the words of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The row of the record's list.
    pub row: Option<u64>,
    /// Id of the check that fails.
    pub check: String,
    /// The record that fails it.
    pub record: u64,
    /// Who is to blame.
    pub culprits: Vec<String>,
}

/// A blob as it lies on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceBlob {
    /// Its root.
    #[serde(with = "serde_bytes")]
    pub root: Digest,
    /// Its bytes.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// A record file as it lies on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EvidenceFile(#[serde(with = "serde_bytes")] pub Vec<u8>);

/// What a judge has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The election's id, once there is a manifest.
    pub election: Option<Digest>,
    /// Whether that is the election that was asked for, if one was.
    pub is_of_election: bool,
    /// Each claim with the failure as the audit of the excerpt tells it; none if it does not find it.
    pub claims: Vec<(Claim, Option<Failure>)>,
}

impl Judgement {
    /// Whether there is a claim, every claim is proven, and the election is the right one.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        let proven = self.claims.iter().all(|(_, found)| found.is_some());
        self.is_of_election && proven && !self.claims.is_empty()
    }
}

impl Evidence {
    /// Evidence of failures of one record that the audit of a board has found; `None` if no excerpt
    /// shows them.
    ///
    /// Takes the first excerpt, from small to large, in which an audit finds the same failures.
    ///
    /// # Errors
    /// As reading the board.
    pub fn of(
        board: &dyn Board,
        record: u64,
        failures: &[Failure],
    ) -> Result<Option<Self>, BoardError> {
        let all = board.extent()?.records;
        for records in [record.saturating_add(1).min(all), all] {
            let mut tried = None;
            for reach in Reach::ALL {
                let excerpt = Excerpt::of(board, record, records, reach)?;
                if excerpt.length > EVIDENCE_LIMIT as u64 || tried.as_ref() == Some(&excerpt.roots)
                {
                    continue;
                }
                let evidence = excerpt.evidence(board, record, failures)?;
                if evidence.judge(None)?.is_proven() {
                    return Ok(Some(evidence));
                }
                tried = Some(excerpt.roots);
            }
        }
        Ok(None)
    }

    /// Encodes for a file.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes a file; decides nothing.
    ///
    /// # Errors
    /// As [`cbor::decode`]; an unknown version is `NotCanonical`.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let evidence: Self = cbor::decode(bytes, EVIDENCE_LIMIT)?;
        if evidence.version != VERSION {
            let reason = format!("version {} is not known", evidence.version);
            return Err(DecodeError::NotCanonical { reason });
        }
        Ok(evidence)
    }

    /// The board as far as it is in the evidence.
    #[must_use]
    pub fn board(&self) -> MemoryBoard {
        let board = MemoryBoard::new();
        board.set_records(self.records.iter().map(|file| file.0.clone()).collect());
        for blob in &self.blobs {
            board.set_blob(blob.root, blob.bytes.clone());
        }
        board
    }

    /// Audits the excerpt and looks for the failures: the same check, culprits, record and row. With
    /// `election`, the excerpt must be of this election.
    ///
    /// # Errors
    /// As reading a board; in memory it does not occur.
    pub fn judge(&self, election: Option<&Digest>) -> Result<Judgement, BoardError> {
        let audit = audit(&self.board(), &Options::default(), &|_| {});
        let audit = audit.map_err(|error| match error {
            AuditError::Board(error) => error,
            other => BoardError::Refused { reason: other.to_string() },
        })?;
        let report = audit.report;
        let claims = self.failures.iter().map(|claim| {
            let found = report.failures.iter().find(|failure| claim.is_of(failure));
            (claim.clone(), found.cloned())
        });
        Ok(Judgement {
            claims: claims.collect(),
            is_of_election: election.is_none_or(|id| report.election.as_ref() == Some(id)),
            election: report.election,
        })
    }
}

impl Claim {
    fn new(record: u64, failure: &Failure) -> Self {
        Self {
            row: failure.row,
            check: failure.check.as_str().into(),
            record,
            culprits: failure.culprits.iter().map(ToString::to_string).collect(),
        }
    }

    fn is_of(&self, failure: &Failure) -> bool {
        failure.record == Some(self.record) && *self == Self::new(self.record, failure)
    }
}

/// An excerpt of a board, as evidence that claims nothing: its first records and some of its blobs; none of
/// them if it would be longer than [`EVIDENCE_LIMIT`].
///
/// # Errors
/// As reading the board.
pub fn excerpt(
    board: &dyn Board,
    record: u64,
    records: u64,
    reach: Reach,
) -> Result<Evidence, BoardError> {
    let mut excerpt = Excerpt::of(board, record, records, reach)?;
    if excerpt.length > EVIDENCE_LIMIT as u64 {
        excerpt.roots.clear();
    }
    excerpt.evidence(board, record, &[])
}

/// Which blobs an excerpt takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// No blob.
    Records,
    /// The blobs that the record names.
    Named,
    /// Those that it starts from, too.
    Inputs,
    /// All lists of its batches, too.
    Batches,
    /// Everything.
    All,
}

impl Reach {
    /// From small to large.
    pub const ALL: [Reach; 5] =
        [Reach::Records, Reach::Named, Reach::Inputs, Reach::Batches, Reach::All];
}

/// What an excerpt takes.
struct Excerpt {
    records: u64,
    roots: BTreeSet<Digest>,
    /// Bytes of all of it.
    length: u64,
}

impl Excerpt {
    fn of(board: &dyn Board, record: u64, records: u64, reach: Reach) -> Result<Self, BoardError> {
        let own = read_body(board, record)?.map(|body| body.lists()).unwrap_or_default();
        let inputs: BTreeSet<Digest> = own.iter().filter_map(|list| list.input).collect();
        let batches: BTreeSet<(u64, u64)> = own.iter().filter_map(|list| list.batch).collect();
        let mut excerpt = Self { records, roots: BTreeSet::new(), length: 0 };
        for sequence in 0..records {
            excerpt.length = excerpt.length.saturating_add(board.record(sequence)?.len() as u64);
            for list in read_body(board, sequence)?.map(|body| body.lists()).unwrap_or_default() {
                let root = list.blob.root;
                let taken = match reach {
                    Reach::Records => false,
                    Reach::Named => sequence == record,
                    Reach::Inputs => sequence == record || inputs.contains(&root),
                    Reach::Batches => {
                        sequence == record
                            || list.batch.is_some_and(|batch| batches.contains(&batch))
                    }
                    Reach::All => true,
                };
                // A blob that is not there is not there in the excerpt either.
                let length = if taken { board.blob_length(&root)? } else { None };
                if let Some(length) = length
                    && excerpt.roots.insert(root)
                {
                    excerpt.length = excerpt.length.saturating_add(length);
                }
            }
        }
        Ok(excerpt)
    }

    fn evidence(
        &self,
        board: &dyn Board,
        record: u64,
        failures: &[Failure],
    ) -> Result<Evidence, BoardError> {
        let records = (0..self.records).map(|sequence| board.record(sequence).map(EvidenceFile));
        let blobs = self.roots.iter().map(|root| {
            let bytes = read_blob(board, root)?;
            Ok(EvidenceBlob { root: *root, bytes })
        });
        Ok(Evidence {
            blobs: blobs.collect::<Result<_, BoardError>>()?,
            records: records.collect::<Result<_, _>>()?,
            version: VERSION,
            failures: failures.iter().map(|failure| Claim::new(record, failure)).collect(),
        })
    }
}

fn read_blob(board: &dyn Board, root: &Digest) -> Result<Vec<u8>, BoardError> {
    let mut bytes = Vec::new();
    let reader = board.open_blob(root)?;
    reader.take(EVIDENCE_LIMIT as u64).read_to_end(&mut bytes).map_err(|source| {
        BoardError::Io { path: board.place().into(), action: "read a blob", source }
    })?;
    Ok(bytes)
}
