//! What becomes of a finished ballot: cast, challenged, or kept until the voter decides.

use std::path::Path;

use psephos_console::{Exit, Failure, say, warn};
use psephos_core::{Digest, group};
use psephos_participant::entropy;
use psephos_secrets::SecretScalar;
use psephos_voter::Prepared;
use serde_json::json;

use super::vote::code;
use crate::booth::Booth;
use crate::cli::{Cast, Challenge, Output};
use crate::files::{self, Readers};
use crate::hand_in;
use psephos_console::ask::Terminal;

/// What a voter does with a ballot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Cast,
    Challenge,
    Keep,
}

/// The files that a decision writes; all of them while it is open.
pub fn kinds(decision: Option<Decision>) -> &'static [&'static str] {
    match decision {
        Some(Decision::Cast) => &["ballot", "receipt"],
        Some(Decision::Challenge) => &["opening", "challenge"],
        Some(Decision::Keep) => &["kept"],
        None => &["ballot", "receipt", "opening", "challenge", "kept"],
    }
}

/// Casts a kept ballot.
pub fn cast(arguments: Cast) -> Result<Exit, Failure> {
    let (prepared, _) = files::kept(&arguments.kept)?;
    files::absent(arguments.output.output.as_deref(), kinds(Some(Decision::Cast)))?;
    show_tracker(&prepared.tracker(), arguments.output.json);
    let exit = write_ballot(prepared, None, &arguments.output)?;
    files::forget(&arguments.kept)?;
    Ok(exit)
}

/// Opens a kept ballot.
pub fn challenge(arguments: Challenge) -> Result<Exit, Failure> {
    let (prepared, key) = files::kept(&arguments.kept)?;
    files::absent(arguments.output.output.as_deref(), kinds(Some(Decision::Challenge)))?;
    let booth = Booth::enter(&arguments.place)?;
    let secret = match key {
        Some(key) => key,
        None => code(&arguments.code)?.secret(),
    };
    show_tracker(&prepared.tracker(), arguments.output.json);
    let place = (&booth, hand_in::url(&arguments.place.board));
    let exit = write_opening(prepared, place, &secret, &arguments.output)?;
    files::forget(&arguments.kept)?;
    Ok(exit)
}

/// The tracker, which stands before the voter decides anything.
pub fn show_tracker(tracker: &Digest, json: bool) {
    if !json {
        say(format!("Your ballot's tracker: {}", hex::encode(tracker)));
    }
}

/// Asks at the terminal.
pub fn ask(terminal: &mut Terminal<'_>) -> Result<Decision, Failure> {
    terminal.say(
        "\nNote the tracker. Then either cast this ballot, or challenge it to see whether the device\n\
         encrypted what you chose: it is opened and never counts, and you vote again. The ballot is\n\
         finished; casting changes nothing of it.",
    );
    let decisions = [Decision::Cast, Decision::Challenge, Decision::Keep];
    let answer =
        terminal.choose("cast, challenge, or keep for later? ", &["cast", "challenge", "keep"])?;
    decisions.get(answer).copied().ok_or_else(|| Failure::internal("an answer there is not"))
}

/// Writes NAME.ballot; where the board has a server, hands it in and writes NAME.receipt.
pub fn write_ballot(
    prepared: Prepared,
    server: Option<(&Booth, &str)>,
    output: &Output,
) -> Result<Exit, Failure> {
    let tracker = prepared.tracker();
    let place = files::place(output.output.as_deref(), &tracker, "ballot");
    let ballot = prepared.cast();
    files::write(&place, &ballot, Readers::Everybody)?;
    let receipt = files::place(output.output.as_deref(), &tracker, "receipt");
    let taken = match server {
        Some((booth, url)) => hand_in::ballot(booth, url, &ballot, &receipt)
            .map_err(|failure| failure.advice(again(&place, url)))?,
        None => false,
    };
    if output.json {
        let mut places = vec![("ballot", place.as_path())];
        places.extend(taken.then_some(("receipt", receipt.as_path())));
        return report(&tracker, "cast", &places);
    }
    if taken {
        say(format!(
            "Cast, and taken in. The receipt is {}: with it you can prove it if the ballot is kept off the board. In \
             a while `psephos-voter find` with the tracker says whether it is there.",
            receipt.display()
        ));
    } else {
        say(format!(
            "Cast: hand in {}. Later, `psephos-voter find` with the tracker says whether it is on the board.",
            place.display()
        ));
    }
    Ok(Exit::Valid)
}

/// What to do with a file that a server has not taken.
fn again(place: &Path, url: &str) -> String {
    format!(
        "it lies in {0}: `psephos-voter hand-in {0} --board {url}` tries again",
        place.display()
    )
}

/// Writes NAME.opening and NAME.challenge; where the board has a server, hands in the challenge.
pub fn write_opening(
    prepared: Prepared,
    (booth, url): (&Booth, Option<&str>),
    credential: &SecretScalar,
    output: &Output,
) -> Result<Exit, Failure> {
    let made_with = prepared.credential();
    if made_with != Some(group::encode(&credential.public())) {
        return Err(Failure::usage("the ballot was not made with this code")
            .advice("challenge it with the code it was made with"));
    }
    let challenged = prepared
        .challenge(&booth.election, credential, &mut entropy())
        .map_err(|error| Failure::internal(error.to_string()))?;
    let tracker = challenged.challenge.tracker;
    let opening = files::place(output.output.as_deref(), &tracker, "opening");
    let challenge = files::place(output.output.as_deref(), &tracker, "challenge");
    files::write(&opening, &challenged.opening.to_bytes(), Readers::Owner)?;
    let row = challenged.challenge.to_bytes();
    files::write(&challenge, &row, Readers::Everybody)?;
    let taken = match url {
        Some(url) => hand_in::challenge(url, &row)
            .map_err(|failure| failure.advice(again(&challenge, url)))?,
        None => false,
    };
    warn("this ballot is opened and must not be cast: it would be rejected, and its vote is known");
    if output.json {
        let places = [("opening", opening.as_path()), ("challenge", challenge.as_path())];
        return report(&tracker, "challenged", &places);
    }
    let next = match taken {
        true => "the server has taken it in".to_owned(),
        false => format!("hand in {}", challenge.display()),
    };
    say(format!(
        "Challenged: {next}. Then check {} on another device with `psephos-voter check`. To vote, run \
         `psephos-voter vote` again.",
        opening.display()
    ));
    Ok(Exit::Valid)
}

/// Writes NAME.kept.
pub fn write_kept(
    prepared: &Prepared,
    throwaway: Option<&SecretScalar>,
    output: &Output,
) -> Result<Exit, Failure> {
    let tracker = prepared.tracker();
    let place = files::place(output.output.as_deref(), &tracker, "kept");
    files::keep(&place, prepared, throwaway)?;
    if output.json {
        return report(&tracker, "kept", &[("kept", &place)]);
    }
    say(format!(
        "Kept in {0}, which tells your vote to whoever reads it. Next: `psephos-voter cast {0}`, or \
         `psephos-voter challenge {0} --board BOARD` to open it; either deletes it.",
        place.display()
    ));
    Ok(Exit::Valid)
}

fn report(tracker: &Digest, done: &str, files: &[(&str, &Path)]) -> Result<Exit, Failure> {
    let mut value = json!({ "tracker": hex::encode(tracker), "done": done });
    for (name, path) in files {
        value[*name] = json!(path.display().to_string());
    }
    say(format!("{value:#}"));
    Ok(Exit::Valid)
}
