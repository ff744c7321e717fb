//! A board in one file (spec/archive.md): the folder's records and blobs as a tar archive of one form.
//!
//! One board has one archive, byte for byte. Each block between the files is compared with the one that a
//! writer would have written, so nothing here interprets what else a tar archive can hold. Files are read
//! where they lie; what is kept in memory is where, a tenth of the archive's length at most.

mod header;
mod write;

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use psephos_core::Digest;

use self::header::{BLOCK, Header, Name};
use super::folder::open_file;
use super::{Board, BoardError, Extent, FolderBoard};

pub use write::{Archived, Lost, Show, write_archive};

/// Opens the board at a path to read it: a folder, or an archive, whatever its name.
///
/// # Errors
/// [`BoardError::NotABoard`] when there is neither, or the system's.
pub fn open_board(path: impl AsRef<Path>) -> Result<Box<dyn Board>, BoardError> {
    let path = path.as_ref();
    match fs::metadata(path) {
        Ok(found) if found.is_file() => Ok(Box::new(ArchiveBoard::open(path)?)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(not_a_board(path, "there is no such folder, and no such file"))
        }
        _ => Ok(Box::new(FolderBoard::open(path)?)),
    }
}

/// Whether a file begins as an archive does.
pub(super) fn begins_one(path: &Path) -> bool {
    let mut block = Vec::new();
    let read = File::open(path).and_then(|file| file.take(BLOCK as u64).read_to_end(&mut block));
    read.is_ok() && Header::decode(&block).is_some()
}

fn not_a_board(path: &Path, reason: impl Into<String>) -> BoardError {
    BoardError::NotABoard { path: path.to_owned(), reason: reason.into() }
}

/// A board in an archive, which it only reads.
#[derive(Debug)]
pub struct ArchiveBoard<S = File> {
    path: PathBuf,
    source: Mutex<S>,
    index: Index,
}

impl ArchiveBoard {
    /// Opens an archive, and looks at everything in it but the records and blobs themselves.
    ///
    /// # Errors
    /// [`BoardError::NotABoard`] when it is not exactly an archive, or the system's.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, BoardError> {
        let path = path.into();
        let file = open_file(&path).map_err(BoardError::io(&path, "open the file"))?;
        Self::read(path, file)
    }
}

impl<S: Read + Seek + Send> ArchiveBoard<S> {
    /// As [`ArchiveBoard::open`], of an archive that lies anywhere; errors call it `path`.
    ///
    /// # Errors
    /// As [`ArchiveBoard::open`].
    pub fn read(path: PathBuf, mut source: S) -> Result<Self, BoardError> {
        match Index::of(&mut source) {
            Ok(index) => Ok(Self { path, source: Mutex::new(source), index }),
            Err(Fault::Io(error)) => Err(BoardError::io(&path, "read the archive")(error)),
            Err(Fault::Form { at: 0, .. }) => {
                Err(not_a_board(&path, "it is no folder, and no archive of a board either"))
            }
            Err(Fault::Form { at, what }) => {
                let reason = format!(
                    "the archive is not as it was made: at byte {at}, {what}; get another copy of it"
                );
                Err(not_a_board(&path, reason))
            }
        }
    }

    fn section(&self, place: Place) -> Box<dyn Read + Send + '_> {
        Box::new(Section { source: &self.source, at: place.start, left: place.length })
    }
}

impl<S: Read + Seek + Send> Board for ArchiveBoard<S> {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn extent(&self) -> Result<Extent, BoardError> {
        Ok(Extent { records: self.index.records.len() as u64, beyond_gap: None })
    }

    fn open_record(&self, sequence: u64) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        let index = usize::try_from(sequence).ok();
        match index.and_then(|index| self.index.records.get(index)) {
            Some(place) => Ok(self.section(*place)),
            None => Err(BoardError::RecordMissing { place: self.place(), sequence }),
        }
    }

    fn blob_length(&self, root: &Digest) -> Result<Option<u64>, BoardError> {
        Ok(self.index.blob(root).map(|place| place.length))
    }

    fn open_blob(&self, root: &Digest) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        match self.index.blob(root) {
            Some(place) => Ok(self.section(place)),
            None => Err(BoardError::BlobMissing { place: self.place(), root: hex::encode(root) }),
        }
    }
}

/// Where a file lies in an archive, in bytes.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: u64,
    length: u64,
}

/// Why a file is no archive.
enum Fault {
    Form { at: u64, what: &'static str },
    Io(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Where everything lies: the records by sequence, the blobs with increasing roots.
#[derive(Debug, Default)]
struct Index {
    records: Vec<Place>,
    blobs: Vec<(Digest, Place)>,
}

impl Index {
    fn of<S: Read + Seek>(source: &mut S) -> Result<Self, Fault> {
        let length = source.seek(SeekFrom::End(0))?;
        let mut index = Self::default();
        let mut at = 0;
        loop {
            let block = read_at(source, at, BLOCK as u64, length)?;
            if is_zero(&block) && !index.records.is_empty() {
                return end(source, at + BLOCK as u64, length).map(|()| index);
            }
            let header = Header::decode(&block);
            let header = header.ok_or(Fault::Form { at, what: "there is no header of a file" })?;
            let start = at + BLOCK as u64;
            let cut_off = Fault::Form { at, what: "a file begins that is cut off" };
            let file_end = start.checked_add(header.length).filter(|end| *end <= length);
            let file_end = file_end.ok_or(cut_off)?;
            let missing = file_end.next_multiple_of(BLOCK as u64) - file_end;
            if !is_zero(&read_at(source, file_end, missing, length)?) {
                return Err(Fault::Form { at: file_end, what: "a file is not followed by zeros" });
            }
            if !index.add(header.name, Place { start, length: header.length }) {
                return Err(Fault::Form { at, what: "a file is out of its order" });
            }
            at = file_end + missing;
        }
    }

    /// Whether the next file may be this one: records from 0 on, then blobs with increasing roots.
    fn add(&mut self, name: Name, place: Place) -> bool {
        match name {
            Name::Record(sequence) => {
                self.records.push(place);
                self.blobs.is_empty() && sequence == self.records.len() as u64 - 1
            }
            Name::Blob(root) => {
                let follows = self.blobs.last().is_none_or(|(last, _)| *last < root);
                self.blobs.push((root, place));
                follows && !self.records.is_empty()
            }
        }
    }

    fn blob(&self, root: &Digest) -> Option<Place> {
        let found = self.blobs.binary_search_by(|(other, _)| other.cmp(root)).ok()?;
        self.blobs.get(found).map(|(_, place)| *place)
    }
}

/// A second block of zeros, and nothing behind it.
fn end<S: Read + Seek>(source: &mut S, at: u64, length: u64) -> Result<(), Fault> {
    let block = read_at(source, at, BLOCK as u64, length)?;
    if !is_zero(&block) || at + BLOCK as u64 != length {
        return Err(Fault::Form { at, what: "its end is followed by something" });
    }
    Ok(())
}

/// At most a block of a source that is `length` bytes long.
fn read_at<S: Read + Seek>(
    source: &mut S,
    at: u64,
    wanted: u64,
    length: u64,
) -> Result<Vec<u8>, Fault> {
    if length - at.min(length) < wanted {
        return Err(Fault::Form { at, what: "it is cut off" });
    }
    source.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    source.take(wanted).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < wanted {
        return Err(shorter().into());
    }
    Ok(bytes)
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

fn shorter() -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, "it has become shorter since it was opened")
}

/// A file in an archive; several can be read at a time.
struct Section<'a, S> {
    source: &'a Mutex<S>,
    at: u64,
    left: u64,
}

impl<S: Read + Seek> Read for Section<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(buffer) = buffer.get_mut(..wanted).filter(|buffer| !buffer.is_empty()) else {
            return Ok(0);
        };
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        source.seek(SeekFrom::Start(self.at))?;
        let read = source.read(buffer)?;
        if read == 0 {
            return Err(shorter());
        }
        self.at += read as u64;
        self.left -= read as u64;
        Ok(read)
    }
}
