//! Counting: every small election agrees with the naive count, and the corners are as specified.

mod naive;

use proptest::prelude::*;
use psephos_ballot::{
    Contest, ContestReport, ContestResult, ElectionTally, Layout, Method, Tally, Vote, format_cell,
    table,
};

fn contest(method: Method, seats: u16, candidates: u16) -> Contest {
    let candidates = (1..=candidates).map(|number| format!("candidate {number}")).collect();
    Contest { id: "c".into(), seats, title: "Contest".into(), method, write_ins: None, candidates }
}

fn count(contest: &Contest, votes: &[Vote]) -> ContestResult {
    let contests = [contest.clone()];
    let layout = Layout::all(&contests).unwrap();
    let mut tally = ElectionTally::new(&contests);
    for vote in votes {
        tally.add(&layout, &Ok(vec![vote.clone()]));
    }
    tally.results().remove(0)
}

/// The crate's result in the naive count's terms.
fn plain(result: &ContestResult) -> naive::Count {
    let wide = |list: &[u16]| list.iter().map(|&c| usize::from(c)).collect::<Vec<_>>();
    let rounds = match &result.tally {
        Tally::Plurality { votes } => {
            let votes = votes.iter().copied().map(Some).collect();
            vec![naive::Round { votes, exhausted: 0, eliminated: None }]
        }
        Tally::Irv { rounds } => rounds
            .iter()
            .map(|round| naive::Round {
                votes: round.votes.clone(),
                exhausted: round.exhausted,
                eliminated: wide(&round.eliminated).first().copied(),
            })
            .collect(),
        other => unreachable!("no naive count makes {other:?}"),
    };
    let ties = result.ties.iter();
    let ties = ties.map(|tie| naive::Tie {
        round: tie.round,
        tied: wide(&tie.tied),
        lost: wide(&tie.lost),
    });
    naive::Count { rounds, elected: wide(&result.elected), ties: ties.collect() }
}

fn elections() -> impl Strategy<Value = (Contest, Vec<Vote>)> {
    (1..=6_u16, any::<bool>()).prop_flat_map(|(candidates, ranked)| {
        let all: Vec<u16> = (0..candidates).collect();
        (1..=candidates, 1..=candidates).prop_flat_map(move |(max, seats)| {
            let chosen = Just(all.clone()).prop_shuffle();
            let chosen =
                (chosen, 0..=usize::from(max)).prop_map(|(order, length)| order[..length].to_vec());
            let (method, seats) = match ranked {
                true => (Method::Irv { max_ranks: max }, 1),
                false => (Method::Plurality { max_marks: max }, seats),
            };
            let vote =
                chosen.prop_map(move |c| if ranked { Vote::ranking(c) } else { Vote::marks(c) });
            (Just(contest(method, seats, candidates)), prop::collection::vec(vote, 0..25))
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn agrees_with_the_naive_count((contest, votes) in elections()) {
        let cells: Vec<String> = votes.iter().map(format_cell).collect();
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        let result = count(&contest, &votes);
        prop_assert_eq!(plain(&result), naive::count(&contest, &cells));
        prop_assert_eq!(result.ballots, votes.len() as u64);
        prop_assert!(!table(&contest, &result).is_empty());
        let bytes = serde_cbor::to_vec(&result).unwrap();
        prop_assert_eq!(serde_cbor::from_slice::<ContestResult>(&bytes).unwrap(), result);
    }

    #[test]
    fn order_and_grouping_do_not_matter((contest, votes) in elections(), cut in 0..25_usize) {
        let (first, second) = votes.split_at(cut.min(votes.len()));
        let turned: Vec<Vote> = second.iter().chain(first).cloned().collect();
        prop_assert_eq!(count(&contest, &votes), count(&contest, &turned));
    }
}

fn irv(candidates: u16, ballots: &[&[u16]]) -> ContestResult {
    let votes: Vec<Vote> = ballots.iter().map(|ranks| Vote::ranking(ranks.to_vec())).collect();
    count(&contest(Method::Irv { max_ranks: candidates }, 1, candidates), &votes)
}

fn rounds(result: &ContestResult) -> usize {
    result.tally.rounds().map_or(0, <[_]>::len)
}

#[test]
fn one_candidate_is_elected_by_one_vote_and_not_by_none() {
    assert_eq!(irv(1, &[&[0], &[]]).elected, [0]);
    for nothing in [&[][..], &[&[][..]]] {
        let result = irv(1, nothing);
        assert!(result.elected.is_empty() && rounds(&result) == 1);
    }
}

#[test]
fn without_votes_nobody_is_elected() {
    let result = irv(3, &[&[], &[]]);
    assert_eq!((result.blank, result.ballots, rounds(&result)), (2, 2, 1));
    assert!(result.elected.is_empty() && result.ties.is_empty());
    let three = contest(Method::Plurality { max_marks: 1 }, 2, 3);
    assert!(count(&three, &[Vote::marks(vec![])]).elected.is_empty());
    assert_eq!(count(&three, &[Vote::marks(vec![2])]).elected, [2]);
}

/// The example at the head of spec/10-counting.md.
#[test]
fn the_example_of_the_page() {
    let result = irv(3, &[&[0, 2], &[1], &[2, 1], &[0], &[]]);
    let Tally::Irv { rounds } = &result.tally else { panic!() };
    let seen: Vec<_> =
        rounds.iter().map(|round| (round.votes.as_slice(), round.exhausted)).collect();
    let [a, b, c] = [Some(2), Some(1), Some(1)];
    assert_eq!(
        seen,
        [(&[a, b, c][..], 1), (&[a, Some(2), None][..], 1), (&[a, None, None][..], 3)]
    );
    assert_eq!((result.elected, result.ties.len()), (vec![0], 2));
}

#[test]
fn a_table_for_people() {
    let contest = contest(Method::Irv { max_ranks: 3 }, 1, 3);
    let result = irv(3, &[&[0, 2], &[1], &[2, 1], &[0], &[]]);
    let expected = "\
Contest (irv, 1 seat): 5 ballots, 1 blank, 0 invalid
  round        1  2  3
  candidate 1  2  2  2  elected
  candidate 2  1  2  out
  candidate 3  1  out
  exhausted    1  1  3
  Tie in round 1 between candidate 2, candidate 3: candidate 3 loses, listed last.
  Tie in round 2 between candidate 1, candidate 2: candidate 2 loses, listed last.
";
    assert_eq!(table(&contest, &result), expected);
}

#[test]
fn exactly_half_does_not_elect() {
    let result = irv(3, &[&[0], &[0], &[1, 0], &[2, 1]]);
    assert_eq!(rounds(&result), 3);
    assert_eq!(result.elected, [0]);
    assert_eq!(result.ties.len(), 2);
    assert_eq!(result.ties[0].tied, [1, 2]);
    assert_eq!(result.ties[1].tied, [0, 1]);
}

#[test]
fn the_last_in_the_file_loses_a_seat_by_a_tie() {
    let council = contest(Method::Plurality { max_marks: 2 }, 2, 4);
    let votes = [vec![1, 3], vec![1, 2], vec![3], vec![2], vec![0]].map(Vote::marks);
    let result = count(&council, &votes);
    assert_eq!(result.elected, [1, 2]);
    assert_eq!((&result.ties[0].tied, &result.ties[0].lost), (&vec![1, 2, 3], &vec![3]));
    let text = table(&council, &result);
    assert!(
        text.contains("Tie between candidate 2, candidate 3, candidate 4: candidate 4 loses"),
        "{text}"
    );
}

#[test]
fn invalid_ballots_are_counted_beside_the_votes() {
    let contests = [
        contest(Method::Irv { max_ranks: 3 }, 1, 3),
        contest(Method::Plurality { max_marks: 1 }, 1, 2),
    ];
    let layout = Layout::all(&contests).unwrap();
    let mut tally = ElectionTally::new(&contests);
    tally.add(&layout, &layout.decode(&[9; 30]));
    tally.add(&layout, &layout.decode(&[0; 30]));
    assert_eq!((tally.rows(), tally.invalid().values().sum::<u64>()), (2, 1));
    for result in tally.results() {
        assert_eq!((result.ballots, result.invalid, result.blank), (2, 1, 1));
    }
}

#[test]
fn a_result_in_cbor_is_canonical() {
    let result = irv(3, &[&[0], &[1, 0], &[2, 1]]);
    let value: serde_cbor::Value = serde_cbor::value::to_value(&result).unwrap();
    let canonical = serde_cbor::to_vec(&value).unwrap();
    assert_eq!(serde_cbor::to_vec(&result).unwrap(), canonical);
    let contest = contest(Method::Plurality { max_marks: 1 }, 1, 2);
    let value: serde_cbor::Value = serde_cbor::value::to_value(&contest).unwrap();
    assert_eq!(serde_cbor::to_vec(&contest).unwrap(), serde_cbor::to_vec(&value).unwrap());
}

#[test]
fn the_report_has_the_fields_of_the_interface() {
    let contest = contest(Method::Irv { max_ranks: 2 }, 1, 2);
    let result = irv(2, &[&[0], &[1], &[]]);
    let report = serde_json::to_value(ContestReport::new(&contest, &result)).unwrap();
    assert!(report["votes"].is_null());
    assert_eq!(report["rounds"][0]["votes"]["candidate 2"], 1);
    assert_eq!(report["rounds"][0]["eliminated"][0], "candidate 2");
    assert_eq!(report["rounds"][1]["exhausted"], 2);
    assert_eq!(report["elected"][0], "candidate 1");
    assert_eq!(report["ties"][0]["round"], 1);
}
