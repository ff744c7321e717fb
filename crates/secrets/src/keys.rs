//! A trustee's secrets, one type for each use, so that none is taken for another.

use std::fmt;

use psephos_core::{Element, Encoding, Scalar, group};
use rand_core::CryptoRng;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::SecretScalar;

/// p, the secret of a share-encryption key P = p·G. Made fresh for each attempt of a ceremony.
#[derive(Debug)]
pub struct ShareEncryptionKey(SecretScalar);

/// `s_j`, a trustee's share of the election's secret key.
#[derive(Debug)]
pub struct KeyShare(SecretScalar);

macro_rules! secret_scalar_key {
    ($name:ident) => {
        impl $name {
            /// Takes over a scalar.
            #[must_use]
            pub fn new(secret: SecretScalar) -> Self {
                Self(secret)
            }

            /// Reads what [`Self::to_bytes`] wrote; `None` for any other bytes.
            #[must_use]
            pub fn from_bytes(bytes: &Encoding) -> Option<Self> {
                SecretScalar::from_bytes(bytes).map(Self)
            }

            /// For an encrypted file only.
            #[must_use]
            pub fn to_bytes(&self) -> Zeroizing<Encoding> {
                self.0.to_bytes()
            }

            /// The secret itself.
            #[must_use]
            pub fn secret(&self) -> &SecretScalar {
                &self.0
            }

            /// The public key, secret·G.
            #[must_use]
            pub fn public(&self) -> Encoding {
                group::encode(&self.0.public())
            }
        }
    };
}

secret_scalar_key!(ShareEncryptionKey);
secret_scalar_key!(KeyShare);

impl ShareEncryptionKey {
    /// A fresh key.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        Self(SecretScalar::random(rng))
    }
}

/// The 32 bytes an Ed25519 signing key is made from (RFC 8032).
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SigningSeed([u8; 32]);

impl SigningSeed {
    /// A fresh seed.
    pub fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut seed = Self([0; 32]);
        rng.fill_bytes(&mut seed.0);
        seed
    }

    /// Takes over 32 bytes; the caller erases its own copy.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(*bytes)
    }

    /// The seed itself, to make a signing key of or for an encrypted file.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SigningSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSeed(<redacted>)")
    }
}

/// A dealer's secret polynomial of degree t − 1, lowest coefficient first. Used for one deal.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Polynomial(Vec<Scalar>);

impl Polynomial {
    /// `threshold` uniform coefficients.
    pub fn random(threshold: usize, rng: &mut dyn CryptoRng) -> Self {
        // With its capacity from the start, no half-filled copy is left behind by growth.
        let mut coefficients = Vec::with_capacity(threshold);
        for _ in 0..threshold {
            coefficients.push(*SecretScalar::random(rng).expose());
        }
        Self(coefficients)
    }

    /// The coefficients.
    #[must_use]
    pub fn coefficients(&self) -> &[Scalar] {
        &self.0
    }

    /// `a_l`·G for each coefficient.
    #[must_use]
    pub fn commitments(&self) -> Vec<Element> {
        self.0.iter().map(group::mul_base).collect()
    }

    /// The value at a point, by Horner's rule.
    #[must_use]
    pub fn evaluate(&self, point: &Scalar) -> SecretScalar {
        let sum =
            self.0.iter().rev().fold(Scalar::ZERO, |sum, coefficient| sum * point + coefficient);
        SecretScalar::new(sum)
    }
}

impl fmt::Debug for Polynomial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Polynomial(<redacted>, {} coefficients)", self.0.len())
    }
}
