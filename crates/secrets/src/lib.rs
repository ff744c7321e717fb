//! Secrets: erased when dropped, never printed, never serialised but in the encrypted key file.

mod file;
mod keys;
pub mod permutation;
mod scalar;
pub mod sealed;
pub mod vault;

pub use keys::{KeyShare, Polynomial, ShareEncryptionKey, SigningSeed};
pub use permutation::Permutation;
pub use scalar::SecretScalar;
pub use vault::{Vault, VaultError};
