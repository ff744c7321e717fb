//! The two sigma protocols that the other arguments are made of (spec/05-key-ceremony.md §5.2).
//!
//! Both proofs carry their commitments, not the challenge. A caller prepares a transcript that has
//! absorbed the context of use; the functions here absorb the statement and the commitments and
//! draw the challenge.

use psephos_core::encodings::Fixed;
use psephos_core::group;
use psephos_core::transcript::Transcript;
use psephos_core::{Element, Encoding, Scalar};
use serde::{Deserialize, Serialize};

use crate::fault::{self, Fault};

/// Proof of knowledge of x with X = x·G (Schnorr); in formats one string of 64 bytes, T ‖ z.
///
/// T may be the identity; X may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Fixed<64>", into = "Fixed<64>")]
pub struct Schnorr {
    /// T = w·G.
    pub commitment: Encoding,
    /// z = w + c·x.
    pub response: Encoding,
}

impl From<Fixed<64>> for Schnorr {
    fn from(bytes: Fixed<64>) -> Self {
        Self::from_bytes(&bytes.0)
    }
}

impl From<Schnorr> for Fixed<64> {
    fn from(proof: Schnorr) -> Self {
        Self(proof.to_bytes())
    }
}

impl Schnorr {
    /// Splits T ‖ z.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 64]) -> Self {
        let (mut commitment, mut response) = ([0; 32], [0; 32]);
        commitment.copy_from_slice(&bytes[..32]);
        response.copy_from_slice(&bytes[32..]);
        Self { commitment, response }
    }

    /// T ‖ z.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(&self.commitment);
        bytes[32..].copy_from_slice(&self.response);
        bytes
    }

    /// Absorbs X and T and draws c: labels `key`, `commitment`, `challenge`.
    pub fn challenge(transcript: &mut Transcript, key: &Encoding, commitment: &Encoding) -> Scalar {
        transcript.encoding("key", key);
        transcript.encoding("commitment", commitment);
        transcript.challenge("challenge")
    }

    /// Checks z·G = T + c·X.
    ///
    /// # Errors
    /// `NonCanonical` or `Membership` in the field `key`, `commitment` or `response`, else `Equation`.
    pub fn verify(&self, mut transcript: Transcript, key: &Encoding) -> Result<(), Fault> {
        let opened = self.open(&mut transcript, key)?;
        // (1) z·G = T + c·X
        let left = group::mul_base(&opened.response);
        let right = opened.commitment + opened.key * opened.challenge;
        transcript.equation(1, &left, &right);
        holds(left == right)
    }

    fn open(&self, transcript: &mut Transcript, key: &Encoding) -> Result<OpenedSchnorr, Fault> {
        Ok(OpenedSchnorr {
            key: fault::proper_element(key, "key", 0)?,
            commitment: fault::element(&self.commitment, "commitment", 0)?,
            response: fault::scalar(&self.response, "response", 0)?,
            challenge: Self::challenge(transcript, key, &self.commitment),
        })
    }
}

struct OpenedSchnorr {
    key: Element,
    commitment: Element,
    response: Scalar,
    challenge: Scalar,
}

/// The statement of [`Dleq`]: log_G X = log_B X'.
///
/// X may not be the identity; B and X' may (they are sums over lists that can be empty), so whoever
/// states them about single elements refuses it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EqualLogarithms {
    /// X = x·G.
    pub key: Encoding,
    /// The second base B.
    pub base: Encoding,
    /// X' = x·B.
    pub image: Encoding,
}

/// Proof that two logarithms are equal (Chaum–Pedersen); in formats one string of 96 bytes,
/// T ‖ T' ‖ z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Fixed<96>", into = "Fixed<96>")]
pub struct Dleq {
    /// T = w·G.
    pub commitment: Encoding,
    /// T' = w·B.
    pub image_commitment: Encoding,
    /// z = w + c·x.
    pub response: Encoding,
}

impl From<Fixed<96>> for Dleq {
    fn from(bytes: Fixed<96>) -> Self {
        Self::from_bytes(&bytes.0)
    }
}

impl From<Dleq> for Fixed<96> {
    fn from(proof: Dleq) -> Self {
        Self(proof.to_bytes())
    }
}

impl Dleq {
    /// Splits T ‖ T' ‖ z.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 96]) -> Self {
        let (mut commitment, mut image_commitment, mut response) = ([0; 32], [0; 32], [0; 32]);
        commitment.copy_from_slice(&bytes[..32]);
        image_commitment.copy_from_slice(&bytes[32..64]);
        response.copy_from_slice(&bytes[64..]);
        Self { commitment, image_commitment, response }
    }

    /// T ‖ T' ‖ z.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 96] {
        let mut bytes = [0; 96];
        bytes[..32].copy_from_slice(&self.commitment);
        bytes[32..64].copy_from_slice(&self.image_commitment);
        bytes[64..].copy_from_slice(&self.response);
        bytes
    }

    /// Absorbs X, B, X', T and T' and draws c: labels `key`, `base`, `image`, `commitment`,
    /// `image commitment`, `challenge`.
    pub fn challenge(
        transcript: &mut Transcript,
        statement: &EqualLogarithms,
        commitment: &Encoding,
        image_commitment: &Encoding,
    ) -> Scalar {
        transcript.encoding("key", &statement.key);
        transcript.encoding("base", &statement.base);
        transcript.encoding("image", &statement.image);
        transcript.encoding("commitment", commitment);
        transcript.encoding("image commitment", image_commitment);
        transcript.challenge("challenge")
    }

    /// Checks z·G = T + c·X and z·B = T' + c·X'.
    ///
    /// # Errors
    /// `NonCanonical` or `Membership` in the field `key`, `base`, `image`, `commitment`,
    /// `image commitment` or `response`, else `Equation`.
    pub fn verify(
        &self,
        mut transcript: Transcript,
        statement: &EqualLogarithms,
    ) -> Result<(), Fault> {
        let opened = self.open(&mut transcript, statement)?;
        // (2) z·G = T + c·X
        let left = group::mul_base(&opened.response);
        let right = opened.commitment + opened.key * opened.challenge;
        transcript.equation(2, &left, &right);
        // (3) z·B = T' + c·X'
        let image_left = opened.base * opened.response;
        let image_right = opened.image_commitment + opened.image * opened.challenge;
        transcript.equation(3, &image_left, &image_right);
        holds(left == right && image_left == image_right)
    }

    fn open(
        &self,
        transcript: &mut Transcript,
        statement: &EqualLogarithms,
    ) -> Result<OpenedDleq, Fault> {
        Ok(OpenedDleq {
            key: fault::proper_element(&statement.key, "key", 0)?,
            base: fault::element(&statement.base, "base", 0)?,
            image: fault::element(&statement.image, "image", 0)?,
            commitment: fault::element(&self.commitment, "commitment", 0)?,
            image_commitment: fault::element(&self.image_commitment, "image commitment", 0)?,
            response: fault::scalar(&self.response, "response", 0)?,
            challenge: Self::challenge(
                transcript,
                statement,
                &self.commitment,
                &self.image_commitment,
            ),
        })
    }
}

struct OpenedDleq {
    key: Element,
    base: Element,
    image: Element,
    commitment: Element,
    image_commitment: Element,
    response: Scalar,
    challenge: Scalar,
}

fn holds(equation: bool) -> Result<(), Fault> {
    if equation { Ok(()) } else { Err(Fault::Equation) }
}
