//! Exclusions for cause stand later than what they name: they are looked for before anything else.

use std::collections::{BTreeMap, BTreeSet};

use psephos_core::{Digest, Encoding};
use psephos_record::board::{Board, BoardError};
use psephos_record::bodies::{Body, Exclusion};
use psephos_record::kind::Kind;
use psephos_record::message::{Message, Record};

use super::absence::Statements;
use crate::check::CheckId;
use crate::log::Place;

/// An exclusion for cause, whoever has signed it.
pub(super) struct Charge {
    /// The record of the exclusion.
    pub(super) exclusion: u64,
    pub(super) author: Encoding,
    pub(super) digest: Digest,
    pub(super) previous: Digest,
    pub(super) check: String,
}

/// What an exclusion for cause is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The record fails the check: the evidence.
    Justified(String),
    /// The record is passed over: there is no effect to take.
    Idle,
    /// The check could not be made on the record.
    Undecided,
    Unjustified,
}

/// All exclusions, and what they name.
#[derive(Default)]
pub(crate) struct Docket {
    /// By the record they name.
    charges: BTreeMap<u64, Vec<Charge>>,
    /// By the record of the exclusion.
    pub(super) outcomes: BTreeMap<u64, Outcome>,
    /// Records out of effect, and the exclusions that are right about them.
    pub(super) excluded: BTreeMap<u64, Vec<u64>>,
    /// Exclusions that are known not to stand where they may.
    pub(crate) void: BTreeSet<u64>,
    /// Exclusions that stand where they may.
    pub(super) confirmed: BTreeSet<u64>,
    /// Records that no exclusion can name.
    protected: BTreeSet<u64>,
    /// Files of which nothing can be said.
    pub(crate) unreadable: BTreeSet<u64>,
    /// The record that an exclusion names and that is being looked at.
    pub(crate) on_trial: Option<Place>,
    pub(super) statements: Statements,
    /// Exclusions that could not be decided: what they name, and how to say so.
    pub(crate) undecided: Vec<(u64, String)>,
    /// What the authority has signed and stands in wrong wrappers: the digests of the messages.
    pub(crate) unposted: BTreeMap<u64, Digest>,
    /// Excluded files that do not name the file before them, with the exclusion that does.
    answered: Vec<(u64, u64)>,
}

impl Docket {
    /// Collects the exclusions for cause of a board that are well signed and not known to be void.
    pub(crate) fn of(
        board: &dyn Board,
        records: u64,
        void: BTreeSet<u64>,
    ) -> Result<Self, BoardError> {
        let mut docket = Self { void, ..Self::default() };
        for exclusion in (0..records).filter(|record| !docket.void.contains(record)) {
            let file = match board.record(exclusion) {
                Ok(file) => file,
                Err(BoardError::RecordTooLarge { .. }) => continue,
                Err(error) => return Err(error),
            };
            if let Some((named, charge)) = charge_in(exclusion, &file)
                && named < exclusion
            {
                docket.charges.entry(named).or_default().push(charge);
            }
        }
        Ok(docket)
    }

    /// What is charged against a record by the authority, or by anybody as long as there is none.
    pub(super) fn charges(
        &self,
        place: &Place,
        authority: Option<&Encoding>,
    ) -> impl Iterator<Item = &Charge> {
        let charges = self.charges.get(&place.sequence).map_or(&[][..], Vec::as_slice);
        charges.iter().filter(move |charge| {
            (charge.digest, charge.previous) == (place.digest, place.previous)
                && authority.is_none_or(|key| *key == charge.author)
        })
    }

    /// Nobody can exclude this record.
    pub(crate) fn protect(&mut self, sequence: u64) {
        self.protected.insert(sequence);
    }

    /// Whether nobody can exclude this record.
    pub(super) fn is_protected(&self, sequence: u64) -> bool {
        self.protected.contains(&sequence)
    }

    /// An exclusion says what stands before a file that does not say it itself.
    pub(super) fn answer(&mut self, loose: u64, exclusion: u64) {
        self.answered.push((loose, exclusion));
    }

    /// Whether a file up to this record does not name the one before it, and an exclusion that does stands
    /// only behind this record.
    pub(crate) fn is_answered_later(&self, sequence: u64) -> bool {
        self.answered.iter().any(|(loose, by)| (*loose..*by).contains(&sequence))
    }

    /// Whether an exclusion is right about a record.
    pub(crate) fn is_excluded(&self, sequence: u64) -> bool {
        self.excluded.contains_key(&sequence)
    }

    /// Whether a record can be excluded for failing this check. A missing or wrong blob is absence.
    pub(super) fn is_cause(&self, sequence: u64, check: CheckId) -> bool {
        check != CheckId::BoardBlob && !self.is_protected(sequence)
    }
}

/// The exclusion for cause in the file of a record: what it names, and the charge.
fn charge_in(exclusion: u64, file: &[u8]) -> Option<(u64, Charge)> {
    let name = Kind::Exclusion.name().as_bytes();
    file.windows(name.len()).find(|window| *window == name)?;
    let record = Record::decode(file).ok()?;
    let message: Message = record.message().ok()?;
    let is_exclusion = message.kind() == Ok(Kind::Exclusion);
    let body = is_exclusion.then(|| message.body().ok()).flatten()?;
    record.verify(&message).ok()?;
    match body {
        Body::Exclusion(Exclusion::Cause { check, digest, previous, sequence }) => {
            let author = message.author;
            Some((sequence, Charge { exclusion, author, digest, previous, check }))
        }
        _ => None,
    }
}
