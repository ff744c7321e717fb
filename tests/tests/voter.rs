//! A voter's device: what it makes is taken in, counts or is opened, and can be found.

use std::fs;
use std::path::Path;

use psephos_tests::{Election, Outcome, SMALL, programs};
use psephos_voter::code::Code;
use serde_json::Value;

fn voter(election: &Election, command: &str, arguments: &[&str]) -> Outcome {
    let mut run = programs().command("psephos-voter");
    run.arg(command).current_dir(election.path("")).args(arguments);
    Outcome::of(run.output().expect("it starts"))
}

fn vote(election: &Election, arguments: &[&str]) -> Value {
    let place = ["--board", "board", "--vote", "mayor=2>1", "--vote", "park=1", "--json"];
    voter(election, "vote", &[&place[..], arguments].concat()).exits(0).json()
}

fn find(election: &Election, made: &Value) -> (i32, String) {
    let tracker = made["tracker"].as_str().expect("a tracker");
    let found = voter(election, "find", &[tracker, "--board", "board", "--json"]);
    (found.code, found.json()["status"].as_str().expect("a status").to_owned())
}

fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).expect("a file").permissions().mode() & 0o077 == 0
}

#[test]
fn a_ballot_is_cast_found_and_counted() {
    let election = Election::begin(SMALL, 1, 1);
    let early = ["--board", "board", "--vote", "mayor=", "--vote", "park=", "--cast"];
    voter(&election, "vote", &early).exits(64).says(&["not open yet"]);
    election.open();
    let made = vote(&election, &["--cast", "--output", "mine"]);
    assert_eq!(
        (made["done"].as_str(), made["ballot"].as_str()),
        (Some("cast"), Some("mine.ballot"))
    );
    assert_eq!(find(&election, &made), (2, "absent".into()));
    election.authority(&["intake", &election.path("mine.ballot").display().to_string()]).exits(0);
    assert_eq!(find(&election, &made), (0, "accepted".into()));
    // Never over another file, and no tracker is shown that stands in none.
    let again = ["--board", "board", "--vote", "mayor=", "--vote", "park=", "--cast"];
    let again = [&again[..], &["--output", "mine"]].concat();
    let refused =
        voter(&election, "vote", &again).exits(64).says(&["mine.ballot", "there already"]);
    assert_eq!(refused.out, "");
}

#[test]
fn a_challenged_ballot_shows_what_it_held_and_never_counts() {
    let election = Election::begin(SMALL, 1, 1);
    election.open();
    let kept = vote(&election, &["--keep", "--output", "kept"]);
    assert!(is_private(&election.path("kept.kept")));
    let opened = ["kept.kept", "--board", "board", "--output", "opened", "--json"];
    let opened = voter(&election, "challenge", &opened).exits(0);
    assert!(opened.err.contains("must not be cast"), "{}", opened.err);
    assert_eq!(opened.json()["tracker"], kept["tracker"]);
    assert!(is_private(&election.path("opened.opening")) && !election.path("kept.kept").exists());
    let check = || {
        let arguments = ["opened.opening", "--board", "board", "--json"];
        voter(&election, "check", &arguments).exits(0).json()
    };
    let shown = check();
    assert_eq!(
        (&shown["votes"][0]["vote"], &shown["votes"][1]["vote"]),
        (&"2>1".into(), &"1".into())
    );
    assert_eq!((&shown["challenged"], &shown["tracker"]), (&false.into(), &kept["tracker"]));
    let words = voter(&election, "check", &["opened.opening", "--board", "board"]).exits(0).out;
    assert!(
        words.contains("1. Blaise") && words.contains("2. Ada") && words.contains("Yes"),
        "{words}"
    );
    assert_eq!(find(&election, &kept), (2, "absent".into()));

    // Each file has its place, and a wrong one is told from the right one.
    let handed_in = |name: &str, words: &str| {
        let file = election.path(name).display().to_string();
        election.authority(&["intake", &file]).exits(64).says(&[name, words]);
    };
    handed_in("opened.opening", "opened ballot");
    let challenge = fs::read(election.path("opened.challenge")).expect("a challenge");
    fs::write(election.path("cut.challenge"), &challenge[..100]).expect("written");
    handed_in("cut.challenge", "no whole challenge");
    fs::write(election.path("two.challenge"), [&challenge[..], &challenge[..100]].concat())
        .expect("written");
    handed_in("two.challenge", "challenge 2 is cut off");
    vote(&election, &["--keep", "--output", "other"]);
    vote(&election, &["--cast", "--output", "other"]);
    for (name, words) in
        [("other.kept", "psephos-voter challenge"), ("other.ballot", "NAME.opening")]
    {
        voter(&election, "check", &[name, "--board", "board"]).exits(64).says(&[name, words]);
    }

    // Once the challenge is taken in, even casting the ballot does not make it count.
    election
        .authority(&["intake", &election.path("opened.challenge").display().to_string()])
        .exits(0);
    assert_eq!(find(&election, &kept), (1, "challenged".into()));
    assert_eq!(check()["challenged"], true);

    // A kept ballot may be cast instead; a damaged opening shows nothing.
    let later = vote(&election, &["--keep", "--output", "later"]);
    let cast = voter(&election, "cast", &["later.kept", "--output", "later", "--json"]).exits(0);
    assert_eq!(cast.json()["tracker"], later["tracker"]);
    voter(&election, "cast", &["later.kept"]).exits(74);
    let mut bytes = fs::read(election.path("opened.opening")).expect("an opening");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(election.path("damaged.opening"), &bytes).expect("written");
    let damaged = voter(&election, "check", &["damaged.opening", "--board", "board"]);
    assert!(matches!(damaged.code, 1 | 64), "{damaged:?}");
    bytes.truncate(last);
    fs::write(election.path("cut.opening"), &bytes).expect("written");
    voter(&election, "check", &["cut.opening", "--board", "board"])
        .exits(64)
        .says(&["no opened ballot"]);
}

#[test]
fn mistakes_are_named() {
    let election = Election::begin(SMALL, 1, 1);
    election.open();
    let refused = |votes: &[&str], words: &[&str]| {
        let flags = votes.iter().flat_map(|vote| ["--vote", vote]);
        let arguments: Vec<&str> =
            ["--board", "board", "--cast"].into_iter().chain(flags).collect();
        voter(&election, "vote", &arguments).exits(64).says(words);
    };
    refused(&["mayor=2>1"], &["no vote for contest \"park\"", "--vote park="]);
    refused(&["mayor=9", "park=1"], &["no candidate 9", "mayor=9"]);
    refused(&["mayor=1", "park=1", "moon=1"], &["no contest \"moon\"", "mayor, park"]);
    refused(&["mayor=1", "mayor=2", "park=1"], &["two votes", "mayor"]);
    refused(&["mayor"], &["names no contest"]);
    let arguments = ["--board", "board", "--vote", "mayor=", "--vote", "park=", "--box", "moon"];
    voter(&election, "vote", &[&arguments[..], &["--cast"]].concat()).exits(64).says(&["no box"]);
    voter(&election, "vote", &arguments[..6]).exits(64).says(&["--cast, --challenge or --keep"]);
    voter(&election, "find", &["12", "--board", "board"]).exits(64);
    let nowhere = ["--board", "nowhere", "--vote", "mayor=", "--vote", "park=", "--cast"];
    assert!(matches!(voter(&election, "vote", &nowhere).code, 3 | 74));
    for entry in fs::read_dir(election.path("")).expect("a folder") {
        let name = entry.expect("an entry").file_name().into_string().expect("text");
        assert!(!name.ends_with(".ballot"), "nothing is left of what was refused: {name}");
    }
}

#[test]
fn a_code_decides_who_votes_where_and_the_last_ballot_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let codes = folder.path().join("codes");
    let made = ["make", "--boxes", "all=2", "--output", codes.to_str().expect("a path")];
    programs().run("psephos-registrar", &made).exits(0);
    let table = fs::read_to_string(codes.join("codes.csv")).expect("codes");
    let words = table.lines().nth(1).and_then(|line| line.split(',').nth(3)).expect("words");
    let roll = codes.join("roll.bin");
    let options = ["--roll", roll.to_str().expect("a path")];
    let election = Election::begin_with(SMALL, 1, 1, &options);
    election.open();
    let code = election.path("code.txt");
    fs::write(&code, words).expect("written");
    let first = vote(&election, &["--code-file", "code.txt", "--cast", "--output", "first"]);
    let second = vote(&election, &["--code-file", "code.txt", "--cast", "--output", "second"]);
    // Whatever the order in which they arrive.
    for name in ["second.ballot", "first.ballot"] {
        election.authority(&["intake", &election.path(name).display().to_string()]).exits(0);
    }
    assert_eq!(find(&election, &first), (1, "superseded".into()));
    assert_eq!(find(&election, &second), (0, "accepted".into()));

    let mut typed: Vec<&str> = words.split(' ').collect();
    let right = typed[6];
    typed[6] = if right == "zoo" { "zone" } else { "zoo" };
    fs::write(&code, typed.join(" ")).expect("written");
    let arguments = ["--board", "board", "--code-file", "code.txt", "--vote", "mayor="];
    let arguments = [&arguments[..], &["--vote", "park=", "--cast"]].concat();
    voter(&election, "vote", &arguments).exits(64).says(&["word 7", right, "code.txt"]);
    // A whole code that is on no roll here.
    let stranger = "abandon ability able about above absent absorb abstract absurd abuse access accident \
                    birth cable";
    fs::write(&code, stranger).expect("written");
    voter(&election, "vote", &arguments).exits(64).says(&["not on the roll"]);
    voter(&election, "vote", &["--board", "board", "--cast"]).exits(64).says(&["--code-file"]);
}

/// An election with a roll of one voter, whose words are in code.txt.
fn with_a_code(toml: &str) -> (Election, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let codes = folder.path().join("codes");
    let made = ["make", "--boxes", "all=1", "--output", codes.to_str().expect("a path")];
    programs().run("psephos-registrar", &made).exits(0);
    let table = fs::read_to_string(codes.join("codes.csv")).expect("codes");
    let words = table.lines().nth(1).and_then(|line| line.split(',').nth(3)).expect("words");
    let roll = codes.join("roll.bin");
    let election = Election::begin_with(toml, 1, 1, &["--roll", roll.to_str().expect("a path")]);
    election.open();
    fs::write(election.path("code.txt"), words).expect("written");
    (election, words.to_owned())
}

#[test]
fn a_device_whose_clock_is_behind_still_makes_the_last_ballot() {
    let (election, words) = with_a_code(SMALL);
    // The other device is centuries ahead, and its ballot is on the board.
    let ahead = 1 << 44;
    let code = |_| Code::parse(&words).expect("a code").secret();
    let first = election.ballots_with("mayor,park\n1,1\n", &code, ahead);
    // Somebody else writes the voter's credential and the highest counter on a ballot that is nobody's.
    let mut forged = first.clone();
    forged[72..80].copy_from_slice(&u64::MAX.to_le_bytes());
    fs::write(election.path("first.ballots"), [first, forged].concat()).expect("written");
    election.authority(&["intake", &election.path("first.ballots").display().to_string()]).exits(0);
    let second = vote(&election, &["--code-file", "code.txt", "--cast", "--output", "second"]);
    election.authority(&["intake", &election.path("second.ballot").display().to_string()]).exits(0);
    assert_eq!(find(&election, &second), (0, "accepted".into()));
}

#[test]
fn a_second_ballot_that_will_not_count_is_told_of_before_it_is_made() {
    let (election, _) = with_a_code(&format!("policy = \"first\"\n{SMALL}"));
    let code = ["--code-file", "code.txt", "--cast", "--output"];
    let first = vote(&election, &[&code[..], &["first"]].concat());
    election.authority(&["intake", &election.path("first.ballot").display().to_string()]).exits(0);
    let arguments = ["--board", "board", "--vote", "mayor=", "--vote", "park=", "--json"];
    let told = voter(&election, "vote", &[&arguments[..], &code[..], &["second"]].concat());
    let told = told.exits(0);
    assert!(told.err.contains("the first one counts"), "{}", told.err);
    election.authority(&["intake", &election.path("second.ballot").display().to_string()]).exits(0);
    assert_eq!(find(&election, &first), (0, "accepted".into()));
    assert_eq!(find(&election, &told.json()), (1, "superseded".into()));
}
