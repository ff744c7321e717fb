//! One signing key in a file of its own, under a passphrase: for a server, or a witness (spec/05-key-ceremony.md
//! §5.9).

use std::fs;
use std::path::Path;

use ed25519_dalek::SigningKey;
use psephos_console::{Exit, Failure};
use psephos_secrets::SigningSeed;
use psephos_secrets::sealed::{seal, unseal};
use psephos_secrets::vault::WORK_FACTOR;
use zeroize::Zeroizing;

use crate::keys::THROWAWAY_WORK_FACTOR;
use crate::{NewFile, Passphrase, vault_failure};

/// What stands before the seed under the passphrase.
const MAGIC: &[u8] = b"psephos-key/1\n";

/// Writes a key into a new file; weakly protected only where it is thrown away. A file that holds the key already,
/// under this passphrase, is as good: the same command may have been interrupted just before it said so.
pub fn write_key(
    path: &Path,
    key: &SigningKey,
    passphrase: &Passphrase,
    throwaway: bool,
) -> Result<(), Failure> {
    if path.exists() && read_key(path, passphrase).is_ok_and(|other| other == *key) {
        return Ok(());
    }
    let plain = Zeroizing::new([MAGIC, key.as_bytes()].concat());
    let work = if throwaway { THROWAWAY_WORK_FACTOR } else { WORK_FACTOR };
    let sealed = seal(passphrase.expose(), work, &plain)
        .map_err(|error| Failure::io("cannot encrypt the key", path, &error))?;
    NewFile::private(path, "the key")?.whole(&sealed)
}

/// Reads a key that [`write_key`] has written.
pub fn read_key(path: &Path, passphrase: &Passphrase) -> Result<SigningKey, Failure> {
    let sealed =
        fs::read(path).map_err(|error| Failure::io("cannot read the key", path, &error))?;
    let plain = unseal(path, passphrase.expose(), &sealed).map_err(vault_failure)?;
    let seed = plain.strip_prefix(MAGIC).and_then(|seed| <&[u8; 32]>::try_from(seed).ok());
    let seed = seed.ok_or_else(|| {
        Failure::new(Exit::Io, "this file holds no signing key").at(path.display().to_string())
    })?;
    Ok(SigningKey::from_bytes(SigningSeed::from_bytes(seed).expose()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(folder: &Path, text: &str) -> Passphrase {
        let path = folder.join("passphrase");
        fs::write(&path, text).unwrap();
        Passphrase::obtain(Some(&path)).unwrap()
    }

    #[test]
    fn a_key_comes_back_under_its_passphrase_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("intake.key");
        let key = SigningKey::from_bytes(&[7; 32]);
        let right = passphrase(folder.path(), "right");
        write_key(&path, &key, &right, true).unwrap();
        assert_eq!(read_key(&path, &right).unwrap(), key);
        assert!(read_key(&path, &passphrase(folder.path(), "wrong")).is_err());
        write_key(&path, &key, &right, true).unwrap();
        let other = SigningKey::from_bytes(&[8; 32]);
        assert!(write_key(&path, &other, &right, true).is_err(), "nothing is overwritten");
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() - 1]).unwrap();
        assert!(read_key(&path, &right).is_err());
    }
}
