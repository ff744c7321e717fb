//! The range part of a bounded batch: its one ciphertext holds a number below 2^bits
//! (spec/06-ballot.md §6.5).

mod bits;
mod bulletproof;

use std::sync::LazyLock;

use psephos_core::multiexp::multiexp_vartime;
use psephos_core::transcript::Transcript;
use psephos_core::{Element, Encoding, Scalar, group, trace};

use super::BallotFault;
use crate::fault::{self, Fault, indexed};

pub use bits::Bits;
pub use bulletproof::blinding_base;

/// Bytes before the range proof itself: V, three commitments, three responses.
const EQUALITY_LENGTH: usize = 32 + 96 + 96;

/// H: nobody knows its logarithm to base G, nor to base Y.
static BLINDING: LazyLock<Option<Element>> =
    LazyLock::new(|| group::decode_proper(&blinding_base()).ok());

/// A bounded batch in a ballot: its ciphertext and its range part, as bytes.
#[derive(Clone, Copy, Debug)]
pub struct BoundedRow<'a> {
    /// Index of the batch in its box.
    pub batch: u64,
    /// The bound.
    pub bits: Bits,
    /// A.
    pub a: &'a Encoding,
    /// B.
    pub b: &'a Encoding,
    /// The range part, [`Bits::part_length`] bytes.
    pub part: &'a [u8],
}

/// Starts the range part's transcript from the ballot's, which has absorbed election, key, box,
/// credential, counter and all rows.
#[must_use]
pub fn range_transcript(ballot: &Transcript, batch: u64, bits: Bits) -> Transcript {
    let mut transcript = ballot.clone();
    transcript.concerns_part(|| format!("batch {batch}"));
    transcript.integer("bounded batch", batch);
    transcript.integer("bits", bits.number());
    transcript
}

/// Absorbs V and the commitments `T_A`, `T_B`, `T_V`, and draws e.
pub fn equality_challenge(
    transcript: &mut Transcript,
    value: &Encoding,
    commitments: &[Encoding; 3],
) -> Scalar {
    transcript.encoding("value", value);
    transcript.encodings("equality commitments", commitments);
    transcript.challenge("equality challenge")
}

/// Absorbs the responses; the range proof goes on with the transcript.
pub fn equality_responses(transcript: &mut Transcript, responses: &[Encoding; 3]) {
    transcript.encodings("equality responses", responses);
}

/// A range part with everything opened but the points of its range proof.
struct OpenedPart<'a> {
    value: &'a Encoding,
    commitments: &'a [Encoding; 3],
    responses: &'a [Encoding; 3],
    proof: &'a [u8],
    points: [Element; 4],
    scalars: [Scalar; 3],
}

impl<'a> OpenedPart<'a> {
    fn read(row: &BoundedRow<'a>) -> Result<Self, Fault> {
        let length = Fault::Length { field: "range part" };
        if row.part.len() != row.bits.part_length() {
            return Err(length);
        }
        let (equality, proof) = row.part.split_at_checked(EQUALITY_LENGTH).ok_or(length)?;
        let (encodings, []) = equality.as_chunks::<32>() else { return Err(length) };
        let (value, rest) = encodings.split_first().ok_or(length)?;
        let (commitments, rest) = rest.split_first_chunk::<3>().ok_or(length)?;
        let (responses, []) = rest.split_first_chunk::<3>().ok_or(length)? else {
            return Err(length);
        };
        let [t_a, t_b, t_v] = commitments;
        let [z_m, z_r, z_s] = responses;
        let points = [
            fault::element(value, "range value", 0)?,
            fault::element(t_a, "equality commitments", 0)?,
            fault::element(t_b, "equality commitments", 1)?,
            fault::element(t_v, "equality commitments", 2)?,
        ];
        let scalars = [
            fault::scalar(z_m, "equality responses", 0)?,
            fault::scalar(z_r, "equality responses", 1)?,
            fault::scalar(z_s, "equality responses", 2)?,
        ];
        check_encodings(row.bits, proof)?;
        Ok(Self { value, commitments, responses, proof, points, scalars })
    }
}

/// The range proof's own encodings: A, S, `T_1`, `T_2`, three scalars, the L and R, two scalars.
fn check_encodings(bits: Bits, proof: &[u8]) -> Result<(), Fault> {
    let (encodings, _) = proof.as_chunks::<32>();
    let last_points = 7 + 2 * u64::from(bits.rounds());
    for (index, encoding) in indexed(encodings) {
        if index < 4 || (7..last_points).contains(&index) {
            fault::element(encoding, "range proof", index)?;
        } else {
            fault::scalar(encoding, "range proof", index)?;
        }
    }
    Ok(())
}

/// Checks lengths and encodings of a range part.
pub(super) fn check_form(row: &BoundedRow<'_>) -> Result<(), BallotFault> {
    OpenedPart::read(row).map(|_| ()).map_err(BallotFault::Form)
}

/// Checks a range part; `ballot` is the transcript of the ballot's statement, `key` is Y.
pub(super) fn verify(
    ballot: &Transcript,
    key: &Element,
    row: &BoundedRow<'_>,
) -> Result<(), BallotFault> {
    let part = OpenedPart::read(row).map_err(BallotFault::Form)?;
    let a = fault::proper_element(row.a, "rows", 0).map_err(BallotFault::Form)?;
    let b = fault::proper_element(row.b, "rows", 1).map_err(BallotFault::Form)?;
    let mut transcript = range_transcript(ballot, row.batch, row.bits);
    let challenge = equality_challenge(&mut transcript, part.value, part.commitments);
    equality_responses(&mut transcript, part.responses);
    if trace::is_on() {
        trace_equality(&transcript, &part, key, &[a, b], &challenge);
    }
    let equal = shares_witness(&part, key, &[a, b], &challenge);
    if equal && bulletproof::verify(&mut transcript, row.bits, part.value, part.proof) {
        Ok(())
    } else {
        Err(BallotFault::Range)
    }
}

fn shares_witness(
    part: &OpenedPart<'_>,
    key: &Element,
    [a, b]: &[Element; 2],
    challenge: &Scalar,
) -> bool {
    let Some(blinding) = *BLINDING else { return false };
    let [value, t_a, t_b, t_v] = part.points;
    let [z_m, z_r, z_s] = part.scalars;
    let base = group::base();
    let minus = -challenge;
    let zero = |scalars: &[Scalar], points: &[Element]| {
        multiexp_vartime(scalars, points) == Element::default()
    };
    // (4) z_r·G = T_A + e·A
    zero(&[z_r, minus, -Scalar::ONE], &[base, *a, t_a])
        // (5) z_m·G + z_r·Y = T_B + e·B
        && zero(&[z_m, z_r, minus, -Scalar::ONE], &[base, *key, *b, t_b])
        // (6) z_m·G + z_s·H = T_V + e·V
        && zero(&[z_m, z_s, minus, -Scalar::ONE], &[base, blinding, value, t_v])
}

/// Traces both sides of (4) to (6), which [`shares_witness`] has on one side.
fn trace_equality(
    transcript: &Transcript,
    part: &OpenedPart<'_>,
    key: &Element,
    [a, b]: &[Element; 2],
    challenge: &Scalar,
) {
    let Some(blinding) = *BLINDING else { return };
    let [value, t_a, t_b, t_v] = part.points;
    let [z_m, z_r, z_s] = &part.scalars;
    let [number, randomness] = [z_m, z_r].map(group::mul_base);
    transcript.equation(4, &randomness, &(t_a + a * challenge));
    transcript.equation(5, &(number + key * z_r), &(t_b + b * challenge));
    transcript.equation(6, &(number + blinding * z_s), &(t_v + value * challenge));
}
