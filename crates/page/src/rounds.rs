//! A count in rounds, candidate by candidate: what the table and the flow picture are made from.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use psephos_ballot::amount::Amount;
use psephos_ballot::report::RoundReport;

/// The rounds with the candidates in the order in which they end: the elected first, then backwards through the
/// eliminations.
pub(crate) struct Rounds<'a> {
    pub(crate) names: Vec<&'a str>,
    pub(crate) rounds: Vec<Round>,
}

/// One round; every list has one entry for each name.
pub(crate) struct Round {
    /// Votes; none for a candidate that is out.
    pub(crate) votes: Vec<Option<Amount>>,
    pub(crate) exhausted: Amount,
    pub(crate) fates: Vec<Option<Fate>>,
}

/// What became of a candidate in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Elected,
    Out,
}

impl<'a> Rounds<'a> {
    pub(crate) fn of(rounds: &'a [RoundReport], elected: &[String]) -> Rounds<'a> {
        let names = ordered(rounds, elected);
        let rounds = rounds.iter().map(|round| Round::of(round, &names)).collect();
        Rounds { names, rounds }
    }
}

impl Round {
    fn of(round: &RoundReport, names: &[&str]) -> Round {
        let votes: BTreeMap<&str, Amount> =
            round.votes.0.iter().map(|(name, votes)| (name.as_str(), *votes)).collect();
        let has = |list: &[String], name: &str| list.iter().any(|other| other == name);
        let fate = |name: &&str| {
            if has(&round.elected, name) {
                Some(Fate::Elected)
            } else {
                has(&round.eliminated, name).then_some(Fate::Out)
            }
        };
        Round {
            votes: names.iter().map(|name| votes.get(name).copied()).collect(),
            exhausted: round.exhausted,
            fates: names.iter().map(fate).collect(),
        }
    }
}

/// All names that stand in a round, in the order in which they end.
fn ordered<'a>(rounds: &'a [RoundReport], elected: &[String]) -> Vec<&'a str> {
    // The last round a name stands in, and its votes there.
    let mut last: BTreeMap<&str, (usize, Amount)> = BTreeMap::new();
    let mut names: Vec<&str> = Vec::new();
    for (place, round) in rounds.iter().enumerate() {
        for (name, votes) in &round.votes.0 {
            if last.insert(name, (place, *votes)).is_none() {
                names.push(name);
            }
        }
    }
    let won = |name: &str| elected.iter().position(|other| other == name).unwrap_or(usize::MAX);
    names.sort_by_cached_key(|name| (won(name), Reverse(last.get(name).copied())));
    names
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use psephos_ballot::{Contest, ContestReport, ContestResult, Method, Tally, result};

    /// The votes of a round in the order of the names, those of nobody, and who is out.
    pub(crate) type Counted<'a> = (&'a [Option<u64>], u64, &'a [u16]);

    /// A count of whole votes.
    pub(crate) fn counted(
        names: &[&str],
        rounds: &[Counted<'_>],
        elected: &[u16],
    ) -> ContestReport {
        let round = |(votes, exhausted, out): &Counted<'_>| result::Round {
            votes: votes.to_vec(),
            elected: Vec::new(),
            exhausted: *exhausted,
            eliminated: out.to_vec(),
        };
        let contest = Contest {
            id: "mayor".into(),
            seats: 1,
            title: "Mayor".into(),
            method: Method::Irv { max_ranks: 3 },
            write_ins: None,
            candidates: names.iter().map(|&name| name.to_owned()).collect(),
        };
        let counted = ContestResult {
            id: "mayor".into(),
            ties: Vec::new(),
            blank: 0,
            tally: Tally::Irv { rounds: rounds.iter().map(round).collect() },
            texts: None,
            ballots: 10,
            elected: elected.to_vec(),
            invalid: 0,
            cells_sha256: [0; 32],
        };
        ContestReport::new(&contest, &counted)
    }

    #[test]
    fn candidates_stand_in_the_order_in_which_they_end() {
        let report = counted(
            &["Ada", "Blaise", "Carl", "Dora"],
            &[
                (&[Some(3), Some(4), Some(1), Some(2)], 0, &[2]),
                (&[Some(3), Some(4), None, Some(3)], 0, &[0]),
                (&[None, Some(4), None, Some(5)], 1, &[]),
            ],
            &[3],
        );
        let rounds = report.rounds.clone().unwrap();
        let rounds = Rounds::of(&rounds, &report.elected);
        assert_eq!(rounds.names, ["Dora", "Blaise", "Ada", "Carl"]);
        assert_eq!(rounds.rounds[1].fates, [None, None, Some(Fate::Out), None]);
        assert_eq!(rounds.rounds[2].votes.iter().filter(|votes| votes.is_some()).count(), 2);
    }
}
