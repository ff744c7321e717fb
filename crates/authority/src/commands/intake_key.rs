//! `intake-key`: the intake's key in a file of its own, for the board server.

use psephos_console::{Exit, Failure, say};
use psephos_participant::{Home, HomeFile, Passphrase, open_vault, signing_key, write_key};

use crate::cli::IntakeKey;
use crate::office::{INTAKE, place};

/// Writes the key under a passphrase of its own: whoever runs the server has no other key of the authority.
pub fn run(arguments: IntakeKey) -> Result<Exit, Failure> {
    let IntakeKey { file, home, key_file, new_passphrase_file } = arguments;
    let home = Home::open(&place(&home)?)?;
    let passphrase = Passphrase::obtain(key_file.passphrase_file.as_deref())?;
    let (vault, _) = open_vault(&home, &passphrase)?;
    let key = signing_key(&vault, INTAKE)?;
    let passphrase = Passphrase::choose(new_passphrase_file.as_deref(), "--new-passphrase-file")?;
    home.write(&HomeFile { intake_elsewhere: true, ..home.read()? })?;
    write_key(&file, &key, &passphrase, key_file.throwaway)?;
    say(format!(
        "{}: the key that signs receipts and records of ballots, and nothing else.",
        file.display()
    ));
    say(
        "Give it to the board server (`psephos-board serve --intake-key`). From now on ballots are handed in there: \
         two places that sign under one key could use one counter twice, and spoil the election.",
    );
    Ok(Exit::Valid)
}
