//! An answer: a signed message made away from the board, with the lists that it names (spec/08-board.md §8.16).

use std::io::{self, Read, Write};

use psephos_core::Digest;

use crate::board::{Board, BoardError, WritableBoard};
use crate::bodies::Blob;
use crate::cbor::DecodeError;
use crate::message::{Message, RECORD_LIMIT, SignedMessage};

/// What every answer begins with.
pub const MAGIC: &[u8; 17] = b"psephos-answer/1\n";

/// Why a file is no answer, or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The file cannot be read.
    #[error("the answer cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It begins otherwise, or is cut off.
    #[error("this is no answer, or not all of it: {0}")]
    Form(&'static str),
    /// Its message is none.
    #[error("its message: {0}")]
    Message(#[from] DecodeError),
    /// A list is not the one that the message names.
    #[error("its list {} is damaged", hex::encode(.0))]
    List(Digest),
    /// The board cannot take it.
    #[error(transparent)]
    Board(#[from] BoardError),
}

/// Writes a signed message and the lists that it names, which `board` has; how many bytes that are.
///
/// # Errors
/// [`BoardError`] when a list is not there, and the output's.
pub fn write_answer(
    signed: &SignedMessage,
    board: &dyn Board,
    out: &mut dyn Write,
) -> Result<u64, AnswerError> {
    let message = signed.encode();
    out.write_all(MAGIC)?;
    out.write_all(&(message.len() as u64).to_le_bytes())?;
    out.write_all(&message)?;
    let mut length = (MAGIC.len() + 8 + message.len()) as u64;
    for list in lists(signed)? {
        length += io::copy(&mut board.open_blob(&list.root)?, out)?;
    }
    Ok(length)
}

/// The lists that a message names, each once, in the order of its fields.
fn lists(signed: &SignedMessage) -> Result<Vec<Blob>, AnswerError> {
    let mut lists: Vec<Blob> = Vec::new();
    for named in Message::decode(&signed.message)?.body()?.lists() {
        if lists.iter().all(|list| list.root != named.blob.root) {
            lists.push(named.blob);
        }
    }
    Ok(lists)
}

/// An answer that is being read; its lists still have to be.
pub struct Answer<R> {
    signed: SignedMessage,
    lists: Vec<Blob>,
    source: R,
}

impl<R: Read> Answer<R> {
    /// Reads the message.
    ///
    /// # Errors
    /// [`AnswerError`].
    pub fn read(mut source: R) -> Result<Self, AnswerError> {
        let mut magic = [0; MAGIC.len()];
        source.read_exact(&mut magic).map_err(cut_off)?;
        if magic != *MAGIC {
            return Err(AnswerError::Form("it begins otherwise"));
        }
        let mut length = [0; 8];
        source.read_exact(&mut length).map_err(cut_off)?;
        let length = u64::from_le_bytes(length);
        if length > RECORD_LIMIT as u64 {
            return Err(AnswerError::Form("its message is longer than any"));
        }
        let mut message = Vec::new();
        if source.by_ref().take(length).read_to_end(&mut message)? as u64 != length {
            return Err(AnswerError::Form("it is cut off"));
        }
        let signed = SignedMessage::decode(&message)?;
        let lists = lists(&signed)?;
        Ok(Self { signed, lists, source })
    }

    /// The message; nothing of it is verified.
    pub fn signed(&self) -> &SignedMessage {
        &self.signed
    }

    /// Puts the lists on a board, each checked against its root.
    ///
    /// # Errors
    /// [`AnswerError`]; what was right may be on the board then, which changes nothing there.
    pub fn put_lists(mut self, board: &dyn WritableBoard) -> Result<SignedMessage, AnswerError> {
        for list in &self.lists {
            let length = list.length().ok_or(AnswerError::Form("a list has no possible length"))?;
            let source = &mut self.source;
            let put = board.put_blob(list.row_length, &mut |out| match io::copy(
                &mut source.by_ref().take(length),
                out,
            )? {
                copied if copied == length => Ok(()),
                _ => Err(io::ErrorKind::UnexpectedEof.into()),
            })?;
            if put.root != list.root {
                return Err(AnswerError::List(list.root));
            }
        }
        match self.source.read(&mut [0])? {
            0 => Ok(self.signed),
            _ => Err(AnswerError::Form("something follows it")),
        }
    }
}

fn cut_off(error: io::Error) -> AnswerError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => AnswerError::Form("it is cut off"),
        _ => AnswerError::Io(error),
    }
}
