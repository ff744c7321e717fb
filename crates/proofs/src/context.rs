//! What every argument binds besides its own statement (spec/03-transcript.md).

use psephos_core::transcript::Transcript;
use psephos_core::{Digest, Encoding};

/// The election a proof was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElectionContext {
    /// SHA3-256 of the manifest's message bytes.
    pub election: Digest,
    /// The election public key Y.
    pub public_key: Encoding,
}

impl ElectionContext {
    /// Appends `election` and `public key`, in this order.
    pub fn absorb(&self, transcript: &mut Transcript) {
        transcript.bytes("election", &self.election);
        transcript.encoding("public key", &self.public_key);
    }
}

/// The batch a mix or a share was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchContext {
    /// The election, with its key.
    pub election: ElectionContext,
    /// SHA3-256 of the close record's file bytes.
    pub close: Digest,
    /// Index of the box in the manifest.
    pub box_index: u64,
    /// Index of the batch in its box.
    pub batch_index: u64,
}

impl BatchContext {
    /// Appends the election's context, then `close`, `box` and `batch`.
    pub fn absorb(&self, transcript: &mut Transcript) {
        self.election.absorb(transcript);
        transcript.bytes("close", &self.close);
        transcript.integer("box", self.box_index);
        transcript.integer("batch", self.batch_index);
    }
}
