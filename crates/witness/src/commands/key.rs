//! `key`: a new witness.

use psephos_console::{Exit, Failure, note, say};
use psephos_participant::Passphrase;
use psephos_witness::{Cosigner, Memory};

use crate::cli::Key;

/// Makes the key's file and its memory.
pub fn run(arguments: &Key) -> Result<Exit, Failure> {
    let file = arguments.output.as_path();
    if file.exists() {
        return Err(Failure::usage("a file is there, and no key is ever overwritten")
            .at(file.display().to_string())
            .advice("name another one with --output"));
    }
    let passphrase =
        Passphrase::choose(arguments.key_file.passphrase_file.as_deref(), "--passphrase-file")?;
    let (name, throwaway) = (&arguments.name, arguments.key_file.throwaway);
    let cosigner = Cosigner::create(file, name, &passphrase, throwaway)?;
    say(cosigner.public().to_string());
    note(
        "That line is public: give it to everybody who is to trust this witness, by a way that they trust.",
    );
    note(format!(
        "The key is in {}, what it cosigns will be in {}; keep the two together.",
        file.display(),
        Memory::place(file).display()
    ));
    Ok(Exit::Valid)
}
