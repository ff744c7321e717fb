//! What every statement of a ceremony binds.

use psephos_core::transcript::Transcript;
use psephos_core::{Digest, Scalar};

/// The attempt a ceremony belongs to. There is no election key yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CeremonyContext {
    /// SHA3-256 of the manifest's message bytes.
    pub election: Digest,
    /// The manifest's attempt number.
    pub attempt: u64,
}

impl CeremonyContext {
    /// Appends `election` and `attempt`, in this order.
    pub fn absorb(&self, transcript: &mut Transcript) {
        transcript.bytes("election", &self.election);
        transcript.integer("attempt", self.attempt);
    }
}

/// The point at which the sharing polynomials are evaluated for a trustee: its index + 1.
#[must_use]
pub fn evaluation_point(trustee: u64) -> Scalar {
    Scalar::from(trustee) + Scalar::ONE
}
