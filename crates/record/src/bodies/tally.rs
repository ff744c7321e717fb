//! From the accepted ballots to the seal.

use psephos_ballot::ContestResult;
use psephos_core::Digest;
use psephos_proofs::shuffle;
use psephos_proofs::sigma::Dleq;
use serde::{Deserialize, Serialize};

use super::Blob;

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

/// Takes a record or a trustee out of effect (spec/09-audit.md §9.10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Exclusion {
    /// A trustee has not mixed. Stated by trustees, and with effect by the authority.
    Absence {
        /// The batches, in the description's order.
        batches: Vec<Unmixed>,
        /// Index of the trustee.
        trustee: u64,
    },
    /// A record fails a check; the author is the authority.
    Cause {
        /// Id of the check.
        check: String,
        /// Digest of the record's file.
        #[serde(with = "serde_bytes")]
        digest: Digest,
        /// Digest of the file before it, zeros before the first: a record that is no record does not name that.
        #[serde(with = "serde_bytes")]
        previous: Digest,
        /// The record's place on the board.
        sequence: u64,
    },
}

/// A batch in which a mix is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unmixed {
    /// Index of the box.
    #[serde(rename = "box")]
    pub box_index: u64,
    /// Root of the batch's last good list.
    #[serde(with = "serde_bytes")]
    pub root: Digest,
    /// Index of the batch in its box.
    #[serde(rename = "batch")]
    pub batch_index: u64,
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
