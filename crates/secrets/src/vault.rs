//! The encrypted key files of one person: an age identity under a passphrase, and named secrets
//! encrypted to it (age-encryption.org/v1; spec/05-key-ceremony.md §5.9).
//!
//! Nothing is ever in clear on disk. The passphrase is needed once to open the vault and costs one
//! scrypt; every further file costs one key agreement.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::file::{Replace, erase, io_error, make_folder, read, write_atomically};
use crate::sealed::{damaged, decrypt, encrypt, seal, unseal};

/// log2 of the scrypt work in a vault made for use: about a second.
pub const WORK_FACTOR: u8 = 18;
const IDENTITY: &str = "identity";
const EXTENSION: &str = "age";

/// Why a vault could not be made, opened or used.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The passphrase does not open the identity file.
    #[error("wrong passphrase for {}", .0.display())]
    WrongPassphrase(PathBuf),
    /// A file was cut, altered, or is no age file.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What age found.
        reason: &'static str,
    },
    /// There is a vault already.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// There is no vault, or no secret of this name.
    #[error("{} does not exist", .0.display())]
    Missing(PathBuf),
    /// A secret's name is not 1 to 64 of a-z, 0-9 and hyphens, or is `identity`.
    #[error("{0:?} cannot name a secret")]
    Name(String),
    /// The passphrase is empty.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
    /// The file system failed.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What happened.
        error: io::Error,
    },
}

/// An open vault: a folder of `*.age` files and the identity that opens them.
pub struct Vault {
    folder: PathBuf,
    identity: age::x25519::Identity,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({}, <redacted>)", self.folder.display())
    }
}

impl Vault {
    /// Makes the folder, mode 0700, if it is absent, and a fresh identity in it under `passphrase`.
    ///
    /// `work_factor` is log2 of the scrypt work, [`WORK_FACTOR`] but in tests.
    ///
    /// # Errors
    /// `Exists` when there is an identity already; `EmptyPassphrase`; `Io`.
    pub fn create(folder: &Path, passphrase: &str, work_factor: u8) -> Result<Self, VaultError> {
        if passphrase.is_empty() {
            return Err(VaultError::EmptyPassphrase);
        }
        make_folder(folder)?;
        let vault = Self { folder: folder.to_owned(), identity: age::x25519::Identity::generate() };
        let identity = vault.identity.to_string();
        let sealed = seal(passphrase, work_factor, identity.expose_secret().as_bytes())
            .map_err(|error| VaultError::Io { path: vault.path(IDENTITY), error })?;
        write_atomically(&vault.path(IDENTITY), &sealed, Replace::Never)?;
        Ok(vault)
    }

    /// Opens the identity of a vault.
    ///
    /// # Errors
    /// `Missing`, `WrongPassphrase`, `Damaged`, `Io`.
    pub fn open(folder: &Path, passphrase: &str) -> Result<Self, VaultError> {
        let path = folder.join(IDENTITY).with_extension(EXTENSION);
        let sealed = read(&path)?;
        let opened = unseal(&path, passphrase, &sealed)?;
        let identity = std::str::from_utf8(&opened)
            .ok()
            .and_then(|text| age::x25519::Identity::from_str(text).ok())
            .ok_or(VaultError::Damaged { path, reason: "it holds no age identity" })?;
        Ok(Self { folder: folder.to_owned(), identity })
    }

    /// Encrypts a secret to the vault's identity and stores it as `NAME.age`, mode 0600: written
    /// whole under a temporary name, fsynced, renamed. A secret of this name is replaced.
    ///
    /// # Errors
    /// `Name`, `Io`.
    pub fn put(&self, name: &str, secret: &[u8]) -> Result<(), VaultError> {
        check_name(name)?;
        let path = self.path(name);
        let sealed = encrypt(&self.identity.to_public(), secret)
            .map_err(|error| VaultError::Io { path: path.clone(), error })?;
        write_atomically(&path, &sealed, Replace::Allowed)
    }

    /// Decrypts a secret.
    ///
    /// # Errors
    /// `Name`, `Missing`, `Damaged`, `Io`.
    pub fn get(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        check_name(name)?;
        let path = self.path(name);
        decrypt(&self.identity, &read(&path)?).map_err(|error| damaged(&path, &error))
    }

    /// Whether there is a secret of this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        check_name(name).is_ok() && self.path(name).is_file()
    }

    /// The names of all secrets, sorted.
    ///
    /// # Errors
    /// `Io`.
    pub fn list(&self) -> Result<Vec<String>, VaultError> {
        let failed = |error| VaultError::Io { path: self.folder.clone(), error };
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            if path.extension().is_some_and(|end| end == EXTENSION) && check_name(name).is_ok() {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Erases a secret's file. Its blocks may survive on the disk, but only encrypted.
    ///
    /// # Errors
    /// `Name`, `Missing`, `Io`.
    pub fn remove(&self, name: &str) -> Result<(), VaultError> {
        check_name(name)?;
        let path = self.path(name);
        fs::remove_file(&path).map_err(|error| io_error(&path, error))
    }

    /// Erases every file of a vault and what interrupted writes have left there, the identity last: without it
    /// nothing else can be opened. Each is overwritten first, which a disk may do elsewhere than where it lay.
    ///
    /// # Errors
    /// `Io`; what was erased before stays erased.
    pub fn erase_all(folder: &Path) -> Result<(), VaultError> {
        let failed = |error| VaultError::Io { path: folder.to_owned(), error };
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            files.push(entry.map_err(failed)?.path());
        }
        files.sort_by_key(|path| path.file_stem().is_some_and(|name| name == IDENTITY));
        files.iter().try_for_each(|path| erase(path).map_err(|error| io_error(path, error)))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name).with_extension(EXTENSION)
    }
}

fn check_name(name: &str) -> Result<(), VaultError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = (1..=64).contains(&name.len()) && name.chars().all(plain) && name != IDENTITY;
    if fits { Ok(()) } else { Err(VaultError::Name(name.to_owned())) }
}
