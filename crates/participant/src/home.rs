//! The home folder of one participant in one election.
//!
//! | file | holds |
//! |---|---|
//! | `home.json` | role, board, proposal: nothing secret |
//! | `keys.age` | the keys, encrypted with the passphrase |
//! | `proposal.cbor` | the proposal as it was joined or made |
//! | `verified.json` | how far the board was verified |
//! | `outbox/` | every record signed, by counter |
//! | `intake/` | the same of the intake's key (authority) |
//! | `outgoing/` | lists that wait for a board on a network, until the record that names them stands there |
//! | `destroyed.statement` | once the keys are destroyed: the statement of it |
//! | `lock` | held while a command runs |

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use psephos_console::{Exit, Failure, Locator};
use psephos_core::Digest;
use serde::{Deserialize, Serialize};
use tracing::debug;

/// What `home.json` holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HomeFile {
    /// `authority` or `trustee`.
    pub role: String,
    /// Where the board lies.
    pub board: Locator,
    /// Index of the trustee, from 0; none for the authority.
    pub trustee: Option<u64>,
    /// Digest of the proposal's message, in hex.
    pub proposal: String,
    /// The signing key's public half, in hex.
    pub key: String,
    /// Whether its owner agrees to the proposal; a trustee that has answered it otherwise does not.
    #[serde(default = "agreed")]
    pub agreed: bool,
    /// No lower counter is used again: what a home signed after its backup was made, nobody here knows.
    #[serde(default)]
    pub first_counter: u64,
    /// Whether the key that takes in ballots was written out for a board server: two places that sign under one key
    /// could use one counter twice.
    #[serde(default)]
    pub intake_elsewhere: bool,
}

fn agreed() -> bool {
    true
}

/// How far the board was verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Records from 0 on.
    pub records: u64,
    /// SHA3-256 of the last one's file; zeros when there are none.
    pub head: Digest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownFile {
    records: u64,
    head: String,
}

/// A home folder that this process holds alone.
pub struct Home {
    folder: PathBuf,
    /// Held until dropped.
    _lock: File,
}

impl Home {
    /// The folder to use: the one given, or `~/.psephos/<role>`.
    pub fn place(given: Option<&Path>, role: &str) -> Result<PathBuf, Failure> {
        match given {
            Some(folder) => Ok(folder.to_owned()),
            None => match std::env::home_dir() {
                Some(user) => Ok(user.join(".psephos").join(role)),
                None => {
                    Err(Failure::usage("this user has no home folder").advice("give --home DIR"))
                }
            },
        }
    }

    /// Makes a home in a folder that is new, empty, or left over from an attempt that made no keys.
    pub fn create(folder: &Path) -> Result<Home, Failure> {
        make_private(folder)?;
        let home = Home::enter(folder)?;
        if Home::is_made(folder)? {
            let failure = Failure::usage("this home already belongs to an election")
                .at(folder.display().to_string());
            return Err(
                failure.advice("give another folder with --home; one home serves one election")
            );
        }
        Ok(home)
    }

    /// Whether a home was made in this folder. One that may not be entered is not taken for none: keys may lie
    /// in it.
    pub fn is_made(folder: &Path) -> Result<bool, Failure> {
        match fs::metadata(folder.join("home.json")) {
            Ok(found) => Ok(found.is_file()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Failure::io("cannot look into the home", folder, &error)),
        }
    }

    /// Opens an existing home.
    pub fn open(folder: &Path) -> Result<Home, Failure> {
        if !Home::is_made(folder)? {
            return Err(nobody_home(folder));
        }
        Home::enter(folder)
    }

    /// Reads `home.json` without entering: for `status`, which may look while a command runs.
    pub fn peek(folder: &Path) -> Result<(HomeFile, Known), Failure> {
        if !Home::is_made(folder)? {
            return Err(nobody_home(folder));
        }
        Ok((read_home(folder)?, read_known(folder)?))
    }

    fn enter(folder: &Path) -> Result<Home, Failure> {
        let path = folder.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| Failure::io("cannot open the lock", &path, &error))?;
        match lock.try_lock() {
            Ok(()) => {
                debug!(home = %folder.display(), "entered the home");
                Ok(Home { folder: folder.to_owned(), _lock: lock })
            }
            Err(TryLockError::WouldBlock) => {
                let failure = Failure::new(Exit::Io, "another command is running on this home");
                Err(failure
                    .at(folder.display().to_string())
                    .advice("wait for it to end, or stop it"))
            }
            Err(TryLockError::Error(error)) => {
                Err(Failure::io("cannot take the lock", &path, &error))
            }
        }
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A folder in the home that only its owner can read; made if it is not there.
    pub fn make_folder(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.path(name);
        make_private(&path)?;
        Ok(path)
    }

    /// What `home.json` holds.
    pub fn read(&self) -> Result<HomeFile, Failure> {
        read_home(&self.folder)
    }

    /// Writes `home.json`; the last step of making a home.
    pub fn write(&self, file: &HomeFile) -> Result<(), Failure> {
        let text = serde_json::to_vec_pretty(file)
            .map_err(|error| Failure::internal(error.to_string()))?;
        self.store("home.json", &text)
    }

    /// How far the board was verified.
    pub fn known(&self) -> Result<Known, Failure> {
        read_known(&self.folder)
    }

    /// The lowest counter that may be used here.
    pub fn first_counter(&self) -> Result<u64, Failure> {
        if Home::is_made(&self.folder)? {
            self.read().map(|file| file.first_counter)
        } else {
            Ok(0)
        }
    }

    /// Remembers how far the board was verified.
    pub fn remember(&self, known: Known) -> Result<(), Failure> {
        let file = KnownFile { records: known.records, head: hex::encode(known.head) };
        let text = serde_json::to_vec_pretty(&file)
            .map_err(|error| Failure::internal(error.to_string()))?;
        self.store("verified.json", &text)
    }

    /// Writes a file whole and durably, or leaves the old one.
    pub fn store(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        store(&self.path(name), bytes)
    }

    /// Reads a file of the home.
    pub fn load(&self, name: &str) -> Result<Vec<u8>, Failure> {
        let path = self.path(name);
        fs::read(&path).map_err(|error| Failure::io("cannot read the file", &path, &error))
    }
}

fn nobody_home(folder: &Path) -> Failure {
    Failure::usage("there is no election in this home")
        .at(folder.display().to_string())
        .advice("give the folder of your election with --home, or begin with `init` or `join`")
}

/// A folder that only its owner can read.
fn make_private(folder: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| Failure::io("cannot make the folder", folder, &error))
}

/// Written under a temporary name, made durable, then renamed: a crash leaves the old file or the new one.
pub(crate) fn store(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let temporary = path.with_extension("new");
    let write = || -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        match path.parent() {
            Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
            _ => Ok(()),
        }
    };
    write().map_err(|error| Failure::io("cannot write the file", path, &error))
}

fn read_home(folder: &Path) -> Result<HomeFile, Failure> {
    read_json(&folder.join("home.json"))
}

fn read_known(folder: &Path) -> Result<Known, Failure> {
    let path = folder.join("verified.json");
    if !path.exists() {
        return Ok(Known::default());
    }
    let file: KnownFile = read_json(&path)?;
    let mut head = [0; 32];
    hex::decode_to_slice(&file.head, &mut head)
        .map_err(|_| damaged(&path, "its head is no digest"))?;
    Ok(Known { records: file.records, head })
}

fn read_json<T: for<'a> Deserialize<'a>>(path: &Path) -> Result<T, Failure> {
    let bytes =
        fs::read(path).map_err(|error| Failure::io("cannot read the file", path, &error))?;
    serde_json::from_slice(&bytes).map_err(|error| damaged(path, &error.to_string()))
}

fn damaged(path: &Path, what: &str) -> Failure {
    Failure::new(Exit::Io, format!("the file is damaged: {what}")).at(path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_entered_by_one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::create(folder.path()).unwrap();
        let file = HomeFile {
            role: "trustee".into(),
            board: Locator::from(PathBuf::from("/board")),
            trustee: Some(1),
            proposal: "00".into(),
            key: "11".into(),
            agreed: true,
            first_counter: 0,
            intake_elsewhere: false,
        };
        home.write(&file).unwrap();
        assert_eq!(Home::open(folder.path()).err().unwrap().exit(), Exit::Io);
        assert_eq!(Home::peek(folder.path()).unwrap(), (file, Known::default()));
        drop(home);
        assert!(Home::open(folder.path()).is_ok());
        assert_eq!(Home::create(folder.path()).err().unwrap().exit(), Exit::Usage);
    }

    #[test]
    fn the_verified_head_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::create(folder.path()).unwrap();
        assert_eq!(home.known().unwrap(), Known::default());
        let known = Known { records: 7, head: [3; 32] };
        home.remember(known).unwrap();
        assert_eq!(home.known().unwrap(), known);
        home.store("verified.json", b"{").unwrap();
        assert_eq!(home.known().err().unwrap().exit(), Exit::Io);
    }
}
