//! A witness's key, in one file under a passphrase.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use ed25519_dalek::SigningKey;
use psephos_console::{Exit, Failure};
use psephos_participant::{NewFile, Passphrase, entropy, vault_failure};
use psephos_record::checkpoint::{Checkpoint, Note, WitnessKey};
use psephos_secrets::SigningSeed;
use psephos_secrets::sealed::{seal, unseal};
use zeroize::Zeroizing;

/// What the file begins with, once it is open: a line, then the name and the seed in hex.
const MARK: &str = "psephos-witness/v1";

/// A key file is a few hundred bytes long.
const LIMIT: u64 = 1 << 16;

/// A witness with its private key.
pub struct Cosigner {
    public: WitnessKey,
    key: SigningKey,
}

impl Cosigner {
    /// Makes a key under this name, and its file; `work` is log2 of the scrypt work that opening it takes.
    ///
    /// # Errors
    /// When the name is none for a key, or the file cannot be written or is there already.
    pub fn create(
        file: &Path,
        name: &str,
        passphrase: &Passphrase,
        work: u8,
    ) -> Result<Cosigner, Failure> {
        let seed = SigningSeed::random(&mut entropy());
        let made = Self::new(name, &seed).map_err(|what| {
            Failure::usage(what)
                .advice("a name such as witness.example.org/town: no spaces, no plus")
        })?;
        let digits = Zeroizing::new(hex::encode(seed.expose()));
        let plain = Zeroizing::new(format!("{MARK}\n{name}\n{}\n", *digits));
        let sealed = seal(passphrase.expose(), work, plain.as_bytes())
            .map_err(|error| Failure::io("cannot encrypt the key", file, &error))?;
        NewFile::private(file, "the key file")?.whole(&sealed)?;
        Ok(made)
    }

    /// Opens a key file.
    ///
    /// # Errors
    /// When it cannot be read, the passphrase is another one, or it is no key file.
    pub fn open(file: &Path, passphrase: &Passphrase) -> Result<Cosigner, Failure> {
        let mut sealed = Vec::new();
        File::open(file)
            .and_then(|opened| opened.take(LIMIT).read_to_end(&mut sealed))
            .map_err(|error| Failure::io("cannot read the key file", file, &error))?;
        let plain = unseal(file, passphrase.expose(), &sealed).map_err(vault_failure)?;
        Self::read(&plain).ok_or_else(|| {
            Failure::new(Exit::Io, "this is no key file of a witness")
                .at(file.display().to_string())
                .advice("give the file that `psephos-witness key` has made")
        })
    }

    fn read(plain: &[u8]) -> Option<Cosigner> {
        let text = std::str::from_utf8(plain).ok()?.strip_suffix('\n')?;
        let (mark, rest) = text.split_once('\n')?;
        let (name, digits) = rest.split_once('\n')?;
        let mut seed = Zeroizing::new([0; 32]);
        hex::decode_to_slice(digits, &mut *seed).ok()?;
        (mark == MARK).then(|| Self::new(name, &SigningSeed::from_bytes(&seed)).ok())?
    }

    fn new(name: &str, seed: &SigningSeed) -> Result<Cosigner, String> {
        let key = SigningKey::from_bytes(seed.expose());
        let public = WitnessKey::new(name, key.verifying_key().to_bytes());
        Ok(Cosigner { public: public.map_err(|error| error.to_string())?, key })
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
