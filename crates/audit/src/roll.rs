//! Who may vote: the roll and its amendments (spec/08-board.md §8.11).

use std::collections::BTreeMap;

use psephos_core::Encoding;
use psephos_core::group::{self, GroupError, Identity};
use psephos_core::rows::{Rows, RowsError};
use psephos_record::board::{BlobRows, Board, BoardError};
use psephos_record::bodies::{Blob, RollAmend, RollEntry};

use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::numbered::{numbered, plural};
use crate::report::Culprit;
use crate::text::quoted;
use crate::view::{AmendmentView, View};

/// What is wrong with a row of the roll, or with an entry of an amendment (check `setup.roll`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RollFault {
    /// The same key as in the row before.
    #[error("credential {} stands twice", hex::encode(.0))]
    Repeated(Encoding),
    /// A smaller key than in the row before.
    #[error("credential {} is not in increasing order", hex::encode(.0))]
    Order(Encoding),
    /// No key.
    #[error("credential {}: {fault}", hex::encode(credential))]
    Element {
        /// As it stands there.
        credential: Encoding,
        /// What is wrong.
        fault: GroupError,
    },
    /// A box that the manifest does not have.
    #[error(
        "credential {} votes in box {box_index} of an election with {}",
        hex::encode(credential),
        plural(*boxes, "box", "boxes")
    )]
    Box {
        /// The voter's key.
        credential: Encoding,
        /// The box stated.
        box_index: u64,
        /// How many there are.
        boxes: u64,
    },
    /// Removed, and not there.
    #[error("credential {} is removed and is not on the roll", hex::encode(.0))]
    Absent(Encoding),
    /// Added, and there already.
    #[error("credential {} is added and is on the roll already", hex::encode(.0))]
    Present(Encoding),
    /// Added, and removed before: a code that was revoked stays revoked.
    #[error("credential {} is added and had been removed", hex::encode(.0))]
    Revoked(Encoding),
}

/// Why a roll cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RollError {
    /// A row is wrong.
    #[error("row {row} of the roll: {fault}")]
    Entry {
        /// Its place in the roll, from 0.
        row: u64,
        /// What is wrong.
        fault: RollFault,
    },
    /// Its rows have another length.
    #[error("the roll's rows have {0} bytes; they must have {len}", len = RollEntry::LENGTH)]
    RowLength(u64),
    /// It cannot be read, or is not the one that its root names.
    #[error("the roll: {0}")]
    Rows(#[from] RowsError),
    /// The storage failed.
    #[error(transparent)]
    Board(#[from] BoardError),
}

/// Whether the keys of a roll are decoded, or known to be good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// Each must be a proper element.
    Unknown,
    /// An audit has found them good.
    Verified,
}

/// The credentials that may vote, each in one box. 40 bytes a voter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roll {
    boxes: u64,
    /// The rows of the blob, strictly increasing.
    entries: Vec<[u8; RollEntry::LENGTH]>,
    /// What amendments say instead: the box, or that the credential was removed.
    amended: BTreeMap<Encoding, Option<u64>>,
}

impl Roll {
    /// Reads a roll for an election with so many boxes.
    ///
    /// # Errors
    /// [`RollError`]; of wrong rows the first.
    pub fn read(rows: &dyn Rows, boxes: u64, keys: Keys) -> Result<Self, RollError> {
        if rows.row_length() != RollEntry::LENGTH {
            return Err(RollError::RowLength(rows.row_length() as u64));
        }
        let mut roll = Self { boxes, ..Self::default() };
        let mut wrong = None;
        rows.visit(&mut |first, piece| {
            let (entries, _) = piece.as_chunks::<{ RollEntry::LENGTH }>();
            if wrong.is_none() {
                wrong = roll.extend(first, entries, keys).err();
            }
            Ok(())
        })?;
        match wrong {
            Some((row, fault)) => Err(RollError::Entry { row, fault }),
            None => Ok(roll),
        }
    }

    /// The roll of a board's election as its amendments have left it; none in an open election. An
    /// amendment with a fault has no effect.
    ///
    /// # Errors
    /// [`RollError`].
    pub fn of(board: &dyn Board, view: &View) -> Result<Option<Self>, RollError> {
        let Some(description) = view.description() else { return Ok(None) };
        let Some(blob) = &description.roll else { return Ok(None) };
        let rows = BlobRows::new(board, blob)?;
        let mut roll = Self::read(&rows, description.boxes.len() as u64, Keys::Verified)?;
        for amendment in &view.amendments {
            // What is wrong with it is the audit's to say.
            let _ = roll.amend(&amendment.amendment);
        }
        Ok(Some(roll))
    }

    fn extend(
        &mut self,
        first: u64,
        entries: &[[u8; RollEntry::LENGTH]],
        keys: Keys,
    ) -> Result<(), (u64, RollFault)> {
        let decoded: Vec<RollEntry> = entries.iter().map(RollEntry::from_bytes).collect();
        let mut before = self.entries.last().map(|last| RollEntry::from_bytes(last).credential);
        for (row, entry) in numbered(first, &decoded) {
            if before.is_some_and(|before| before >= entry.credential) {
                let fault = match before == Some(entry.credential) {
                    true => RollFault::Repeated(entry.credential),
                    false => RollFault::Order(entry.credential),
                };
                return Err((row, fault));
            }
            self.check_box(entry).map_err(|fault| (row, fault))?;
            before = Some(entry.credential);
        }
        if keys == Keys::Unknown {
            let credentials: Vec<Encoding> = decoded.iter().map(|entry| entry.credential).collect();
            group::decode_all(&credentials, Identity::Refused).map_err(|(index, fault)| {
                let credential = credentials.get(index).copied().unwrap_or_default();
                (first.saturating_add(index as u64), RollFault::Element { credential, fault })
            })?;
        }
        self.entries.extend_from_slice(entries);
        Ok(())
    }

    fn check_box(&self, entry: &RollEntry) -> Result<(), RollFault> {
        let RollEntry { box_index, credential } = *entry;
        if box_index < self.boxes {
            return Ok(());
        }
        Err(RollFault::Box { credential, box_index, boxes: self.boxes })
    }

    /// The box in which a credential votes; none when it may not vote.
    #[must_use]
    pub fn box_of(&self, credential: &Encoding) -> Option<u64> {
        match self.amended.get(credential) {
            Some(amended) => *amended,
            None => self.entry(credential).map(|entry| entry.box_index),
        }
    }

    /// The box in which a credential stood when the roll was made, removed since or not; else as
    /// [`Roll::box_of`].
    #[must_use]
    pub fn first_box_of(&self, credential: &Encoding) -> Option<u64> {
        let entry = self.entry(credential).map(|entry| entry.box_index);
        entry.or_else(|| self.box_of(credential))
    }

    /// Whether anybody stands or stood on the roll for this box.
    #[must_use]
    pub fn has_box(&self, box_index: u64) -> bool {
        let mut entries = self.entries.iter().map(|row| RollEntry::from_bytes(row).box_index);
        entries.any(|other| other == box_index)
            || self.amended.values().any(|now| *now == Some(box_index))
    }

    fn entry(&self, credential: &Encoding) -> Option<RollEntry> {
        let place = self
            .entries
            .binary_search_by(|row| row.first_chunk::<32>().cmp(&Some(credential)))
            .ok()?;
        self.entries.get(place).map(RollEntry::from_bytes)
    }

    /// How many credentials may vote.
    #[must_use]
    pub fn voters(&self) -> u64 {
        let changed = self.amended.iter().fold((0u64, 0u64), |(more, fewer), (key, now)| {
            match (self.entry(key), now) {
                (None, Some(_)) => (more.saturating_add(1), fewer),
                (Some(_), None) => (more, fewer.saturating_add(1)),
                _ => (more, fewer),
            }
        });
        (self.entries.len() as u64).saturating_add(changed.0).saturating_sub(changed.1)
    }

    /// Changes the roll: first everything that is removed, then everything that is added.
    ///
    /// # Errors
    /// The first [`RollFault`]; nothing is changed then.
    pub fn amend(&mut self, amendment: &RollAmend) -> Result<(), RollFault> {
        let mut changes: BTreeMap<Encoding, Option<u64>> = BTreeMap::new();
        for credential in &amendment.removed {
            if self.box_of(credential).is_none() || changes.insert(*credential, None).is_some() {
                return Err(RollFault::Absent(*credential));
            }
        }
        for entry in &amendment.added {
            let credential = entry.credential;
            group::decode_proper(&credential)
                .map_err(|fault| RollFault::Element { credential, fault })?;
            self.check_box(entry)?;
            match changes.get(&credential).or_else(|| self.amended.get(&credential)) {
                Some(None) => return Err(RollFault::Revoked(credential)),
                Some(Some(_)) => return Err(RollFault::Present(credential)),
                None if self.entry(&credential).is_some() => {
                    return Err(RollFault::Present(credential));
                }
                None => changes.insert(credential, Some(entry.box_index)),
            };
        }
        self.amended.extend(changes);
        Ok(())
    }
}

/// Who may vote, as far as an audit has found out.
#[derive(Default)]
pub(crate) enum Eligible {
    /// Nothing can be said: the roll is missing, damaged or not well formed, or was not looked at.
    #[default]
    Unknown,
    /// The election is open.
    Everybody,
    /// Whoever is on the roll.
    OnRoll(Roll),
}

impl Auditor<'_> {
    /// A `roll-amend` record; what it changes is judged once the whole log has been read.
    pub(crate) fn roll_amend(&mut self, sequence: u64, amendment: RollAmend) {
        self.view.amendments.push(AmendmentView { sequence, amendment });
    }

    /// Checks the roll and its amendments, and remembers who may vote.
    pub(crate) fn verify_roll(&mut self) {
        let Some(description) = self.view.description() else { return };
        let Some(blob) = description.roll else {
            self.eligible = Eligible::Everybody;
            if !self.view.amendments.is_empty() {
                self.no_roll_to_amend();
            }
            return;
        };
        let boxes = description.boxes.len() as u64;
        for line in self.view.amendments.iter().map(line).collect::<Vec<_>>() {
            self.findings.warn(line);
        }
        let Some(sequence) = self.roll_record(&blob) else { return };
        if !self.thorough || self.nothing_new_about_the_roll(sequence) {
            return;
        }
        if !self.is_readable(&blob) {
            return self.findings.not_run(CheckId::SetupRoll, "the roll cannot be read");
        }
        let keys = if self.is_verified(sequence) { Keys::Verified } else { Keys::Unknown };
        let Some(rows) = self.rows(&blob) else {
            return self.findings.not_run(CheckId::SetupRoll, "the roll cannot be read");
        };
        match Roll::read(&rows, boxes, keys) {
            Ok(roll) => self.amend_roll(roll, blob.rows),
            Err(error) => self.bad_roll(sequence, &error),
        }
    }

    fn no_roll_to_amend(&mut self) {
        for sequence in self.view.amendments.iter().map(|view| view.sequence).collect::<Vec<_>>() {
            let culprits = [Culprit::Authority];
            let evidence = "it amends a roll, and there is none";
            self.fail(CheckId::SetupRoll, &culprits, Some(sequence), None, evidence);
        }
    }

    /// The record that first named this roll.
    fn roll_record(&self, blob: &Blob) -> Option<u64> {
        let proposal = self.view.proposal.as_ref()?;
        let manifest = self.view.manifest.as_ref();
        let proposed = proposal.proposal.description.roll == Some(*blob);
        match manifest {
            Some(manifest) if !proposed => Some(manifest.sequence),
            _ => Some(proposal.sequence),
        }
    }

    /// Whether an audit has found everything about the roll good, and nothing new depends on it.
    fn nothing_new_about_the_roll(&self, roll: u64) -> bool {
        let last = self.view.amendments.last().map_or(roll, |view| view.sequence);
        let close = self.view.close.as_ref().map_or(roll, |close| close.sequence);
        [roll, last, close].into_iter().all(|sequence| self.is_verified(sequence))
    }

    fn amend_roll(&mut self, mut roll: Roll, rows: u64) {
        self.findings.count(CheckId::SetupRoll, rows);
        for view in self.view.amendments.clone() {
            self.findings.count(CheckId::SetupRoll, 1);
            if let Err(fault) = roll.amend(&view.amendment) {
                let (culprits, record) = ([Culprit::Authority], Some(view.sequence));
                self.fail(CheckId::SetupRoll, &culprits, record, None, fault.to_string());
            }
        }
        self.eligible = Eligible::OnRoll(roll);
    }

    fn bad_roll(&mut self, sequence: u64, error: &RollError) {
        match error {
            RollError::Entry { row, fault } => {
                let (culprits, record) = ([Culprit::Authority], Some(sequence));
                self.fail(CheckId::SetupRoll, &culprits, record, Some(*row), fault.to_string());
            }
            // Another row length fails `setup.parameters`.
            RollError::RowLength(_) => {}
            RollError::Rows(_) | RollError::Board(_) => {
                self.findings.not_run(CheckId::SetupRoll, error.to_string());
            }
        }
    }
}

/// What a reader of the report should know of an amendment.
fn line(view: &AmendmentView) -> String {
    let RollAmend { added, reason, removed } = &view.amendment;
    format!(
        "record {} amends the roll: {} removed, {} added; the authority's reason: {}",
        view.sequence,
        removed.len(),
        added.len(),
        quoted(reason)
    )
}
