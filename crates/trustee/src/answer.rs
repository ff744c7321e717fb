//! What a person invited answers to a proposal: by flags, or asked.

use psephos_console::ask::{self, Terminal};
use psephos_console::{Failure, say};
use psephos_participant::terms;
use psephos_record::bodies::Description;

use crate::cli::AnswerFlags;

/// An answer to the proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To take part in it as proposed.
    Agree,
    /// To take no part.
    Decline {
        /// Why.
        reason: String,
    },
    /// To take part in another one.
    Counter {
        /// Why.
        reason: String,
        /// That one.
        description: Box<Description>,
    },
}

impl AnswerFlags {
    /// Whether the answer stands on the command line.
    pub fn is_given(&self) -> bool {
        self.yes || self.decline.is_some() || !self.counter.is_empty()
    }
}

impl Answer {
    /// The answer of the flags, or of the person at the terminal.
    pub fn obtain(flags: &AnswerFlags, proposed: &Description) -> Result<Answer, Failure> {
        if let Some(reason) = &flags.decline {
            return Ok(Answer::Decline { reason: reason.clone() });
        }
        if !flags.counter.is_empty() {
            let mut description = proposed.clone();
            for setting in &flags.counter {
                terms::change(&mut description, setting).map_err(Failure::usage)?;
            }
            return countered(proposed, description, flags.reason.clone().unwrap_or_default());
        }
        if flags.yes {
            return Ok(Answer::Agree);
        }
        if !ask::is_there() {
            return Err(Failure::usage("there is nobody to ask whether you take part").advice(
                "run this at a terminal, or give --yes, --decline REASON or --counter KEY=VALUE",
            ));
        }
        ask::with_terminal(|terminal| asked(terminal, proposed))
    }
}

fn asked(terminal: &mut Terminal<'_>, proposed: &Description) -> Result<Answer, Failure> {
    let question = "Do you agree to take part in it, decline, or counter-propose other terms? ";
    match terminal.choose(question, &["agree", "decline", "counter-propose"])? {
        0 => Ok(Answer::Agree),
        1 => Ok(Answer::Decline { reason: terminal.ask("Why? Everybody will read it: ")? }),
        _ => {
            let description = bargain(terminal, proposed)?;
            let reason = terminal.ask("Why? Everybody will read it: ")?;
            countered(proposed, description, reason)
        }
    }
}

/// Takes changes, one a line, until an empty line.
fn bargain(terminal: &mut Terminal<'_>, proposed: &Description) -> Result<Description, Failure> {
    terminal.say(&format!(
        "Type a change, such as threshold=3 or closes=2027-03-15T18:00:00Z; an empty line ends it.\n\
         You can change {}.",
        terms::SETTINGS
    ));
    let mut description = proposed.clone();
    loop {
        let setting = terminal.ask("change> ")?;
        if setting.is_empty() {
            return Ok(description);
        }
        let mut changed = description.clone();
        let outcome = terms::change(&mut changed, &setting)
            .and_then(|()| changed.check().map_err(|fault| fault.to_string()));
        match outcome {
            Ok(()) => {
                description = changed;
                for line in terms::differences(proposed, &description) {
                    terminal.say(&format!("  {line}"));
                }
            }
            Err(fault) => terminal.say(&format!("  not changed: {fault}")),
        }
    }
}

/// A counter-proposal that can be held and is another than the proposal.
fn countered(
    proposed: &Description,
    description: Description,
    reason: String,
) -> Result<Answer, Failure> {
    description
        .check()
        .map_err(|fault| Failure::usage(format!("no such election can be held: {fault}")))?;
    let differences = terms::differences(proposed, &description);
    if differences.is_empty() {
        return Err(Failure::usage("your terms are those of the proposal")
            .advice("nothing was signed; agree to it, or change something"));
    }
    say("Your counter-proposal:\n");
    for line in differences {
        say(format!("  {line}"));
    }
    say("");
    Ok(Answer::Counter { reason, description: Box::new(description) })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use psephos_testkit::{Author, Election, Plan};

    use super::*;

    fn answers(typed: &str) -> Result<Answer, Failure> {
        let election = Election::new(Plan::new(3, 2, 1));
        let proposed = election.plan.description(election.public_key(Author::Intake));
        let mut input = Cursor::new(typed.to_owned());
        let mut output = Vec::new();
        asked(&mut Terminal { input: &mut input, output: &mut output }, &proposed)
    }

    #[test]
    fn a_person_agrees_declines_or_bargains() {
        assert_eq!(answers("agree\n").unwrap(), Answer::Agree);
        let declined = Answer::Decline { reason: "no time".into() };
        assert_eq!(answers("what\ndecline\nno time\n").unwrap(), declined);
        let typed = "counter\nmixes=3\nthreshold=9\nthreshold=3\n\nfewer could collude\n";
        let Answer::Counter { reason, description } = answers(typed).unwrap() else { panic!() };
        assert_eq!((reason.as_str(), description.threshold), ("fewer could collude", 3));
        assert!(answers("counter\n\nbecause\n").is_err(), "nothing was changed");
        assert!(answers("agr").is_ok() && answers("").is_err());
    }
}
