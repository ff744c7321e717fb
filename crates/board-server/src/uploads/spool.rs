//! Parts of lists in a folder: each a file that is there whole or not at all, so that a restart loses none.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use psephos_core::Digest;
use psephos_core::tree::{CHUNK_LENGTH, Outline};
use serde::{Deserialize, Serialize};

/// Bytes in a part, but the last one.
pub const PART_LENGTH: u64 = 8 << 20;
const CHUNKS_IN_PART: u64 = PART_LENGTH / CHUNK_LENGTH as u64;

const OUTLINE: &str = "outline";
const META: &str = "meta.json";
const TEMPORARY: &str = ".incoming-";

/// Why the spool fails.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot {action}: {source}", place.display())]
pub struct SpoolError {
    place: PathBuf,
    action: &'static str,
    source: io::Error,
}

fn failed(place: &Path, action: &'static str) -> impl FnOnce(io::Error) -> SpoolError {
    move |source| SpoolError { place: place.to_owned(), action, source }
}

/// Bytes of the outline of a list.
pub fn outline_length(length: u64) -> u64 {
    8 + 32 * length.div_ceil(CHUNK_LENGTH as u64)
}

/// What is kept of an upload beside its outline.
#[derive(Deserialize, Serialize)]
pub struct Meta {
    /// Whose record names the list, in hex.
    pub author: String,
    /// Bytes in a row.
    pub row_length: u64,
}

/// A folder with a folder for each upload.
pub struct Spool {
    folder: PathBuf,
}

impl Spool {
    /// Makes the folder if it is not there.
    pub fn open(folder: PathBuf) -> Result<Spool, SpoolError> {
        fs::create_dir_all(&folder).map_err(failed(&folder, "make the folder"))?;
        Ok(Spool { folder })
    }

    /// The uploads that lie here; what is none, or damaged, is left alone.
    pub fn all(&self) -> Result<Vec<Upload>, SpoolError> {
        let listing = || failed(&self.folder, "list the folder");
        let mut uploads = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(listing())? {
            let name = entry.map_err(listing())?.file_name();
            let mut root = [0; 32];
            let is_root =
                name.to_str().is_some_and(|name| hex::decode_to_slice(name, &mut root).is_ok());
            uploads.extend(is_root.then(|| self.read(root)).flatten());
        }
        Ok(uploads)
    }

    fn read(&self, root: Digest) -> Option<Upload> {
        let folder = self.folder.join(hex::encode(root));
        let meta = serde_json::from_slice(&fs::read(folder.join(META)).ok()?).ok()?;
        let outline = Outline::decode(&fs::read(folder.join(OUTLINE)).ok()?)?;
        (outline.root() == root).then(|| Upload {
            root,
            folder,
            meta,
            outline,
            busy: Mutex::default(),
        })
    }

    /// Begins an upload.
    pub fn begin(
        &self,
        root: &Digest,
        meta: &Meta,
        outline: Outline,
    ) -> Result<Upload, SpoolError> {
        let folder = self.folder.join(hex::encode(root));
        fs::create_dir_all(&folder).map_err(failed(&folder, "make the folder"))?;
        // Two strings and a number always have an encoding.
        store(&folder, META, &serde_json::to_vec(meta).unwrap_or_default())?;
        store(&folder, OUTLINE, &outline.encode())?;
        let meta = Meta { author: meta.author.clone(), row_length: meta.row_length };
        Ok(Upload { root: *root, folder, meta, outline, busy: Mutex::default() })
    }

    /// Removes an upload.
    pub fn remove(&self, root: &Digest) -> Result<(), SpoolError> {
        let folder = self.folder.join(hex::encode(root));
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(failed(&folder, "remove the folder")(error))
            }
            _ => Ok(()),
        }
    }
}

/// Writes a file whole, under its name or not at all, and durable on return.
fn store(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), SpoolError> {
    let path = folder.join(name);
    let write = || -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        if cfg!(unix) {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    };
    write().map_err(failed(&path, "write the file"))
}

/// A list that comes in parts.
pub struct Upload {
    root: Digest,
    folder: PathBuf,
    meta: Meta,
    outline: Outline,
    busy: Mutex<()>,
}

impl Upload {
    /// The list's root.
    pub fn root(&self) -> Digest {
        self.root
    }

    /// Whose record names it, in hex.
    pub fn author(&self) -> &str {
        &self.meta.author
    }

    /// Bytes in a row.
    pub fn row_length(&self) -> u64 {
        self.meta.row_length
    }

    /// Bytes in all.
    pub fn length(&self) -> u64 {
        self.outline.length()
    }

    /// Bytes of its outline.
    pub fn outline_length(&self) -> u64 {
        outline_length(self.length())
    }

    /// How many parts it has.
    pub fn parts(&self) -> u64 {
        self.length().div_ceil(PART_LENGTH)
    }

    /// Bytes of a part; none if there is no such part.
    pub fn part_length(&self, part: u64) -> Option<u64> {
        let start = part.checked_mul(PART_LENGTH)?;
        (part < self.parts()).then(|| PART_LENGTH.min(self.length() - start))
    }

    /// Whether its folder is.
    pub fn is_there(&self) -> bool {
        self.folder.is_dir()
    }

    /// Keeps others from completing it at the same time.
    pub fn alone(&self) -> MutexGuard<'_, ()> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn part(&self, part: u64) -> PathBuf {
        self.folder.join(format!("part-{part:08}"))
    }

    /// Whether a part is there.
    pub fn has(&self, part: u64) -> bool {
        let found = fs::metadata(self.part(part)).map(|found| found.len()).ok();
        found.is_some() && found == self.part_length(part)
    }

    /// The parts that are not there: where each gap begins, and how many parts it has.
    pub fn missing(&self) -> Vec<(u64, u64)> {
        let mut gaps: Vec<(u64, u64)> = Vec::new();
        for part in (0..self.parts()).filter(|part| !self.has(*part)) {
            match gaps.last_mut() {
                Some((first, count)) if *first + *count == part => *count += 1,
                _ => gaps.push((part, 1)),
            }
        }
        gaps
    }

    /// The first chunk of a part that has other bytes than the outline says.
    pub fn first_wrong(&self, part: u64, bytes: &[u8]) -> Option<u64> {
        self.outline.first_wrong(part.saturating_mul(CHUNKS_IN_PART), bytes)
    }

    /// Stores a part whose chunks are right.
    pub fn put(&self, part: u64, bytes: &[u8]) -> Result<(), SpoolError> {
        store(&self.folder, &format!("part-{part:08}"), bytes)
    }

    /// Writes all parts, one after the other.
    pub fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        for part in 0..self.parts() {
            io::copy(&mut File::open(self.part(part))?, out)?;
        }
        Ok(())
    }

    /// When a part last came.
    pub fn touched(&self) -> SystemTime {
        let changed = fs::metadata(&self.folder).and_then(|found| found.modified());
        changed.unwrap_or_else(|_| SystemTime::now())
    }
}
