//! The records that the server knows, with what is told of them: each encoded once, for whoever asks.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use bytes::{Bytes, BytesMut};
use psephos_core::Digest;
use psephos_record::message::{Message, Record, file_digest};
use serde::Serialize;
use tokio::sync::watch;
use utoipa::ToSchema;

/// A record that is no longer than this stays in memory.
const KEPT: usize = 1 << 18;
/// Bytes of events that are sent as one piece.
const PIECE: usize = 1 << 16;

/// What a list of records, and an event, tell of a record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordLine {
    /// Its place on the board, from 0.
    pub sequence: u64,
    /// What it is about; none where it cannot be read.
    pub kind: Option<String>,
    /// The key that it names as its author, in hex.
    pub author: Option<String>,
    /// When its author says it was made, in seconds since 1970-01-01 UTC.
    pub time: Option<u64>,
    /// SHA3-256 of its file, in hex: the board's head behind it.
    pub digest: String,
    /// SHA3-256 of its message, in hex.
    pub message: Option<String>,
    /// Bytes of its file.
    pub size: u64,
}

/// A record as it is known.
#[derive(Clone, Debug)]
pub struct Known {
    /// SHA3-256 of its file.
    pub digest: Digest,
    /// Bytes of its file.
    pub size: u64,
    /// The file, unless it is long.
    pub file: Option<Bytes>,
    /// Its event, `id: …` and all.
    event: Bytes,
    /// Where in the event the record's line stands.
    line: Range<usize>,
}

#[derive(Default)]
struct Entries {
    records: Vec<Known>,
    /// Places of messages by their digests.
    messages: HashMap<Digest, u64>,
}

/// The records that are known.
pub struct Log {
    entries: RwLock<Entries>,
    length: watch::Sender<u64>,
}

impl Log {
    /// No records.
    pub fn new() -> Log {
        Log { entries: RwLock::default(), length: watch::Sender::new(0) }
    }

    // Nothing that holds the lock can fail half-way.
    fn read(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Entries> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many records are known.
    pub fn length(&self) -> u64 {
        *self.length.borrow()
    }

    /// Tells whenever there are more.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.length.subscribe()
    }

    /// The digest of the last record's file; zeros when there is none.
    pub fn head(&self) -> Digest {
        self.read().records.last().map_or([0; 32], |known| known.digest)
    }

    /// A record.
    pub fn known(&self, sequence: u64) -> Option<Known> {
        self.read().records.get(usize::try_from(sequence).ok()?).cloned()
    }

    /// Where a message stands.
    pub fn place_of_message(&self, digest: &Digest) -> Option<u64> {
        self.read().messages.get(digest).copied()
    }

    /// Adds the record at `sequence`, if that is the next one.
    pub fn push(&self, sequence: u64, file: &[u8]) {
        let known = know(sequence, file);
        {
            let mut entries = self.write();
            if entries.records.len() as u64 != sequence {
                return;
            }
            if let Some(message) = known.1 {
                entries.messages.entry(message).or_insert(sequence);
            }
            entries.records.push(known.0);
        }
        self.length.send_replace(sequence + 1);
    }

    /// The lines of at most `limit` records from `first` on, as the inside of a JSON list.
    pub fn lines(&self, first: u64, limit: u64) -> Bytes {
        let entries = self.read();
        let mut text = BytesMut::new();
        for known in slice(&entries.records, first, limit) {
            if !text.is_empty() {
                text.extend_from_slice(b",");
            }
            text.extend_from_slice(&known.event.slice(known.line.clone()));
        }
        text.freeze()
    }

    /// Events of the records from `first` on, as one piece of a stream, and the record that comes next.
    pub fn events(&self, first: u64) -> (Bytes, u64) {
        let entries = self.read();
        let mut waiting = slice(&entries.records, first, u64::MAX).iter();
        // One event, as a rule: what all readers get is the same memory.
        let Some(only) = waiting.next() else { return (Bytes::new(), first) };
        let mut next = first + 1;
        if waiting.len() == 0 {
            return (only.event.clone(), next);
        }
        let mut piece = BytesMut::from(&only.event[..]);
        for known in waiting {
            if piece.len() >= PIECE {
                break;
            }
            piece.extend_from_slice(&known.event);
            next += 1;
        }
        (piece.freeze(), next)
    }
}

fn slice(records: &[Known], first: u64, limit: u64) -> &[Known] {
    let first = usize::try_from(first).unwrap_or(usize::MAX);
    let rest = records.get(first..).unwrap_or_default();
    let limit = usize::try_from(limit).unwrap_or(usize::MAX).min(rest.len());
    rest.get(..limit).unwrap_or_default()
}

/// What is told of a record, and its message's digest.
fn know(sequence: u64, file: &[u8]) -> (Known, Option<Digest>) {
    let record = Record::decode(file).ok();
    let message: Option<Message> = record.as_ref().and_then(|record| record.message().ok());
    let message_digest = record.as_ref().map(Record::message_digest);
    let digest = file_digest(file);
    let line = RecordLine {
        sequence,
        kind: message.as_ref().map(|message| message.kind.clone()),
        author: message.as_ref().map(|message| hex::encode(message.author)),
        time: message.as_ref().map(|message| message.time),
        digest: hex::encode(digest),
        message: message_digest.map(hex::encode),
        size: file.len() as u64,
    };
    let mut event = String::new();
    // Writing to a string cannot fail, and this structure always has an encoding.
    let _ = write!(event, "id: {sequence}\nevent: record\ndata: ");
    let start = event.len();
    event.push_str(&serde_json::to_string(&line).unwrap_or_default());
    let line = start..event.len();
    event.push_str("\n\n");
    let kept = (file.len() <= KEPT).then(|| Bytes::copy_from_slice(file));
    let size = file.len() as u64;
    (Known { digest, size, file: kept, event: event.into(), line }, message_digest)
}
