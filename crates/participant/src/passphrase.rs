//! The passphrase of the key file: from a file, or asked for.

use std::fs;
use std::path::Path;

use psephos_console::Failure;
use zeroize::Zeroizing;

/// A passphrase; erased when dropped.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Reads the first line of `file`, or asks on the terminal.
    pub fn obtain(file: Option<&Path>) -> Result<Passphrase, Failure> {
        match file {
            Some(file) => Passphrase::read(file),
            None => Passphrase::ask("Passphrase of the key file: ", "--passphrase-file"),
        }
    }

    /// As [`Passphrase::obtain`] for a key file that is about to be made: asks twice. `flag` is the one that names
    /// `file`.
    pub fn choose(file: Option<&Path>, flag: &str) -> Result<Passphrase, Failure> {
        if let Some(file) = file {
            return Passphrase::read(file);
        }
        let first = Passphrase::ask("Choose a passphrase for the key file: ", flag)?;
        let second = Passphrase::ask("The same passphrase again: ", flag)?;
        if first.0 != second.0 {
            return Err(Failure::usage("the two passphrases differ")
                .advice("nothing was made; run the command again"));
        }
        Ok(first)
    }

    /// The passphrase itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn read(file: &Path) -> Result<Passphrase, Failure> {
        let text = fs::read_to_string(file)
            .map_err(|error| Failure::io("cannot read the passphrase", file, &error))?;
        let text = Zeroizing::new(text);
        let line = Zeroizing::new(text.lines().next().unwrap_or_default().to_owned());
        if line.is_empty() {
            let failure = Failure::usage("the passphrase file begins with an empty line")
                .at(file.display().to_string());
            return Err(failure.advice("put the passphrase on its first line"));
        }
        Ok(Passphrase(line))
    }

    fn ask(question: &str, flag: &str) -> Result<Passphrase, Failure> {
        let answer = rpassword::prompt_password(question).map_err(|error| {
            Failure::usage(format!("cannot ask for the passphrase: {error}"))
                .advice(format!("without a terminal, give {flag} FILE"))
        })?;
        if answer.is_empty() {
            return Err(Failure::usage("the passphrase is empty"));
        }
        Ok(Passphrase(Zeroizing::new(answer)))
    }
}
