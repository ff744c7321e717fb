//! Every fault in a file gives one message with the file, the line and what would be right.

use psephos_ballot::contest::check;
use psephos_ballot::file::{
    BatchPlan, CastVotes, ElectionFile, Overrides, PolicyKey, Undated, parse_ballots, read_ballots,
    read_election,
};
use psephos_ballot::{Contest, Form, Method, Vote};
use std::path::Path;

const ELECTION: &str = r#"title = "T"
trustees = 3

[[contest]]
id = "mayor"
title = "Mayor"
method = "irv"
max_ranks = 2
candidates = ["A", "B", "C"]

[[contest]]
id = "council"
method = "plurality"
seats = 2
candidates = [
  "D",
  "E",
]
"#;

/// The message for the election with `from` replaced by `to`.
fn election(from: &str, to: &str) -> String {
    assert!(from.is_empty() || ELECTION.contains(from));
    let text = if from.is_empty() { to.to_owned() } else { ELECTION.replacen(from, to, 1) };
    let parsed = ElectionFile::parse("e.toml", &text);
    match parsed.and_then(|election| election.parameters(&Overrides::default())) {
        Ok(parameters) => format!("accepted: {parameters:?}"),
        Err(error) => error.to_string(),
    }
}

/// The message for ballots under this header.
fn ballots(text: &str) -> String {
    ballots_of(ELECTION, text)
}

fn ballots_of(election: &str, text: &str) -> String {
    let election = ElectionFile::parse("e.toml", election).unwrap();
    match parse_ballots("b.csv", text, &election.contests, &election.slates()) {
        Ok(ballots) => format!("accepted: {ballots:?}"),
        Err(error) => error.to_string(),
    }
}

fn says(message: String, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "{message:?} does not say {part:?}");
    }
    assert_eq!(message.lines().count(), 1, "{message:?}");
}

#[test]
fn the_text_above_is_an_election() {
    let parsed = ElectionFile::parse("e.toml", ELECTION).unwrap();
    let parameters = parsed.parameters(&Overrides::default()).unwrap();
    assert_eq!(parameters.trustees, ["Trustee 0", "Trustee 1", "Trustee 2"]);
    assert_eq!((parameters.threshold, parameters.mixes), (2, 2));
    assert_eq!(parsed.contests[1].title, "council");
    assert_eq!(parsed.contests[1].form(), Form::Marks { max: 2 });
    let flags = Overrides { trustees: Some(5), threshold: Some(3), mixes: None };
    let parameters = parsed.parameters(&flags).unwrap();
    assert_eq!((parameters.trustees.len(), parameters.threshold, parameters.mixes), (5, 3, 3));
}

#[test]
fn files_that_cannot_be_read() {
    let missing = Path::new("/nowhere/election.toml");
    says(
        read_election(missing).unwrap_err().to_string(),
        &["/nowhere/election.toml: cannot be read"],
    );
    says(read_ballots(missing, &[], &[]).unwrap_err().to_string(), &["cannot be read"]);
}

#[test]
fn malformed_toml() {
    says(election("id = \"mayor\"", "id = \"mayor"), &["e.toml:5: "]);
    says(election("", "title = 3\n"), &["e.toml:1: ", "expected a string"]);
    says(election("", "title = \"T\"\n"), &["e.toml: an election needs at least one contest"]);
    says(election("", ""), &["missing field `title`"]);
    says(election("title = \"T\"", "title = \"\""), &["e.toml:1: title: the text is empty"]);
}

#[test]
fn unknown_keys_and_values() {
    says(
        election("max_ranks", "max_rank"),
        &["e.toml:8: ", "unknown field `max_rank`", "`max_ranks`"],
    );
    says(election("trustees = 3", "quorum = 3"), &["e.toml:2: ", "unknown field `quorum`"]);
    says(election("\"irv\"", "\"lottery\""), &["e.toml:7: ", "`lottery`", "`plurality`", "`irv`"]);
    says(election("seats = 2", "seats = -2"), &["e.toml:14: "]);
    says(
        election("seats = 2", "max_ranks = 2"),
        &["e.toml:14: ", "method plurality has no max_ranks"],
    );
    says(
        election("trustees = 3", "trustees = \"x\""),
        &["e.toml:2: ", "number of trustees or an array"],
    );
}

#[test]
fn contests_that_are_none() {
    says(
        election("candidates = [\"A\", \"B\", \"C\"]\n", ""),
        &["e.toml:4: ", "\"mayor\"", "no candidates"],
    );
    says(election("[\"A\", \"B\", \"C\"]", "[]"), &["e.toml:9: ", "\"mayor\"", "no candidates"]);
    says(election("\"E\",", "\"D\","), &["e.toml:17: ", "candidate 2, \"D\", is listed before"]);
    says(
        election("\"E\",", "\" E\","),
        &["e.toml:17: ", "candidate 2: \" E\" begins or ends with a space"],
    );
    says(
        election("\"council\"", "\"mayor\""),
        &["e.toml:12: ", "an earlier contest has the same id"],
    );
    says(election("\"council\"", "\"a b\""), &["e.toml:12: ", "letters, digits"]);
    says(
        election("max_ranks = 2", "max_ranks = 4"),
        &["e.toml:8: ", "max_ranks is 4", "candidates, 3"],
    );
    says(
        election("max_ranks = 2", "seats = 2"),
        &["e.toml:8: ", "irv fills exactly one seat, not 2"],
    );
    says(election("seats = 2", "seats = 0"), &["e.toml:14: ", "at least one seat"]);
}

#[test]
fn ballots_longer_than_the_plaintext_space() {
    let names: Vec<String> = (1..=999).map(|number| format!("\"{number}\"")).collect();
    let many = format!("max_ranks = 600\ncandidates = [{}]\n", names.join(","));
    let message = election("max_ranks = 2\ncandidates = [\"A\", \"B\", \"C\"]\n", &many);
    says(message, &["e.toml:4: ", "contest \"mayor\"", "1200 bytes", "at most 960"]);
}

/// Each may have as many candidates, but not both: a count of them all would not fit into a record.
#[test]
fn too_many_candidates_in_rounds_together() {
    let contest = |id: &str, candidates: usize| Contest {
        id: id.into(),
        seats: 1,
        title: id.into(),
        method: Method::Irv { max_ranks: 1 },
        write_ins: None,
        candidates: (0..candidates).map(|index| index.to_string()).collect(),
    };
    assert_eq!(check(&[contest("a", 1_000)]), Ok(()));
    assert_eq!(check(&[contest("a", 800), contest("b", 600)]), Ok(()));
    let fault = check(&[contest("a", 1_000), contest("b", 1)]).unwrap_err();
    says(fault.to_string(), &["1000001", "at most 1000000"]);
}

#[test]
fn impossible_numbers_of_trustees() {
    says(
        election("trustees = 3", "trustees = 3\nthreshold = 4"),
        &["e.toml:3: ", "threshold 4 is above", "trustees, 3"],
    );
    says(election("trustees = 3", "threshold = 0"), &["e.toml:2: ", "threshold is 0"]);
    says(
        election("trustees = 3", "trustees = 33"),
        &["e.toml:2: ", "33 trustees, there must be 1 to 32"],
    );
    says(election("trustees = 3", "mixes = 1"), &["e.toml:2: ", "mixes is 1", "threshold, 2"]);
    says(
        election("trustees = 3", "trustees = [\"A\", \"B\", \"A\"]"),
        &["e.toml:2: ", "trustee 2", "listed before"],
    );
    let parsed = ElectionFile::parse("e.toml", ELECTION).unwrap();
    let flags = Overrides { threshold: Some(4), ..Overrides::default() };
    says(
        parsed.parameters(&flags).unwrap_err().to_string(),
        &["--threshold: threshold 4 is above"],
    );
}

#[test]
fn good_ballots() {
    let cast =
        |votes: [Vote; 2]| CastVotes { box_index: 0, credential: None, votes: votes.to_vec() };
    let read = ballots("council,mayor\r\n2+1,3>1\r\n\"\",\r\n");
    let expected = [
        cast([Vote::ranking(vec![2, 0]), Vote::marks(vec![0, 1])]),
        cast([Vote::ranking(vec![]), Vote::marks(vec![])]),
    ];
    assert_eq!(read, format!("accepted: {expected:?}"));
    assert_eq!(ballots("council,mayor\n"), "accepted: []");
}

#[test]
fn bad_headers() {
    says(ballots(""), &["b.csv: the file is empty"]);
    says(ballots("mayor\n"), &["b.csv:1: there is no column for contest \"council\""]);
    says(ballots("mayor,council,x\n"), &["b.csv:1: column 3: the election has no contest \"x\""]);
    says(
        ballots("mayor,council,mayor\n"),
        &["b.csv:1: column 3: contest \"mayor\" has a column already"],
    );
}

#[test]
fn bad_lines() {
    let line = |line: &str| ballots(&format!("mayor,council\n1,1\n{line}\n"));
    says(line("1"), &["b.csv:3: the line has 1 cell, the header 2"]);
    says(line("1,1,1"), &["b.csv:3: the line has 3 cells, the header 2"]);
    says(line(""), &["b.csv:3: the line is empty"]);
    says(line("1,\"1"), &["b.csv:3: a quote is opened"]);
}

#[test]
fn bad_cells() {
    let cell = |cell: &str| ballots(&format!("mayor,council\n{cell},1\n"));
    let at = "b.csv:2: column 1, contest \"mayor\": ";
    says(cell("4"), &[at, "there is no candidate 4, the contest has 3"]);
    says(cell("0"), &[at, "there is no candidate 0"]);
    says(cell("99999999999999999999"), &[at, "there is no candidate 99999999999999999999"]);
    says(cell("1>2>3"), &[at, "3 candidates are ranked, at most 2 may be"]);
    says(cell("1>1"), &[at, "candidate 1 stands there twice"]);
    for text in ["1+2", "A", "1>", " 1", "01", "-1", "1.0"] {
        says(cell(text), &[at, "is no candidate number", "'>' between ranks"]);
    }
    says(ballots("mayor,council\n1,1>2\n"), &["column 2", "'+' between several marks"]);
}

const BOXES: &str = r#"title = "T"
policy = "last"
minimum = 3
roll = "town.roll"

[[box]]
id = "town"

[[box]]
id = "hamlet"
contests = ["mayor"]

[[batch]]
id = "both"
box = "town"
contests = ["mayor", "park"]

[[batch]]
id = "hill"
box = "hamlet"
contests = ["mayor"]
encoding = "number"

[[contest]]
id = "mayor"
method = "plurality"
candidates = ["A", "B"]

[[contest]]
id = "park"
method = "plurality"
candidates = ["Yes", "No"]
"#;

/// The message for that election with `from` replaced by `to`.
fn boxes(from: &str, to: &str) -> String {
    assert!(BOXES.contains(from), "{from}");
    match ElectionFile::parse("e.toml", &BOXES.replacen(from, to, 1)) {
        Ok(election) => format!("accepted: {:?}", election.boxes),
        Err(error) => error.to_string(),
    }
}

#[test]
fn boxes_and_batches() {
    let election = ElectionFile::parse("e.toml", BOXES).unwrap();
    let batch = |id: &str, bits, contests: &[u64]| BatchPlan {
        id: id.into(),
        bits,
        contests: contests.to_vec(),
    };
    assert_eq!(election.boxes[0].batches, [batch("both", None, &[0, 1])]);
    assert_eq!(election.boxes[1].batches, [batch("hill", Some(8), &[0])]);
    assert_eq!((election.policy, election.minimum), (Some(PolicyKey::Last), 3));
    assert_eq!(election.roll.as_deref(), Some("town.roll"));
    let alone = ElectionFile::parse("e.toml", ELECTION).unwrap();
    assert_eq!(alone.boxes[0].id, "all");
    assert_eq!(alone.boxes[0].batches, [batch("mayor", None, &[0]), batch("council", None, &[1])]);
}

#[test]
fn boxes_and_batches_that_are_none() {
    says(
        boxes("id = \"hamlet\"", "id = \"town\""),
        &["e.toml:10: ", "earlier box has the same id"],
    );
    says(
        boxes("contests = [\"mayor\"]", "contests = [\"major\"]"),
        &["e.toml:11: ", "no contest \"major\""],
    );
    says(boxes("contests = [\"mayor\"]", "contests = []"), &["e.toml:9: ", "has no contests"]);
    says(
        boxes("id = \"town\"", "id = \"town\"\ncontests = [\"mayor\"]"),
        &["contest \"park\" stands in no box"],
    );
    says(
        boxes("id = \"hamlet\"", "id = \"hamlet\"\nmerge = \"city\""),
        &["e.toml:11: ", "no box \"city\""],
    );
    says(
        boxes("id = \"hamlet\"", "id = \"hamlet\"\nmerge = \"hamlet\""),
        &["e.toml:11: ", "is the box itself"],
    );
    says(
        boxes("id = \"hamlet\"", "id = \"hamlet\"\nmerge = \"town\""),
        &["e.toml:11: ", "both must have the same"],
    );
    says(boxes("box = \"hamlet\"", "box = \"city\""), &["e.toml:20: ", "no box \"city\""]);
    says(
        boxes("box = \"hamlet\"", "box = \"town\""),
        &["e.toml:21: ", "in batch \"both\" of box \"town\" already"],
    );
    says(
        boxes("box = \"town\"\n", ""),
        &["e.toml:15: ", "box \"hamlet\" does not have contest \"park\"", "boxes = [...]"],
    );
    says(
        boxes("encoding = \"number\"", "bits = 8"),
        &["e.toml:22: ", "encoding = \"number\" only"],
    );
    says(
        boxes("encoding = \"number\"", "encoding = \"number\"\nbits = 12"),
        &["e.toml:21: ", "the number has 12", "8, 16 or 32"],
    );
    says(
        boxes("policy = \"last\"", "policy = \"open\""),
        &["e.toml:4: ", "policy is \"open\" and there is a roll"],
    );
    says(boxes("policy = \"last\"", "policy = \"any\""), &["e.toml:2: ", "`any`", "`last`"]);
    says(boxes("id = \"park\"", "id = \"box\""), &["is taken by a column of ballots.csv"]);
}

#[test]
fn boxes_and_voters_of_ballots() {
    let table = |text: &str| ballots_of(BOXES, text);
    says(table("mayor,park\n"), &["b.csv:1: there is no column \"box\""]);
    says(table("box,mayor,park,box\n"), &["b.csv:1: column 4: \"box\" has a column already"]);
    says(
        table("box,mayor,park\ncity,1,1\n"),
        &["b.csv:2: column 1: the election has no box \"city\""],
    );
    says(
        table("box,mayor,park\nhamlet,1,\nhamlet,1,2\n"),
        &["b.csv:3: column 3, contest \"park\": box \"hamlet\" does not vote on it"],
    );
    says(
        table("credential,box,mayor,park\nx,town,1,1\nx,hamlet,2,\n"),
        &["b.csv:3: credential \"x\" stands in line 2 with another box"],
    );
    let good = table("credential,box,mayor,park\nx,hamlet,1,\n,town,,2\nx,hamlet,2,\n");
    assert_eq!(good.matches("credential: Some(\"x\")").count(), 2, "{good}");
    assert_eq!(good.matches("box_index: 1").count(), 2, "{good}");
}

#[test]
fn dates_have_a_time_and_an_offset() {
    let dated = |dates: &str| format!("{dates}\n{ELECTION}");
    let good = dated("opens = 2027-05-01T08:00:00+02:00\ncloses = 2027-05-01T16:00:00Z");
    let election = ElectionFile::parse("e.toml", &good).unwrap();
    assert_eq!((election.opens, election.closes), (Some(1_809_151_200), Some(1_809_187_200)));
    for date in ["2027-05-01", "2027-05-01T08:00:00", "08:00:00", "1969-05-01T08:00:00Z"] {
        let error = ElectionFile::parse("e.toml", &dated(&format!("opens = {date}"))).unwrap_err();
        says(error.to_string(), &["e.toml", "opens must be a date with time and offset"]);
        assert_eq!(error.line, Some(1));
    }
    let backwards = dated("opens = 2027-05-01T08:00:00Z\ncloses = 2027-05-01T08:00:00Z");
    let error = ElectionFile::parse("e.toml", &backwards).unwrap_err();
    says(error.to_string(), &["e.toml", "closes must be later than opens"]);
    assert_eq!(error.line, Some(2));
    let Undated { election, text, left_out } = Undated::parse("e.toml", &good).unwrap();
    assert_eq!((election.opens, election.closes, left_out), (None, None, vec!["opens", "closes"]));
    let copy = ElectionFile::parse("copy.toml", &text).unwrap();
    assert_eq!((copy.contests, copy.boxes), (election.contests, election.boxes));
}
