//! The vault of a home: encrypted keys, opened with the passphrase.

use ed25519_dalek::SigningKey;
use psephos_console::{Exit, Failure};
use psephos_secrets::vault::WORK_FACTOR;
use psephos_secrets::{SigningSeed, Vault, VaultError};

use crate::{Home, Passphrase, entropy};

const SIGNING: &str = "signing";
/// The statement that the keys of a home were destroyed.
pub(crate) const DESTROYED: &str = "destroyed.statement";
/// Next to no work: for keys that a rehearsal throws away.
pub(crate) const THROWAWAY_WORK_FACTOR: u8 = 2;

/// Makes the vault of a home and its signing key, or opens those that an interrupted attempt left.
pub fn make_vault(
    home: &Home,
    passphrase: &Passphrase,
    throwaway: bool,
) -> Result<(Vault, SigningKey), Failure> {
    let work = if throwaway { THROWAWAY_WORK_FACTOR } else { WORK_FACTOR };
    let folder = home.path("keys");
    let vault = match Vault::create(&folder, passphrase.expose(), work) {
        Err(VaultError::Exists(_)) => Vault::open(&folder, passphrase.expose()),
        made => made,
    }
    .map_err(vault_failure)?;
    let key = make_key(&vault, SIGNING)?;
    Ok((vault, key))
}

/// Makes another signing key in a vault, or opens the one of this name that is there.
pub fn make_key(vault: &Vault, name: &str) -> Result<SigningKey, Failure> {
    if !vault.contains(name) {
        let seed = SigningSeed::random(&mut entropy());
        vault.put(name, seed.expose()).map_err(vault_failure)?;
    }
    signing_key(vault, name)
}

/// Opens the vault of a home.
pub fn open_vault(home: &Home, passphrase: &Passphrase) -> Result<(Vault, SigningKey), Failure> {
    if home.path(DESTROYED).exists() {
        return Err(Failure::usage("the keys of this home were destroyed")
            .at(home.path(DESTROYED).display().to_string())
            .advice("`psephos-verifier statement` shows the statement of it"));
    }
    let vault = Vault::open(&home.path("keys"), passphrase.expose()).map_err(vault_failure)?;
    let key = signing_key(&vault, SIGNING)?;
    Ok((vault, key))
}

/// The signing key of this name.
pub fn signing_key(vault: &Vault, name: &str) -> Result<SigningKey, Failure> {
    let bytes = vault.get(name).map_err(vault_failure)?;
    let seed: &[u8; 32] = bytes.as_slice().try_into().map_err(|_| {
        Failure::new(Exit::Io, "the signing key in the key file has another length")
            .advice("restore this home from its backup")
    })?;
    Ok(SigningKey::from_bytes(SigningSeed::from_bytes(seed).expose()))
}

/// A vault's error as a person reads it.
pub fn vault_failure(error: VaultError) -> Failure {
    match &error {
        VaultError::WrongPassphrase(_) => Failure::usage(error.to_string()).advice(
            "nothing was changed; run the command again with the passphrase chosen at first",
        ),
        VaultError::EmptyPassphrase => Failure::usage(error.to_string()),
        VaultError::Io { path, error } => Failure::io("cannot use the key file", path, error),
        VaultError::Missing(_) | VaultError::Damaged { .. } => {
            Failure::new(Exit::Io, error.to_string()).advice("restore this home from its backup")
        }
        VaultError::Exists(_) | VaultError::Name(_) => Failure::internal(error.to_string()),
    }
}
