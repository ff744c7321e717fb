//! From the proposal to the manifest.

use psephos_core::{Digest, Encoding};
use psephos_record::bodies::{CounterProposal, Manifest, Proposal};

/// The proposal that stands.
#[derive(Clone, Debug)]
pub struct ProposalView {
    /// Its place on the board.
    pub sequence: u64,
    /// SHA3-256 of its message bytes.
    pub digest: Digest,
    /// The authority's signing key.
    pub authority: Encoding,
    /// The proposal itself.
    pub proposal: Proposal,
    /// The proposals that it replaces, the first one first.
    pub earlier: Vec<EarlierProposal>,
}

impl ProposalView {
    /// The digest of the first proposal: two copies of a board with the same are of one election.
    #[must_use]
    pub fn first(&self) -> &Digest {
        self.earlier.first().map_or(&self.digest, |first| &first.digest)
    }

    /// Whether this is the digest of the proposal or of one that it replaces.
    #[must_use]
    pub fn is_or_was(&self, digest: &Digest) -> bool {
        self.digest == *digest || self.earlier.iter().any(|earlier| earlier.digest == *digest)
    }
}

/// A proposal that another one has replaced.
#[derive(Clone, Debug)]
pub struct EarlierProposal {
    /// SHA3-256 of its message bytes.
    pub digest: Digest,
    /// The place of the proposal that replaces it.
    pub replaced: u64,
    /// Its invitations' keys, by trustee.
    pub invitations: Vec<Encoding>,
    /// The keys that were enrolled under it.
    pub enrolled: Vec<Encoding>,
}

/// A trustee's answer to the proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterProposalView {
    /// Its place on the board.
    pub sequence: u64,
    /// What it says.
    pub counter: CounterProposal,
}

/// A trustee's enrolment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// Its place on the board.
    pub sequence: u64,
    /// The trustee's signing key.
    pub key: Encoding,
}

/// The last manifest.
#[derive(Clone, Debug)]
pub struct ManifestView {
    /// Its place on the board.
    pub sequence: u64,
    /// The election's id: SHA3-256 of the manifest's message bytes.
    pub election: Digest,
    /// The manifest itself, with the number of the attempt.
    pub manifest: Manifest,
    /// The earlier attempts, the first one first.
    pub earlier: Vec<EarlierAttempt>,
}

/// An attempt of the key ceremony that another one has replaced.
#[derive(Clone, Debug)]
pub struct EarlierAttempt {
    /// Its election id.
    pub election: Digest,
    /// The place of the next attempt's manifest.
    pub replaced: u64,
    /// Its trustees' signing keys.
    pub keys: Vec<Encoding>,
}
