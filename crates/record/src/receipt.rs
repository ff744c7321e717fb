//! Receipts for ballots taken in (spec/08-board.md §8.12).

use ed25519_dalek::{Signer, SigningKey};
use psephos_core::encodings::Fixed;
use psephos_core::{Digest, Encoding};
use serde::{Deserialize, Serialize};

use crate::cbor::{self, DecodeError};
use crate::signature::{SignatureError, verify_domain};

/// What stands before the receipt in the signed bytes.
pub const RECEIPT_DOMAIN: &[u8] = b"psephos/v1/receipt";

/// The longest receipt's file in bytes.
pub const LIMIT: usize = 4096;

/// What the intake states: this ballot was taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Index of the box.
    #[serde(rename = "box")]
    pub box_index: u64,
    /// When, in seconds since 1970-01-01 UTC.
    pub time: u64,
    /// The ballot's tracker.
    #[serde(with = "serde_bytes")]
    pub tracker: Digest,
    /// The election's id.
    #[serde(with = "serde_bytes")]
    pub election: Digest,
}

/// A receipt as a voter keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedReceipt {
    /// The encoded [`Receipt`].
    #[serde(with = "serde_bytes")]
    pub receipt: Vec<u8>,
    /// Ed25519 by the intake key.
    pub signature: Fixed<64>,
}

impl Receipt {
    /// Signs it with the intake key.
    pub fn sign(&self, key: &SigningKey) -> SignedReceipt {
        let receipt = cbor::encode(self);
        let signature = key.sign(&[RECEIPT_DOMAIN, &receipt].concat());
        SignedReceipt { receipt, signature: Fixed(signature.to_bytes()) }
    }
}

impl SignedReceipt {
    /// Encodes for a file.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes, verifies nothing.
    ///
    /// # Errors
    /// As [`cbor::decode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        cbor::decode(bytes, LIMIT)
    }

    /// What it says; verifies nothing.
    ///
    /// # Errors
    /// As [`cbor::decode`].
    pub fn content(&self) -> Result<Receipt, DecodeError> {
        cbor::decode(&self.receipt, LIMIT)
    }

    /// Verifies that this intake key signed it.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn verify(&self, intake: &Encoding) -> Result<(), SignatureError> {
        verify_domain(intake, RECEIPT_DOMAIN, &self.receipt, &self.signature.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_signed_by_its_intake_alone() {
        let receipt = Receipt { box_index: 1, time: 2, tracker: [3; 32], election: [4; 32] };
        let key = SigningKey::from_bytes(&[5; 32]);
        let intake = key.verifying_key().to_bytes();
        let signed = SignedReceipt::decode(&receipt.sign(&key).encode()).unwrap();
        assert_eq!(signed.content().unwrap(), receipt);
        assert_eq!(signed.verify(&intake), Ok(()));
        let other = SigningKey::from_bytes(&[6; 32]).verifying_key().to_bytes();
        assert!(signed.verify(&other).is_err());
        let mut altered = signed;
        altered.receipt[10] ^= 1;
        assert!(altered.verify(&intake).is_err());
    }
}
