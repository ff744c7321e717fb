//! A ballot that is finished, and whose voter has not yet said whether it is cast or challenged.

use std::fmt;

use psephos_core::{Digest, Encoding};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::{Challenge, tracker};
use psephos_prove::ProveError;
use psephos_prove::ballot::prove_challenge;
use psephos_secrets::SecretScalar;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::Opening;

/// A proved ballot with the randomness it was encrypted with.
///
/// Everything the ballot says is fixed, its tracker too. [`Prepared::cast`] hands out its bytes and forgets
/// the randomness; [`Prepared::challenge`] reveals the randomness and takes the ballot back. Each consumes
/// it: a ballot cannot be both.
pub struct Prepared {
    ballot: Vec<u8>,
    randomness: Vec<SecretScalar>,
}

/// An opened ballot: for the voter to check, and for the board, so that it never counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenged {
    /// What another device checks.
    pub opening: Opening,
    /// The row for a `challenged` record.
    pub challenge: Challenge,
}

impl Prepared {
    pub(crate) fn new(ballot: Vec<u8>, randomness: Vec<SecretScalar>) -> Self {
        Self { ballot, randomness }
    }

    /// What the voter notes before deciding.
    #[must_use]
    pub fn tracker(&self) -> Digest {
        tracker(&self.ballot)
    }

    /// The credential it was made with.
    #[must_use]
    pub fn credential(&self) -> Option<Encoding> {
        self.ballot.get(40..72)?.try_into().ok()
    }

    /// The ballot's bytes, to hand in.
    #[must_use]
    pub fn cast(self) -> Vec<u8> {
        self.ballot
    }

    /// Opens the ballot. `credential` is the secret it was made with.
    ///
    /// # Errors
    /// As [`prove_challenge`].
    pub fn challenge(
        self,
        election: &ElectionContext,
        credential: &SecretScalar,
        rng: &mut dyn CryptoRng,
    ) -> Result<Challenged, ProveError> {
        let challenge = prove_challenge(election, self.tracker(), credential, rng)?;
        let randomness = self.randomness.iter().map(|random| *random.to_bytes()).collect();
        Ok(Challenged { opening: Opening::new(self.ballot, randomness), challenge })
    }

    /// Bytes from which [`Prepared::from_bytes`] makes it again, for a file that only the voter can read.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes =
            Zeroizing::new(Vec::with_capacity(8 + self.ballot.len() + 32 * self.randomness.len()));
        bytes.extend_from_slice(&(self.ballot.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&self.ballot);
        for random in &self.randomness {
            bytes.extend_from_slice(&*random.to_bytes());
        }
        bytes
    }

    /// Reads what [`Prepared::to_bytes`] wrote; `None` for any other bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (ballot, randomness) = rest.split_at_checked(length)?;
        let (randomness, []) = randomness.as_chunks::<32>() else { return None };
        let randomness = randomness.iter().map(SecretScalar::from_bytes).collect::<Option<_>>()?;
        Some(Self { ballot: ballot.to_vec(), randomness })
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prepared({}, <redacted>)", hex::encode(self.tracker()))
    }
}
