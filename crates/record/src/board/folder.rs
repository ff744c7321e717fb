//! A board in a folder (spec/08-board.md §8.7): `records/00000000.cbor …` and `blobs/<root in hex>`.
//!
//! Files are written whole under a temporary name beside the two folders, made durable, and then linked
//! to their final name, which fails if it is taken: two writers cannot both win, and a crash leaves no half
//! file. Whatever else lies in the folder is ignored.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use psephos_core::Digest;

use super::{BlobWriter, Board, BoardError, Extent, Placed, WritableBoard, archive, check_blob};
use crate::bodies::Blob;

pub(super) const RECORDS: &str = "records";
pub(super) const BLOBS: &str = "blobs";
const TEMPORARY: &str = ".incoming-";
/// The highest sequence that eight digits can name.
pub const LAST_SEQUENCE: u64 = 99_999_999;

/// A board in a folder. Opening it and reading from it write nothing.
#[derive(Clone, Debug)]
pub struct FolderBoard {
    folder: PathBuf,
}

impl FolderBoard {
    /// Opens an existing board.
    ///
    /// # Errors
    /// [`BoardError::NotABoard`] when there is no folder, or no `records` in it.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, BoardError> {
        let folder = folder.into();
        let reason = match fs::metadata(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => "there is no such folder",
            Err(error) => return Err(BoardError::io(&folder, "open the folder")(error)),
            Ok(found) if found.is_file() && archive::begins_one(&folder) => {
                "it is an archive, which nothing can be written to; unpack it into a new folder with \
                 `tar xf`, and give that"
            }
            Ok(found) if !found.is_dir() => "it is not a folder",
            Ok(_) => match fs::metadata(folder.join(RECORDS)) {
                Ok(found) if found.is_dir() => return Ok(Self { folder }),
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(BoardError::io(&folder, "look into the folder")(error));
                }
                _ => {
                    "it holds no folder `records`; give the folder that the authority's board lies in"
                }
            },
        };
        Err(BoardError::NotABoard { path: folder, reason: reason.into() })
    }

    /// Opens a board, or makes one in a folder that is new or empty.
    ///
    /// # Errors
    /// [`BoardError::NotABoard`] when other files lie there, or the system's.
    pub fn create(folder: impl Into<PathBuf>) -> Result<Self, BoardError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(BoardError::io(&folder, "make the folder"))?;
        if !folder.join(RECORDS).is_dir() || !folder.join(BLOBS).is_dir() {
            refuse_foreign(&folder)?;
            for name in [BLOBS, RECORDS] {
                let path = folder.join(name);
                fs::create_dir_all(&path).map_err(BoardError::io(&path, "make the folder"))?;
            }
            sync_folder(&folder)?;
        }
        Ok(Self { folder })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// The file of a record.
    pub fn record_path(&self, sequence: u64) -> PathBuf {
        self.folder.join(record_name(sequence))
    }

    /// The file of a blob.
    pub fn blob_path(&self, root: &Digest) -> PathBuf {
        self.folder.join(blob_name(root))
    }
}

/// The name of a record's file, below the board's folder or URL.
pub fn record_name(sequence: u64) -> String {
    format!("{RECORDS}/{sequence:08}.cbor")
}

/// The name of a blob's file, below the board's folder or URL.
pub fn blob_name(root: &Digest) -> String {
    format!("{BLOBS}/{}", hex::encode(root))
}

/// A folder that holds something else is left alone: whoever named it may have mistyped.
fn refuse_foreign(folder: &Path) -> Result<(), BoardError> {
    let listing = BoardError::io(folder, "list the folder");
    let mut entries = match fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(Result::ok),
        Err(error) => return Err(listing(error)),
    };
    let foreign = entries.find_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours = name == RECORDS || name == BLOBS || name.starts_with(TEMPORARY);
        (!ours).then_some(name)
    });
    match foreign {
        None => Ok(()),
        Some(name) => {
            let reason = format!("it already holds `{name}`; give a folder that is new or empty");
            Err(BoardError::NotABoard { path: folder.to_owned(), reason })
        }
    }
}

impl Board for FolderBoard {
    fn place(&self) -> String {
        self.folder.display().to_string()
    }

    fn extent(&self) -> Result<Extent, BoardError> {
        let path = self.folder.join(RECORDS);
        let mut sequences = Vec::new();
        for entry in fs::read_dir(&path).map_err(BoardError::io(&path, "list the folder"))? {
            let entry = entry.map_err(BoardError::io(&path, "list the folder"))?;
            sequences.extend(entry.file_name().to_str().and_then(sequence_of));
        }
        sequences.sort_unstable();
        let records = sequences
            .iter()
            .enumerate()
            .take_while(|(index, found)| *index as u64 == **found)
            .count();
        Ok(Extent { records: records as u64, beyond_gap: sequences.get(records).copied() })
    }

    fn open_record(&self, sequence: u64) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        let path = self.record_path(sequence);
        match open_file(&path) {
            Ok(file) => Ok(Box::new(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(BoardError::RecordMissing { place: self.place(), sequence })
            }
            Err(error) => Err(BoardError::io(&path, "open the file")(error)),
        }
    }

    fn blob_length(&self, root: &Digest) -> Result<Option<u64>, BoardError> {
        let path = self.blob_path(root);
        match fs::metadata(&path) {
            Ok(found) if found.is_file() => Ok(Some(found.len())),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(BoardError::io(&path, "open the file")(error)),
        }
    }

    fn open_blob(&self, root: &Digest) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        self.open_blob_at(root, 0)
    }

    fn open_blob_at(
        &self,
        root: &Digest,
        offset: u64,
    ) -> Result<Box<dyn Read + Send + '_>, BoardError> {
        let path = self.blob_path(root);
        let opened = open_file(&path).and_then(|mut file| {
            file.seek(SeekFrom::Start(offset))?;
            Ok(file)
        });
        match opened {
            Ok(file) => Ok(Box::new(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(BoardError::BlobMissing { place: self.place(), root: hex::encode(root) })
            }
            Err(error) => Err(BoardError::io(&path, "open the file")(error)),
        }
    }
}

/// Opens a regular file; anything else could block or never end.
pub(super) fn open_file(path: &Path) -> io::Result<File> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is not a regular file"));
    }
    File::open(path)
}

/// The sequence that a file name in `records/` stands for, if it is exactly `dddddddd.cbor`.
pub fn sequence_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".cbor")?;
    let exact = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if exact { digits.parse().ok() } else { None }
}

impl WritableBoard for FolderBoard {
    fn create_record(&self, sequence: u64, file: &[u8]) -> Result<Placed, BoardError> {
        if sequence > LAST_SEQUENCE {
            return Err(BoardError::Full { place: self.place(), sequence });
        }
        let mut temporary = Temporary::create(&self.folder)?;
        temporary
            .file
            .write_all(file)
            .and_then(|()| temporary.file.sync_all())
            .map_err(BoardError::io(&temporary.path, "write the file"))?;
        let path = self.record_path(sequence);
        match fs::hard_link(&temporary.path, &path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(Placed::Taken),
            linked => linked.map_err(BoardError::io(&path, "make the file"))?,
        }
        sync_folder(&self.folder.join(RECORDS))?;
        Ok(Placed::Here)
    }

    fn put_blob(
        &self,
        row_length: u64,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Blob, BoardError> {
        let temporary = Temporary::create(&self.folder)?;
        let writing = || BoardError::io(&temporary.path, "write the file");
        let mut writer = BlobWriter::new(BufWriter::with_capacity(1 << 20, &temporary.file));
        write(&mut writer).and_then(|()| writer.flush()).map_err(writing())?;
        let blob = writer.finish(row_length)?;
        temporary.file.sync_all().map_err(writing())?;

        let path = self.blob_path(&blob.root);
        match fs::hard_link(&temporary.path, &path) {
            // The same rows, unless the file was damaged.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if check_blob(self, &blob).is_err() {
                    fs::rename(&temporary.path, &path)
                        .map_err(BoardError::io(&path, "replace the damaged file"))?;
                }
            }
            linked => linked.map_err(BoardError::io(&path, "make the file"))?,
        }
        sync_folder(&self.folder.join(BLOBS))?;
        Ok(blob)
    }
}

/// A file under a name of its own, gone when dropped.
struct Temporary {
    file: File,
    path: PathBuf,
}

impl Temporary {
    /// Process id and a count make the name unique on one machine; another machine's are stepped over.
    fn create(folder: &Path) -> Result<Self, BoardError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{TEMPORARY}{}-{number}", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Self { file, path }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(BoardError::io(&path, "make the file")(error)),
            }
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // A leftover is ignored by every reader, so failing here loses nothing.
        let _ = fs::remove_file(&self.path);
    }
}

/// Makes new names in a folder durable, where the system can.
fn sync_folder(folder: &Path) -> Result<(), BoardError> {
    if cfg!(unix) {
        File::open(folder)
            .and_then(|open| open.sync_all())
            .map_err(BoardError::io(folder, "make the folder durable"))?;
    }
    Ok(())
}
