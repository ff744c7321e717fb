//! Questions to the person at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::Failure;

/// A terminal, or what stands for one in a test.
pub struct Terminal<'a> {
    /// What the person types.
    pub input: &'a mut dyn BufRead,
    /// Where questions are shown.
    pub output: &'a mut dyn Write,
}

/// Whether there is somebody to ask.
pub fn is_there() -> bool {
    io::stdin().is_terminal()
}

/// Calls `conversation` with the person at the terminal.
pub fn with_terminal<T>(
    conversation: impl FnOnce(&mut Terminal<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (mut input, mut output) = (io::stdin().lock(), io::stderr().lock());
    conversation(&mut Terminal { input: &mut input, output: &mut output })
}

impl Terminal<'_> {
    /// Prints a line.
    pub fn say(&mut self, text: &str) {
        // A closed terminal is noticed by the next question.
        let _ = writeln!(self.output, "{text}");
    }

    /// Prints a question and reads a line.
    pub fn ask(&mut self, question: &str) -> Result<String, Failure> {
        let _ = write!(self.output, "{question}");
        let _ = self.output.flush();
        let mut line = String::new();
        match self.input.read_line(&mut line) {
            Ok(length) if length > 0 => Ok(line.trim().to_owned()),
            _ => Err(Failure::usage("there was no answer").advice("nothing was made")),
        }
    }

    /// As [`Terminal::ask`]; an empty answer stands for `default`, which is shown.
    pub fn ask_or(&mut self, question: &str, default: &str) -> Result<String, Failure> {
        let answer = self.ask(&format!("{question} [{default}]: "))?;
        Ok(if answer.is_empty() { default.to_owned() } else { answer })
    }

    /// Asks for yes or no; an empty answer is no.
    pub fn agrees(&mut self, question: &str) -> Result<bool, Failure> {
        loop {
            match self.ask(&format!("{question} [y/N] "))?.to_lowercase().as_str() {
                "y" | "yes" => return Ok(true),
                "" | "n" | "no" => return Ok(false),
                _ => self.say("Please type yes or no."),
            }
        }
    }

    /// Asks until the answer is one of `answers`, or its beginning; the index of it.
    pub fn choose(&mut self, question: &str, answers: &[&str]) -> Result<usize, Failure> {
        loop {
            let answer = self.ask(question)?.to_lowercase();
            let fits: Vec<usize> = (0..answers.len())
                .filter(|&index| {
                    let known = answers.get(index);
                    !answer.is_empty() && known.is_some_and(|known| known.starts_with(&answer))
                })
                .collect();
            match fits.as_slice() {
                [one] => return Ok(*one),
                _ => self.say(&format!("Please type {}.", answers.join(" or "))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_is_no() {
        let mut input = io::Cursor::new("maybe\nYES\n\n\ntown\n");
        let mut output = Vec::new();
        let mut terminal = Terminal { input: &mut input, output: &mut output };
        assert!(terminal.agrees("Sign?").unwrap());
        assert!(!terminal.agrees("Sign?").unwrap());
        assert_eq!(terminal.ask_or("Board", "board").unwrap(), "board");
        assert_eq!(terminal.ask_or("Board", "board").unwrap(), "town");
        assert!(terminal.agrees("Sign?").is_err());
    }

    #[test]
    fn answers_may_be_begun_and_are_asked_for_again() {
        let mut input = io::Cursor::new("\nnothing\nc\nch\n");
        let mut output = Vec::new();
        let mut terminal = Terminal { input: &mut input, output: &mut output };
        assert_eq!(terminal.choose("? ", &["cast", "challenge"]).unwrap(), 1);
        assert!(terminal.choose("? ", &["cast", "challenge"]).is_err());
        let said = String::from_utf8(output).unwrap();
        assert_eq!(said.matches("Please type cast or challenge.").count(), 3, "{said}");
    }
}
