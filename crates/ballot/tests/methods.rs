//! Every method on small random elections: against a count as plain as it can be said, and what must hold whatever
//! the votes are.

use proptest::prelude::*;
use psephos_ballot::{
    Choice, Contest, ContestReport, ContestResult, ElectionTally, Layout, Method, Tally, Vote,
    table,
};
use std::collections::BTreeSet;

fn contest(method: Method, seats: u16, candidates: u16) -> Contest {
    let candidates = (1..=candidates).map(|number| format!("candidate {number}")).collect();
    Contest { id: "c".into(), seats, title: "Contest".into(), method, write_ins: None, candidates }
}

fn count(contest: &Contest, votes: &[Vote]) -> ContestResult {
    let contests = [contest.clone()];
    psephos_ballot::contest::check(&contests).unwrap();
    let layout = Layout::all(&contests).unwrap();
    let mut tally = ElectionTally::new(&contests);
    for vote in votes {
        vote.check(contest).unwrap();
        tally.add(&layout, &Ok(vec![vote.clone()]));
    }
    tally.results().remove(0)
}

/// Some of the candidates in any order, at most `most` of them.
fn some(candidates: u16, most: u16) -> impl Strategy<Value = Vec<u16>> {
    let all: Vec<u16> = (0..candidates).collect();
    (Just(all).prop_shuffle(), 0..=usize::from(most)).prop_map(|(all, n)| all[..n].to_vec())
}

/// Seats, candidates and rankings; few different ones, so that numbers are often equal.
fn ranked() -> impl Strategy<Value = (u16, u16, Vec<Vec<u16>>)> {
    (1..=6_u16, 1..=4_u16).prop_flat_map(|(candidates, seats)| {
        let ballots = prop::collection::vec(some(candidates, candidates), 0..40);
        (Just(seats), Just(candidates), ballots)
    })
}

fn transferable(kind: usize, max_ranks: u16) -> Method {
    match kind {
        0 => Method::Stv { max_ranks },
        1 => Method::ScottishStv { max_ranks },
        _ => Method::Meek { max_ranks },
    }
}

fn rankings(ballots: &[Vec<u16>]) -> Vec<Vote> {
    ballots.iter().cloned().map(Vote::ranking).collect()
}

/// Weighted inclusive Gregory with every ballot by itself; returns each round's votes and who is elected.
fn naive_stv(seats: u16, n: u16, ballots: &[Vec<u16>]) -> (Vec<Vec<Option<u64>>>, Vec<u16>) {
    let valid = ballots.iter().filter(|ballot| !ballot.is_empty()).count() as u64;
    let threshold = (valid / (u64::from(seats) + 1) + 1) * 10_000;
    let mut values = vec![10_000_u64; ballots.len()];
    let (mut elected, mut out) = (Vec::<u16>::new(), BTreeSet::new());
    // Where each ballot counts. It moves only when that candidate's pile does.
    let mut holders: Vec<Option<u16>> =
        ballots.iter().map(|ballot| ballot.first().copied()).collect();
    let mut rounds = Vec::new();
    loop {
        let sum = |c: u16| -> u64 {
            (0..ballots.len()).filter(|&b| holders[b] == Some(c)).map(|b| values[b]).sum()
        };
        let shown = (0..n).map(|c| match (out.contains(&c), elected.contains(&c)) {
            (true, _) => None,
            (_, true) => Some(threshold),
            _ => Some(sum(c)),
        });
        rounds.push(shown.collect());
        let going: Vec<u16> = (0..n).filter(|c| !out.contains(c) && !elected.contains(c)).collect();
        let open = usize::from(seats) - elected.len();
        let mut new: Vec<u16> =
            going.iter().copied().filter(|&c| going.len() <= open || sum(c) >= threshold).collect();
        new.sort_by_key(|&c| std::cmp::Reverse(sum(c)));
        if valid == 0 {
            return (rounds, elected);
        }
        let loser = going.iter().copied().rev().min_by_key(|&c| sum(c));
        let sums: Vec<u64> = (0..n).map(sum).collect();
        elected.extend(&new);
        if elected.len() == usize::from(seats) || new.len() == going.len() {
            return (rounds, elected);
        }
        if new.is_empty() {
            out.extend(loser);
            new.extend(loser);
        }
        for (b, ballot) in ballots.iter().enumerate() {
            let Some(holder) = holders[b].filter(|holder| new.contains(holder)) else { continue };
            if elected.contains(&holder) {
                let total = sums[usize::from(holder)];
                let fraction = (total - threshold) * 10_000 / total;
                values[b] = values[b] * fraction / 10_000;
            }
            holders[b] = ballot.iter().copied().find(|c| !out.contains(c) && !elected.contains(c));
        }
    }
}

/// Whether a beats b by the strongest of all simple paths, found by trying them.
fn naive_beats(pairs: &[Vec<u64>], a: usize, b: usize) -> bool {
    fn strongest(pairs: &[Vec<u64>], path: &mut Vec<usize>, goal: usize) -> Option<(u64, i64)> {
        let here = *path.last().unwrap();
        let mut best = None;
        for next in 0..pairs.len() {
            let (wins, losses) = (pairs[here][next], pairs[next][here]);
            if path.contains(&next) || wins <= losses {
                continue;
            }
            let link = (wins, -i64::try_from(losses).unwrap());
            path.push(next);
            let rest = if next == goal { Some(link) } else { strongest(pairs, path, goal) };
            path.pop();
            best = best.max(rest.map(|rest| rest.min(link)));
        }
        best
    }
    strongest(pairs, &mut vec![a], b) > strongest(pairs, &mut vec![b], a)
}

/// The grades in the order in which they are the median, one ballot removed after the other.
fn naive_medians(mut grades: Vec<u16>) -> Vec<u16> {
    grades.sort_unstable();
    let mut medians = Vec::new();
    while !grades.is_empty() {
        medians.push(grades.remove((grades.len() - 1) / 2));
    }
    medians
}

fn renamed(ballots: &[Vec<u16>], order: &[u16]) -> Vec<Vec<u16>> {
    let rename = |ballot: &Vec<u16>| ballot.iter().map(|&c| order[usize::from(c)]).collect();
    ballots.iter().map(rename).collect()
}

fn as_set(candidates: &[u16]) -> BTreeSet<u16> {
    candidates.iter().copied().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn stv_agrees_with_the_naive_count((seats, n, ballots) in ranked()) {
        let result = count(&contest(Method::Stv { max_ranks: n }, seats, n), &rankings(&ballots));
        let (rounds, elected) = naive_stv(seats, n, &ballots);
        let found: Vec<Vec<Option<u64>>> =
            result.tally.rounds().unwrap().iter().map(|round| round.votes.clone()).collect();
        prop_assert_eq!(found, rounds);
        prop_assert_eq!(result.elected, elected);
    }

    #[test]
    fn transferable_votes_add_up((seats, n, ballots) in ranked(), kind in 0..3_usize) {
        let contest = contest(transferable(kind, n), seats, n);
        let result = count(&contest, &rankings(&ballots));
        let named = ballots.iter().any(|ballot| !ballot.is_empty());
        let filled = if named { seats.min(n) } else { 0 };
        prop_assert_eq!(result.elected.len(), usize::from(filled));
        prop_assert_eq!(as_set(&result.elected).len(), usize::from(filled));
        let unit = 10_u64.pow(result.tally.decimals());
        let all = ballots.len() as u64 * unit;
        let rounds = result.tally.rounds().unwrap();
        for round in rounds {
            let sum = round.votes.iter().flatten().sum::<u64>() + round.exhausted;
            // Cutting loses less than three units of a ballot in each transfer.
            prop_assert!(sum <= all && all - sum <= 3 * ballots.len() as u64 * u64::from(seats));
            if kind == 2 {
                prop_assert_eq!(sum, all);
            }
        }
        let out: Vec<u16> = rounds.iter().flat_map(|round| round.eliminated.clone()).collect();
        let by_round: Vec<u16> = rounds.iter().flat_map(|round| round.elected.clone()).collect();
        prop_assert_eq!(by_round, result.elected.clone());
        prop_assert!(as_set(&out).is_disjoint(&as_set(&result.elected)));
        prop_assert!(rounds.len() <= usize::from(n) + usize::from(seats) + 1);
        prop_assert!(!table(&contest, &result).is_empty());
        prop_assert!(serde_json::to_string(&ContestReport::new(&contest, &result)).is_ok());
    }

    #[test]
    fn names_do_not_matter_without_ties(
        ((seats, n, ballots), kind, seed) in (ranked(), 0..3_usize, any::<u64>())
    ) {
        let contest = contest(transferable(kind, n), seats, n);
        let mut order: Vec<u16> = (0..n).collect();
        order.rotate_left(usize::try_from(seed % u64::from(n)).unwrap());
        let result = count(&contest, &rankings(&ballots));
        let other = count(&contest, &rankings(&renamed(&ballots, &order)));
        if result.ties.is_empty() && other.ties.is_empty() {
            let expected: Vec<u16> = result.elected.iter().map(|&c| order[usize::from(c)]).collect();
            prop_assert_eq!(as_set(&other.elected), as_set(&expected));
        }
    }

    #[test]
    fn borda_adds_places((seats, n, ballots) in ranked()) {
        let result = count(&contest(Method::Borda { max_ranks: n }, seats, n), &rankings(&ballots));
        let points = |c: u16| -> u64 {
            let place = |ballot: &Vec<u16>| ballot.iter().position(|&d| d == c);
            let given = ballots.iter().filter_map(place);
            given.map(|place| u64::from(n) - 1 - place as u64).sum()
        };
        prop_assert_eq!(result.tally, Tally::Borda { points: (0..n).map(points).collect() });
    }

    #[test]
    fn schulze_agrees_with_all_paths(
        (seats, n, ballots) in ranked(),
        joins in prop::collection::vec(any::<u8>(), 40),
    ) {
        let tiered = |(place, ballot): (usize, &Vec<u16>)| {
            let mut tiers: Vec<Vec<u16>> = Vec::new();
            for (rank, &candidate) in ballot.iter().enumerate() {
                match tiers.last_mut() {
                    Some(tier) if joins[place] >> rank & 1 == 1 => tier.push(candidate),
                    _ => tiers.push(vec![candidate]),
                }
            }
            Vote::tiers(tiers)
        };
        let votes: Vec<Vote> = ballots.iter().enumerate().map(tiered).collect();
        let result = count(&contest(Method::Schulze { max_ranks: n }, seats, n), &votes);
        let Tally::Schulze { pairs, ranking } = &result.tally else { panic!() };
        let rank = |vote: &Vote, c: u16| match &vote.choice {
            Choice::Tiers(tiers) => tiers.iter().position(|tier| tier.contains(&c)).unwrap_or(99),
            _ => panic!(),
        };
        let n = usize::from(n);
        for (c, row) in (0..).take(n).map(|c: u16| (c, &pairs[usize::from(c)])) {
            for (d, stated) in (0..).take(n).map(|d: u16| (d, row[usize::from(d)])) {
                let before = votes.iter().filter(|vote| rank(vote, c) < rank(vote, d)).count();
                prop_assert_eq!(stated, before as u64);
            }
        }
        let mut left: Vec<u16> = (0..).take(n).collect();
        for tier in ranking {
            let beaten = |b: &u16| left.iter().any(|&a| naive_beats(pairs, a.into(), usize::from(*b)));
            let unbeaten: Vec<u16> = left.iter().copied().filter(|b| !beaten(b)).collect();
            prop_assert_eq!(tier, &unbeaten);
            left.retain(|c| !unbeaten.contains(c));
        }
        prop_assert!(left.is_empty());
    }

    #[test]
    fn majority_judgment_agrees_with_removing_medians(
        (n, ballots) in (1..=4_usize).prop_flat_map(|n| {
            (Just(n), prop::collection::vec(prop::collection::vec(0..4_u16, n), 0..12))
        })
    ) {
        let grades = ["bad", "fair", "good", "very good"].map(String::from).to_vec();
        let judged = contest(Method::MajorityJudgment { grades }, 1, u16::try_from(n).unwrap());
        let votes: Vec<Vote> = ballots.iter().cloned().map(Vote::scores).collect();
        let result = count(&judged, &votes);
        let Tally::MajorityJudgment { ranking, .. } = &result.tally else { panic!() };
        let medians = |c: u16| naive_medians(ballots.iter().map(|b| b[usize::from(c)]).collect());
        prop_assert_eq!(ranking.concat().len(), n);
        for tier in ranking {
            prop_assert!(tier.iter().all(|&c| medians(c) == medians(tier[0])));
        }
        for two in ranking.windows(2) {
            prop_assert!(medians(two[0][0]) > medians(two[1][0]));
        }
    }

    #[test]
    fn party_lists_have_the_highest_quotients(
        votes in prop::collection::vec(0..30_usize, 1..6), seats in 1..12_u16, sainte_lague: bool,
    ) {
        let lists = u16::try_from(votes.len()).unwrap();
        let method = match sainte_lague {
            true => Method::SainteLague { max_marks: 1 },
            false => Method::DHondt { max_marks: 1 },
        };
        let ballots: Vec<Vote> =
            (0..lists).flat_map(|l| vec![Vote::marks(vec![l]); votes[usize::from(l)]]).collect();
        let result = count(&contest(method, seats, lists), &ballots);
        let step = if sainte_lague { 2 } else { 1 };
        // All quotients over a common denominator, the highest first, then the order of the file.
        let common: u64 = (0..u64::from(seats)).map(|s| step * s + 1).product();
        let mut quotients: Vec<(std::cmp::Reverse<u64>, u16)> = Vec::new();
        for list in 0..lists {
            let v = votes[usize::from(list)] as u64;
            let own = (0..u64::from(seats)).map(|s| (std::cmp::Reverse(v * common / (step * s + 1)), list));
            quotients.extend(own.filter(|_| v > 0));
        }
        quotients.sort_unstable();
        quotients.truncate(seats.into());
        let expected: Vec<u16> = quotients.into_iter().map(|(_, list)| list).collect();
        prop_assert_eq!(result.elected, expected);
    }
}
