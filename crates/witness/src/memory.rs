//! What a witness has cosigned, kept beside its key.
//!
//! | file | holds |
//! |---|---|
//! | `lock` | held while the witness runs |
//! | `public` | the line by which auditors know the key |
//! | `ORIGIN/board/` | every record that it has cosigned a head over, as a board's folder |
//! | `ORIGIN/promised` | the newest checkpoint: no other one of as many records is ever cosigned, nor one of fewer |
//! | `ORIGIN/note` | that checkpoint with the cosignature |
//! | `ORIGIN/place` | where the board was found, once something of it was cosigned |
//! | `ORIGIN/shown-N-…/` | what was shown there once record N was another one |

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use psephos_console::{Exit, Failure};
use psephos_core::Digest;
use psephos_participant::board_failure;
use psephos_record::board::{Board, FolderBoard, WritableBoard};
use psephos_record::checkpoint::{Checkpoint, Note, ORIGIN, WitnessKey};
use psephos_remote::leave_room;

use crate::durable::replace;

const PLACE: &str = "place";
const PROMISED: &str = "promised";

/// The memory that belongs to one key; this process holds it alone.
pub struct Memory {
    folder: PathBuf,
    _lock: File,
}

impl Memory {
    /// Where the memory of a key lies: beside its file.
    #[must_use]
    pub fn place(key: &Path) -> PathBuf {
        let mut name = key.as_os_str().to_owned();
        name.push(".memory");
        PathBuf::from(name)
    }

    /// Makes the empty memory of a new key.
    ///
    /// # Errors
    /// The system's; or when there is one.
    pub(crate) fn create(key: &Path, public: &WitnessKey) -> Result<(), Failure> {
        let folder = Self::place(key);
        match fs::create_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(Failure::usage("the memory of another key is there")
                    .at(folder.display().to_string())
                    .advice("give the new key file another name"));
            }
            made => made.map_err(|error| Failure::io("cannot make the folder", &folder, &error))?,
        }
        replace(&folder.join("public"), format!("{public}\n").as_bytes())
    }

    /// The public half of the key that this memory belongs to.
    pub(crate) fn public(&self) -> Result<WitnessKey, Failure> {
        let path = self.folder.join("public");
        let line = read(&path)?.and_then(|bytes| String::from_utf8(bytes).ok());
        line.and_then(|line| line.trim_end().parse().ok()).ok_or_else(|| damaged(&path))
    }

    /// Opens the memory of a key.
    ///
    /// # Errors
    /// When it is gone, or in use.
    pub fn open(key: &Path) -> Result<Memory, Failure> {
        let folder = Self::place(key);
        if !folder.is_dir() {
            return Err(Failure::new(Exit::Io, "what this witness has cosigned is not there any more")
                .at(folder.display().to_string())
                .advice("put the folder back; if it is lost, make a new key: this one might cosign two boards"));
        }
        let path = folder.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| Failure::io("cannot open the lock", &path, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Memory { folder, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                Err(Failure::new(Exit::Io, "another process is cosigning with this key")
                    .at(folder.display().to_string())
                    .advice(
                        "one key follows one board at a time; make another key for another board",
                    ))
            }
            Err(TryLockError::Error(error)) => {
                Err(Failure::io("cannot lock the witness's memory", &path, &error))
            }
        }
    }

    /// The origin of the board of which something was cosigned at a place before. Where nothing was, nothing is known:
    /// whoever shows a board decides what stands there first.
    ///
    /// # Errors
    /// The system's.
    pub fn known_at(&self, place: &str) -> Result<Option<String>, Failure> {
        let failed = |error| Failure::io("cannot look into the memory", &self.folder, &error);
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let folder = entry.map_err(failed)?.path();
            if folder.join(PROMISED).is_file()
                && read(&folder.join(PLACE))?.is_some_and(|found| found == place.as_bytes())
            {
                let name = folder.file_name().unwrap_or_default().to_string_lossy();
                return Ok(Some(format!("{ORIGIN}{name}")));
            }
        }
        Ok(None)
    }

    /// What is remembered of the board with this origin, and of no other one.
    ///
    /// # Errors
    /// When what is there cannot be read, or is of another board.
    pub fn of(&self, origin: &str) -> Result<Remembered, Failure> {
        let folder = self.folder.join(origin.trim_start_matches(ORIGIN));
        fs::create_dir_all(&folder)
            .map_err(|error| Failure::io("cannot make the folder", &folder, &error))?;
        let board = FolderBoard::create(folder.join("board")).map_err(board_failure)?;
        let path = folder.join(PROMISED);
        let promised = match read(&path)? {
            None => None,
            Some(bytes) => {
                // One of another board may have a second one beside it, under its own name.
                let own = checkpoint(&bytes).filter(|promised| promised.origin == origin);
                Some(own.ok_or_else(|| damaged(&path))?)
            }
        };
        let remembered = Remembered { origin: origin.to_owned(), folder, board, promised };
        remembered.forget_unpromised()?;
        Ok(remembered)
    }
}

/// What a witness knows of one board.
pub struct Remembered {
    origin: String,
    folder: PathBuf,
    board: FolderBoard,
    promised: Option<Checkpoint>,
}

impl Remembered {
    /// The name of the board.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The newest checkpoint that this witness has cosigned or is about to.
    #[must_use]
    pub fn promised(&self) -> Option<&Checkpoint> {
        self.promised.as_ref()
    }

    /// How many records that is.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.promised.as_ref().map_or(0, |checkpoint| checkpoint.records)
    }

    /// The records, as they stood there.
    #[must_use]
    pub fn board(&self) -> &FolderBoard {
        &self.board
    }

    /// Copies a record, as it was shown, while the disk has room for more than that.
    pub(crate) fn keep_record(&self, sequence: u64, file: &[u8]) -> Result<(), Failure> {
        keep(&self.board, sequence, file)
    }

    /// Removes records that were copied, and not cosigned: nothing is promised of them.
    pub(crate) fn forget_unpromised(&self) -> Result<(), Failure> {
        let copied = self.board.extent().map_err(board_failure)?.records;
        // From the end, so that no gap is left where this is interrupted.
        for sequence in (self.records()..copied).rev() {
            let path = self.board.record_path(sequence);
            fs::remove_file(&path)
                .map_err(|error| Failure::io("cannot remove the copy", &path, &error))?;
        }
        Ok(())
    }

    /// Promises, durably, never to cosign another head of so many records, or fewer.
    ///
    /// # Errors
    /// The system's; or when it is a checkpoint of another board, of which other things may be promised.
    pub(crate) fn promise(&mut self, checkpoint: Checkpoint) -> Result<(), Failure> {
        if checkpoint.origin != self.origin {
            return Err(Failure::internal("a checkpoint would be kept as one of another board"));
        }
        replace(&self.folder.join(PROMISED), checkpoint.to_string().as_bytes())?;
        self.promised = Some(checkpoint);
        Ok(())
    }

    /// Keeps where the board lies now, if something of it was cosigned: another board there is no new one then.
    ///
    /// # Errors
    /// The system's.
    pub fn keep_place(&self, place: &str) -> Result<(), Failure> {
        let path = self.folder.join(PLACE);
        if self.promised.is_none() || read(&path)?.is_some_and(|found| found == place.as_bytes()) {
            return Ok(());
        }
        replace(&path, place.as_bytes())
    }

    /// The note of what is promised, if it was made.
    pub(crate) fn note(&self) -> Result<Option<Note>, Failure> {
        let path = self.folder.join("note");
        let Some(bytes) = read(&path)? else { return Ok(None) };
        let note = Note::parse_all(&bytes).map_err(|_| damaged(&path))?.pop();
        Ok(note.filter(|note| Some(&note.checkpoint) == self.promised()))
    }

    /// Keeps the note of what is promised.
    pub(crate) fn keep_note(&self, note: &Note) -> Result<(), Failure> {
        replace(&self.folder.join("note"), note.to_string().as_bytes())
    }

    /// Keeps the records of a board that is not the one that was cosigned; `digest` is that of the first of them that
    /// differs. Says where.
    pub(crate) fn keep_shown(
        &self,
        board: &dyn Board,
        at: u64,
        digest: &Digest,
        most: u64,
    ) -> Result<PathBuf, Failure> {
        let mark: String = hex::encode(digest).chars().take(16).collect();
        let folder = self.folder.join(format!("shown-{at}-{mark}"));
        if !folder.is_dir() {
            let copy = FolderBoard::create(&folder).map_err(board_failure)?;
            let records = board.extent().map_err(board_failure)?.records.min(most);
            for sequence in 0..records {
                let file = board.record(sequence).map_err(board_failure)?;
                keep(&copy, sequence, &file)?;
            }
        }
        Ok(folder)
    }
}

fn keep(board: &FolderBoard, sequence: u64, file: &[u8]) -> Result<(), Failure> {
    leave_room(board.path(), file.len() as u64)
        .map_err(|error| Failure::io("cannot keep what was shown", board.path(), &error))?;
    board.create_record(sequence, file).map(|_| ()).map_err(board_failure)
}

fn checkpoint(bytes: &[u8]) -> Option<Checkpoint> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

fn damaged(path: &Path) -> Failure {
    Failure::new(Exit::Io, "the witness's memory is damaged")
        .at(path.display().to_string())
        .advice("make a new key: what this one has cosigned cannot be known")
}

/// A file's bytes; none if it is not there.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(Failure::io("cannot read the memory", path, &error)),
    }
}
