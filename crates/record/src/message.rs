//! Messages and the records that wrap them (spec/08-board.md §8.2, §8.3).
//!
//! An author signs a [`Message`]; whoever appends it wraps the signed bytes as a [`Record`] with its
//! place in the log. So a message made on an air-gapped machine does not go stale.

use psephos_core::encodings::Fixed;
use psephos_core::hash::plain;
use psephos_core::{Digest, Encoding};
use serde::{Deserialize, Serialize};

use crate::bodies::Body;
use crate::cbor::{self, DecodeError, Flat};
use crate::kind::{Kind, UnknownKind};
use crate::signature::{self, SignatureError};

/// The longest record file in bytes; also the longest message.
pub const RECORD_LIMIT: usize = 128 << 20;

/// As much of a record file as its digest is of: all of it, unless it is too long.
pub const DIGESTED: usize = RECORD_LIMIT + 1;

/// The only version of messages.
pub const VERSION: u64 = 1;

/// What an author signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// The encoded body; see [`Message::body`].
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
    /// Digest of the last record file the author had verified; zeros: none.
    #[serde(with = "serde_bytes")]
    pub head: Digest,
    /// Name of the [`Kind`].
    pub kind: String,
    /// When the author says it was made, in seconds since 1970-01-01 UTC.
    pub time: u64,
    /// The author's Ed25519 key.
    #[serde(with = "serde_bytes")]
    pub author: Encoding,
    /// The author's own count of messages, from 0.
    pub counter: u64,
    /// [`VERSION`].
    pub version: u64,
    /// Message digest of the manifest; of the proposal before a manifest stands; zeros in the proposal.
    #[serde(with = "serde_bytes")]
    pub election: Digest,
}

impl Message {
    /// Encodes the message: the bytes that are signed.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes a message, not its body.
    ///
    /// # Errors
    /// As [`cbor::decode`]; an unknown version is `NotCanonical`.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let message: Self = cbor::decode(bytes, RECORD_LIMIT)?;
        if message.version != VERSION {
            return Err(DecodeError::NotCanonical {
                reason: format!("version {} is not known", message.version),
            });
        }
        Ok(message)
    }

    /// The kind of record.
    ///
    /// # Errors
    /// [`UnknownKind`] when no kind has this name (check `encoding.canonical`).
    pub fn kind(&self) -> Result<Kind, UnknownKind> {
        self.kind.parse()
    }

    /// Decodes the body.
    ///
    /// # Errors
    /// As [`Body::decode`]; an unknown kind is `NotCanonical`.
    pub fn body(&self) -> Result<Body, DecodeError> {
        let kind =
            self.kind().map_err(|error| DecodeError::NotCanonical { reason: error.to_string() })?;
        Body::decode(kind, &self.body)
    }
}

/// A message with its author's signature: what is stored before it is offered, carried between
/// machines, and wrapped into a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedMessage {
    /// The encoded [`Message`].
    #[serde(with = "serde_bytes")]
    pub message: Vec<u8>,
    /// Ed25519 signature, see [`signature`].
    pub signature: Fixed<64>,
}

impl SignedMessage {
    /// Encodes for a file.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes, verifies nothing.
    ///
    /// # Errors
    /// As [`cbor::decode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        cbor::decode(bytes, RECORD_LIMIT)
    }

    /// SHA3-256 of the message's bytes: the election id when it is a manifest.
    pub fn digest(&self) -> Digest {
        message_digest(&self.message)
    }
}

/// A file of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The encoded [`Message`].
    #[serde(with = "serde_bytes")]
    pub message: Vec<u8>,
    /// Digest of the whole preceding file; zeros in the first record.
    #[serde(with = "serde_bytes")]
    pub previous: Digest,
    /// Its place in the log, from 0.
    pub sequence: u64,
    /// The author's signature over `message`.
    pub signature: Fixed<64>,
}

impl Record {
    /// Wraps a signed message.
    pub fn wrap(signed: SignedMessage, sequence: u64, previous: Digest) -> Self {
        Self { message: signed.message, previous, sequence, signature: signed.signature }
    }

    /// The signed message inside.
    pub fn unwrap_message(self) -> SignedMessage {
        SignedMessage { message: self.message, signature: self.signature }
    }

    /// Encodes the file.
    pub fn encode(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// Decodes a file, not its message.
    ///
    /// # Errors
    /// As [`cbor::decode`]: `Incomplete` and `TooLarge` make the board UNREADABLE.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        cbor::decode(bytes, RECORD_LIMIT)
    }

    /// Decodes the message, not its body; verifies nothing.
    ///
    /// # Errors
    /// As [`Message::decode`].
    pub fn message(&self) -> Result<Message, DecodeError> {
        Message::decode(&self.message)
    }

    /// SHA3-256 of the message's bytes.
    pub fn message_digest(&self) -> Digest {
        message_digest(&self.message)
    }

    /// Who has signed the message, where it is refused and its author is still to be read in it: its fields
    /// are there once each and of their types, in whatever order and width (spec/08-board.md §8.1).
    pub fn author_of_refused(&self) -> Option<Encoding> {
        let fields = cbor::flat_fields(&self.message, 8)?;
        let digest = |name| match fields.get(name)? {
            Flat::Bytes(bytes) => Encoding::try_from(*bytes).ok(),
            _ => None,
        };
        let is_number = |name: &&str| matches!(fields.get(name), Some(Flat::Number(_)));
        let author = digest("author")?;
        let is_message = matches!(fields.get("body"), Some(Flat::Bytes(_)))
            && matches!(fields.get("kind"), Some(Flat::Text(_)))
            && ["time", "counter", "version"].iter().all(is_number)
            && ["head", "election"].into_iter().all(|name| digest(name).is_some());
        let holds = signature::verify(&author, &self.message, &self.signature.0).is_ok();
        (is_message && holds).then_some(author)
    }

    /// Verifies the signature by the author that `message` claims.
    ///
    /// # Errors
    /// [`SignatureError`] (check `board.signature`).
    pub fn verify(&self, message: &Message) -> Result<(), SignatureError> {
        signature::verify(&message.author, &self.message, &self.signature.0)
    }
}

/// SHA3-256 of encoded message bytes: the election id of a manifest, the proposal digest of a proposal.
pub fn message_digest(message: &[u8]) -> Digest {
    plain(message)
}

/// SHA3-256 of a record file: `previous` of the next one, and the board's head. Of one that is too long for a
/// record it is that of its first [`DIGESTED`] bytes, so that nobody can make readers hash without end.
pub fn file_digest(file: &[u8]) -> Digest {
    plain(file.get(..DIGESTED).unwrap_or(file))
}
