//! What the record kinds say (spec/board.cddl).
//!
//! Fields stand in canonical key order (shorter names first, then alphabetically), which is the order
//! of their encoding. Indices count from 0.

use psephos_ballot::{Contest, ContestResult};
use psephos_core::encodings::Fixed;
use psephos_core::hash::hash;
use psephos_core::{Digest, Encoding};
use psephos_proofs::shuffle;
use psephos_proofs::sigma::{Dleq, Schnorr};
use serde::{Deserialize, Serialize};

use crate::cbor::{self, DecodeError};
use crate::kind::Kind;

pub use psephos_proofs::key_ceremony::{Deal, EncryptedShare};

/// Bulk rows beside the log, named by the root of their tree hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blob {
    /// Root of the tree hash; the file's name.
    #[serde(with = "serde_bytes")]
    pub root: Digest,
    /// Number of rows.
    pub rows: u64,
    /// Bytes in a row, 1 to [`Blob::ROW_LIMIT`].
    pub row_length: u64,
}

impl Blob {
    /// The longest row in bytes.
    pub const ROW_LIMIT: u64 = 1 << 20;
    /// The longest blob in bytes.
    pub const LENGTH_LIMIT: u64 = 1 << 44;

    /// Length in bytes, or `None` when the row length or the whole is beyond the limits
    /// (check `shape.length`).
    pub fn length(&self) -> Option<u64> {
        if self.row_length == 0 || self.row_length > Self::ROW_LIMIT {
            return None;
        }
        self.rows.checked_mul(self.row_length).filter(|length| *length <= Self::LENGTH_LIMIT)
    }
}

/// The groups and hashes an election uses; only one set exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// `sha3-256`.
    pub hash: String,
    /// `ristretto255`.
    pub group: String,
    /// 1.
    pub version: u64,
    /// Domain of the commitment generators, `psephos/v1/generator`.
    pub generators: String,
}

impl Default for Suite {
    fn default() -> Self {
        Self {
            hash: "sha3-256".into(),
            group: "ristretto255".into(),
            version: 1,
            generators: "psephos/v1/generator".into(),
        }
    }
}

/// The contests of a box that are shuffled together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// Unique in its box.
    pub id: String,
    /// ω: ciphertexts in a row, 1 to 32.
    pub width: u64,
    /// Indices into the description's contests.
    pub contests: Vec<u64>,
}

/// The ballots of one district or style.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BallotBox {
    /// Unique in the election.
    pub id: String,
    /// What is shuffled together.
    pub batches: Vec<Batch>,
}

/// Everything about an election but its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// The boxes.
    pub boxes: Vec<BallotBox>,
    /// μ: valid mixes that every batch needs.
    pub mixes: u64,
    /// Group, hash and generators.
    pub suite: Suite,
    /// Title for people.
    pub title: String,
    /// Who may vote; `open`: whoever, under a throwaway key.
    pub policy: String,
    /// The contests.
    pub contests: Vec<Contest>,
    /// The trustees' names; trustee j has index j.
    pub trustees: Vec<String>,
    /// t: trustees needed to decrypt.
    pub threshold: u64,
}

/// An election whose trustees have no keys yet; the author is the authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// The election.
    pub description: Description,
    /// One Ed25519 key per trustee; the secret half stands in its invitation.
    #[serde(with = "cbor::keys")]
    pub invitations: Vec<Encoding>,
}

/// A trustee's signing key; the author is that key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enrol {
    /// Index of the trustee.
    pub trustee: u64,
    /// Signature by the invitation key, see [`crate::invitation::enrolment_bytes`].
    pub invitation: Fixed<64>,
}

/// Fixes the election; the author is the authority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The trustees' Ed25519 keys, as enrolled.
    #[serde(with = "cbor::keys")]
    pub keys: Vec<Encoding>,
    /// 0, and one more for each key ceremony that failed.
    pub attempt: u64,
    /// Digest of the proposal's message.
    #[serde(with = "serde_bytes")]
    pub proposal: Digest,
    /// As in the proposal.
    pub description: Description,
}

/// A trustee accepts the manifest (spec/05-key-ceremony.md).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accept {
    /// P_j: key for the shares sent to this trustee, made fresh for this attempt.
    #[serde(with = "serde_bytes")]
    pub key: Encoding,
    /// Knowledge of its logarithm.
    pub proof: Schnorr,
}

/// Hash of the deal that will follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DealCommitment {
    /// [`psephos_proofs::key_ceremony::deal_commitment`] of that deal.
    #[serde(with = "serde_bytes")]
    pub commitment: Digest,
}

/// A trustee has checked every deal and keeps its share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// [`deals_digest`] of all deals.
    #[serde(with = "serde_bytes")]
    pub deals: Digest,
}

/// H\[psephos/v1/deals\](message digests of the k deals in trustee order).
pub fn deals_digest(deals: &[Digest]) -> Digest {
    hash("psephos/v1/deals", &[deals.as_flattened()])
}

/// A trustee opens the share a dealer sent it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Complain {
    /// p_j·E: the shared point of the share complained of.
    #[serde(with = "serde_bytes")]
    pub point: Encoding,
    /// The point has the complainer's logarithm.
    pub proof: Dleq,
    /// Index of the dealer.
    pub dealer: u64,
}

/// The election accepts ballots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {}

/// Ballots taken in, one per row.
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

    /// The name for people and reports.
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

/// One trustee's shuffle of one batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchMix {
    /// Index of the box.
    #[serde(rename = "box")]
    pub box_index: u64,
    /// Index of the batch in its box.
    #[serde(rename = "batch")]
    pub batch_index: u64,
    /// Root of the list shuffled.
    #[serde(with = "serde_bytes")]
    pub input: Digest,
    /// The shuffle argument; `None` exactly when the list is empty.
    pub proof: Option<shuffle::Proof>,
    /// The list shuffled and re-encrypted.
    pub output: Blob,
    /// Position in the chain of mixes, from 0.
    pub position: u64,
}

/// A trustee's shuffles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mix {
    /// One per batch.
    pub mixes: Vec<BatchMix>,
}

/// A trustee's partial decryptions of one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchShare {
    /// Index of the box.
    #[serde(rename = "box")]
    pub box_index: u64,
    /// Index of the batch in its box.
    #[serde(rename = "batch")]
    pub batch_index: u64,
    /// Root of the list decrypted.
    #[serde(with = "serde_bytes")]
    pub input: Digest,
    /// s_j·A for every ciphertext.
    pub shares: Blob,
}

/// A trustee's partial decryptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// One per batch.
    pub lists: Vec<BatchShare>,
    /// One proof over all lists.
    pub proof: Dleq,
}

/// A batch's plaintexts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchResult {
    /// Index of the box.
    #[serde(rename = "box")]
    pub box_index: u64,
    /// Index of the batch in its box.
    #[serde(rename = "batch")]
    pub batch_index: u64,
    /// Indices of the t trustees whose shares were used, increasing.
    pub trustees: Vec<u64>,
    /// M for every ciphertext of the last list.
    pub plaintexts: Blob,
}

/// Plaintexts and counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElectionResult {
    /// Every batch of every box, in the description's order.
    pub batches: Vec<BatchResult>,
    /// One per contest, in the description's order.
    pub contests: Vec<ContestResult>,
}

/// A trustee's own audit up to `head` was VALID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOff {
    /// Digest of the last record audited.
    #[serde(with = "serde_bytes")]
    pub head: Digest,
}

/// The last record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// Digest of the record before it.
    #[serde(with = "serde_bytes")]
    pub head: Digest,
    /// Records before it.
    pub records: u64,
}

/// The body of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// See [`Proposal`].
    Proposal(Proposal),
    /// See [`Enrol`].
    Enrol(Enrol),
    /// See [`Manifest`].
    Manifest(Manifest),
    /// See [`Accept`].
    Accept(Accept),
    /// See [`DealCommitment`].
    DealCommitment(DealCommitment),
    /// See [`Deal`].
    Deal(Deal),
    /// See [`Confirm`].
    Confirm(Confirm),
    /// See [`Complain`].
    Complain(Complain),
    /// See [`Open`].
    Open(Open),
    /// See [`Ballots`].
    Ballots(Ballots),
    /// See [`Close`].
    Close(Close),
    /// See [`Mix`].
    Mix(Mix),
    /// See [`Share`].
    Share(Share),
    /// See [`ElectionResult`].
    Result(ElectionResult),
    /// See [`SignOff`].
    SignOff(SignOff),
    /// See [`Seal`].
    Seal(Seal),
    /// A kind whose body this version does not read: nothing about it was checked.
    Later(Kind),
}

impl Body {
    /// Decodes the body of a record of `kind`.
    ///
    /// # Errors
    /// As [`cbor::decode`], with the kind's [`Kind::body_limit`].
    pub fn decode(kind: Kind, bytes: &[u8]) -> Result<Self, DecodeError> {
        let limit = kind.body_limit();
        Ok(match kind {
            Kind::Proposal => Self::Proposal(cbor::decode(bytes, limit)?),
            Kind::Enrol => Self::Enrol(cbor::decode(bytes, limit)?),
            Kind::Manifest => Self::Manifest(cbor::decode(bytes, limit)?),
            Kind::Accept => Self::Accept(cbor::decode(bytes, limit)?),
            Kind::DealCommitment => Self::DealCommitment(cbor::decode(bytes, limit)?),
            Kind::Deal => Self::Deal(cbor::decode(bytes, limit)?),
            Kind::Confirm => Self::Confirm(cbor::decode(bytes, limit)?),
            Kind::Complain => Self::Complain(cbor::decode(bytes, limit)?),
            Kind::Open => Self::Open(cbor::decode(bytes, limit)?),
            Kind::Ballots => Self::Ballots(cbor::decode(bytes, limit)?),
            Kind::Close => Self::Close(cbor::decode(bytes, limit)?),
            Kind::Mix => Self::Mix(cbor::decode(bytes, limit)?),
            Kind::Share => Self::Share(cbor::decode(bytes, limit)?),
            Kind::Result => Self::Result(cbor::decode(bytes, limit)?),
            Kind::SignOff => Self::SignOff(cbor::decode(bytes, limit)?),
            Kind::Seal => Self::Seal(cbor::decode(bytes, limit)?),
            Kind::CounterProposal
            | Kind::RollAmend
            | Kind::Challenged
            | Kind::Waiver
            | Kind::Exclusion => Self::Later(kind),
        })
    }

    /// The encoded body; empty for [`Body::Later`], which nobody can write.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Proposal(body) => cbor::encode(body),
            Self::Enrol(body) => cbor::encode(body),
            Self::Manifest(body) => cbor::encode(body),
            Self::Accept(body) => cbor::encode(body),
            Self::DealCommitment(body) => cbor::encode(body),
            Self::Deal(body) => cbor::encode(body),
            Self::Confirm(body) => cbor::encode(body),
            Self::Complain(body) => cbor::encode(body),
            Self::Open(body) => cbor::encode(body),
            Self::Ballots(body) => cbor::encode(body),
            Self::Close(body) => cbor::encode(body),
            Self::Mix(body) => cbor::encode(body),
            Self::Share(body) => cbor::encode(body),
            Self::Result(body) => cbor::encode(body),
            Self::SignOff(body) => cbor::encode(body),
            Self::Seal(body) => cbor::encode(body),
            Self::Later(_) => Vec::new(),
        }
    }

    /// The kind that goes with this body.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Proposal(_) => Kind::Proposal,
            Self::Enrol(_) => Kind::Enrol,
            Self::Manifest(_) => Kind::Manifest,
            Self::Accept(_) => Kind::Accept,
            Self::DealCommitment(_) => Kind::DealCommitment,
            Self::Deal(_) => Kind::Deal,
            Self::Confirm(_) => Kind::Confirm,
            Self::Complain(_) => Kind::Complain,
            Self::Open(_) => Kind::Open,
            Self::Ballots(_) => Kind::Ballots,
            Self::Close(_) => Kind::Close,
            Self::Mix(_) => Kind::Mix,
            Self::Share(_) => Kind::Share,
            Self::Result(_) => Kind::Result,
            Self::SignOff(_) => Kind::SignOff,
            Self::Seal(_) => Kind::Seal,
            Self::Later(kind) => *kind,
        }
    }
}
