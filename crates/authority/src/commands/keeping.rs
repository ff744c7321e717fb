//! `backup`, `restore`, `destroy`: a home as a whole.

use psephos_console::arguments::{Backup, Destroy, Restore};
use psephos_console::{Exit, Failure};
use psephos_participant::Order;

use crate::cli::Keeping;
use crate::office::place;

/// Writes the home into one encrypted file.
pub fn backup(command: Keeping<Backup>) -> Result<Exit, Failure> {
    let Backup { file, key_file } = command.arguments;
    let passphrase = key_file.passphrase_file.as_deref();
    psephos_participant::backup(&place(&command.home)?, &file, passphrase, key_file.throwaway)
}

/// Makes a home of such a file.
pub fn restore(command: Keeping<Restore>) -> Result<Exit, Failure> {
    let Restore { file, passphrase_file } = command.arguments;
    psephos_participant::restore(&place(&command.home)?, &file, passphrase_file.as_deref())
}

/// Destroys the keys of the home.
pub fn destroy(command: Keeping<Destroy>) -> Result<Exit, Failure> {
    let Destroy { output, yes, before_the_end, passphrase_file, place: board } = command.arguments;
    let order = Order {
        output: output.as_deref(),
        yes,
        early: before_the_end,
        passphrase_file: passphrase_file.as_deref(),
        board: board.board.as_deref(),
    };
    psephos_participant::destroy(&place(&command.home)?, &order)
}
