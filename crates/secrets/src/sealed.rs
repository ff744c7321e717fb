//! Bytes under a passphrase, and under a vault's identity (age-encryption.org/v1).

use std::io::{self, Read, Write};
use std::path::Path;

use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, Identity, Recipient};
use zeroize::Zeroizing;

use crate::vault::VaultError;

/// A file that asks for more work than this is refused instead of tried.
const MAX_WORK_FACTOR: u8 = 22;

/// Seals bytes under a passphrase; `work_factor` is log2 of the scrypt work.
///
/// # Errors
/// When the encryption fails, which depends on nothing secret.
pub fn seal(passphrase: &str, work_factor: u8, bytes: &[u8]) -> Result<Vec<u8>, io::Error> {
    let mut recipient = age::scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
    recipient.set_work_factor(work_factor.clamp(1, MAX_WORK_FACTOR));
    encrypt(&recipient, bytes)
}

/// Opens what [`seal`] has sealed; `path` is where it comes from, for the error.
///
/// # Errors
/// `WrongPassphrase`, `Damaged`.
pub fn unseal(
    path: &Path,
    passphrase: &str,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let mut key = age::scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
    key.set_max_work_factor(MAX_WORK_FACTOR);
    decrypt(&key, sealed).map_err(|error| match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
            VaultError::WrongPassphrase(path.to_owned())
        }
        error => damaged(path, &error),
    })
}

pub(crate) fn encrypt(recipient: &dyn Recipient, plaintext: &[u8]) -> Result<Vec<u8>, io::Error> {
    let encryptor = Encryptor::with_recipients(std::iter::once(recipient))
        .map_err(|error| io::Error::other(error.to_string()))?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed)?;
    writer.write_all(plaintext)?;
    writer.finish()?;
    Ok(sealed)
}

pub(crate) fn decrypt(
    identity: &dyn Identity,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let mut reader = Decryptor::new_buffered(sealed)?.decrypt(std::iter::once(identity))?;
    // With all its capacity from the start the buffer never moves and leaves no copy behind.
    let mut opened = Zeroizing::new(Vec::with_capacity(sealed.len()));
    reader.read_to_end(&mut opened)?;
    Ok(opened)
}

pub(crate) fn damaged(path: &Path, error: &DecryptError) -> VaultError {
    let reason = match error {
        DecryptError::ExcessiveWork { .. } => "it asks for more scrypt work than any of ours",
        DecryptError::NoMatchingKeys => "it is not encrypted to this vault",
        DecryptError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => "it was cut off",
        DecryptError::InvalidHeader | DecryptError::UnknownFormat => "it is no whole age file",
        _ => "it was cut off or altered",
    };
    VaultError::Damaged { path: path.to_owned(), reason }
}
