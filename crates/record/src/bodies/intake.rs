//! From the open election to the accepted ballots.

use psephos_core::Encoding;
use serde::{Deserialize, Serialize};

use super::Blob;
use crate::cbor;

/// The election accepts ballots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {}

/// A change to the roll; the author is the authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollAmend {
    /// Credentials that may vote from now on.
    pub added: Vec<RollEntry>,
    /// Why, for people.
    pub reason: String,
    /// Credentials that may not vote any more, whatever they have cast.
    #[serde(with = "cbor::keys")]
    pub removed: Vec<Encoding>,
}

/// A credential and where it votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollEntry {
    /// Index of the box.
    #[serde(rename = "box")]
    pub box_index: u64,
    /// The voter's key K.
    #[serde(with = "serde_bytes")]
    pub credential: Encoding,
}

impl RollEntry {
    /// Bytes in a row of the roll.
    pub const LENGTH: usize = 40;

    /// The credential, then LE64 of the box.
    pub fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        let (credential, box_index) = bytes.split_at_mut(32);
        credential.copy_from_slice(&self.credential);
        box_index.copy_from_slice(&self.box_index.to_le_bytes());
        bytes
    }

    /// Reads a row.
    pub fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Self {
        let (mut credential, mut box_index) = ([0; 32], [0; 8]);
        let (first, last) = bytes.split_at(32);
        credential.copy_from_slice(first);
        box_index.copy_from_slice(last);
        Self { box_index: u64::from_le_bytes(box_index), credential }
    }
}

/// Ballots opened instead of cast; the author is the intake key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenged {
    /// Rows of 128: tracker, credential and its signature (spec/06-ballot.md).
    pub challenged: Blob,
}

/// A box may close with fewer ballots than the description's minimum; the author is the authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Index of the box.
    #[serde(rename = "box")]
    pub box_index: u64,
    /// Why, for people.
    pub reason: String,
}

/// Ballots taken in, one per row; the author is the intake key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ballots {
    /// Index of the box.
    #[serde(rename = "box")]
    pub box_index: u64,
    /// The ballots (spec/06-ballot.md).
    pub ballots: Blob,
}

/// A batch's accepted rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseBatch {
    /// Index of the box.
    #[serde(rename = "box")]
    pub box_index: u64,
    /// The accepted rows, strictly increasing: the first mix's input.
    pub list: Blob,
    /// Index of the batch in its box.
    #[serde(rename = "batch")]
    pub batch_index: u64,
}

/// No more ballots; which ones count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// Every batch of every box, in the description's order.
    pub batches: Vec<CloseBatch>,
    /// [`Rejected`] rows, by sequence and row.
    pub rejected: Blob,
    /// Ballots in all `ballots` records.
    pub submitted: u64,
}

/// A row of a close record's `rejected` blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rejected {
    /// Sequence of the `ballots` record.
    pub sequence: u64,
    /// Row in its blob.
    pub row: u64,
    /// Code of the [`Reason`].
    pub reason: u64,
}

impl Rejected {
    /// Bytes in a row.
    pub const LENGTH: usize = 24;

    /// Three LE64.
    pub fn to_bytes(self) -> [u8; Self::LENGTH] {
        let parts = [self.sequence, self.row, self.reason].map(u64::to_le_bytes);
        let mut bytes = [0; Self::LENGTH];
        bytes.copy_from_slice(parts.as_flattened());
        bytes
    }

    /// Reads a row.
    pub fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Self {
        let mut parts = bytes.as_chunks::<8>().0.iter().map(|part| u64::from_le_bytes(*part));
        let mut next = || parts.next().unwrap_or_default();
        Self { sequence: next(), row: next(), reason: next() }
    }
}

/// Why a ballot was rejected; the first that applies, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Wrong length, or an encoding that is none.
    Shape,
    /// Its own election or box field is another's.
    Context,
    /// Its credential may not vote here.
    Eligibility,
    /// Its proof does not hold.
    Proof,
    /// A value out of range.
    Range,
    /// It was opened instead of cast.
    Challenged,
    /// It, or one of its rows under another credential, stands earlier.
    Duplicate,
    /// Another ballot of the credential counts.
    Counter,
}

impl Reason {
    /// All reasons, by code.
    pub const ALL: [Reason; 8] = [
        Reason::Shape,
        Reason::Context,
        Reason::Eligibility,
        Reason::Proof,
        Reason::Range,
        Reason::Challenged,
        Reason::Duplicate,
        Reason::Counter,
    ];

    /// The code in a `rejected` row.
    pub const fn code(self) -> u64 {
        self as u64
    }

    /// The reason of a code.
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.get(usize::try_from(code).ok()?).copied()
    }

    /// The same for people, after a number of ballots.
    pub const fn explanation(self) -> &'static str {
        match self {
            Reason::Shape => "not shaped like a ballot of their box",
            Reason::Context => "made for another election or box",
            Reason::Eligibility => "of voters who may not vote in their box",
            Reason::Proof => "without a proof that holds",
            Reason::Range => "with a number that is out of range",
            Reason::Challenged => "challenged by their voters instead of cast",
            Reason::Duplicate => "copies of earlier ballots",
            Reason::Counter => "replaced by another ballot of the same voter",
        }
    }

    /// The name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Reason::Shape => "shape",
            Reason::Context => "context",
            Reason::Eligibility => "eligibility",
            Reason::Proof => "proof",
            Reason::Range => "range",
            Reason::Challenged => "challenged",
            Reason::Duplicate => "duplicate",
            Reason::Counter => "counter",
        }
    }
}
