//! Writing an archive: the same bytes for the same board, whoever writes it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use psephos_core::Digest;

use super::header::{BLOCK, Header, Name};
use super::not_a_board;
use crate::board::rows::{BlobFault, read_blob};
use crate::board::{Board, BoardError, read_body, read_record};
use crate::bodies::Blob;

/// What went into an archive.
#[derive(Debug)]
pub struct Archived {
    /// Its length in bytes.
    pub length: u64,
    /// How many records.
    pub records: u64,
    /// How many blobs.
    pub blobs: u64,
    /// The blobs that records name and that could not go into it.
    pub lost: Vec<Lost>,
}

/// A blob that is not there, or not with its own bytes.
#[derive(Debug)]
pub struct Lost {
    /// The first record that names it.
    pub record: u64,
    /// What is wrong with it.
    pub fault: BlobFault,
}

/// Is told what is being done, and how many of how many bytes of blobs are.
pub type Show<'a> = &'a mut dyn FnMut(&'static str, u64, u64);

/// Writes a board's records and the blobs that they name as an archive (spec/archive.md). Errors of `out` name
/// `path`.
///
/// # Errors
/// [`BoardError::Gap`], [`BoardError::NotABoard`] when there is no record, or the storage's.
pub fn write_archive(
    board: &dyn Board,
    path: &Path,
    out: &mut dyn Write,
    show: Show<'_>,
) -> Result<Archived, BoardError> {
    let extent = board.extent()?;
    if let Some(found) = extent.beyond_gap {
        return Err(BoardError::Gap { place: board.place(), missing: extent.records, found });
    }
    if extent.records == 0 {
        return Err(not_a_board(board.place().as_ref(), "there is no record on it yet"));
    }
    let blobs = Blobs::sort(board, named(board, extent.records)?, show)?;
    let mut out = Output { path, out, length: 0 };
    for sequence in 0..extent.records {
        let file = read_record(board, sequence)?;
        out.header(Name::Record(sequence), file.len() as u64)?;
        out.write(&file)?;
        out.fill()?;
    }
    blobs.copy(board, &mut out, show)?;
    out.write(&[0; 2 * BLOCK])?;
    out.out.flush().map_err(BoardError::io(path, "write the archive"))?;
    let Blobs { sound, lost } = blobs;
    let blobs = sound.len() as u64;
    Ok(Archived { length: out.length, records: extent.records, blobs, lost })
}

/// Every blob that records name by its root, with the first record that does, and the longest that is stated.
fn named(board: &dyn Board, records: u64) -> Result<BTreeMap<Digest, (u64, Blob)>, BoardError> {
    let mut named = BTreeMap::new();
    for sequence in 0..records {
        let body = read_body(board, sequence)?;
        for list in body.map(|body| body.lists()).unwrap_or_default() {
            let (_, blob) = named.entry(list.blob.root).or_insert((sequence, list.blob));
            if blob.length() < list.blob.length() {
                *blob = list.blob;
            }
        }
    }
    Ok(named)
}

/// The blobs that records name, in the order of their roots.
struct Blobs {
    /// Those whose bytes are theirs, with their lengths.
    sound: Vec<(Blob, u64)>,
    lost: Vec<Lost>,
}

impl Blobs {
    /// Reads them all.
    fn sort(
        board: &dyn Board,
        named: BTreeMap<Digest, (u64, Blob)>,
        show: Show<'_>,
    ) -> Result<Self, BoardError> {
        let mut total = 0u64;
        for root in named.keys() {
            total = total.saturating_add(board.blob_length(root)?.unwrap_or_default());
        }
        let (mut blobs, mut done) = (Self { sound: Vec::new(), lost: Vec::new() }, 0);
        for (record, blob) in named.into_values() {
            let mut length = 0;
            let read = read_blob(board, &blob, &mut |piece| {
                length += piece.len() as u64;
                show("checking", done + length, total);
                Ok(())
            });
            match read {
                // Rows that a record counts wrongly are its author's fault; the bytes are the right ones.
                Ok(()) | Err(BlobFault::Shape { .. }) => blobs.sound.push((blob, length)),
                Err(BlobFault::Storage(error)) => return Err(error),
                Err(fault) => blobs.lost.push(Lost { record, fault }),
            }
            done += length;
        }
        Ok(blobs)
    }

    /// Copies the sound ones, and hashes them once more: others can write to the folder meanwhile.
    fn copy(
        &self,
        board: &dyn Board,
        out: &mut Output<'_>,
        show: Show<'_>,
    ) -> Result<(), BoardError> {
        let total = self.sound.iter().map(|(_, length)| length).sum();
        let mut copied = 0;
        for (blob, length) in &self.sound {
            out.header(Name::Blob(blob.root), *length)?;
            let copy = read_blob(board, blob, &mut |piece| {
                copied += piece.len() as u64;
                show("copying", copied, total);
                out.write(piece)
            });
            match copy {
                Ok(()) | Err(BlobFault::Shape { .. }) => out.fill()?,
                Err(BlobFault::Storage(error)) => return Err(error),
                Err(fault) => {
                    let error = io::Error::other(format!("{fault}, and a moment ago it was sound"));
                    return Err(BoardError::io(board.place().as_ref(), "copy a blob")(error));
                }
            }
        }
        Ok(())
    }
}

/// The archive as it grows.
struct Output<'a> {
    path: &'a Path,
    out: &'a mut dyn Write,
    length: u64,
}

impl Output<'_> {
    fn header(&mut self, name: Name, length: u64) -> Result<(), BoardError> {
        self.write(&Header { name, length }.encode())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BoardError> {
        self.length += bytes.len() as u64;
        self.out.write_all(bytes).map_err(BoardError::io(self.path, "write the archive"))
    }

    /// Fills the last block.
    fn fill(&mut self) -> Result<(), BoardError> {
        let missing = self.length.next_multiple_of(BLOCK as u64) - self.length;
        self.write([0; BLOCK].get(..missing as usize).unwrap_or_default())
    }
}
