//! One trustee's partial decryptions and their proof (spec/07-decryption.md §7.2 to §7.4).

use psephos_core::group::{self, Identity};
use psephos_core::rows::RowsError;
use psephos_core::transcript::Transcript;
use psephos_core::{Digest, Element, Encoding};

use super::BlockWeights;
use super::points::{Part, Points, PointsError, RootedList};
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

/// Reads all lists once and adds them up under the normative weights.
///
/// # Errors
/// All but `ShareError::Proof`.
pub fn aggregate(statement: &Statement<'_>) -> Result<Aggregates, ShareError> {
    for (list, shared) in statement.lists.iter().enumerate() {
        let rows = shared.input.rows.count();
        let (input, shares) = points(shared);
        input.check_shape(rows).map_err(|fault| ShareError::Input { list, fault })?;
        shares.check_shape(rows).map_err(|fault| ShareError::Shares { list, fault })?;
    }
    let mut transcript = transcript(statement);
    let seed = transcript.challenge_bytes("weights");
    transcript.drawn("weights", &seed);
    let weights = BlockWeights::new(seed);
    let (mut base, mut image) = (Element::default(), Element::default());
    let mut first = 0;
    for (list, shared) in statement.lists.iter().enumerate() {
        let (input, shares) = points(shared);
        // (2) A* = Σ weight·A, D* = Σ weight·D
        let sums = input.block_sums(&weights, first).map_err(|error| match error {
            PointsError::Rows(error) => ShareError::Rows { list, error },
            PointsError::Fault(fault) => ShareError::Input { list, fault },
        })?;
        base += sums.iter().sum::<Element>();
        let sums = shares.block_sums(&weights, first).map_err(|error| match error {
            PointsError::Rows(error) => ShareError::Rows { list, error },
            PointsError::Fault(fault) => ShareError::Shares { list, fault },
        })?;
        image += sums.iter().sum::<Element>();
        first += shared.input.rows.count().saturating_mul(shared.width);
    }
    let (base, image) = (group::encode(&base), group::encode(&image));
    let statement = EqualLogarithms { key: statement.share_key, base, image };
    Ok(Aggregates { transcript, statement })
}

/// Checks a trustee's shares.
///
/// # Errors
/// [`ShareError`].
pub fn verify(statement: &Statement<'_>, proof: &Proof) -> Result<(), ShareError> {
    let aggregates = aggregate(statement)?;
    proof.verify(aggregates.transcript, &aggregates.statement).map_err(ShareError::Proof)
}

fn points<'a>(shared: &SharedList<'a>) -> (Points<'a>, Points<'a>) {
    // A width beyond usize cannot fit any list: zero is refused by the check of shapes.
    let width = usize::try_from(shared.width).unwrap_or(0);
    let identity = Identity::Refused;
    (
        Points { rows: shared.input.rows, part: Part::Randomness, width, identity, field: "input" },
        Points { rows: shared.shares.rows, part: Part::Single, width, identity, field: "shares" },
    )
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
