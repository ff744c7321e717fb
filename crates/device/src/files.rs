//! The files a voter has: written whole, never over another, and secret ones for the owner alone.

use std::fs;
use std::path::{Path, PathBuf};

use psephos_console::Failure;
use psephos_core::{Digest, Encoding};
use psephos_participant::NewFile;
use psephos_record::cbor;
use psephos_secrets::SecretScalar;
use psephos_voter::Prepared;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The longest kept ballot that is read.
const LIMIT: usize = 1 << 22;

/// Whether others may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    Everybody,
    Owner,
}

/// NAME.kind, where NAME is the first digits of the tracker unless the voter says otherwise.
pub fn place(name: Option<&Path>, tracker: &Digest, kind: &str) -> PathBuf {
    let digits = hex::encode(tracker);
    let short: String = digits.chars().take(16).collect();
    let mut name = name.map_or_else(|| short.into(), |name| name.as_os_str().to_owned());
    name.push(".");
    name.push(kind);
    PathBuf::from(name)
}

/// Fails if one of the files that would be written is there: better now than after a tracker was shown. Only
/// a name that was given can be taken; others are made of the tracker.
pub fn absent(name: Option<&Path>, kinds: &[&str]) -> Result<(), Failure> {
    let Some(name) = name else { return Ok(()) };
    let places = kinds.iter().map(|kind| place(Some(name), &Digest::default(), kind));
    match places.into_iter().find(|place| place.exists()) {
        None => Ok(()),
        Some(taken) => {
            Err(Failure::usage("this file is there already, and nothing is written over it")
                .at(taken.display().to_string())
                .advice("give another name with --output"))
        }
    }
}

/// Writes a new file, which is there whole or not at all: half a ballot would only mislead.
pub fn write(path: &Path, bytes: &[u8], readers: Readers) -> Result<(), Failure> {
    let file = match readers {
        Readers::Owner => NewFile::private(path, "the file")?,
        Readers::Everybody => NewFile::create(path, "the file")?,
    };
    file.whole(bytes)
}

/// A ballot that is neither cast nor challenged, in a file of its owner's.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// The secret of a throwaway credential; empty where a code leads back to it.
    #[serde(with = "serde_bytes")]
    key: Vec<u8>,
    #[serde(with = "serde_bytes")]
    prepared: Vec<u8>,
}

/// Writes a ballot to keep; `key` is its credential's secret if no code leads back to it.
pub fn keep(path: &Path, prepared: &Prepared, key: Option<&SecretScalar>) -> Result<(), Failure> {
    let kept = Kept {
        key: key.map_or_else(Vec::new, |key| key.to_bytes().to_vec()),
        prepared: prepared.to_bytes().to_vec(),
    };
    write(path, &Zeroizing::new(cbor::encode(&kept)), Readers::Owner)
}

/// Reads a kept ballot.
pub fn kept(path: &Path) -> Result<(Prepared, Option<SecretScalar>), Failure> {
    let bytes = fs::read(path).map(Zeroizing::new);
    let bytes = bytes.map_err(|error| Failure::io("cannot read the kept ballot", path, &error))?;
    let wrong = || {
        Failure::usage("this is no ballot that `vote --keep` made").at(path.display().to_string())
    };
    let kept: Kept = cbor::decode(&bytes, LIMIT).map_err(|_| wrong())?;
    let prepared = Prepared::from_bytes(&kept.prepared).ok_or_else(wrong)?;
    let key = match kept.key.as_slice() {
        [] => None,
        bytes => {
            let bytes: Option<&Encoding> = bytes.try_into().ok();
            Some(bytes.and_then(SecretScalar::from_bytes).ok_or_else(wrong)?)
        }
    };
    Ok((prepared, key))
}

/// Deletes a kept ballot that has been cast or challenged.
pub fn forget(path: &Path) -> Result<(), Failure> {
    fs::remove_file(path)
        .map_err(|error| Failure::io("cannot delete the kept ballot", path, &error))
}
