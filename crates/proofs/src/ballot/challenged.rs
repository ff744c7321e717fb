//! A ballot that was opened instead of cast (spec/06-ballot.md §6.6).

use psephos_core::transcript::Transcript;
use psephos_core::{Digest, Encoding};

use crate::context::ElectionContext;
use crate::fault::Fault;
use crate::sigma::Schnorr;

/// Bytes of a challenge: tracker, credential, T and z.
pub const CHALLENGE_LENGTH: usize = 128;

/// The voter's statement that the ballot with this tracker was opened and must not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The ballot's tracker.
    pub tracker: Digest,
    /// The ballot's credential K.
    pub credential: Encoding,
    /// Knowledge of K's logarithm, under [`challenge_transcript`].
    pub proof: Schnorr,
}

impl Challenge {
    /// Reads a row of a `challenged` record.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; CHALLENGE_LENGTH]) -> Self {
        let (mut tracker, mut credential, mut proof) = ([0; 32], [0; 32], [0; 64]);
        tracker.copy_from_slice(&bytes[..32]);
        credential.copy_from_slice(&bytes[32..64]);
        proof.copy_from_slice(&bytes[64..]);
        Self { tracker, credential, proof: Schnorr::from_bytes(&proof) }
    }

    /// The row.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; CHALLENGE_LENGTH] {
        let mut bytes = [0; CHALLENGE_LENGTH];
        bytes[..32].copy_from_slice(&self.tracker);
        bytes[32..64].copy_from_slice(&self.credential);
        bytes[64..].copy_from_slice(&self.proof.to_bytes());
        bytes
    }

    /// Checks that the credential's holder made it for this election.
    ///
    /// # Errors
    /// As [`Schnorr::verify`].
    pub fn verify(&self, election: &ElectionContext) -> Result<(), Fault> {
        self.proof.verify(challenge_transcript(election, &self.tracker), &self.credential)
    }
}

/// The transcript `challenged` of an election and a tracker; credential and commitment follow.
#[must_use]
pub fn challenge_transcript(election: &ElectionContext, tracker: &Digest) -> Transcript {
    let mut transcript = Transcript::new("challenged");
    transcript.concerns(|| format!("challenged tracker {}", hex::encode(tracker)));
    election.absorb(&mut transcript);
    transcript.bytes("tracker", tracker);
    transcript
}
