//! One trustee's partial decryptions and their proof (spec/07-decryption.md §7.2 to §7.4).

use psephos_core::group::{self, Identity};
use psephos_core::rows::RowsError;
use psephos_core::transcript::Transcript;
use psephos_core::{Digest, Element, Encoding};

use super::BlockWeights;
use super::points::{Part, Points, RootedList};
use crate::context::ElectionContext;
use crate::fault::Fault;
use crate::sigma::{Dleq, EqualLogarithms};

/// One list under a trustee's proof.
#[derive(Clone, Copy)]
pub struct SharedList<'a> {
    /// Index of the box in the manifest.
    pub box_index: u64,
    /// Index of the batch in its box.
    pub batch_index: u64,
    /// Ciphertexts in a row, ω.
    pub width: u64,
    /// The last mix's output: rows of 64·ω bytes.
    pub input: RootedList<'a>,
    /// D = s·A for every A: rows of 32·ω bytes.
    pub shares: RootedList<'a>,
}

/// That every D of every list is s·A, where S = s·G is the trustee's share key.
#[derive(Clone)]
pub struct Statement<'a> {
    /// The election, with its key.
    pub election: ElectionContext,
    /// SHA3-256 of the close record's file bytes.
    pub close: Digest,
    /// Index of the trustee.
    pub trustee: u64,
    /// The trustee's signing key.
    pub trustee_key: Encoding,
    /// `S_j`.
    pub share_key: Encoding,
    /// The lists, in the record's order.
    pub lists: Vec<SharedList<'a>>,
}

/// The proof in a `share` record.
pub type Proof = Dleq;

/// Why a `share` record is refused, or could not be checked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// The trustee's list has another shape or holds what is no proper element; never `Equation`.
    #[error("shares of list {list}: {fault}")]
    Shares {
        /// Position in the record, from 0.
        list: usize,
        /// What is wrong; the index is the row.
        fault: Fault,
    },
    /// The proof is badly encoded, or (`Equation`) does not hold: `decrypt.proof`.
    #[error("the proof of the shares: {0}")]
    Proof(Fault),
    /// The input list is bad; not this trustee's fault.
    #[error("input of list {list}: {fault}")]
    Input {
        /// Position in the record, from 0.
        list: usize,
        /// What is wrong; the index is the row.
        fault: Fault,
    },
    /// A list could not be read.
    #[error("list {list}: {error}")]
    Rows {
        /// Position in the record, from 0.
        list: usize,
        /// Why.
        error: RowsError,
    },
}

/// The sums that the proof is about, with the transcript as it stands before them.
pub struct Aggregates {
    /// Has absorbed the statement and drawn the weights' seed.
    pub transcript: Transcript,
    /// S, A* = Σ weight·A and D* = Σ weight·D.
    pub statement: EqualLogarithms,
}

/// A statement's transcript, and the weights that it draws.
pub struct Weighing {
    transcript: Transcript,
    share_key: Encoding,
    /// The normative weights.
    pub weights: BlockWeights,
}

impl Weighing {
    /// Absorbs the statement and draws the seed of its weights.
    #[must_use]
    pub fn new(statement: &Statement<'_>) -> Self {
        let mut transcript = transcript(statement);
        let seed = transcript.challenge_bytes("weights");
        transcript.drawn("weights", &seed);
        Self { transcript, share_key: statement.share_key, weights: BlockWeights::new(seed) }
    }

    /// With A* = Σ weight·A and D* = Σ weight·D, what is to be proved.
    #[must_use]
    pub fn aggregates(self, base: &Element, image: &Element) -> Aggregates {
        let (base, image) = (group::encode(base), group::encode(image));
        let statement = EqualLogarithms { key: self.share_key, base, image };
        Aggregates { transcript: self.transcript, statement }
    }
}

impl Statement<'_> {
    /// Whether the lists have the shape that the statement says; nothing of them is read.
    ///
    /// # Errors
    /// `Input` or `Shares`, `Length`.
    pub fn check_shapes(&self) -> Result<(), ShareError> {
        for (list, shared) in self.lists.iter().enumerate() {
            let rows = shared.input.rows.count();
            let check = |points: Points<'_>| points.check_shape(rows);
            check(shared.input_points()).map_err(|fault| ShareError::Input { list, fault })?;
            check(shared.share_points()).map_err(|fault| ShareError::Shares { list, fault })?;
        }
        Ok(())
    }

    /// The lists, each with the number of its first weight: the weights go on from list to list.
    pub(super) fn placed(&self) -> impl ExactSizeIterator<Item = (u64, &SharedList<'_>)> {
        let mut next = 0u64;
        self.lists.iter().map(move |list| {
            let first = next;
            next = next.saturating_add(list.ciphertexts());
            (first, list)
        })
    }
}

impl<'a> SharedList<'a> {
    /// N·ω.
    #[must_use]
    pub fn ciphertexts(&self) -> u64 {
        self.input.rows.count().saturating_mul(self.width)
    }

    /// Every A.
    pub(super) fn input_points(&self) -> Points<'a> {
        Points { part: Part::Randomness, field: "input", ..self.points(self.input) }
    }

    /// Every D.
    pub(super) fn share_points(&self) -> Points<'a> {
        self.points(self.shares)
    }

    fn points(&self, list: RootedList<'a>) -> Points<'a> {
        // A width beyond usize cannot fit any list: zero is refused by the check of shapes.
        let width = usize::try_from(self.width).unwrap_or(0);
        let identity = Identity::Refused;
        Points { list, part: Part::Single, width, identity, field: "shares" }
    }
}

fn transcript(statement: &Statement<'_>) -> Transcript {
    let mut transcript = Transcript::new("decryption");
    transcript.concerns(|| format!("share trustee {}", statement.trustee));
    statement.election.absorb(&mut transcript);
    transcript.bytes("close", &statement.close);
    transcript.integer("trustee", statement.trustee);
    transcript.encoding("trustee key", &statement.trustee_key);
    transcript.encoding("share key", &statement.share_key);
    transcript.integer("lists", statement.lists.len() as u64);
    for list in &statement.lists {
        transcript.integer("box", list.box_index);
        transcript.integer("batch", list.batch_index);
        transcript.integer("rows", list.input.rows.count());
        transcript.integer("width", list.width);
        transcript.bytes("input", &list.input.root);
        transcript.bytes("shares", &list.shares.root);
    }
    transcript
}
