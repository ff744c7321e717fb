//! Votes in words, and votes from words.

use psephos_ballot::contest::Form;
use psephos_ballot::normal::normalised;
use psephos_ballot::vote::Choice;
use psephos_ballot::{Contest, Method, Vote, parse_cell};
use psephos_console::Failure;

use psephos_console::ask::Terminal;

/// What a vote says, a line for each candidate named.
pub fn describe(contest: &Contest, vote: &Vote) -> Vec<String> {
    if vote.is_blank() {
        return vec![match &contest.method {
            Method::MajorityJudgment { .. } => {
                format!("blank: {} for everybody", grade(contest, 0))
            }
            _ => "blank".into(),
        }];
    }
    let name = |candidate: &u16| name(contest, vote, *candidate);
    match &vote.choice {
        Choice::Marks(candidates) => candidates.iter().map(name).collect(),
        Choice::Ranking(candidates) => {
            let places = 1..;
            candidates.iter().map(name).map(numbered(places)).collect()
        }
        Choice::Tiers(tiers) => {
            let tier = |tier: &Vec<u16>| tier.iter().map(name).collect::<Vec<_>>().join(" = ");
            tiers.iter().map(tier).map(numbered(1..)).collect()
        }
        Choice::Scores(scores) => {
            let given = scores.iter().enumerate().filter(|(_, score)| **score > 0);
            let line = |(candidate, score): (usize, &u16)| {
                let listed = contest.candidates.get(candidate).map_or("", String::as_str);
                format!("{listed}: {}", grade(contest, *score))
            };
            given.map(line).collect()
        }
        Choice::Text(text) => vec![text.clone()],
    }
}

fn numbered(mut places: std::ops::RangeFrom<u32>) -> impl FnMut(String) -> String {
    move |name| format!("{}. {name}", places.next().unwrap_or_default())
}

fn name(contest: &Contest, vote: &Vote, candidate: u16) -> String {
    match usize::from(candidate).checked_sub(contest.candidates.len()) {
        None => contest.name(candidate).to_owned(),
        Some(slot) => {
            format!("{} (written in)", vote.write_ins.get(slot).map_or("", String::as_str))
        }
    }
}

fn grade(contest: &Contest, score: u16) -> String {
    match &contest.method {
        Method::MajorityJudgment { grades } => {
            grades.get(usize::from(score)).cloned().unwrap_or_default()
        }
        _ => score.to_string(),
    }
}

/// A vote from a cell. Texts are normalised (Unicode NFC), so that two voters' same words are the same.
pub fn parse(contest: &Contest, cell: &str) -> Result<Vote, String> {
    let cell = normalised(cell);
    parse_cell(contest, &cell).map_err(|error| error.to_string())
}

/// Asks for a contest's vote until it is one.
pub fn ask(terminal: &mut Terminal<'_>, contest: &Contest) -> Result<Vote, Failure> {
    terminal.say(&format!("\n{}", contest.title));
    for (place, candidate) in contest.candidates.iter().enumerate() {
        terminal.say(&format!("  {:>3}  {candidate}", place + 1));
    }
    if let Method::MajorityJudgment { grades } = &contest.method {
        let grades: Vec<String> =
            grades.iter().enumerate().map(|(place, grade)| format!("{place} {grade}")).collect();
        terminal.say(&format!("Grades: {}.", grades.join(", ")));
    }
    terminal.say(&how(contest));
    loop {
        let cell = terminal.ask("Your vote: ")?;
        match parse(contest, &cell) {
            Ok(vote) if !vote.is_blank() => return Ok(vote),
            Ok(blank) => {
                let answers = ["yes", "no"];
                if terminal.choose("A blank vote? (yes/no) ", &answers)? == 0 {
                    return Ok(blank);
                }
            }
            Err(fault) => terminal.say(&format!("That is no vote here: {fault}.")),
        }
    }
}

/// How a vote of this contest is typed.
fn how(contest: &Contest) -> String {
    let most = |max: u16, one: &str| match max {
        1 => format!("one {one}"),
        max => format!("up to {max} {one}s"),
    };
    let mut text = match contest.form() {
        Form::Marks { max: 1 } => "Type one number.".to_owned(),
        Form::Marks { max } => format!("Type {}, with + between, like 1+3.", most(max, "number")),
        Form::Ranking { max } => format!(
            "Rank {}, the first preference first, with > between, like 3>1.",
            most(max, "candidate")
        ),
        Form::Tiers { max } => format!(
            "Give {}, the first first, with > between ranks and + between equals, like 1>2+3.",
            most(max, "rank")
        ),
        Form::Scores { max } => {
            format!("Give candidates a number from 1 to {max}, like 1:5+3:2; the others have 0.")
        }
        Form::Text { max_bytes } => {
            format!("Write =\"your words\", up to {max_bytes} bytes; double every quote in it.")
        }
    };
    if let Some(write_ins) = contest.write_ins {
        text.push_str(&format!(
            " In place of a number you may write {}, as =\"A Name\".",
            most(write_ins.slots, "name")
        ));
    }
    // A blank vote is one like others there: it gives grades (spec/10-counting.md §10.9).
    text + match contest.method {
        Method::MajorityJudgment { .. } => " Nothing gives everybody the grade 0, and counts.",
        _ => " Nothing is a blank vote.",
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use psephos_ballot::contest::WriteIns;

    fn contest(method: Method, slots: u16) -> Contest {
        Contest {
            id: "mayor".into(),
            seats: 1,
            title: "Mayor".into(),
            method,
            write_ins: (slots > 0).then_some(WriteIns { slots, max_bytes: 20 }),
            candidates: vec!["Ada".into(), "Ben".into(), "Cem".into()],
        }
    }

    #[test]
    fn votes_in_words() {
        let ranking = contest(Method::Irv { max_ranks: 3 }, 1);
        let vote = parse(&ranking, "3>=\"Jane Doe\">1").unwrap();
        assert_eq!(describe(&ranking, &vote), ["1. Cem", "2. Jane Doe (written in)", "3. Ada"]);
        let grades = vec!["poor".to_owned(), "good".to_owned()];
        let graded = contest(Method::MajorityJudgment { grades }, 0);
        assert_eq!(describe(&graded, &parse(&graded, "2:1").unwrap()), ["Ben: good"]);
        assert_eq!(describe(&graded, &parse(&graded, "").unwrap()), ["blank: poor for everybody"]);
        let tiers = contest(Method::Schulze { max_ranks: 3 }, 0);
        assert_eq!(describe(&tiers, &parse(&tiers, "2>1+3").unwrap()), ["1. Ben", "2. Ada = Cem"]);
    }

    #[test]
    fn texts_are_normalised() {
        let text = contest(Method::Text { max_bytes: 20 }, 0);
        let text = Contest { candidates: Vec::new(), ..text };
        let (composed, decomposed) = ("=\"caf\u{e9}\"", "=\"cafe\u{301}\"");
        assert_eq!(parse(&text, composed).unwrap(), parse(&text, decomposed).unwrap());
    }

    #[test]
    fn a_contest_is_asked_until_there_is_a_vote() {
        let marks = contest(Method::Plurality { max_marks: 1 }, 0);
        let mut input = io::Cursor::new("9\n\nno\n2\n");
        let mut output = Vec::new();
        let mut terminal = Terminal { input: &mut input, output: &mut output };
        assert_eq!(ask(&mut terminal, &marks).unwrap(), Vote::marks(vec![1]));
        let said = String::from_utf8(output).unwrap();
        for words in ["Mayor", "  1  Ada", "Type one number", "no candidate 9", "A blank vote?"] {
            assert!(said.contains(words), "{words} is not in {said}");
        }
    }
}
