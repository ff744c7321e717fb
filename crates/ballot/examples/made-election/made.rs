//! A town election that never took place: a thousand ballots out of SHAKE256, the same on every machine.
//!
//! First preferences and yes/no answers are set, the rest is drawn. Two ties are arranged: the two
//! weakest for mayor in round one, and the last of the three seats in the council.

use psephos_ballot::file::{ElectionFile, format_ballots};
use psephos_ballot::{ContestReport, ElectionTally, Layout, Vote};
use psephos_core::hash::{Xof, xof};
use psephos_core::pairs::pairs;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const ELECTION: &str = r#"# A made election: no such town, no such people.
# Written by `cargo run -p psephos-ballot --example made-election`.

title = "Town of Littlemere, spring election (made)"
trustees = ["Town clerk", "School board", "Quarry cooperative"]
threshold = 2

[[contest]]
id = "mayor"
title = "Mayor"
method = "irv"
max_ranks = 4
candidates = [
  "Edda Lindqvist",
  "Tomas Okoro",
  "Priya Raman",
  "Joan Ashby",
  "Felix Marsh",
  "Ruth Calloway",
]

[[contest]]
id = "council"
title = "Town council, three seats"
method = "plurality"
seats = 3
candidates = [
  "Nadia Brandt",
  "Owen Pellworth",
  "Ines Carvalho",
  "Samuel Thorne",
  "Greta Novak",
  "Walter Finch",
  "Leila Haddad",
  "Hugo Sandoval",
]

[[contest]]
id = "library"
title = "Shall the library open on Sundays?"
method = "plurality"
candidates = ["Yes", "No"]
"#;

const BALLOTS: usize = 1_000;
/// Ballots that are blank in every contest.
const ALL_BLANK: usize = 4;
/// First preferences for mayor, in the order of the file; the other ballots are blank.
const MAYOR: [usize; 6] = [268, 251, 199, 128, 61, 61];
/// How readily a further preference goes to each candidate.
const MAYOR_WEIGHTS: [u32; 6] = [6, 8, 7, 5, 3, 2];
const MAYOR_RANKS: usize = 4;
/// How readily a mark goes to each candidate.
const COUNCIL_WEIGHTS: [u32; 8] = [9, 4, 7, 6, 3, 6, 5, 2];
/// How many of ten ballots mark nobody, one, two, three candidates.
const COUNCIL_MARKS: [u32; 4] = [1, 2, 3, 4];
const COUNCIL_SEATS: usize = 3;
const LIBRARY: [usize; 2] = [541, 402];

/// Name and text of each file.
pub fn files() -> [(&'static str, String); 3] {
    let election =
        ElectionFile::parse("election.toml", ELECTION).expect("the text above is an election");
    let ballots = ballots();
    let expected =
        serde_json::to_string_pretty(&expected(&election, &ballots)).expect("plain JSON") + "\n";
    [
        ("election.toml", ELECTION.to_owned()),
        ("ballots.csv", format_ballots(&election.contests, &ballots)),
        ("expected.json", expected),
    ]
}

fn ballots() -> Vec<Vec<Vote>> {
    let mut draw = Draw(xof("psephos/v1/made-election", &[]));
    let columns = [mayor(&mut draw), council(&mut draw), library(&mut draw)];
    let mut ballots: Vec<Vec<Vote>> = (0..BALLOTS)
        .map(|ballot| columns.iter().map(|column| column[ballot].clone()).collect())
        .collect();
    draw.shuffle(&mut ballots);
    ballots
}

/// Puts the blank ballots first, then the others in random order.
fn column(draw: &mut Draw, blank: Vote, mut votes: Vec<Vote>) -> Vec<Vote> {
    votes.resize(BALLOTS - ALL_BLANK, blank.clone());
    draw.shuffle(&mut votes);
    let mut column = vec![blank; ALL_BLANK];
    column.extend(votes);
    column
}

fn mayor(draw: &mut Draw) -> Vec<Vote> {
    let mut votes = Vec::new();
    for (first, count) in MAYOR.into_iter().enumerate() {
        for _ in 0..count {
            let further = draw.below(MAYOR_RANKS as u32) as usize;
            let mut weights = MAYOR_WEIGHTS;
            weights[first] = 0;
            let mut ranks = vec![first as u16];
            ranks.extend(draw.distinct(&mut weights, further));
            votes.push(Vote::ranking(ranks));
        }
    }
    column(draw, Vote::ranking(Vec::new()), votes)
}

fn council(draw: &mut Draw) -> Vec<Vote> {
    let mut votes = Vec::new();
    for _ in 0..BALLOTS - ALL_BLANK {
        let marks = draw.weighted(&COUNCIL_MARKS);
        votes.push(draw.distinct(&mut COUNCIL_WEIGHTS.clone(), marks));
    }
    tie_last_seat(&mut votes);
    column(draw, Vote::marks(Vec::new()), votes.into_iter().map(Vote::marks).collect())
}

/// Adds marks for the candidate just below the last seat until it is level.
fn tie_last_seat(votes: &mut [Vec<u16>]) {
    let count = |candidate: u16| votes.iter().filter(|marks| marks.contains(&candidate)).count();
    let mut order: Vec<(usize, u16)> =
        (0..COUNCIL_WEIGHTS.len() as u16).map(|candidate| (count(candidate), candidate)).collect();
    order.sort_by_key(|&(votes, candidate)| (std::cmp::Reverse(votes), candidate));
    let [(above, _), (below, candidate)] = [order[COUNCIL_SEATS - 1], order[COUNCIL_SEATS]];
    let free =
        votes.iter_mut().filter(|marks| marks.len() < COUNCIL_SEATS && !marks.contains(&candidate));
    free.take(above - below).for_each(|marks| marks.push(candidate));
}

fn library(draw: &mut Draw) -> Vec<Vote> {
    let answers = LIBRARY.into_iter().enumerate();
    let votes = answers.flat_map(|(answer, count)| vec![Vote::marks(vec![answer as u16]); count]);
    let votes = votes.collect();
    column(draw, Vote::marks(Vec::new()), votes)
}

fn expected(election: &ElectionFile, ballots: &[Vec<Vote>]) -> Value {
    let layout = Layout::all(&election.contests).expect("the contests fit");
    let mut tally = ElectionTally::new(&election.contests);
    for votes in ballots {
        tally.add(&layout, &Ok(votes.clone()));
    }
    let results = tally.results();
    let contests = pairs(&election.contests, &results);
    let contests: Vec<Value> =
        contests.map(|(contest, result)| entry(&ContestReport::new(contest, result))).collect();
    let distinct = ballots.iter().collect::<BTreeSet<_>>().len();
    json!({ "contests": contests, "ballots": { "cast": ballots.len(), "distinct": distinct } })
}

/// A report without what is empty or does not apply.
fn entry(report: &ContestReport) -> Value {
    let mut entry = Map::new();
    entry.insert("id".into(), json!(report.id));
    entry.insert("method".into(), json!(report.method));
    if let Some(votes) = &report.votes {
        entry.insert("votes".into(), json!(votes));
    }
    if let Some(rounds) = &report.rounds {
        entry.insert("first_preferences".into(), json!(rounds[0].votes));
        let rounds = rounds.iter().map(|round| {
            let mut value = json!({ "votes": round.votes, "exhausted": round.exhausted });
            for (key, names) in [("eliminated", &round.eliminated), ("elected", &round.elected)] {
                if !names.is_empty() {
                    value[key] = json!(names);
                }
            }
            value
        });
        entry.insert("rounds".into(), rounds.collect());
    }
    entry.insert("elected".into(), json!(report.elected));
    entry.insert("ties".into(), json!(report.ties));
    entry.insert("cells_sorted_sha256".into(), json!(report.cells_sorted_sha256));
    Value::Object(entry)
}

/// Choices out of a stream of bytes.
struct Draw(Xof);

impl Draw {
    /// Uniform below `bound`: numbers that would favour some values are drawn again.
    fn below(&mut self, bound: u32) -> u32 {
        let limit = u32::MAX - u32::MAX % bound;
        loop {
            let number = u32::from_le_bytes(self.0.take());
            if number < limit {
                return number % bound;
            }
        }
    }

    /// An index, each in proportion to its weight.
    fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut rest = self.below(weights.iter().sum());
        let hit = |weight: &u32| match rest.checked_sub(*weight) {
            Some(less) => {
                rest = less;
                false
            }
            None => true,
        };
        weights.iter().position(hit).expect("the rest is below the sum")
    }

    /// `count` different indices.
    fn distinct(&mut self, weights: &mut [u32], count: usize) -> Vec<u16> {
        let mut drawn = Vec::new();
        for _ in 0..count {
            let index = self.weighted(weights);
            weights[index] = 0;
            drawn.push(index as u16);
        }
        drawn
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u32 + 1) as usize);
        }
    }
}
