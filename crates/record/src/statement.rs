//! Statements that keys were destroyed (spec/08-board.md §8.15).

use ed25519_dalek::{Signer, SigningKey};
use psephos_core::encodings::Fixed;
use psephos_core::{Digest, Encoding};
use serde::{Deserialize, Serialize};

use crate::cbor::{self, DecodeError};
use crate::signature::{SignatureError, verify_domain};

/// What stands before the statement in the signed bytes.
pub const DESTRUCTION_DOMAIN: &[u8] = b"psephos/v1/destruction";

/// The longest statement's file in bytes.
pub const LIMIT: usize = 1 << 16;

/// What the owner of a key states: the keys of this election are destroyed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Destruction {
    /// Names of the secrets that were destroyed.
    pub keys: Vec<String>,
    /// When, in seconds since 1970-01-01 UTC: a claim.
    pub time: u64,
    /// The key that signs this, for the last time.
    #[serde(with = "serde_bytes")]
    pub author: Encoding,
    /// The election's id.
    #[serde(with = "serde_bytes")]
    pub election: Digest,
}

/// A statement as its author hands it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedDestruction {
    /// The encoded [`Destruction`].
    #[serde(with = "serde_bytes")]
    pub statement: Vec<u8>,
    /// Ed25519 by its author.
    pub signature: Fixed<64>,
}

impl Destruction {
    /// Signs it; `author` is set to the key's public half.
    pub fn sign(mut self, key: &SigningKey) -> SignedDestruction {
        self.author = key.verifying_key().to_bytes();
        let statement = cbor::encode(&self);
        let signature = key.sign(&[DESTRUCTION_DOMAIN, &statement].concat());
        SignedDestruction { statement, signature: Fixed(signature.to_bytes()) }
    }
}

impl SignedDestruction {
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
    pub fn content(&self) -> Result<Destruction, DecodeError> {
        cbor::decode(&self.statement, LIMIT)
    }

    /// Verifies that this key signed it.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn verify(&self, author: &Encoding) -> Result<(), SignatureError> {
        verify_domain(author, DESTRUCTION_DOMAIN, &self.statement, &self.signature.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_its_authors_alone() {
        let key = SigningKey::from_bytes(&[5; 32]);
        let statement = Destruction {
            keys: vec!["key-share".into()],
            time: 2,
            author: [0; 32],
            election: [4; 32],
        };
        let signed = SignedDestruction::decode(&statement.sign(&key).encode()).unwrap();
        let content = signed.content().unwrap();
        assert_eq!(content.author, key.verifying_key().to_bytes());
        assert_eq!(signed.verify(&content.author), Ok(()));
        assert!(
            signed.verify(&SigningKey::from_bytes(&[6; 32]).verifying_key().to_bytes()).is_err()
        );
        for place in 0..signed.statement.len() {
            let mut altered = signed.clone();
            altered.statement[place] ^= 1;
            assert!(altered.verify(&content.author).is_err());
        }
    }
}
