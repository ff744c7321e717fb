//! BLT files: what is read, what is refused and where, and that what is written is read again.

use proptest::prelude::*;
use psephos_ballot::export::{RESULTS_HEADER, format_blt, results_csv, votes_csv};
use psephos_ballot::file::{Blt, ElectionFile, Slate, parse_ballots};
use psephos_ballot::{Contest, ElectionTally, Layout, Method, Vote, WriteIns, format_cell};
use std::collections::BTreeMap;

const EXAMPLE: &str = "\
4 2      # candidates, seats
-3
3 1 4 0
1 2=4 1 0
2 0
0
\"Ada\"
\"Bo\"
\"Cleo\"   # has moved away
\"Dan\"

\"Garden club, committee\"
";

fn read(text: &str) -> Blt {
    Blt::parse("club.blt", text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_example_of_the_page() {
    let blt = read(EXAMPLE);
    assert_eq!((blt.title.as_str(), blt.seats), ("Garden club, committee", 2));
    assert_eq!(blt.candidates, ["Ada", "Bo", "Dan"]);
    assert_eq!(blt.method(), Method::Schulze { max_ranks: 3 });
    let contest = blt.contest("club", blt.method());
    let votes = blt.votes(&contest).unwrap();
    let strict = blt.contest("club", Method::Stv { max_ranks: 3 });
    let error = blt.votes(&strict).unwrap_err();
    assert_eq!(error.place(), "club.blt:4");
    assert!(error.to_string().contains("several candidates share a rank"), "{error}");
    let cells: Vec<(String, u64)> = votes.iter().map(|(vote, n)| (format_cell(vote), *n)).collect();
    assert_eq!(cells, [("".into(), 2), ("1>3".into(), 3), ("2+3>1".into(), 1)]);
}

#[test]
fn an_election_of_its_own() {
    let blt = read(&EXAMPLE.replace("Ada", "Ada \\ Ä"));
    let election = ElectionFile::parse("club.blt", &blt.election_toml().unwrap()).unwrap();
    assert_eq!(election.contests, [blt.contest("contest", blt.method())]);
    assert_eq!(election.title, blt.title);
}

#[test]
fn one_seat_is_an_instant_run_off_and_several_are_transferable() {
    let text = "2 1\n1 1 2 0\n0\n\"A\"\n\"B\"\n\"T\"";
    assert_eq!(read(text).method(), Method::Irv { max_ranks: 2 });
    assert_eq!(read(&text.replace("2 1\n", "2 2\n")).method(), Method::Stv { max_ranks: 2 });
}

#[test]
fn faults_name_their_line() {
    let names = "\n0\n\"A\"\n\"B\"\n\"T\"\n";
    let body = |ballots: &str| format!("2 1\n{ballots}{names}");
    for (text, place, fault) in [
        (String::new(), "a.blt", "ends before the number of candidates"),
        ("2".into(), "a.blt", "ends before the number of seats"),
        ("x 1".into(), "a.blt:1", "the number of candidates is \"x\""),
        ("2 0".into(), "a.blt:1", "the number of seats is \"0\""),
        ("2 1\n1 1 2 0".into(), "a.blt", "before the 0 that ends the ballots"),
        ("2 1\n1 1 2".into(), "a.blt:2", "before the 0 that ends this ballot"),
        (body("1 3 0"), "a.blt:2", "there is no candidate \"3\", the file has 2"),
        (body("1 1 - 2 0"), "a.blt:2", "there is no candidate \"-\""),
        (body("-3"), "a.blt:2", "there is no candidate \"3\""),
        (body("0.5 1 0"), "a.blt:2", "\"0.5\" is no weight"),
        (body("1 1 0\n[tie 2 1]"), "a.blt:3", "\"[tie\" is no weight"),
        (body("10000001 1 0"), "a.blt:2", "more than 10000000 ballots"),
        (body("-1 -2 1 1 0"), "a.blt", "all candidates have withdrawn"),
        (
            "2 1\n0\n\"A\"\n\"B\"\n".into(),
            "a.blt",
            "2 texts after the ballots, there must be 2 names",
        ),
        ("2 1\n0\n\"A\"\nB\n\"T\"".into(), "a.blt:4", "in quotes"),
        ("2 1\n0\n\"A\" \"B\"\n\"T\"".into(), "a.blt:3", "alone on its line"),
    ] {
        let error = Blt::parse("a.blt", &text).unwrap_err();
        assert_eq!(error.place(), place, "{text:?}: {error}");
        assert!(error.text().contains(fault), "{text:?}: {error}");
    }
}

#[test]
fn votes_that_the_contest_does_not_take_name_their_line() {
    let blt = read("2 1\n1 1 0\n1 1=2 0\n0\n\"A\"\n\"B\"\n\"T\"");
    let error = blt.votes(&blt.contest("t", Method::Irv { max_ranks: 2 })).unwrap_err();
    assert_eq!(error.place(), "club.blt:3", "{error}");
    let blt = read("2 1\n1 1 2 1 0\n0\n\"A\"\n\"B\"\n\"T\"");
    let error = blt.votes(&blt.contest("t", blt.method())).unwrap_err();
    assert_eq!(error.to_string(), "club.blt:2: candidate 1 stands there twice");
    let mut other = blt.contest("t", blt.method());
    other.candidates[1] = "C".into();
    let error = blt.votes(&other).unwrap_err();
    assert!(error.to_string().contains("candidate 2 is \"C\" and not \"B\""), "{error}");
    other.candidates.pop();
    assert!(blt.votes(&other).unwrap_err().to_string().contains("1 and not 2"));
}

#[test]
fn write_ins_are_one_candidate_more() {
    let contest = Contest {
        id: "c".into(),
        seats: 1,
        title: "The \"chair\"".into(),
        method: Method::Irv { max_ranks: 4 },
        write_ins: Some(WriteIns { slots: 2, max_bytes: 20 }),
        candidates: vec!["A".into(), "B".into()],
    };
    let written = |ranks: Vec<u16>, texts: &[&str]| Vote {
        write_ins: texts.iter().map(|text| text.to_string()).collect(),
        ..Vote::ranking(ranks)
    };
    let votes = BTreeMap::from([
        (written(vec![2, 0, 3, 1], &["Jo", "Ada, the baker"]), 2),
        (written(vec![2, 0, 1], &["Kim"]), 3),
        (written(vec![], &[]), 1),
    ]);
    let expected =
        "3 1\n1 0\n5 3 1 2 0\n0\n\"A\"\n\"B\"\n\"write-ins together\"\n\"The 'chair'\"\n";
    assert_eq!(format_blt(&contest, &votes).unwrap(), expected);
    let contests = [contest];
    let layout = Layout::all(&contests).unwrap();
    let mut tally = ElectionTally::new(&contests);
    for (vote, n) in &votes {
        (0..*n).for_each(|_| tally.add(&layout, &Ok(vec![vote.clone()])));
    }
    let result = tally.results().remove(0);
    assert_eq!(result.elected, [2]);
    let texts: Vec<(&str, u64)> = tally.texts(0);
    assert_eq!(texts, [("Kim", 3), ("Ada, the baker", 2), ("Jo", 2)]);
    let csv = RESULTS_HEADER.to_owned() + &results_csv(&contests[0], &result);
    let expected = "\
contest,method,round,candidate,of,votes,seats,outcome
c,irv,1,A,,0,,
c,irv,1,B,,0,,
c,irv,1,write-ins together,,5,,elected
c,irv,1,,,1,,exhausted
c,irv,,,\"=\"\"Kim\"\"\",3,,
c,irv,,,\"=\"\"Ada, the baker\"\"\",2,,
c,irv,,,\"=\"\"Jo\"\"\",2,,
";
    assert_eq!(csv, expected);
    let slate = [Slate { id: "all".into(), contests: vec![0] }];
    let csv = votes_csv(&contests[0], &votes);
    let again = parse_ballots("c.votes.csv", &csv, &contests, &slate).unwrap();
    let mut found = BTreeMap::new();
    let again = again.into_iter().flat_map(|cast| cast.votes);
    again.for_each(|vote| *found.entry(vote).or_insert(0) += 1);
    assert_eq!(found, votes);
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        votes in prop::collection::btree_map(prop::collection::vec(0..4_u16, 0..4), 1..50_u64, 0..20),
        tiered: bool,
    ) {
        let mut text = "4 2\n0\n".to_owned();
        ["A", "B", "C", "D", "T"].iter().for_each(|name| text += &format!("\"{name}\"\n"));
        let method = match tiered {
            true => Method::Schulze { max_ranks: 4 },
            false => Method::Meek { max_ranks: 4 },
        };
        let contest = read(&text).contest("c", method);
        let mut expected = BTreeMap::new();
        for (mut ranks, weight) in votes {
            let mut seen = Vec::new();
            ranks.retain(|c| !seen.contains(c) && { seen.push(*c); true });
            let vote = match (tiered, ranks.split_first()) {
                (true, Some((first, rest))) if !rest.is_empty() => {
                    Vote::tiers(vec![vec![*first], rest.to_vec()])
                }
                (true, _) => Vote::tiers(ranks.into_iter().map(|c| vec![c]).collect()),
                (false, _) => Vote::ranking(ranks),
            };
            *expected.entry(vote).or_insert(0) += weight;
        }
        let text = format_blt(&contest, &expected).unwrap();
        prop_assert_eq!(read(&text).votes(&contest).unwrap(), expected);
    }

    #[test]
    fn no_text_panics(text in "[0-9 =\"#A\n-]{0,60}") {
        let _ = Blt::parse("a.blt", &text);
    }
}
