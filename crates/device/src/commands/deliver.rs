//! `hand-in`: a ballot or a challenge that lies in a file, to the board's server.

use std::fs;

use psephos_console::{Exit, Failure, say};
use psephos_proofs::ballot::CHALLENGE_LENGTH;
use serde_json::json;

use crate::booth::Booth;
use crate::cli::HandIn;
use crate::hand_in;

/// Hands it in; of a ballot that was handed in before the receipt is kept again.
pub fn run(arguments: HandIn) -> Result<Exit, Failure> {
    let HandIn { file, place, json } = arguments;
    let bytes =
        fs::read(&file).map_err(|error| Failure::io("cannot read the file", &file, &error))?;
    let url = hand_in::url(&place.board).ok_or_else(|| {
        Failure::usage("files are handed in at a board server")
            .at(place.board.to_string())
            .advice("give its URL with --board, or bring the file to the election's authority")
    })?;
    let booth = Booth::enter(&place)?;
    let receipt = file.with_extension("receipt");
    let is_challenge = bytes.len() == CHALLENGE_LENGTH;
    let taken = match is_challenge {
        true => hand_in::challenge(url, &bytes)?,
        false => hand_in::ballot(&booth, url, &bytes, &receipt)?,
    };
    if !taken {
        return Err(Failure::usage("whoever answers there takes in no ballots")
            .at(url.to_owned())
            .advice("ask the election's authority where ballots are handed in"));
    }
    if json {
        let receipt = (!is_challenge).then(|| receipt.display().to_string());
        say(format!("{:#}", json!({ "taken": true, "receipt": receipt })));
    } else if is_challenge {
        say("Taken in: the challenged ballot will never count.");
    } else {
        say(format!(
            "Taken in. The receipt is {}: with it you can prove it if the ballot is kept off the board.",
            receipt.display()
        ));
    }
    Ok(Exit::Valid)
}
