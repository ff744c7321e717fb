//! What a board says so far, from which roles derive what they do next.
//!
//! Only records with an effect show here: signed by the key that may write them, in their phase, with
//! the blobs they name. Indices are from 0; `sequence` is a record's place on the board.

mod batch;
mod setup;

use std::collections::{BTreeMap, BTreeSet};

use psephos_core::{Digest, Encoding};
use psephos_record::bodies::{Accept, Blob, Complain, Deal, Description, RollAmend};
use psephos_record::kind::Kind;

pub use batch::{BatchView, MixView, Mixer, ShareView};
pub use setup::{
    CounterProposalView, EarlierAttempt, EarlierProposal, Enrolment, ManifestView, ProposalView,
};

/// How far an election has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Phase {
    /// No proposal yet.
    #[default]
    Empty,
    /// Trustees enrol; once all have, the authority issues the manifest.
    Enrolment,
    /// Trustees accept the manifest.
    Acceptance,
    /// Trustees commit to their deals.
    Commitment,
    /// Trustees deal.
    Dealing,
    /// Trustees confirm the deals, or complain.
    Confirmation,
    /// This attempt of the key ceremony has failed; the authority issues the next manifest.
    Failed,
    /// Everybody has confirmed; the authority opens.
    Ready,
    /// Ballots are taken in.
    Voting,
    /// Closed; trustees mix.
    Mixing,
    /// Everybody has mixed; trustees share.
    Sharing,
    /// There are enough valid shares for every batch; the authority publishes. Further shares are welcome.
    Tallying,
    /// The result stands; the authority seals.
    Published,
    /// The election is over.
    Sealed,
}

/// What the board says so far.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// How far the election has come.
    pub phase: Phase,
    /// How many records there are.
    pub records: u64,
    /// Digest of the last record's file; zeros on an empty board.
    pub head: Digest,
    /// The proposal.
    pub proposal: Option<ProposalView>,
    /// Enrolments under this proposal by trustee; as many as it has trustees.
    pub enrolments: Vec<Option<Enrolment>>,
    /// What trustees have last answered to this proposal instead of agreeing to it, by trustee.
    pub counter_proposals: Vec<Option<CounterProposalView>>,
    /// The last manifest.
    pub manifest: Option<ManifestView>,
    /// The key ceremony of the last manifest's attempt.
    pub ceremony: Ceremony,
    /// Sequence of the `open` record.
    pub opened: Option<u64>,
    /// The `roll-amend` records under the last manifest, in order, whether their changes can be made or not.
    pub amendments: Vec<AmendmentView>,
    /// The `ballots` records, in order.
    pub ballots: Vec<BallotsView>,
    /// The `challenged` records, in order.
    pub challenged: Vec<ChallengedView>,
    /// The `waiver` records, in order.
    pub waivers: Vec<WaiverView>,
    /// The `close` record.
    pub close: Option<CloseView>,
    /// Every batch in manifest order; empty before `close`.
    pub batches: Vec<BatchView>,
    /// How many mixes are still due, over all batches.
    pub mixes_due: u64,
    /// What trustees state of others' absence.
    pub absences: Vec<AbsenceView>,
    /// Exclusions that have an effect.
    pub exclusions: Vec<ExclusionView>,
    /// Sequence of the `result` record.
    pub result: Option<u64>,
    /// Sign-offs: sequence, trustee and the head it vouches for.
    pub sign_offs: Vec<(u64, u64, Digest)>,
    /// Sequence of the `seal` record.
    pub seal: Option<u64>,
    /// The last record that the seal names: others may have posted something between it and the seal.
    pub sealed: Option<u64>,
    /// Every record that is whole, signed and in its place, in order: who posted what, and when it says that
    /// was.
    pub contributions: Vec<Contribution>,
    /// For every key that has signed a message here, the lowest counter above all it has used.
    pub counters: BTreeMap<Encoding, u64>,
}

/// A record as its author's act, whatever came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// Its place on the board.
    pub sequence: u64,
    /// What it is about.
    pub kind: Kind,
    /// The key that signed it.
    pub author: Encoding,
    /// The time that its author claims, in seconds since 1970-01-01 UTC.
    pub time: u64,
    /// The place of the last record that its author says it had seen; none for the first of all.
    pub knew: Option<u64>,
    /// Whether it has no effect because its author could not know what stood before it.
    pub passed_over: bool,
}

/// The key ceremony of one attempt; every list is by trustee.
#[derive(Clone, Debug, Default)]
pub struct Ceremony {
    /// Acceptances with the share-encryption keys.
    pub accepts: Vec<Option<Accept>>,
    /// Hash commitments to the deals.
    pub commitments: Vec<Option<Digest>>,
    /// The deals, each with the digest of its message.
    pub deals: Vec<Option<(Digest, Deal)>>,
    /// Who has confirmed all deals.
    pub confirmed: Vec<bool>,
    /// Complaints, each with its place on the board, the complainer and whom the opening convicts.
    pub complaints: Vec<ComplaintView>,
    /// Whether this attempt has failed: the next manifest starts another.
    pub failed: bool,
    /// Trustees convicted, by a complaint or by what they posted for everybody to see.
    pub convicted: Vec<u64>,
    /// The keys, once all deals stand and hold.
    pub keys: Option<ElectionKeys>,
}

/// A complaint and its judgement.
#[derive(Clone, Debug)]
pub struct ComplaintView {
    /// Its place on the board.
    pub sequence: u64,
    /// Who complains.
    pub complainer: u64,
    /// The complaint.
    pub complaint: Complain,
    /// Whom it convicts.
    pub convicted: u64,
}

/// What follows from the deals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElectionKeys {
    /// Y.
    pub public_key: Encoding,
    /// `S_j` by trustee.
    pub share_keys: Vec<Encoding>,
}

/// A `ballots` record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BallotsView {
    /// Its place on the board.
    pub sequence: u64,
    /// Index of the box.
    pub box_index: u64,
    /// The time that it states, in seconds since 1970-01-01 UTC.
    pub time: u64,
    /// The ballots.
    pub ballots: Blob,
    /// Whether the blob was there and matched its root when it was last looked at.
    pub readable: bool,
}

/// A `roll-amend` record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmendmentView {
    /// Its place on the board.
    pub sequence: u64,
    /// What it changes.
    pub amendment: RollAmend,
}

/// A `challenged` record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChallengedView {
    /// Its place on the board.
    pub sequence: u64,
    /// The challenges.
    pub challenged: Blob,
    /// Whether the blob was there and matched its root when it was last looked at.
    pub readable: bool,
}

/// A `waiver` record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverView {
    /// Its place on the board.
    pub sequence: u64,
    /// Index of the box that may close below the minimum.
    pub box_index: u64,
    /// Why, in the authority's words.
    pub reason: String,
}

/// The `close` record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseView {
    /// Its place on the board.
    pub sequence: u64,
    /// SHA3-256 of the record's file; what mixes and shares are bound to.
    pub digest: Digest,
    /// The list of rejected ballots.
    pub rejected: Blob,
    /// Ballots on the board at `close`.
    pub submitted: u64,
}

/// A trustee states that another one has not mixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsenceView {
    /// Its record's place on the board.
    pub sequence: u64,
    /// Who states it.
    pub signer: u64,
    /// Who is absent.
    pub trustee: u64,
    /// Index of the box.
    pub box_index: u64,
    /// Index of the batch in its box.
    pub batch_index: u64,
    /// The root of the list that waits to be mixed.
    pub root: Digest,
}

/// An exclusion that has an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExclusionView {
    /// Its record's place on the board.
    pub sequence: u64,
    /// What it takes out.
    pub excluded: ExcludedView,
}

/// What an exclusion takes out of effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExcludedView {
    /// A record that fails a check.
    Record {
        /// The record's place on the board.
        sequence: u64,
        /// Id of the check.
        check: String,
    },
    /// A trustee that does not mix.
    Trustee {
        /// The trustee.
        trustee: u64,
        /// In how many batches.
        batches: u64,
    },
}

impl View {
    /// The election's description: the manifest's, or the proposal's as long as there is none.
    #[must_use]
    pub fn description(&self) -> Option<&Description> {
        match (&self.manifest, &self.proposal) {
            (Some(view), _) => Some(&view.manifest.description),
            (None, Some(view)) => Some(&view.proposal.description),
            (None, None) => None,
        }
    }

    /// What a message of this kind carries as `election`: the proposal's digest in enrolments,
    /// counter-proposals, manifests and a proposal that replaces it, zeros in the first proposal,
    /// [`View::election`] in all others.
    #[must_use]
    pub fn election_for(&self, kind: Kind) -> Digest {
        let is_under_proposal =
            matches!(kind, Kind::Proposal | Kind::Enrol | Kind::CounterProposal | Kind::Manifest);
        match &self.proposal {
            Some(proposal) if is_under_proposal => proposal.digest,
            _ => self.election(),
        }
    }

    /// The election's id: the proposal's digest until there is a manifest, then the manifest's.
    #[must_use]
    pub fn election(&self) -> Digest {
        match (&self.manifest, &self.proposal) {
            (Some(view), _) => view.election,
            (None, Some(view)) => view.digest,
            (None, None) => [0; 32],
        }
    }

    /// The id of a box; empty when there is no such box.
    #[must_use]
    pub fn box_id(&self, box_index: u64) -> &str {
        let found = self.description().and_then(|description| description.ballot_box(box_index));
        found.map_or("", |found| found.id.as_str())
    }

    /// The counter for the next message of this key.
    #[must_use]
    pub fn next_counter(&self, key: &Encoding) -> u64 {
        self.counters.get(key).copied().unwrap_or(0)
    }

    /// The index of the trustee with this signing key, by the manifest or else by its enrolment.
    #[must_use]
    pub fn trustee(&self, key: &Encoding) -> Option<u64> {
        let place = match &self.manifest {
            Some(view) => view.manifest.keys.iter().position(|other| other == key),
            None => self
                .enrolments
                .iter()
                .position(|enrolment| enrolment.is_some_and(|enrolment| enrolment.key == *key)),
        };
        place.map(|index| index as u64)
    }

    /// The signing key of a trustee, by the manifest.
    #[must_use]
    pub fn trustee_key(&self, trustee: u64) -> Option<&Encoding> {
        let index = usize::try_from(trustee).ok()?;
        self.manifest.as_ref()?.manifest.keys.get(index)
    }

    /// Whether no mix of the trustee is due, because it stands or because the trustee is excluded.
    #[must_use]
    pub fn has_mixed(&self, trustee: u64) -> bool {
        !self.batches.is_empty() && self.batches.iter().all(|batch| !batch.is_due(trustee))
    }

    /// Whether the trustee is excluded from a batch.
    #[must_use]
    pub fn is_excluded(&self, trustee: u64) -> bool {
        let is_excluded = |batch: &BatchView| matches!(batch.mixer(trustee), Mixer::Excluded(_));
        self.batches.iter().any(is_excluded)
    }

    /// Whether the trustee has shared every batch.
    #[must_use]
    pub fn has_shared(&self, trustee: u64) -> bool {
        let shared = |batch: &BatchView| {
            let index = usize::try_from(trustee).ok();
            index.and_then(|index| batch.shares.get(index)).is_some_and(Option::is_some)
        };
        !self.batches.is_empty() && self.batches.iter().all(shared)
    }

    /// The trustees that mix next, in order: of every batch the lowest whose mix is due.
    #[must_use]
    pub fn next_mixers(&self) -> Vec<u64> {
        let next: BTreeSet<u64> = self.batches.iter().filter_map(BatchView::next_mixer).collect();
        next.into_iter().collect()
    }

    /// The batches of which this trustee makes the next mix.
    pub fn due_batches(&self, trustee: u64) -> impl Iterator<Item = &BatchView> {
        self.batches.iter().filter(move |batch| batch.next_mixer() == Some(trustee))
    }

    /// Whether every batch has as many valid mixes as the manifest demands.
    #[must_use]
    pub fn has_enough_mixes(&self) -> bool {
        let needed = self.description().map_or(u64::MAX, |description| description.mixes);
        self.batches.iter().all(|batch| batch.position >= needed)
    }
}
