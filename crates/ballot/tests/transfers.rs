//! Scottish STV and Meek's method counted a second time, from their pages (spec/10-counting.md §10.6, §10.7) and as
//! plainly as they can be said: every ballot by itself, on small random elections.

use proptest::prelude::*;
use psephos_ballot::{Contest, ContestResult, ElectionTally, Layout, Method, Tally, Vote};
use std::cmp::Reverse;

/// What a round shows.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    votes: Vec<Option<u64>>,
    exhausted: u64,
    eliminated: Vec<u16>,
    elected: Vec<u16>,
}

/// A choice among equals.
#[derive(Debug, PartialEq, Eq)]
struct Choice {
    round: u64,
    tied: Vec<u16>,
    lost: Vec<u16>,
    earlier: Option<u64>,
}

/// A whole count.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    rounds: Vec<Shown>,
    elected: Vec<u16>,
    ties: Vec<Choice>,
    /// The one threshold, or the quota of each round.
    quotas: Vec<u64>,
}

fn count(method: Method, seats: u16, candidates: u16, ballots: &[Vec<u16>]) -> Counted {
    let names = (0..candidates).map(|number| format!("candidate {number}")).collect();
    let contest = Contest {
        id: "c".into(),
        seats,
        title: "Contest".into(),
        method,
        write_ins: None,
        candidates: names,
    };
    let contests = [contest];
    let layout = Layout::all(&contests).unwrap();
    let mut tally = ElectionTally::new(&contests);
    for ballot in ballots {
        tally.add(&layout, &Ok(vec![Vote::ranking(ballot.clone())]));
    }
    let ContestResult { tally, elected, ties, .. } = tally.results().remove(0);
    let (rounds, quotas) = match tally {
        Tally::ScottishStv { rounds, threshold } => (rounds, vec![threshold]),
        Tally::Meek { rounds, quotas } => (rounds, quotas),
        other => unreachable!("{other:?}"),
    };
    let shown = rounds.into_iter().map(|round| Shown {
        votes: round.votes,
        exhausted: round.exhausted,
        eliminated: round.eliminated,
        elected: round.elected,
    });
    let ties = ties.into_iter().map(|tie| Choice {
        round: tie.round,
        tied: tie.tied,
        lost: tie.lost,
        earlier: tie.earlier,
    });
    Counted { rounds: shown.collect(), elected, ties: ties.collect(), quotas }
}

/// One vote in the units of the Scottish rules.
const FIVE: u64 = 100_000;

/// A candidate's place in a Scottish count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Continuing,
    /// Elected, its surplus not transferred, if it has one.
    Elected,
    /// Elected and left with the quota.
    Settled,
    Excluded,
}

/// The candidates of `tied` that rule 50(2) or 52(2) keeps, round before round, until one is left: those with
/// the most votes, or the fewest. With the round that left one.
fn by_earlier_rounds(rounds: &[Shown], tied: &[u16], most: bool) -> (Vec<u16>, Option<u64>) {
    let mut kept = tied.to_vec();
    for (index, round) in rounds.iter().enumerate().rev() {
        let votes = |c: &u16| round.votes[usize::from(*c)].unwrap();
        let best = if most { kept.iter().map(votes).max() } else { kept.iter().map(votes).min() };
        kept.retain(|c| Some(votes(c)) == best);
        if kept.len() == 1 {
            return (kept, Some(index as u64));
        }
    }
    (kept, None)
}

fn scottish(seats: u16, n: u16, ballots: &[Vec<u16>]) -> Counted {
    let valid = ballots.iter().filter(|ballot| !ballot.is_empty()).count() as u64;
    let quota = (valid / (u64::from(seats) + 1) + 1) * FIVE;
    let mut counted = Counted { quotas: vec![quota], ..Counted::default() };
    let mut places = vec![Place::Continuing; usize::from(n)];
    let mut value = vec![FIVE; ballots.len()];
    let mut holder: Vec<Option<u16>> =
        ballots.iter().map(|ballot| ballot.first().copied()).collect();
    loop {
        let round = counted.rounds.len() as u64;
        let held = |c: u16| -> u64 {
            (0..ballots.len()).filter(|&b| holder[b] == Some(c)).map(|b| value[b]).sum()
        };
        let votes: Vec<u64> = (0..n)
            .map(|c| if places[usize::from(c)] == Place::Settled { quota } else { held(c) })
            .collect();
        let mut shown = Shown {
            votes: (0..usize::from(n))
                .map(|c| (places[c] != Place::Excluded).then_some(votes[c]))
                .collect(),
            exhausted: (0..ballots.len()).filter(|&b| holder[b].is_none()).map(|b| value[b]).sum(),
            eliminated: Vec::new(),
            elected: Vec::new(),
        };
        if valid == 0 {
            counted.rounds.push(shown);
            return counted;
        }
        let continuing = |places: &[Place]| -> Vec<u16> {
            (0..n).filter(|&c| places[usize::from(c)] == Place::Continuing).collect()
        };
        let ordered = |mut some: Vec<u16>| {
            some.sort_by_key(|&c| (Reverse(votes[usize::from(c)]), c));
            some
        };
        // Step 1.
        let reach = continuing(&places).into_iter().filter(|&c| votes[usize::from(c)] >= quota);
        for c in ordered(reach.collect()) {
            places[usize::from(c)] = Place::Elected;
            shown.elected.push(c);
        }
        // Step 2.
        let open = usize::from(seats) - counted.elected.len() - shown.elected.len();
        let left = continuing(&places);
        if open == 0 || left.len() <= open {
            if open > 0 {
                shown.elected.extend(ordered(left));
            }
            counted.elected.extend(&shown.elected);
            counted.rounds.push(shown);
            return counted;
        }
        // Step 3.
        let surplus: Vec<u16> = (0..n)
            .filter(|&c| places[usize::from(c)] == Place::Elected && votes[usize::from(c)] > quota)
            .collect();
        let (moved, factor) =
            if let Some(most) = surplus.iter().map(|&c| votes[usize::from(c)]).max() {
                let tied: Vec<u16> =
                    surplus.into_iter().filter(|&c| votes[usize::from(c)] == most).collect();
                let (kept, earlier) = by_earlier_rounds(&counted.rounds, &tied, true);
                let first = kept[0];
                if tied.len() > 1 {
                    let lost = tied.iter().copied().filter(|&c| c != first).collect();
                    counted.ties.push(Choice { round, tied, lost, earlier });
                }
                places[usize::from(first)] = Place::Settled;
                (first, Some((most - quota, most)))
            } else {
                // Step 4.
                let fewest = left.iter().map(|&c| votes[usize::from(c)]).min().unwrap();
                let tied: Vec<u16> =
                    left.iter().copied().filter(|&c| votes[usize::from(c)] == fewest).collect();
                let (kept, earlier) = by_earlier_rounds(&counted.rounds, &tied, false);
                let last = *kept.last().unwrap();
                if tied.len() > 1 {
                    counted.ties.push(Choice { round, tied, lost: vec![last], earlier });
                }
                places[usize::from(last)] = Place::Excluded;
                shown.eliminated.push(last);
                let left = continuing(&places);
                if left.len() <= open {
                    shown.elected.extend(ordered(left));
                    counted.elected.extend(&shown.elected);
                    counted.rounds.push(shown);
                    return counted;
                }
                (last, None)
            };
        let next = |ballot: &[u16]| {
            ballot.iter().copied().find(|&c| places[usize::from(c)] == Place::Continuing)
        };
        for b in (0..ballots.len()).filter(|&b| holder[b] == Some(moved)).collect::<Vec<_>>() {
            if let Some((surplus, votes)) = factor {
                value[b] = value[b] * surplus / votes;
            }
            holder[b] = next(&ballots[b]);
        }
        counted.elected.extend(&shown.elected);
        counted.rounds.push(shown);
    }
}

/// One in the units of Meek's method.
const NINE: u128 = 1_000_000_000;

/// A candidate's place in Meek's method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Hopeful,
    Elected,
    Defeated,
}

/// The votes of an iteration, and its quota.
fn share(seats: u16, ballots: &[Vec<u16>], keep: &[u128]) -> (Vec<u128>, u128) {
    let mut votes = vec![0; keep.len()];
    for ballot in ballots {
        let mut weight = NINE;
        for &c in ballot {
            // A defeated candidate keeps nothing.
            let kept = (weight * keep[usize::from(c)]).div_ceil(NINE).min(weight);
            votes[usize::from(c)] += kept;
            weight -= kept;
        }
    }
    let quota = votes.iter().sum::<u128>() / (u128::from(seats) + 1) + 1;
    (votes, quota)
}

fn meek(seats: u16, n: u16, ballots: &[Vec<u16>]) -> Counted {
    let mut counted = Counted::default();
    let mut standing = vec![Standing::Hopeful; usize::from(n)];
    let mut keep = vec![NINE; usize::from(n)];
    let named = ballots.iter().any(|ballot| !ballot.is_empty());
    let show = |votes: &[u128], standing: &[Standing]| Shown {
        votes: votes
            .iter()
            .enumerate()
            .map(|(c, &votes)| {
                (standing[c] != Standing::Defeated).then(|| u64::try_from(votes).unwrap())
            })
            .collect(),
        exhausted: u64::try_from(ballots.len() as u128 * NINE - votes.iter().sum::<u128>())
            .unwrap(),
        eliminated: Vec::new(),
        elected: Vec::new(),
    };
    let all = |standing: &[Standing], wanted: Standing| -> Vec<u16> {
        (0..n).filter(|&c| standing[usize::from(c)] == wanted).collect()
    };
    let ordered = |mut some: Vec<u16>, votes: &[u128]| {
        some.sort_by_key(|&c| (Reverse(votes[usize::from(c)]), c));
        some
    };
    if !named || n <= seats {
        let (votes, quota) = share(seats, ballots, &keep);
        let mut shown = show(&votes, &standing);
        if named {
            shown.elected = ordered((0..n).collect(), &votes);
        }
        counted.elected.clone_from(&shown.elected);
        counted.rounds.push(shown);
        counted.quotas.push(u64::try_from(quota).unwrap());
        return counted;
    }
    loop {
        let mut before: Option<u128> = None;
        let mut iteration = 0;
        let (mut shown, votes) = loop {
            iteration += 1;
            let (votes, quota) = share(seats, ballots, &keep);
            let hopeful = all(&standing, Standing::Hopeful);
            let elected = all(&standing, Standing::Elected);
            let reach: Vec<u16> =
                hopeful.iter().copied().filter(|&c| votes[usize::from(c)] >= quota).collect();
            let mut shown = show(&votes, &standing);
            if !reach.is_empty() {
                shown.elected = ordered(reach, &votes);
                for &c in &shown.elected {
                    standing[usize::from(c)] = Standing::Elected;
                }
                counted.quotas.push(u64::try_from(quota).unwrap());
                break (shown, votes);
            }
            let over: u128 = elected.iter().map(|&c| votes[usize::from(c)]).sum();
            let surplus = over.saturating_sub(elected.len() as u128 * quota);
            if surplus < 1_000
                || before.is_some_and(|before| surplus >= before)
                || iteration == 1_000
            {
                let fewest = hopeful.iter().map(|&c| votes[usize::from(c)]).min().unwrap();
                let tied: Vec<u16> = hopeful
                    .into_iter()
                    .filter(|&c| votes[usize::from(c)] <= fewest + surplus)
                    .collect();
                let loser = *tied.last().unwrap();
                if tied.len() > 1 {
                    let round = counted.rounds.len() as u64;
                    counted.ties.push(Choice { round, tied, lost: vec![loser], earlier: None });
                }
                standing[usize::from(loser)] = Standing::Defeated;
                keep[usize::from(loser)] = 0;
                shown.eliminated.push(loser);
                counted.quotas.push(u64::try_from(quota).unwrap());
                break (shown, votes);
            }
            before = Some(surplus);
            for c in elected.into_iter().map(usize::from) {
                keep[c] = ((keep[c] * quota).div_ceil(NINE) * NINE).div_ceil(votes[c]).min(NINE);
            }
        };
        counted.elected.extend(&shown.elected);
        let open = usize::from(seats) - counted.elected.len();
        let hopeful = all(&standing, Standing::Hopeful);
        let ends = open == 0 || hopeful.len() <= open;
        if ends && open > 0 {
            let rest = ordered(hopeful, &votes);
            counted.elected.extend(&rest);
            shown.elected.extend(rest);
        }
        counted.rounds.push(shown);
        if ends {
            return counted;
        }
    }
}

/// Some of the candidates in any order.
fn ballot(candidates: u16) -> impl Strategy<Value = Vec<u16>> {
    let all: Vec<u16> = (0..candidates).collect();
    (Just(all).prop_shuffle(), 0..=usize::from(candidates))
        .prop_map(|(all, length)| all[..length].to_vec())
}

/// Seats, candidates and ballots: few different ones, some of them often, so that surpluses and ties are common.
fn elections() -> impl Strategy<Value = (u16, u16, Vec<Vec<u16>>)> {
    (1..=7_u16, 1..=4_u16).prop_flat_map(|(candidates, seats)| {
        let piles = prop::collection::vec((ballot(candidates), 1..=9_usize), 0..14);
        let ballots = piles.prop_map(|piles| {
            piles.into_iter().flat_map(|(ballot, number)| vec![ballot; number]).collect()
        });
        (Just(seats), Just(candidates), ballots)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn scottish_stv_agrees_with_its_page((seats, n, ballots) in elections()) {
        let found = count(Method::ScottishStv { max_ranks: n }, seats, n, &ballots);
        prop_assert_eq!(found, scottish(seats, n, &ballots));
    }

    #[test]
    fn meek_agrees_with_its_page((seats, n, ballots) in elections()) {
        let found = count(Method::Meek { max_ranks: n }, seats, n, &ballots);
        prop_assert_eq!(found, meek(seats, n, &ballots));
    }
}
