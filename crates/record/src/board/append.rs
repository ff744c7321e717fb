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
                previous = digest_of_another(board, sequence, signed)?;
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
        let digest = digest_of_another(board, sequence, signed)?;
        last = last.or(Some(digest));
        if digest == message.head {
            head_found = true;
            break;
        }
    }
    if !head_found {
        return Err(BoardError::ForeignHead {
            place: board.place(),
            head: hex::encode(message.head),
        });
    }
    Ok(last.unwrap_or_default())
}

/// Digest of a record file that is not this message. One that cannot be read is somebody else's fault and
/// repeats nothing.
fn digest_of_another<B: WritableBoard + ?Sized>(
    board: &B,
    sequence: u64,
    signed: &SignedMessage,
) -> Result<Digest, BoardError> {
    let file = match board.record(sequence) {
        Err(BoardError::RecordTooLarge { .. }) => return board.record_digest(sequence),
        file => file?,
    };
    match Record::decode(&file) {
        Ok(record) if record.message == signed.message => {
            Err(BoardError::AlreadyStands { sequence })
        }
        _ => Ok(file_digest(&file)),
    }
}
