//! One ballot's proof (spec/06-ballot.md §6.3).

use psephos_core::transcript::Transcript;
use psephos_core::{Element, Encoding, Scalar, group, trace};

use super::BallotRow;
use super::range;
use crate::context::ElectionContext;
use crate::fault::{self, Fault, indexed};

/// Why a ballot's proof is refused, in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BallotFault {
    /// Length, encoding or membership; never `Fault::Equation`. A rejection as shape.
    #[error(transparent)]
    Form(Fault),
    /// It names another election or box. A rejection as context.
    #[error("the ballot names another election or box")]
    Context,
    /// The equation does not hold. A rejection as proof.
    #[error("the ballot's proof does not hold")]
    Proof,
    /// A bounded batch's number is not shown to be in its range. A rejection as range.
    #[error("the proof that a number of the ballot is in its range does not hold")]
    Range,
}

/// The transcript `ballot` of a ballot's statement: election, public key, box, credential,
/// counter and rows (`A_0`, `B_0`, `A_1`, … of all batches in manifest order).
#[must_use]
pub fn ballot_transcript(
    election: &ElectionContext,
    box_index: u64,
    credential: &Encoding,
    counter: u64,
    elements: &[Encoding],
) -> Transcript {
    let mut transcript = Transcript::new("ballot");
    transcript.concerns(|| {
        format!("ballot box {box_index} credential {} counter {counter}", hex::encode(credential))
    });
    election.absorb(&mut transcript);
    transcript.integer("box", box_index);
    transcript.encoding("credential", credential);
    transcript.integer("counter", counter);
    transcript.encodings("rows", elements);
    transcript
}

/// Absorbs the range parts of a ballot that has bounded batches: whoever signs the ballot signs them.
pub fn absorb_ranges(transcript: &mut Transcript, ranges: &[u8]) {
    transcript.bytes("ranges", ranges);
}

/// Absorbs T and draws e.
pub fn ballot_challenge(transcript: &mut Transcript, commitment: &Encoding) -> Scalar {
    transcript.encoding("commitment", commitment);
    transcript.challenge("challenge")
}

/// A ballot with its elements opened, ready for the equation.
pub(super) struct OpenedBallot {
    pub(super) credential: Element,
    /// `A_0`, `A_1`, …; the B are opened too, but no equation needs them.
    pub(super) randomness: Vec<Element>,
    pub(super) commitment: Element,
    pub(super) response: Scalar,
    pub(super) challenge: Scalar,
}

impl OpenedBallot {
    /// Opens and checks everything but the equation.
    pub(super) fn open(
        election: &ElectionContext,
        box_index: u64,
        ballot: &BallotRow<'_>,
    ) -> Result<Self, BallotFault> {
        let mut points = vec![proper(ballot.credential, "credential", 0)?];
        for (index, encoding) in indexed(ballot.elements) {
            points.push(proper(encoding, "rows", index)?);
        }
        let commitment =
            fault::element(ballot.commitment, "commitment", 0).map_err(BallotFault::Form)?;
        Self::with_points(election, box_index, ballot, &points, commitment)
    }

    /// `points` are K, `A_0`, `B_0`, `A_1`, … of the ballot, opened.
    pub(super) fn with_points(
        election: &ElectionContext,
        box_index: u64,
        ballot: &BallotRow<'_>,
        points: &[Element],
        commitment: Element,
    ) -> Result<Self, BallotFault> {
        let length = BallotFault::Form(Fault::Length { field: "rows" });
        let (credential, elements) = points.split_first().ok_or(length)?;
        let response = fault::scalar(ballot.response, "response", 0).map_err(BallotFault::Form)?;
        for row in ballot.bounded() {
            range::check_form(&row)?;
        }
        if *ballot.election != election.election || ballot.box_index != box_index {
            return Err(BallotFault::Context);
        }
        let mut transcript = statement_transcript(election, box_index, ballot);
        if ballot.has_ranges() {
            absorb_ranges(&mut transcript, ballot.ranges);
        }
        let challenge = ballot_challenge(&mut transcript, ballot.commitment);
        let randomness = elements.iter().step_by(2).copied().collect();
        let opened = Self { credential: *credential, randomness, commitment, response, challenge };
        if trace::is_on() {
            let (left, right) = opened.sides();
            transcript.equation(2, &left, &right);
        }
        Ok(opened)
    }

    pub(super) fn holds(&self) -> bool {
        let (left, right) = self.sides();
        left == right
    }

    // (2) z·G = T + e·K + Σ e^{i+2}·A_i
    fn sides(&self) -> (Element, Element) {
        // Horner: e·(K + e·(A_0 + e·(A_1 + …)))
        let inner = self
            .randomness
            .iter()
            .rev()
            .fold(Element::default(), |sum, point| (sum + point) * self.challenge);
        let right = self.commitment + (inner + self.credential) * self.challenge;
        (group::mul_base(&self.response), right)
    }
}

fn statement_transcript(
    election: &ElectionContext,
    box_index: u64,
    ballot: &BallotRow<'_>,
) -> Transcript {
    let (credential, counter) = (ballot.credential, ballot.counter);
    ballot_transcript(election, box_index, credential, counter, ballot.elements)
}

/// Checks the range parts of a ballot whose own proof holds; `key` is Y.
pub(super) fn verify_ranges(
    election: &ElectionContext,
    key: &Element,
    box_index: u64,
    ballot: &BallotRow<'_>,
) -> Result<(), BallotFault> {
    if !ballot.has_ranges() {
        return Ok(());
    }
    let transcript = statement_transcript(election, box_index, ballot);
    ballot.bounded().try_for_each(|row| range::verify(&transcript, key, &row))
}

/// Y, opened.
pub(super) fn election_key(election: &ElectionContext) -> Result<Element, BallotFault> {
    proper(&election.public_key, "public key", 0)
}

fn proper(encoding: &Encoding, field: &'static str, index: u64) -> Result<Element, BallotFault> {
    fault::proper_element(encoding, field, index).map_err(BallotFault::Form)
}

/// Checks one ballot of a box.
///
/// # Errors
/// [`BallotFault`], the first in its order.
pub fn verify_ballot(
    election: &ElectionContext,
    box_index: u64,
    ballot: &BallotRow<'_>,
) -> Result<(), BallotFault> {
    let opened = OpenedBallot::open(election, box_index, ballot)?;
    if !opened.holds() {
        return Err(BallotFault::Proof);
    }
    verify_ranges(election, &election_key(election)?, box_index, ballot)
}
