//! A home in one encrypted file, and back (spec/05-key-ceremony.md §5.9).

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use psephos_console::{Exit, Failure, arguments, bytes, plural, say};
use psephos_record::cbor;
use psephos_record::message::{Message, SignedMessage};
use psephos_secrets::sealed::{seal, unseal};
use psephos_secrets::vault::WORK_FACTOR;
use rand_core::Rng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::keys::THROWAWAY_WORK_FACTOR;
use crate::{Home, HomeFile, NewFile, Passphrase, entropy, open_vault, vault_failure};

/// Longest backup in bytes; the records of mixes are most of one.
const LIMIT: usize = 1 << 30;
/// How far a restored home keeps at least from the counters that it may have used after its backup. It keeps
/// farther by a random number, so that two homes restored of one backup do not meet.
const SKIPPED: u64 = 1_000;
/// The files beside the folders, `home.json` apart, which is written last.
const FILES: [&str; 2] = ["proposal.cbor", "verified.json"];
/// The folders and how the names in them end.
const FOLDERS: [(&str, &str); 3] = [("keys", "age"), ("outbox", "cbor"), ("intake", "cbor")];
const HOME: &str = "home.json";

/// What a backup holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bundle {
    files: Vec<Kept>,
    version: u64,
}

/// A file of a home.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    /// Its place in the home, with `/` between folder and file.
    name: String,
    #[serde(with = "serde_bytes")]
    bytes: Vec<u8>,
}

/// Writes a home into one file under the passphrase of its keys, and opens that file again.
pub fn backup(folder: &Path, arguments: &arguments::Backup) -> Result<Exit, Failure> {
    let arguments::Backup { file, key_file } = arguments;
    let home = Home::open(folder)?;
    let passphrase = Passphrase::obtain(key_file.passphrase_file.as_deref())?;
    open_vault(&home, &passphrase)?;
    let bundle = Bundle { files: collect(&home)?, version: 1 };
    let plain = Zeroizing::new(cbor::encode(&bundle));
    if file.exists() {
        // The same command may have been interrupted just before it said so.
        if !opens_to(file, &passphrase, &plain).unwrap_or(false) {
            return Err(Failure::usage("another file is there already")
                .at(file.display().to_string())
                .advice("give another name: an older backup is not overwritten"));
        }
    } else {
        let work = if key_file.throwaway { THROWAWAY_WORK_FACTOR } else { WORK_FACTOR };
        write(file, &passphrase, work, &plain)?;
    }
    let written = read(file)?;
    let count = plural(bundle.files.len() as u64, "file", "files");
    say(format!(
        "{}: {count}, {}; it was opened again and is whole.",
        file.display(),
        bytes(written.len() as u64)
    ));
    say(
        "It opens with the passphrase of your keys. Whoever has both can act in your name: keep them apart.",
    );
    Ok(Exit::Valid)
}

/// Writes the file, and opens it again before it has its name: what was written is what counts.
fn write(file: &Path, passphrase: &Passphrase, work: u8, plain: &[u8]) -> Result<(), Failure> {
    let sealed = seal(passphrase.expose(), work, plain)
        .map_err(|error| Failure::io("cannot encrypt the backup", file, &error))?;
    let new = NewFile::private(file, "the backup")?;
    new.file().write_all(&sealed).map_err(|error| new.failure(&error))?;
    if !opens_to(new.place(), passphrase, plain)? {
        return Err(Failure::new(Exit::Io, "the backup that was written does not read back")
            .at(file.display().to_string())
            .advice("write it to another disk"));
    }
    new.keep()
}

/// Whether a file is a backup of exactly this.
fn opens_to(file: &Path, passphrase: &Passphrase, plain: &[u8]) -> Result<bool, Failure> {
    let opened = unseal(file, passphrase.expose(), &read(file)?).map_err(vault_failure)?;
    Ok(*opened == plain)
}

/// Makes a home of a backup.
pub fn restore(folder: &Path, role: &str, arguments: &arguments::Restore) -> Result<Exit, Failure> {
    let file = arguments.file.as_path();
    let sealed = read(file)?;
    let passphrase = Passphrase::obtain(arguments.passphrase_file.as_deref())?;
    let plain = unseal(file, passphrase.expose(), &sealed).map_err(vault_failure)?;
    let damaged = |what: String| {
        Failure::new(Exit::Io, format!("this is no backup of a home: {what}"))
            .at(file.display().to_string())
            .advice("give a file that `backup` has written")
    };
    let bundle: Bundle = cbor::decode(&plain, LIMIT).map_err(|error| damaged(error.to_string()))?;
    if bundle.version != 1 {
        return Err(damaged(format!("its version is {}", bundle.version)));
    }
    let (homes, others): (Vec<Kept>, Vec<Kept>) =
        bundle.files.into_iter().partition(|kept| kept.name == HOME);
    let [mut described] = homes
        .iter()
        .map(|kept| serde_json::from_slice::<HomeFile>(&kept.bytes))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| damaged(error.to_string()))?
        .try_into()
        .map_err(|_| damaged("it does not describe one home".to_owned()))?;
    if described.role != role {
        return Err(Failure::usage(format!(
            "this is the backup of a home of the {}",
            described.role
        ))
        .at(file.display().to_string())
        .advice(format!("restore it with `psephos-{} restore`", described.role)));
    }
    if let Some(stranger) = others.iter().find(|kept| !is_known(&kept.name)) {
        return Err(damaged(format!("it holds {:?}", stranger.name)));
    }
    let next = next_counter(&others, described.first_counter);
    if is_restored(folder, &described, next) {
        told(folder);
        return Ok(Exit::Valid);
    }
    let home = Home::create(folder)?;
    for kept in &others {
        if let Some((inner, _)) = kept.name.split_once('/') {
            home.make_folder(inner)?;
        }
        home.store(&kept.name, &kept.bytes)?;
    }
    open_vault(&home, &passphrase)?;
    described.first_counter = next.saturating_add(skipped());
    home.write(&described)?;
    told(folder);
    Ok(Exit::Valid)
}

/// Whether a home was made of this backup before: the same command may have been interrupted just before it
/// said so. `home.json` is written last, so that everything else is there.
fn is_restored(folder: &Path, described: &HomeFile, next: u64) -> bool {
    Home::peek(folder).is_ok_and(|(found, _)| {
        let is_past = found.first_counter >= next.saturating_add(SKIPPED);
        is_past && HomeFile { first_counter: described.first_counter, ..found } == *described
    })
}

fn told(folder: &Path) {
    say(format!("The home is restored in {}; its keys open.", folder.display()));
    say(
        "Never use this home and the one it was copied from, both: two machines that sign as one convict \
         their owner. If the old one has signed something that is still on its way to the board, let it \
         arrive first.",
    );
}

fn collect(home: &Home) -> Result<Vec<Kept>, Failure> {
    let mut names: Vec<PathBuf> = FILES.iter().chain([&HOME]).map(PathBuf::from).collect();
    for (folder, ending) in FOLDERS {
        let path = home.path(folder);
        let listing = |error| Failure::io("cannot list the folder", &path, &error);
        if !path.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&path).map_err(listing)? {
            let name = PathBuf::from(entry.map_err(listing)?.file_name());
            if name.extension().is_some_and(|found| found == ending) {
                names.push(Path::new(folder).join(name));
            }
        }
    }
    names.sort();
    let there = names.iter().filter(|name| home.folder().join(name).is_file());
    there
        .map(|name| {
            let name = name.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
            let bytes = home.load(&name)?;
            Ok(Kept { name, bytes })
        })
        .collect()
}

/// Whether a backup may hold a file of this name: nothing is written outside the home, or where it has no
/// meaning.
fn is_known(name: &str) -> bool {
    let plain = |character: char| {
        character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-'
    };
    let in_folder = |(folder, ending): &(&str, &str)| {
        let stem = name
            .strip_prefix(folder)
            .and_then(|rest| rest.strip_prefix('/'))
            .and_then(|rest| rest.strip_suffix(ending))
            .and_then(|rest| rest.strip_suffix('.'));
        stem.is_some_and(|stem| !stem.is_empty() && stem.chars().all(plain))
    };
    FILES.contains(&name) || FOLDERS.iter().any(in_folder)
}

fn skipped() -> u64 {
    SKIPPED.saturating_add(u64::from(entropy().next_u32()))
}

/// The lowest counter above all that are known to be used.
fn next_counter(files: &[Kept], first: u64) -> u64 {
    let counter = |kept: &Kept| {
        let signed = SignedMessage::decode(&kept.bytes).ok()?;
        Some(Message::decode(&signed.message).ok()?.counter.saturating_add(1))
    };
    files.iter().filter_map(counter).max().unwrap_or(0).max(first)
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|error| Failure::io("cannot read the file", file, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_restored_outside_a_home() {
        for name in
            ["keys/identity.age", "outbox/00000003.cbor", "intake/00000000.cbor", "verified.json"]
        {
            assert!(is_known(name), "{name}");
        }
        for name in [
            "",
            "keys/../x.age",
            "/keys/a.age",
            "keys/.age",
            "keys/a.cbor",
            "lock",
            "outbox/a/b.cbor",
            "home.json",
        ] {
            assert!(!is_known(name), "{name}");
        }
    }
}
