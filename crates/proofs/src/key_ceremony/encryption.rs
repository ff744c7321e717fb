//! Encryption of one share to one recipient: ECIES over ristretto255 with ChaCha20-Poly1305
//! (RFC 8439); spec/05-key-ceremony.md §5.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use psephos_core::hash;
use psephos_core::{Encoding, Scalar, group};
use zeroize::Zeroizing;

use super::CeremonyContext;

/// Bytes of an encrypted share: a scalar and the tag.
pub const SHARE_CIPHERTEXT_LENGTH: usize = 48;

/// One arrow of the ceremony, from a dealer to a recipient, with the two keys that meet in it.
#[derive(Clone, Copy, Debug)]
pub struct Edge {
    /// The ceremony.
    pub context: CeremonyContext,
    /// Index of the dealer.
    pub dealer: u64,
    /// Index of the recipient.
    pub recipient: u64,
    /// The dealer's ephemeral key E for this recipient.
    pub ephemeral: Encoding,
    /// The recipient's share-encryption key P.
    pub recipient_key: Encoding,
}

/// Why a ciphertext holds no share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableShare {
    /// The tag does not fit.
    #[error("the encrypted share does not authenticate")]
    Tag,
    /// The plaintext is not a scalar below the group order.
    #[error("the share is not a canonical scalar")]
    Scalar,
}

impl Edge {
    /// election ‖ LE64(attempt) ‖ LE64(dealer) ‖ LE64(recipient) ‖ E ‖ P, 120 bytes.
    #[must_use]
    pub fn associated_data(&self) -> Vec<u8> {
        let mut data = Vec::with_capacity(120);
        data.extend_from_slice(&self.context.election);
        data.extend_from_slice(&self.context.attempt.to_le_bytes());
        data.extend_from_slice(&self.dealer.to_le_bytes());
        data.extend_from_slice(&self.recipient.to_le_bytes());
        data.extend_from_slice(&self.ephemeral);
        data.extend_from_slice(&self.recipient_key);
        data
    }

    // (5) key = H[psephos/v1/share-key](associated data ‖ point)
    fn cipher(&self, associated_data: &[u8], point: &Encoding) -> ChaCha20Poly1305 {
        let key = Zeroizing::new(hash::hash("psephos/v1/share-key", &[associated_data, point]));
        ChaCha20Poly1305::new((&*key).into())
    }
}

// A key is used for one message: the ephemeral is fresh for each recipient of each deal.
const NONCE: [u8; 12] = [0; 12];

/// Encrypts a share's 32 bytes under the key that follows from the Diffie–Hellman point.
///
/// `None` only if the cipher refused the message's length, which it does not for 32 bytes.
#[must_use]
pub fn seal_share(
    edge: &Edge,
    point: &Encoding,
    share: &Encoding,
) -> Option<[u8; SHARE_CIPHERTEXT_LENGTH]> {
    let aad = edge.associated_data();
    let payload = Payload { msg: share, aad: &aad };
    let sealed = edge.cipher(&aad, point).encrypt(&Nonce::from(NONCE), payload).ok()?;
    sealed.try_into().ok()
}

/// Decrypts a share with the Diffie–Hellman point of its edge.
///
/// # Errors
/// [`UnreadableShare`].
pub fn open_share(
    edge: &Edge,
    point: &Encoding,
    ciphertext: &[u8; SHARE_CIPHERTEXT_LENGTH],
) -> Result<Zeroizing<Scalar>, UnreadableShare> {
    let aad = edge.associated_data();
    let payload = Payload { msg: ciphertext, aad: &aad };
    let opened = edge
        .cipher(&aad, point)
        .decrypt(&Nonce::from(NONCE), payload)
        .map(Zeroizing::new)
        .map_err(|_| UnreadableShare::Tag)?;
    let bytes: &Encoding = opened.as_slice().try_into().map_err(|_| UnreadableShare::Scalar)?;
    group::scalar(bytes).map(Zeroizing::new).map_err(|_| UnreadableShare::Scalar)
}
