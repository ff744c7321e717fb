//! Witnesses' keys: what they are called, and what they have cosigned.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use psephos_core::Encoding;
use sha2::{Digest as _, Sha256};

use super::note::is_name;
use super::{Checkpoint, Note, NoteSignature};
use crate::signature::{SignatureError, verify_domain};

/// The kind of signature: a timed cosignature by Ed25519.
const KIND: u8 = 4;

/// Length of a cosignature: the time, and what Ed25519 gives.
const LENGTH: usize = 8 + 64;

/// Why a text is no key of a witness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a name, an id and a key with a plus between them.
    #[error("it is not of the form NAME+ID+KEY")]
    Form,
    /// The name is empty or too long, or has white space or a plus in it.
    #[error("its name is empty, too long, or has white space or a plus in it")]
    Name,
    /// Another kind of key.
    #[error("it is no key for Ed25519 cosignatures")]
    Kind,
    /// Not a point, or one of small order.
    #[error("its key is not a valid Ed25519 key")]
    Key,
    /// The id is not the one that follows from name and key: something was mistyped.
    #[error("its id does not belong to this name and key: something in it was mistyped")]
    Id,
}

/// What became of one witness's signature in a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cosigned {
    /// No signature there is by this key.
    No,
    /// It has cosigned, by its own clock at this time, in seconds since 1970-01-01 UTC.
    At(u64),
    /// A signature says that it is by this key, and does not verify.
    Refused,
}

/// A witness, as whoever trusts it knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WitnessKey {
    name: String,
    key: Encoding,
}

impl WitnessKey {
    /// A witness of this name with this Ed25519 key.
    ///
    /// # Errors
    /// `Name`, `Key`.
    pub fn new(name: &str, key: Encoding) -> Result<Self, KeyError> {
        if !is_name(name) {
            return Err(KeyError::Name);
        }
        let point = VerifyingKey::from_bytes(&key).map_err(|_| KeyError::Key)?;
        if point.is_weak() {
            return Err(KeyError::Key);
        }
        Ok(Self { name: name.to_owned(), key })
    }

    /// What the witness calls itself.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its Ed25519 key, by which it is told from others.
    #[must_use]
    pub fn key(&self) -> &Encoding {
        &self.key
    }

    /// What its signatures are found by.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', KIND])
            .chain_update(self.key)
            .finalize();
        hash.first_chunk().copied().unwrap_or_default()
    }

    /// Cosigns a checkpoint; `key` is the private half.
    #[must_use]
    pub fn cosign(&self, key: &SigningKey, checkpoint: &Checkpoint, time: u64) -> NoteSignature {
        let signed = [header(time).as_bytes(), checkpoint.to_string().as_bytes()].concat();
        let bytes = [&time.to_be_bytes()[..], &key.sign(&signed).to_bytes()].concat();
        NoteSignature { name: self.name.clone(), id: self.id(), bytes }
    }

    /// Whether this witness has cosigned a note.
    #[must_use]
    pub fn has_cosigned(&self, note: &Note) -> Cosigned {
        let is_own = |line: &&NoteSignature| line.name == self.name && line.id == self.id();
        match note.signatures.iter().find(is_own) {
            None => Cosigned::No,
            Some(line) => match self.verify(&note.checkpoint, &line.bytes) {
                Ok(time) => Cosigned::At(time),
                Err(_) => Cosigned::Refused,
            },
        }
    }

    /// The time that a cosignature of a checkpoint states.
    fn verify(&self, checkpoint: &Checkpoint, bytes: &[u8]) -> Result<u64, SignatureError> {
        let bytes: &[u8; LENGTH] = bytes.try_into().map_err(|_| SignatureError::Signature)?;
        let (time, signature) = bytes.split_at(8);
        let time = time.try_into().map(u64::from_be_bytes);
        let time = time.ok().filter(|time| i64::try_from(*time).is_ok());
        let (Some(time), Ok(signature)) = (time, signature.try_into()) else {
            return Err(SignatureError::Signature);
        };
        let text = checkpoint.to_string();
        verify_domain(&self.key, header(time).as_bytes(), text.as_bytes(), signature)?;
        Ok(time)
    }
}

/// What stands before the checkpoint in the signed bytes.
fn header(time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n")
}

/// The line that a witness hands out, a vkey: name, id and key.
impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[KIND], &self.key[..]].concat());
        write!(f, "{}+{}+{key}", self.name, hex::encode(self.id()))
    }
}

impl FromStr for WitnessKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        // A key in base64 may have a plus in it, a name may not.
        let (name, rest) = text.split_once('+').ok_or(KeyError::Form)?;
        let (id, key) = rest.split_once('+').ok_or(KeyError::Form)?;
        let key = STANDARD.decode(key).map_err(|_| KeyError::Form)?;
        let key: Encoding = match key.split_first() {
            Some((&KIND, key)) => key.try_into().map_err(|_| KeyError::Key)?,
            _ => return Err(KeyError::Kind),
        };
        let witness = Self::new(name, key)?;
        if hex::encode(witness.id()) == id { Ok(witness) } else { Err(KeyError::Id) }
    }
}
