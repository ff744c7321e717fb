//! The end of the keys: a signed statement, and nothing left to open.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use psephos_audit::{Options, Phase, audit};
use psephos_console::arguments::Destroy;
use psephos_console::{Exit, Failure, ask, date, say};
use psephos_core::Digest;
use psephos_record::board::Board;
use psephos_record::statement::{Destruction, SignedDestruction};
use psephos_remote::open_board;
use psephos_secrets::Vault;

use crate::keys::DESTROYED;
use crate::{
    Home, HomeFile, NewFile, Passphrase, audit_failure, board_failure, open_vault, vault_failure,
};

/// Signs that the keys of a home are destroyed, and destroys them.
pub fn destroy(folder: &Path, order: &Destroy) -> Result<Exit, Failure> {
    let home = Home::open(folder)?;
    let statement = home.path(DESTROYED);
    let keys = home.path("keys");
    if !statement.exists() {
        let file = home.read()?;
        let place = order.place.board.as_ref().unwrap_or(&file.board);
        let board = open_board(place).map_err(board_failure)?;
        let election = may_end(&home, &file, &*board, order.before_the_end)?;
        let (vault, key) =
            open_vault(&home, &Passphrase::obtain(order.passphrase_file.as_deref())?)?;
        if !order.yes && !confirmed(folder)? {
            say("Nothing was destroyed.");
            return Ok(Exit::Incomplete);
        }
        let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let names = vault.list().map_err(vault_failure)?;
        let signed = Destruction { keys: names, time, author: [0; 32], election }.sign(&key);
        // The statement is there before the keys are gone: nobody could sign it afterwards.
        home.store(DESTROYED, &signed.encode())?;
    }
    if keys.is_dir() {
        Vault::erase_all(&keys).map_err(vault_failure)?;
    }
    let bytes = home.load(DESTROYED)?;
    let signed = SignedDestruction::decode(&bytes).and_then(|signed| signed.content());
    let said = signed.map_err(|error| Failure::new(Exit::Io, error.to_string()))?;
    if let Some(output) = &order.output {
        NewFile::create(output, "the statement")?.whole(&bytes)?;
    }
    say(format!("The keys of this home are destroyed, as stated on {}.", date(said.time)));
    say(format!("  statement  {}", order.output.as_ref().unwrap_or(&statement).display()));
    say(
        "Publish the statement; `psephos-verifier statement` checks it. Destroy your backups, too: they still \
         hold the keys.",
    );
    Ok(Exit::Valid)
}

/// Keys are needed until the seal of this home's own board; the election's id.
fn may_end(
    home: &Home,
    file: &HomeFile,
    board: &dyn Board,
    early: bool,
) -> Result<Digest, Failure> {
    let known = home.known()?;
    let verified = (known.records > 0).then_some((known.records, known.head));
    let options = Options { verified, ..Options::default() };
    let view = audit(board, &options, &|_| {}).map_err(audit_failure)?.view;
    let place = || board.place();
    let mut joined = [0; 32];
    let is_ours = hex::decode_to_slice(&file.proposal, &mut joined).is_ok()
        && view.proposal.as_ref().is_some_and(|standing| standing.is_or_was(&joined));
    if !is_ours {
        return Err(Failure::usage("this is not the board of this home's election").at(place()));
    }
    if view.phase == Phase::Sealed || early {
        return Ok(view.election());
    }
    Err(Failure::usage("the election is not over: its board is not sealed")
        .at(place())
        .advice(
            "wait for the seal; if this election is given up for good, --before-the-end destroys the keys \
             now, and without enough keys nobody can ever decrypt",
        ))
}

fn confirmed(folder: &Path) -> Result<bool, Failure> {
    if !ask::is_there() {
        return Err(Failure::usage("there is nobody to ask whether to destroy the keys")
            .advice("run this at a terminal, or give --yes"));
    }
    ask::with_terminal(|terminal| {
        terminal.say(&format!("The keys in {} will be gone for ever.", folder.display()));
        terminal.agrees("Destroy them, and sign that you have?")
    })
}
