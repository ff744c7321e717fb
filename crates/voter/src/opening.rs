//! An opened ballot, and what it held (spec/06-ballot.md §6.6).

use psephos_ballot::{Invalid, Layout, Vote, number};
use psephos_core::encodings::Encodings;
use psephos_core::pairs::pairs;
use psephos_core::{Digest, Element, Encoding, group};
use psephos_proofs::ballot::{BallotFault, BallotLayout, BallotRow, tracker, verify_ballot};
use psephos_proofs::{ElectionContext, Fault};
use psephos_record::cbor::{self, DecodeError};
use serde::{Deserialize, Serialize};

/// The longest opening: a ballot of many full batches.
const LIMIT: usize = 1 << 22;

/// A ballot with the randomness of its ciphertexts. Made only by challenging it: it tells the vote to
/// whoever has it, and such a ballot must not be cast. In a file: its canonical CBOR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    #[serde(with = "serde_bytes")]
    ballot: Vec<u8>,
    randomness: Encodings,
}

/// What an opened ballot turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its tracker.
    pub tracker: Digest,
    /// Its credential.
    pub credential: Encoding,
    /// The voter's counter.
    pub counter: u64,
    /// For each batch what its ciphertexts hold: one vote for each contest, or why they are no votes.
    pub votes: Vec<Result<Vec<Vote>, Invalid>>,
}

/// Why an opening shows nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// Not the bytes of an opening.
    #[error("this is no opened ballot: {0}")]
    Format(#[from] DecodeError),
    /// Another length than the ballots of this box.
    #[error("the opened ballot has another length than the ballots of this box")]
    Length,
    /// The ballot would have been rejected.
    #[error("the ballot itself is bad: {0}")]
    Ballot(#[from] BallotFault),
    /// The randomness is not the one that this ciphertext was made with.
    #[error("the randomness does not open ciphertext {}", .0 + 1)]
    Randomness(usize),
}

impl Opening {
    pub(crate) fn new(ballot: Vec<u8>, randomness: Vec<Encoding>) -> Self {
        Self { ballot, randomness: Encodings(randomness) }
    }

    /// The file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// `Format`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, OpeningError> {
        Ok(cbor::decode(bytes, LIMIT)?)
    }

    /// The ballot's tracker.
    #[must_use]
    pub fn tracker(&self) -> Digest {
        tracker(&self.ballot)
    }

    /// The box that the ballot names.
    #[must_use]
    pub fn box_index(&self) -> Option<u64> {
        let bytes = self.ballot.get(32..40)?;
        Some(u64::from_le_bytes(bytes.try_into().ok()?))
    }

    /// The election that the ballot names.
    #[must_use]
    pub fn election(&self) -> Option<&Digest> {
        self.ballot.first_chunk()
    }
}

/// Recomputes the encryption of an opened ballot: what it held, whatever the device had shown.
///
/// `layout` is that of the box, `contests` has each batch's.
///
/// # Errors
/// [`OpeningError`]: then the opening shows nothing, and the device that made it is not to be trusted.
pub fn check_opening(
    election: &ElectionContext,
    box_index: u64,
    layout: &BallotLayout,
    contests: &[Layout<'_>],
    opening: &Opening,
) -> Result<Opened, OpeningError> {
    let ballot = layout.read(&opening.ballot).ok_or(OpeningError::Length)?;
    let fits = opening.randomness.0.len() == layout.ciphertexts()
        && contests.len() == layout.widths().len();
    if !fits {
        return Err(OpeningError::Length);
    }
    verify_ballot(election, box_index, &ballot)?;
    let messages = decrypt(election, &ballot, &opening.randomness.0)?;
    let mut rest = messages.as_slice();
    let mut votes = Vec::with_capacity(contests.len());
    for (batch, (contests, width)) in pairs(contests, layout.widths()).enumerate() {
        let (row, after) = rest.split_at_checked(*width).ok_or(OpeningError::Length)?;
        rest = after;
        votes.push(match layout.bits(batch) {
            Some(bits) => number::decode_row(contests, bits.number(), row),
            None => contests.decode_row(row),
        });
    }
    Ok(Opened {
        tracker: opening.tracker(),
        credential: *ballot.credential,
        counter: ballot.counter,
        votes,
    })
}

/// M = B − rY for every ciphertext, after checking A = rG.
fn decrypt(
    election: &ElectionContext,
    ballot: &BallotRow<'_>,
    randomness: &[Encoding],
) -> Result<Vec<Encoding>, OpeningError> {
    let form = |fault| OpeningError::Ballot(BallotFault::Form(fault));
    let element = |encoding: &Encoding, field| -> Result<Element, OpeningError> {
        group::decode(encoding).map_err(|error| form(Fault::from_group(error, field, 0)))
    };
    let key = element(&election.public_key, "public key")?;
    let (ciphertexts, _) = ballot.elements.as_chunks::<2>();
    let mut messages = Vec::with_capacity(ciphertexts.len());
    for (index, ([a, b], random)) in pairs(ciphertexts, randomness).enumerate() {
        let random = group::scalar(random).map_err(|_| OpeningError::Randomness(index))?;
        if group::encode(&group::mul_base(&random)) != *a {
            return Err(OpeningError::Randomness(index));
        }
        messages.push(group::encode(&(element(b, "rows")? - key * random)));
    }
    Ok(messages)
}
