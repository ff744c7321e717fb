//! Signatures of messages: Ed25519 (RFC 8032), strictly verified (spec/08-board.md §8.5).

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use psephos_core::Encoding;
use psephos_core::encodings::Fixed;

use crate::message::{Message, SignedMessage};

/// Why a signature was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The author's key is no Ed25519 key, or one of small order.
    #[error("the author's key is not a valid Ed25519 key")]
    Key,
    /// The signature is not one of this author over this message.
    #[error("the signature does not verify under the author's key")]
    Signature,
}

/// What stands before the message in the signed bytes.
pub const MESSAGE_DOMAIN: &[u8] = b"psephos/v1/message";

/// Signs a message.
///
/// `message.author` is set to the key's public half, so that they cannot differ.
pub fn sign(mut message: Message, key: &SigningKey) -> SignedMessage {
    message.author = key.verifying_key().to_bytes();
    sign_bytes(message.encode(), key)
}

/// Signs an encoded message as it is; [`sign`] is the safer way.
pub fn sign_bytes(message: Vec<u8>, key: &SigningKey) -> SignedMessage {
    let signature = key.sign(&[MESSAGE_DOMAIN, &message].concat());
    SignedMessage { message, signature: Fixed(signature.to_bytes()) }
}

/// Verifies `signature` over an encoded message.
///
/// # Errors
/// [`SignatureError`] (check `board.signature`): nobody is to blame then, the author is a claim.
pub fn verify(
    author: &Encoding,
    message: &[u8],
    signature: &[u8; 64],
) -> Result<(), SignatureError> {
    verify_domain(author, MESSAGE_DOMAIN, message, signature)
}

/// Verifies an Ed25519 signature over `domain` ‖ `bytes`.
pub(crate) fn verify_domain(
    key: &Encoding,
    domain: &[u8],
    bytes: &[u8],
    signature: &[u8; 64],
) -> Result<(), SignatureError> {
    let key = VerifyingKey::from_bytes(key).map_err(|_| SignatureError::Key)?;
    if key.is_weak() {
        return Err(SignatureError::Key);
    }
    key.verify_strict(&[domain, bytes].concat(), &Signature::from_bytes(signature))
        .map_err(|_| SignatureError::Signature)
}
