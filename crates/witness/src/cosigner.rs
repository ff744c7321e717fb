//! A witness's key: the private half in a file of its own, the public half with what it has cosigned.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use ed25519_dalek::SigningKey;
use psephos_console::Failure;
use psephos_participant::{Passphrase, entropy, read_key, write_key};
use psephos_record::checkpoint::{Checkpoint, Note, WitnessKey};
use psephos_secrets::SigningSeed;

use crate::Memory;

/// A witness with its private key.
pub struct Cosigner {
    public: WitnessKey,
    key: SigningKey,
}

impl Cosigner {
    /// Makes a key under this name, its file, and its empty memory.
    ///
    /// # Errors
    /// When the name is none for a key, or the files cannot be written or are there already.
    pub fn create(
        file: &Path,
        name: &str,
        passphrase: &Passphrase,
        throwaway: bool,
    ) -> Result<Cosigner, Failure> {
        let seed = SigningSeed::random(&mut entropy());
        let key = SigningKey::from_bytes(seed.expose());
        let public = WitnessKey::new(name, key.verifying_key().to_bytes()).map_err(|error| {
            Failure::usage(error.to_string())
                .advice("a name such as witness.example.org/town: no spaces, no plus")
        })?;
        // A key without its memory is not used; the other way round there is no key.
        Memory::create(file, &public)?;
        write_key(file, &key, passphrase, throwaway)?;
        Ok(Cosigner { public, key })
    }

    /// Opens the key file that this memory belongs to.
    ///
    /// # Errors
    /// When it cannot be read, the passphrase is another one, or the memory is another key's.
    pub fn open(
        file: &Path,
        memory: &Memory,
        passphrase: &Passphrase,
    ) -> Result<Cosigner, Failure> {
        let key = read_key(file, passphrase)?;
        let public = memory.public()?;
        if *public.key() != key.verifying_key().to_bytes() {
            return Err(Failure::usage("the memory beside the key file is another key's")
                .at(Memory::place(file).display().to_string())
                .advice("put back the folder that was made with this key"));
        }
        Ok(Cosigner { public, key })
    }

    /// What auditors know it by.
    #[must_use]
    pub fn public(&self) -> &WitnessKey {
        &self.public
    }

    /// Cosigns a checkpoint now.
    pub(crate) fn cosign(&self, checkpoint: &Checkpoint) -> Note {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let time = now.map_or(0, |since| since.as_secs());
        let signature = self.public.cosign(&self.key, checkpoint, time);
        Note { checkpoint: checkpoint.clone(), signatures: vec![signature] }
    }
}
