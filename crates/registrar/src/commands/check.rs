//! `check`: whether a typed code is whole, and which word is wrong.

use std::io::{self, BufRead, IsTerminal};
use std::path::Path;

use psephos_console::{Exit, Failure, say};
use psephos_core::Encoding;
use psephos_voter::code::Code;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::Check;
use crate::register::Register;
use crate::roll;

/// Reads the code and says what it is.
pub fn run(arguments: Check) -> Result<Exit, Failure> {
    let text = if arguments.words.is_empty() {
        typed()?
    } else {
        Zeroizing::new(arguments.words.join(" "))
    };
    let code = Code::parse(&text).map_err(|error| Failure::usage(error.to_string()))?;
    let credential = code.credential();
    let (place, id) = match &arguments.roll {
        Some(path) => found(path, &credential)?,
        None => (None, None),
    };
    if arguments.json {
        let on_roll = place.map(|place| place.is_some());
        let value = json!({
            "credential": hex::encode(credential),
            "on_roll": on_roll,
            "box": place.flatten(),
            "box_id": id,
        });
        say(format!("{value:#}"));
        return Ok(Exit::Valid);
    }
    say("The code is whole.");
    say(format!("  credential {}", hex::encode(credential)));
    match place {
        Some(Some(place)) => {
            say(format!("  on the roll, in box {}", id.unwrap_or_else(|| place.to_string())));
        }
        Some(None) => say("  not on this roll"),
        None => {}
    }
    Ok(Exit::Valid)
}

/// Whether a roll has the credential, and in which box: its number, and its id if a register lies beside it.
fn found(
    path: &Path,
    credential: &Encoding,
) -> Result<(Option<Option<u64>>, Option<String>), Failure> {
    let roll = roll::read(path, &[] as &[&str])?;
    let place = roll.box_of(credential);
    let register = Register::find(None, (path, &roll), &[])?;
    let id =
        register.zip(place).and_then(|(register, place)| register.box_id(place).map(str::to_owned));
    Ok((Some(place), id))
}

/// A line from standard input.
fn typed() -> Result<Zeroizing<String>, Failure> {
    if io::stdin().is_terminal() {
        say("Type the words of the code, then Enter:");
    }
    let mut line = Zeroizing::new(String::with_capacity(1024));
    io::stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::usage(format!("the code cannot be read: {error}")))?;
    Ok(line)
}
