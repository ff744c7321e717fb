//! The state of an audit on its way through the board.

use std::collections::{BTreeMap, BTreeSet};

use psephos_core::Digest;
use psephos_proofs::shuffle::Proof;
use psephos_proofs::{ElectionContext, Fault};
use psephos_record::board::{BlobFault, BlobRows, Board, check_blob};
use psephos_record::bodies::Blob;

use crate::check::CheckId;
use crate::decryption::{PostedShare, StatedPlaintexts};
use crate::exclusion::Docket;
use crate::log::Memory;
use crate::mixes::{PostedMix, Reading};
use crate::report::{Culprit, Failure, Findings};
use crate::result::PostedResult;
use crate::roll::Eligible;
use crate::view::View;
use crate::{Options, Progress, Second, Stage, Turnout};

/// What a look at a blob has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Right,
    /// Its bytes have another root.
    Damaged(String),
    /// Its bytes are right, but the record states another number or length of rows.
    Misstated(String),
    /// It is not there, or cannot be read.
    Missing(String),
}

pub(crate) struct Auditor<'a> {
    pub(crate) board: &'a dyn Board,
    /// A second board to compare with.
    pub(crate) other: Option<Second<'a>>,
    pub(crate) options: &'a Options,
    pub(crate) report_progress: &'a (dyn Fn(Progress) + Sync),
    /// Whether proofs and blobs are looked at, or only what the records say.
    pub(crate) thorough: bool,
    pub(crate) findings: Findings,
    pub(crate) view: View,
    pub(crate) memory: Memory,
    /// A record is missing or has no effect, and nobody can be blamed for it: what comes after it may
    /// seem out of place through no fault of its author.
    pub(crate) gap: bool,
    /// A blob is missing or damaged, which nobody can be blamed for either.
    pub(crate) damaged: bool,
    /// So was one that a record up to `close` names.
    pub(crate) damaged_at_close: bool,
    /// So it is for the author of the record that is being looked at: what it knew says nothing of what
    /// stands before some file.
    pub(crate) unsure: bool,
    /// The record that is being looked at is passed over, or a mix of it is as if it were not there: an exclusion
    /// has nothing to take out of effect.
    pub(crate) passed_over: bool,
    /// Why nothing after some record can be made sense of.
    pub(crate) halted: Option<String>,
    /// What is wrong in the present attempt of the key ceremony. It weighs only if no other attempt
    /// follows.
    pub(crate) attempt_failures: Vec<Failure>,
    /// By batch.
    pub(crate) mixes: Vec<Vec<PostedMix>>,
    /// How far the lists of mixes have been read.
    pub(crate) reading_mixes: Reading,
    /// Proofs read ahead: by their mix's record and place in it.
    pub(crate) proofs: BTreeMap<(u64, usize), Option<Proof>>,
    /// Valid mixes that start from a bad list: batch and trustee.
    pub(crate) astray: Vec<(usize, u64)>,
    /// Exclusions, and what they name.
    pub(crate) docket: Docket,
    /// Mixes that another one overtook: batch and record.
    pub(crate) overtaken: BTreeSet<(usize, u64)>,
    /// Batches of whose first list `close` states another shape than it has.
    pub(crate) misstated: BTreeSet<usize>,
    /// Batches whose first list has rows that are no proper elements: no mix of it can be judged.
    pub(crate) unjudged: BTreeSet<usize>,
    pub(crate) shares: Vec<PostedShare>,
    /// Records of shares that are left out because they could not be read.
    pub(crate) unread_shares: BTreeSet<u64>,
    /// What is known of plaintexts before the result is looked at: claims that hold.
    pub(crate) decrypted: Vec<StatedPlaintexts>,
    pub(crate) result: Option<PostedResult>,
    pub(crate) turnout: Option<Turnout>,
    pub(crate) eligible: Eligible,
    /// Blobs that are missing or damaged, and the record of which that was reported.
    broken: BTreeMap<Digest, (u64, Look)>,
    /// Blobs that were hashed and found right, as often as records name them.
    hashed: BTreeSet<(Digest, u64, u64)>,
}

impl<'a> Auditor<'a> {
    pub(crate) fn new(
        board: &'a dyn Board,
        options: &'a Options,
        report_progress: &'a (dyn Fn(Progress) + Sync),
        thorough: bool,
    ) -> Self {
        Self {
            board,
            other: None,
            options,
            report_progress,
            thorough,
            findings: Findings::default(),
            view: View::default(),
            memory: Memory::default(),
            gap: false,
            damaged: false,
            damaged_at_close: false,
            unsure: false,
            passed_over: false,
            halted: None,
            attempt_failures: Vec::new(),
            mixes: Vec::new(),
            reading_mixes: Reading::default(),
            proofs: BTreeMap::new(),
            astray: Vec::new(),
            docket: Docket::default(),
            overtaken: BTreeSet::new(),
            misstated: BTreeSet::new(),
            unjudged: BTreeSet::new(),
            unread_shares: BTreeSet::new(),
            shares: Vec::new(),
            decrypted: Vec::new(),
            result: None,
            turnout: None,
            eligible: Eligible::default(),
            broken: BTreeMap::new(),
            hashed: BTreeSet::new(),
        }
    }

    pub(crate) fn progress(&self, stage: Stage, done: u64, total: u64) {
        (self.report_progress)(Progress { stage, done, total });
    }

    pub(crate) fn fail(
        &mut self,
        check: CheckId,
        culprits: &[Culprit],
        record: Option<u64>,
        row: Option<u64>,
        evidence: impl Into<String>,
    ) {
        let (culprits, evidence) = (culprits.to_vec(), evidence.into());
        self.findings.fail(Failure { check, culprits, record, row, evidence });
    }

    /// Nothing after this record can be made sense of.
    pub(crate) fn halt(&mut self, why: impl Into<String>) {
        self.halted.get_or_insert(why.into());
    }

    /// A record of this author is without effect: the key of somebody unknown is anybody's who can write to
    /// the board, in the place of a real record.
    pub(crate) fn leaves_open(&mut self, author: &Culprit) {
        self.gap |= matches!(author, Culprit::Author(_));
    }

    /// A record has no effect, and its author could not know.
    pub(crate) fn pass_over(&mut self, text: impl Into<String>) {
        self.passed_over = true;
        self.findings.warn(text);
    }

    /// Whether numbers that do not add up may be nobody's fault.
    pub(crate) fn is_uncertain(&self) -> bool {
        self.gap || self.damaged || !self.docket.undecided.is_empty()
    }

    /// Whether a record may seem out of its place because one before it is missing or without effect, or
    /// because an exclusion before it could not be decided.
    pub(crate) fn is_out_of_step(&self) -> bool {
        self.unsure || !self.is_in_step()
    }

    /// Whether the mixes of a batch cannot be judged, through the fault of `close`.
    pub(crate) fn is_unjudged(&self, batch: usize) -> bool {
        self.misstated.contains(&batch) || self.unjudged.contains(&batch)
    }

    /// Whether no record before this one is missing or without effect, and no exclusion undecided.
    pub(crate) fn is_in_step(&self) -> bool {
        !self.gap && self.docket.undecided.is_empty()
    }

    /// Whether the last record that an author knew says nothing of what stands before some file, as an
    /// exclusion does only behind it: the author may have seen another board before that file.
    pub(crate) fn was_unsure(&self, knew: Option<u64>) -> bool {
        knew.is_some_and(|knew| self.docket.is_answered_later(knew))
    }

    /// Whether the expensive checks of a record were made before.
    pub(crate) fn is_verified(&self, sequence: u64) -> bool {
        self.docket.on_trial.is_none_or(|place| place.sequence != sequence)
            && self.was_verified(sequence)
    }

    /// Whether a record stood when the board was audited before, or nothing is to be checked.
    pub(crate) fn was_verified(&self, sequence: u64) -> bool {
        !self.thorough || self.options.verified.is_some_and(|(records, _)| sequence < records)
    }

    /// The election's id and key, once there is a key.
    pub(crate) fn election(&self) -> Option<ElectionContext> {
        let keys = self.view.ceremony.keys.as_ref()?;
        Some(ElectionContext { election: self.view.election(), public_key: keys.public_key })
    }

    /// Looks at a blob that a record names. `false` when it is missing, damaged or of another shape:
    /// that has been reported, and nothing that needs it can be checked.
    pub(crate) fn blob_holds(&mut self, sequence: u64, author: &Culprit, blob: &Blob) -> bool {
        let found = self.look(sequence, blob);
        self.report_look(sequence, author, blob, &found);
        found == Look::Right
    }

    /// Looks at a blob that a record names, and says nothing yet.
    pub(crate) fn look(&mut self, sequence: u64, blob: &Blob) -> Look {
        if self.is_verified(sequence) {
            return Look::Right;
        }
        if let Some((_, found)) = self.broken.get(&blob.root) {
            return found.clone();
        }
        self.findings.count(CheckId::BoardBlob, 1);
        self.findings.count(CheckId::ShapeLength, 1);
        // Whoever reads its rows hashes them again: once is enough to know that it is there.
        let name = (blob.root, blob.rows, blob.row_length);
        if self.hashed.contains(&name) {
            return Look::Right;
        }
        match check_blob(self.board, blob) {
            Ok(()) => {
                self.hashed.insert(name);
                Look::Right
            }
            Err(fault @ (BlobFault::Root { .. } | BlobFault::TooLong { .. })) => {
                Look::Damaged(fault.to_string())
            }
            Err(fault @ BlobFault::Shape { .. }) => Look::Misstated(fault.to_string()),
            Err(fault @ (BlobFault::Missing { .. } | BlobFault::Storage(_))) => {
                Look::Missing(fault.to_string())
            }
        }
    }

    /// Reports what is wrong with a blob.
    pub(crate) fn report_look(
        &mut self,
        sequence: u64,
        author: &Culprit,
        blob: &Blob,
        found: &Look,
    ) {
        let record = Some(sequence);
        match found {
            Look::Right => return,
            Look::Misstated(evidence) => {
                // The bytes are right: whoever names them as they are may use them.
                let culprits = std::slice::from_ref(author);
                return self.fail(CheckId::ShapeLength, culprits, record, None, evidence.as_str());
            }
            Look::Damaged(evidence) => {
                self.fail(CheckId::BoardBlob, &[], record, None, evidence.as_str());
            }
            Look::Missing(fault) => {
                let text = format!("record {sequence} names what cannot be read: {fault}");
                self.findings.unreadable_record(sequence, text);
                self.findings.not_run_at(sequence, CheckId::BoardBlob, "a blob cannot be read");
            }
        }
        self.damaged = true;
        self.broken.insert(blob.root, (sequence, found.clone()));
    }

    /// Forgets what was reported of a record's blobs, which nobody hears of: whoever names them next is
    /// asked for them again.
    pub(crate) fn forget_broken(&mut self, sequence: u64) {
        self.broken.retain(|_, (reported, _)| *reported != sequence);
    }

    /// Whether nothing is known to be wrong with a blob.
    pub(crate) fn is_readable(&self, blob: &Blob) -> bool {
        !self.broken.contains_key(&blob.root)
    }

    /// The rows of a blob that was looked at.
    pub(crate) fn rows(&self, blob: &Blob) -> Option<BlobRows<'a>> {
        BlobRows::new(self.board, blob).ok()
    }
}

/// The check that a fault belongs to; `equation` is the argument's own.
pub(crate) fn check_of(fault: &Fault, equation: CheckId) -> CheckId {
    match fault {
        Fault::Length { .. } => CheckId::ShapeLength,
        Fault::NonCanonical { .. } => CheckId::EncodingCanonical,
        Fault::Membership { .. } => CheckId::GroupMembership,
        Fault::Equation => equation,
    }
}
