//! The election's description, asked for at the terminal and written as its file.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use psephos_ballot::file::ElectionFile;
use psephos_console::ask::{self, Terminal};
use psephos_console::{Failure, Locator, moment, say};

/// Methods that a first election needs; the file knows more.
const METHODS: [&str; 4] = ["plurality", "approval", "irv", "stv"];

/// Where the board goes, if the command line does not say.
pub fn board() -> Result<Locator, Failure> {
    needs_somebody("--board BOARD")?;
    ask::with_terminal(|terminal| {
        terminal.ask_or("The board: a new or empty folder, or a URL", "board").map(Locator::from)
    })
}

/// The election's file: asked for, written, and from then on like one that was written by hand.
pub fn election() -> Result<PathBuf, Failure> {
    needs_somebody("--election FILE.toml")?;
    let (path, text) = ask::with_terminal(|terminal| {
        terminal.say("No file describes the election: a few questions make one.\n");
        let text = describe(terminal)?;
        loop {
            let path = terminal.ask_or("\nWrite the election's file to", "election.toml")?;
            if !Path::new(&path).exists() {
                return Ok((PathBuf::from(path), text));
            }
            terminal.say(&format!("{path} is there already; it is not overwritten."));
        }
    })?;
    write(&path, &text)?;
    say(format!(
        "Written: {}. It can be edited; `psephos-authority init --election {}` goes on from here.",
        path.display(),
        path.display()
    ));
    Ok(path)
}

fn needs_somebody(flag: &str) -> Result<(), Failure> {
    if ask::is_there() {
        return Ok(());
    }
    Err(Failure::usage(format!("{flag} is missing, and there is nobody to ask"))
        .advice("give it, or run this at a terminal"))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error| Failure::io("cannot write the election's file", path, &error);
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)
}

/// The text of an election's file, from answers that make one.
fn describe(terminal: &mut Terminal<'_>) -> Result<String, Failure> {
    let title = filled(terminal, "Title of the election: ")?;
    let mut text = format!("title = {}\n", quoted(&title));
    let names = listed(terminal, "Trustees, one name a line; an empty line ends it")?;
    if names.is_empty() {
        text += "trustees = 3\n";
    } else {
        text += &format!("trustees = [{}]\n", names.join(", "));
    }
    let trustees = if names.is_empty() { 3 } else { names.len() };
    let most = trustees / 2 + 1;
    let threshold = number(terminal, "How many of them together decrypt", most, trustees)?;
    text += &format!("threshold = {threshold}\n");
    for (key, question) in [("opens", "When voting begins"), ("closes", "When voting ends")] {
        let moment = date(terminal, question)?;
        if let Some(moment) = moment {
            text += &format!("{key} = {moment}\n");
        }
    }
    let mut number = 1;
    loop {
        let longer = format!("{text}\n{}", contest(terminal, number)?);
        match ElectionFile::parse("your answers", &longer) {
            Ok(_) => text = longer,
            Err(error) => {
                terminal.say(&format!("That does not make an election: {error}"));
                if number == 1 && !terminal.agrees("Answer for this contest again?")? {
                    return Err(Failure::usage(format!("no such election can be held: {error}"))
                        .advice("nothing was written; run the command again"));
                }
                continue;
            }
        }
        if !terminal.agrees("Another contest?")? {
            return Ok(text);
        }
        number += 1;
    }
}

fn contest(terminal: &mut Terminal<'_>, place: u64) -> Result<String, Failure> {
    let title = filled(terminal, &format!("\nContest {place}, the question: "))?;
    let method = terminal.choose(&format!("Counted by {}? ", METHODS.join(", ")), &METHODS)?;
    let method = METHODS.get(method).copied().unwrap_or_default();
    let mut text = format!(
        "[[contest]]\nid = \"contest-{place}\"\ntitle = {}\nmethod = \"{method}\"\n",
        quoted(&title)
    );
    if method != "irv" {
        text +=
            &format!("seats = {}\n", number(terminal, "How many are to be elected", 1, 65_535)?);
    }
    let names = listed(terminal, "Candidates, one name a line; an empty line ends it")?;
    text += &format!("candidates = [{}]\n", names.join(", "));
    Ok(text)
}

/// An answer that is not empty.
fn filled(terminal: &mut Terminal<'_>, question: &str) -> Result<String, Failure> {
    loop {
        let answer = terminal.ask(question)?;
        if !answer.is_empty() {
            return Ok(answer);
        }
    }
}

/// A number from 1 to `most`.
fn number(
    terminal: &mut Terminal<'_>,
    question: &str,
    default: usize,
    most: usize,
) -> Result<usize, Failure> {
    loop {
        let answer = terminal.ask_or(question, &default.to_string())?;
        match answer.parse() {
            Ok(number) if (1..=most).contains(&number) => return Ok(number),
            _ => terminal.say(&format!("Please type a number from 1 to {most}.")),
        }
    }
}

/// A moment as the file writes it, or none.
fn date(terminal: &mut Terminal<'_>, question: &str) -> Result<Option<String>, Failure> {
    let question = format!("{question}, as in 2027-03-14T08:00:00+01:00");
    loop {
        let answer = terminal.ask_or(&question, "not stated")?;
        if answer == "not stated" {
            return Ok(None);
        }
        match moment(&answer) {
            Ok(_) => return Ok(Some(answer)),
            Err(fault) => terminal.say(&fault),
        }
    }
}

/// Names, quoted, one a line.
fn listed(terminal: &mut Terminal<'_>, question: &str) -> Result<Vec<String>, Failure> {
    terminal.say(question);
    let mut names = Vec::new();
    loop {
        let name = terminal.ask("> ")?;
        if name.is_empty() {
            return Ok(names);
        }
        names.push(quoted(&name));
    }
}

/// A text as TOML writes it; JSON's escapes are TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn described(typed: &str) -> Result<String, Failure> {
        let mut input = Cursor::new(typed.to_owned());
        let mut output = Vec::new();
        describe(&mut Terminal { input: &mut input, output: &mut output })
    }

    #[test]
    fn answers_make_an_election() {
        let typed = "The \"town\"\nClerk\nSchool\nQuarry\n\n\n2027-05-01T08:00:00+02:00\n\n\
                     Mayor\nirv\nAda\nGrace\n\ny\nCouncil\nplurality\n2\nA\nB\nC\n\nn\n";
        let text = described(typed).unwrap();
        let election = ElectionFile::parse("election.toml", &text).unwrap();
        assert_eq!(election.title, "The \"town\"");
        assert_eq!(election.contests.len(), 2);
        assert_eq!((election.opens.is_some(), election.closes), (true, None));
        let parameters = election.parameters(&Default::default()).unwrap();
        assert_eq!(parameters.threshold, 2);
        assert_eq!(parameters.trustees, ["Clerk", "School", "Quarry"]);
    }

    #[test]
    fn answers_that_make_none_are_asked_for_again_or_given_up() {
        let begin = "Town\n\n\n\n\nMayor\nirv\n\n";
        assert!(described(&format!("{begin}n\n")).is_err(), "nobody to elect");
        let text = described(&format!("{begin}y\nMayor\nirv\nAda\nGrace\n\nn\n")).unwrap();
        assert!(text.contains("trustees = 3") && text.contains("threshold = 2"), "{text}");
        assert!(described("Town\n").is_err());
    }
}
