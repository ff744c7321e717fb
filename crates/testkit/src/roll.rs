//! The voters of a roll.

use std::sync::Arc;

use chacha20::ChaCha20Rng;
use psephos_core::{Encoding, group};
use psephos_record::bodies::{Blob, Body, Policy, RollAmend, RollEntry};
use psephos_secrets::SecretScalar;
use rand_core::SeedableRng;

use crate::{Author, Election, Plan};

/// A voter: the box, and the credential's secret.
pub type Voter = (u64, Arc<SecretScalar>);

/// The credential of a voter, as it stands on the roll.
#[must_use]
pub fn credential_of(voter: &Voter) -> Encoding {
    group::encode(&voter.1.public())
}

/// The plan's voters, from a randomness of their own.
pub(crate) fn voters(plan: &Plan) -> Vec<Voter> {
    let mut rng = ChaCha20Rng::seed_from_u64(!plan.seed);
    let voter = |box_index: &u64| (*box_index, Arc::new(SecretScalar::random(&mut rng)));
    plan.voters.iter().map(voter).collect()
}

impl Election {
    /// The rows of the plan's roll.
    #[must_use]
    pub fn roll_rows(&self) -> Vec<[u8; RollEntry::LENGTH]> {
        let entry = |voter| self.entry(voter).to_bytes();
        let mut rows: Vec<_> = self.voters.iter().map(entry).collect();
        rows.sort_unstable();
        rows
    }

    /// A voter as an entry of the roll.
    #[must_use]
    pub fn entry(&self, voter: &Voter) -> RollEntry {
        RollEntry { box_index: voter.0, credential: credential_of(voter) }
    }

    /// Puts the plan's roll on the board; none in an open election.
    #[must_use]
    pub fn put_roll(&self) -> Option<Blob> {
        let is_open = self.plan.policy == Policy::Open;
        (!is_open).then(|| self.put(RollEntry::LENGTH as u64, self.roll_rows().as_flattened()))
    }

    /// The authority amends the roll.
    pub fn amend_roll(&mut self, removed: &[Encoding], added: &[RollEntry]) -> u64 {
        let amendment = RollAmend {
            added: added.to_vec(),
            reason: "code lost".to_owned(),
            removed: removed.to_vec(),
        };
        self.post(Author::Authority, Body::RollAmend(amendment))
    }
}
