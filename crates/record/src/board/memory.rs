//! A board in memory, for tests and dry runs.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use psephos_core::{Digest, tree};

use super::folder::{blob_name, record_name};
use super::{Board, BoardError, Extent, FolderBoard, Placed, WritableBoard};
use crate::bodies::Blob;

/// A board in memory; what is in it can also be altered, which no other board allows.
#[derive(Debug, Default)]
pub struct MemoryBoard {
    content: RwLock<Content>,
}

#[derive(Clone, Debug, Default)]
struct Content {
    records: Vec<Arc<[u8]>>,
    blobs: BTreeMap<Digest, Arc<[u8]>>,
}

impl Clone for MemoryBoard {
    fn clone(&self) -> Self {
        Self { content: RwLock::new(self.read().clone()) }
    }
}

impl MemoryBoard {
    /// An empty board.
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy of the records of `board` and of the blobs in `roots`, as they are.
    ///
    /// # Errors
    /// As reading `board`.
    pub fn copy_of(board: &dyn Board, roots: &[Digest]) -> Result<Self, BoardError> {
        let copy = Self::new();
        for sequence in 0..board.extent()?.records {
            copy.write().records.push(board.record(sequence)?.into());
        }
        for root in roots {
            let mut bytes = Vec::new();
            let reading = |source| BoardError::Io {
                path: board.place().into(),
                action: "read a blob",
                source,
            };
            board.open_blob(root)?.read_to_end(&mut bytes).map_err(reading)?;
            copy.set_blob(*root, bytes);
        }
        Ok(copy)
    }

    /// Every file that the board would be in a folder, by its path in it, as it is: a blob whose bytes are
    /// wrong stays wrong.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let content = self.read().clone();
        let records = content.records.iter().enumerate();
        let records =
            records.map(|(sequence, file)| (record_name(sequence as u64).into(), file.to_vec()));
        let blobs =
            content.blobs.iter().map(|(root, bytes)| (blob_name(root).into(), bytes.to_vec()));
        records.chain(blobs).collect()
    }

    /// Writes [`MemoryBoard::files`] into an empty folder.
    ///
    /// # Errors
    /// As creating and writing files.
    pub fn write_to(&self, folder: &Path) -> Result<FolderBoard, BoardError> {
        let board = FolderBoard::create(folder)?;
        for (name, bytes) in self.files() {
            let path = folder.join(name);
            fs::write(&path, bytes).map_err(BoardError::io(&path, "write the file"))?;
        }
        Ok(board)
    }

    /// All record files.
    pub fn records(&self) -> Vec<Vec<u8>> {
        self.read().records.iter().map(|file| file.to_vec()).collect()
    }

    /// Replaces all record files.
    pub fn set_records(&self, records: Vec<Vec<u8>>) {
        self.write().records = records.into_iter().map(Arc::from).collect();
    }

    /// The roots under which blobs are stored.
    pub fn roots(&self) -> Vec<Digest> {
        self.read().blobs.keys().copied().collect()
    }

    /// The bytes stored under a root.
    pub fn blob(&self, root: &Digest) -> Option<Vec<u8>> {
        self.read().blobs.get(root).map(|bytes| bytes.to_vec())
    }

    /// Stores bytes under a root, whether or not it is theirs.
    pub fn set_blob(&self, root: Digest, bytes: Vec<u8>) {
        self.write().blobs.insert(root, bytes.into());
    }

    /// Removes a blob.
    pub fn remove_blob(&self, root: &Digest) {
        self.write().blobs.remove(root);
    }

    fn read(&self) -> RwLockReadGuard<'_, Content> {
        self.content.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Content> {
        self.content.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Board for MemoryBoard {
    fn place(&self) -> String {
        "a board in memory".into()
    }

    fn extent(&self) -> Result<Extent, BoardError> {
        Ok(Extent { records: self.read().records.len() as u64, beyond_gap: None })
    }

    fn open_record(&self, sequence: u64) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        let content = self.read();
        let file = usize::try_from(sequence).ok().and_then(|index| content.records.get(index));
        match file {
            Some(file) => Ok(Box::new(Cursor::new(file.clone()))),
            None => Err(BoardError::RecordMissing { place: self.place(), sequence }),
        }
    }

    fn blob_length(&self, root: &Digest) -> Result<Option<u64>, BoardError> {
        Ok(self.read().blobs.get(root).map(|bytes| bytes.len() as u64))
    }

    fn open_blob(&self, root: &Digest) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        match self.read().blobs.get(root) {
            Some(bytes) => Ok(Box::new(Cursor::new(bytes.clone()))),
            None => Err(BoardError::BlobMissing { place: self.place(), root: hex::encode(root) }),
        }
    }
}

impl WritableBoard for MemoryBoard {
    fn create_record(&self, sequence: u64, file: &[u8]) -> Result<Placed, BoardError> {
        let mut content = self.write();
        let records = content.records.len() as u64;
        if sequence < records {
            return Ok(Placed::Taken);
        }
        if sequence > records {
            return Err(BoardError::Gap { place: self.place(), missing: records, found: sequence });
        }
        content.records.push(file.into());
        Ok(Placed::Here)
    }

    fn put_blob(
        &self,
        row_length: u64,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Blob, BoardError> {
        let mut bytes = Vec::new();
        write(&mut bytes).map_err(|source| BoardError::Io {
            path: self.place().into(),
            action: "write a blob",
            source,
        })?;
        let length = bytes.len() as u64;
        if length.checked_rem(row_length) != Some(0) {
            return Err(BoardError::BrokenRows { length, row_length });
        }
        let root = tree::root(&bytes);
        self.set_blob(root, bytes);
        Ok(Blob { root, rows: length / row_length, row_length })
    }
}
