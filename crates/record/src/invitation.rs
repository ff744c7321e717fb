//! Invitations: the line by which the authority invites a trustee (spec/08-board.md §8.9).
//!
//! Whoever holds the line can enrol as that trustee, once; it is sent in private.

use std::fmt;

use ed25519_dalek::{Signer, SigningKey};
use psephos_core::encodings::Fixed;
use psephos_core::hash::hash;
use psephos_core::{Digest, Encoding};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::cbor;
use crate::signature::{self, SignatureError};

/// What every invitation begins with.
pub const PREFIX: &str = "psephos-invite:";

/// What stands before the signed bytes of an enrolment.
pub const ENROL_DOMAIN: &[u8] = b"psephos/v1/enrol";

const CHECKSUM_LENGTH: usize = 4;
/// Longest content in bytes; a board's place is a path or an address.
const CONTENT_LIMIT: usize = 4096;

/// An invitation's secret: the seed of its Ed25519 key. Never printed, erased when dropped.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct InvitationSecret(#[serde(with = "serde_bytes")] [u8; 32]);

impl InvitationSecret {
    /// A secret of 32 random bytes.
    pub fn new(seed: [u8; 32]) -> Self {
        Self(seed)
    }

    /// The key that signs the enrolment; its public half stands in the proposal.
    pub fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.0)
    }
}

impl fmt::Debug for InvitationSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("InvitationSecret(redacted)")
    }
}

/// What the line holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// Where the board lies, as the authority knows it: a hint.
    pub board: String,
    /// Seed of the invitation key.
    pub secret: InvitationSecret,
    /// Index of the trustee.
    pub trustee: u64,
    /// Digest of the proposal's message.
    #[serde(with = "serde_bytes")]
    pub proposal: Digest,
}

/// Why a line is no invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvitationError {
    /// It begins otherwise.
    #[error("an invitation begins with `{PREFIX}`; copy the whole line")]
    Prefix,
    /// Its characters are not those of an invitation, or some are missing.
    #[error("the invitation is cut off or holds a wrong character; copy the whole line again")]
    Characters,
    /// The checksum does not fit.
    #[error("the invitation is mistyped or incomplete; copy the whole line again")]
    Checksum,
    /// The checksum fits, but the content is not understood.
    #[error("the invitation is not one this version understands")]
    Content,
}

impl Invitation {
    /// The line, secret included.
    pub fn to_line(&self) -> Zeroizing<String> {
        let content = Zeroizing::new(cbor::encode(self));
        let checksum = checksum(&content);
        let mut line = Zeroizing::new(String::with_capacity(
            PREFIX.len() + 2 * (content.len() + CHECKSUM_LENGTH),
        ));
        line.push_str(PREFIX);
        line.push_str(&Zeroizing::new(hex::encode(&*content)));
        line.push_str(&hex::encode(checksum));
        line
    }

    /// Reads a line; spaces and line breaks that mail programs put in do not matter.
    ///
    /// # Errors
    /// [`InvitationError`]; no part of the line stands in it.
    pub fn from_line(line: &str) -> Result<Self, InvitationError> {
        let mut compact = Zeroizing::new(String::with_capacity(line.len()));
        compact.extend(line.chars().filter(|character| !character.is_whitespace()));
        let digits = compact.strip_prefix(PREFIX).ok_or(InvitationError::Prefix)?;
        let bytes = Zeroizing::new(hex::decode(digits).map_err(|_| InvitationError::Characters)?);
        let length = bytes.len().checked_sub(CHECKSUM_LENGTH).ok_or(InvitationError::Characters)?;
        let (content, stated) =
            bytes.split_at_checked(length).ok_or(InvitationError::Characters)?;
        if checksum(content) != stated {
            return Err(InvitationError::Checksum);
        }
        cbor::decode(content, CONTENT_LIMIT).map_err(|_| InvitationError::Content)
    }
}

/// The first bytes of H\[psephos/v1/invitation\](content).
fn checksum(content: &[u8]) -> [u8; CHECKSUM_LENGTH] {
    let [a, b, c, d, ..] = hash("psephos/v1/invitation", &[content]);
    [a, b, c, d]
}

/// What an invitation key signs for its trustee: proposal digest ‖ trustee as LE64 ‖ the new signing key,
/// behind [`ENROL_DOMAIN`].
pub fn enrolment_bytes(proposal: &Digest, trustee: u64, key: &Encoding) -> [u8; 72] {
    let mut bytes = [0; 72];
    let (head, tail) = bytes.split_at_mut(32);
    head.copy_from_slice(proposal);
    let (index, last) = tail.split_at_mut(8);
    index.copy_from_slice(&trustee.to_le_bytes());
    last.copy_from_slice(key);
    bytes
}

/// Signs an enrolment of `key` as `trustee` with the invitation's key.
pub fn sign_enrolment(
    invitation: &SigningKey,
    proposal: &Digest,
    trustee: u64,
    key: &Encoding,
) -> Fixed<64> {
    let signed = [ENROL_DOMAIN, &enrolment_bytes(proposal, trustee, key)].concat();
    Fixed(invitation.sign(&signed).to_bytes())
}

/// Verifies an enrolment under the invitation key that the proposal names for `trustee`.
///
/// # Errors
/// [`SignatureError`].
pub fn verify_enrolment(
    invitation_key: &Encoding,
    proposal: &Digest,
    trustee: u64,
    key: &Encoding,
    signature: &Fixed<64>,
) -> Result<(), SignatureError> {
    let bytes = enrolment_bytes(proposal, trustee, key);
    signature::verify_domain(invitation_key, ENROL_DOMAIN, &bytes, &signature.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitation() -> Invitation {
        Invitation {
            board: "/srv/board of elections".into(),
            secret: InvitationSecret::new([0xa7; 32]),
            trustee: 2,
            proposal: [9; 32],
        }
    }

    #[test]
    fn lines_read_back_even_broken_by_a_mail_program() {
        let line = invitation().to_line();
        assert_eq!(Invitation::from_line(&line), Ok(invitation()));
        let mut broken = String::from("  ");
        for (index, character) in line.chars().enumerate() {
            broken.push_str(if index % 60 == 59 { "\r\n " } else { "" });
            broken.push(character);
        }
        assert_eq!(Invitation::from_line(&broken), Ok(invitation()));
    }

    #[test]
    fn every_mistyped_character_is_recognised() {
        let line = invitation().to_line();
        for index in 0..line.len() {
            let mut bytes = line.as_bytes().to_vec();
            bytes[index] = if bytes[index] == b'0' { b'1' } else { b'0' };
            let altered = String::from_utf8(bytes).unwrap();
            assert!(Invitation::from_line(&altered).is_err(), "{altered}");
            assert!(Invitation::from_line(&line[..index]).is_err());
        }
        assert_eq!(Invitation::from_line("hello"), Err(InvitationError::Prefix));
        assert_eq!(Invitation::from_line(PREFIX), Err(InvitationError::Characters));
    }

    #[test]
    fn the_secret_is_not_printed() {
        let shown = format!("{:?}", invitation());
        assert!(shown.contains("redacted"));
        assert!(!shown.contains("167") && !shown.contains("a7a7"));
    }

    #[test]
    fn enrolments_bind_everything() {
        let key = invitation().secret.signing_key();
        let public = key.verifying_key().to_bytes();
        let signature = sign_enrolment(&key, &[1; 32], 2, &[3; 32]);
        let verify = |proposal, trustee, new: [u8; 32]| {
            verify_enrolment(&public, &[proposal; 32], trustee, &new, &signature).is_ok()
        };
        assert!(verify(1, 2, [3; 32]));
        assert!(!verify(0, 2, [3; 32]) && !verify(1, 1, [3; 32]) && !verify(1, 2, [4; 32]));
        assert!(verify_enrolment(&[3; 32], &[1; 32], 2, &[3; 32], &signature).is_err());
    }
}
