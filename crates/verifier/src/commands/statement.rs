//! A statement that keys were destroyed (spec/08-board.md §8.15).

use std::fs::File;
use std::io::Read;
use std::path::Path;

use psephos_audit::View;
use psephos_console::{Exit, Failure, Locator, date, say};
use psephos_core::Encoding;
use psephos_record::statement::{Destruction, LIMIT, SignedDestruction};

use crate::place::{open, unreadable};

/// Says who states what, and whether it is signed by somebody of this election.
pub fn run(file: &Path, board: &Locator) -> Result<Exit, Failure> {
    let signed = read(file)?;
    let refused = |what: String| {
        Failure::new(Exit::Unreadable, format!("this is no statement: {what}"))
            .at(file.display().to_string())
            .advice("give a file that `destroy` has written")
    };
    let said = signed.content().map_err(|error| refused(error.to_string()))?;
    let board = open(board, None)?;
    let view = psephos_audit::view(&*board).map_err(|error| match error {
        psephos_audit::AuditError::Board(error) => unreadable(error),
        error => Failure::internal(error.to_string()),
    })?;
    let wrong = |what: &str| {
        Failure::new(Exit::Invalid, what).at(file.display().to_string()).advice(
            "nobody of this election states this; ask for the file again, or for the right board",
        )
    };
    if said.election != view.election() {
        return Err(wrong("the statement is of another election than the board's"));
    }
    let author = author(&view, &said.author)
        .ok_or_else(|| wrong("its key is neither the authority's nor a trustee's"))?;
    signed.verify(&said.author).map_err(|error| wrong(&error.to_string()))?;
    say(sentence(&author, &said));
    say(format!("  election  {}", hex::encode(said.election)));
    say(format!("  key       {}", hex::encode(said.author)));
    say("The signature holds. That nobody has kept a copy of a key, no signature can show.");
    Ok(Exit::Valid)
}

fn read(file: &Path) -> Result<SignedDestruction, Failure> {
    let failed = |error| Failure::io("cannot read the file", file, &error);
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(failed)?;
    opened.take(LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    SignedDestruction::decode(&bytes).map_err(|error| {
        Failure::new(Exit::Unreadable, format!("this is no statement: {error}"))
            .at(file.display().to_string())
    })
}

/// Whose key it is, in words.
fn author(view: &View, key: &Encoding) -> Option<String> {
    let is_authority = view.proposal.as_ref().is_some_and(|standing| standing.authority == *key);
    if is_authority {
        return Some("The authority".to_owned());
    }
    let trustee = view.trustee(key)?;
    let name = usize::try_from(trustee).ok().and_then(|place| {
        view.description().and_then(|description| description.trustees.get(place).cloned())
    });
    Some(format!("Trustee {trustee} ({})", name.unwrap_or_default()))
}

fn sentence(author: &str, said: &Destruction) -> String {
    format!(
        "{author} states that its keys were destroyed, on {} by its own clock: {}.",
        date(said.time),
        said.keys.iter().map(|key| key.escape_debug().to_string()).collect::<Vec<_>>().join(", ")
    )
}
