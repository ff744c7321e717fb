//! What a shuffle proof claims (spec/04-shuffle.md §2).

use psephos_core::transcript::Transcript;
use psephos_core::{Digest, Encoding};

use super::shape::Shape;
use crate::context::BatchContext;
use crate::fault::Fault;

/// "The rows of `output` decrypt to the same multiset as the rows of `input`, and the prover knows
/// how", at one place in one election.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The election, its key, the close record, the box and the batch.
    pub context: BatchContext,
    /// Position in the chain of mixes, from 0.
    pub position: u64,
    /// The prover's index among the trustees, from 0.
    pub prover: u64,
    /// The prover's signing key.
    pub prover_key: Encoding,
    /// N: rows in either list.
    pub rows: u64,
    /// ω: ciphertexts in a row.
    pub width: u64,
    /// Root of the input list.
    pub input: Digest,
    /// Root of the output list.
    pub output: Digest,
}

impl Statement {
    /// The shape that N and ω imply.
    ///
    /// # Errors
    /// As [`Shape::of`]; N = 0 has no argument.
    pub fn shape(&self) -> Result<Shape, Fault> {
        Shape::of(self.rows, self.width)
    }

    /// What a trace calls this mix.
    pub(super) fn subject(&self) -> String {
        let BatchContext { box_index, batch_index, .. } = self.context;
        let Self { position, prover, .. } = self;
        format!("mix box {box_index} batch {batch_index} position {position} trustee {prover}")
    }

    /// Absorbs every field and the shape.
    pub(super) fn absorb(&self, shape: &Shape, transcript: &mut Transcript) {
        self.context.absorb(transcript);
        transcript.integer("position", self.position);
        transcript.integer("prover", self.prover);
        transcript.encoding("prover key", &self.prover_key);
        transcript.integer("rows", self.rows);
        transcript.integer("width", self.width);
        transcript.integer("m", shape.matrix_rows() as u64);
        transcript.integer("n", shape.columns() as u64);
        transcript.bytes("input", &self.input);
        transcript.bytes("output", &self.output);
    }
}
