//! From the proposal to the confirmed keys.

use psephos_core::encodings::Fixed;
use psephos_core::hash::hash;
use psephos_core::{Digest, Encoding};
use psephos_proofs::sigma::{Dleq, Schnorr};
use serde::{Deserialize, Serialize};

use super::Description;
use crate::cbor;

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

/// A trustee's answer to the proposal instead of its agreement; the author is the key that it has enrolled.
/// The last one that a trustee posts under a proposal counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterProposal {
    /// Why, in the trustee's words.
    pub reason: String,
    /// The election it would take part in: none when it declines, and the proposal's own when it agrees after
    /// all.
    pub description: Option<Description>,
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
    /// The proposal's indices of trustees left out after a failed attempt, increasing.
    pub excluded: Vec<u64>,
    /// Digest of the proposal's message.
    #[serde(with = "serde_bytes")]
    pub proposal: Digest,
    /// The proposal's, without the trustees left out ([`Description::without`]).
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
