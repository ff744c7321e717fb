//! Appending: create-if-absent at the end of the log (spec/08-board.md §8.7).

use psephos_core::Digest;

use super::{BoardError, Placed, WritableBoard};
use crate::message::{Message, RECORD_LIMIT, Record, SignedMessage, file_digest};
use crate::signature;

/// A record that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Its place in the log.
    pub sequence: u64,
    /// SHA3-256 of its file: the board's head after it.
    pub head: Digest,
}

/// See [`WritableBoard::append`].
pub(super) fn append<B: WritableBoard + ?Sized>(
    board: &B,
    signed: &SignedMessage,
) -> Result<Appended, BoardError> {
    let refused = |reason: String| BoardError::Refused { reason };
    let message = Message::decode(&signed.message).map_err(|error| refused(error.to_string()))?;
    message.body().map_err(|error| refused(error.to_string()))?;
    signature::verify(&message.author, &signed.message, &signed.signature.0)
        .map_err(|error| refused(error.to_string()))?;

    let extent = board.extent()?;
    if let Some(found) = extent.beyond_gap {
        return Err(BoardError::Gap { place: board.place(), missing: extent.records, found });
    }
    let mut sequence = extent.records;
    let mut previous = last_digest(board, sequence, &message, signed)?;
    loop {
        let file = Record::wrap(signed.clone(), sequence, previous).encode();
        if file.len() > RECORD_LIMIT {
            return Err(refused(format!("it is longer than {RECORD_LIMIT} bytes")));
        }
        match board.create_record(sequence, &file)? {
            Placed::Here => return Ok(Appended { sequence, head: file_digest(&file) }),
            Placed::Taken => {
                let winner = board.record(sequence)?;
                refuse_repetition(&winner, sequence, signed)?;
                previous = file_digest(&winner);
                sequence += 1;
            }
        }
    }
}

/// Digest of the last of `records` record files, zeros when there are none.
///
/// Walks back to the message's head: the message can only stand behind it.
fn last_digest<B: WritableBoard + ?Sized>(
    board: &B,
    records: u64,
    message: &Message,
    signed: &SignedMessage,
) -> Result<Digest, BoardError> {
    let mut last = None;
    let mut head_found = message.head == [0; 32];
    for sequence in (0..records).rev() {
        let file = board.record(sequence)?;
        let digest = file_digest(&file);
        last = last.or(Some(digest));
        if digest == message.head {
            head_found = true;
            break;
        }
        refuse_repetition(&file, sequence, signed)?;
    }
    if !head_found {
        return Err(BoardError::ForeignHead {
            place: board.place(),
            head: hex::encode(message.head),
        });
    }
    Ok(last.unwrap_or_default())
}

/// A file that does not decode is somebody else's fault and repeats nothing.
fn refuse_repetition(file: &[u8], sequence: u64, signed: &SignedMessage) -> Result<(), BoardError> {
    match Record::decode(file) {
        Ok(record) if record.message == signed.message => {
            Err(BoardError::AlreadyStands { sequence })
        }
        _ => Ok(()),
    }
}
