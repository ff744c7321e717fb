//! Counting again, from the text of the cells, as plainly as it can be said:
//! every round looks at every ballot anew. Knows nothing of the crate but the contest.

use psephos_ballot::{Contest, Method};

/// A round of the naive count; plurality has one.
#[derive(Debug, PartialEq, Eq)]
pub struct Round {
    pub votes: Vec<Option<u64>>,
    pub exhausted: u64,
    pub eliminated: Option<usize>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Tie {
    pub round: u64,
    pub tied: Vec<usize>,
    pub lost: Vec<usize>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Count {
    pub rounds: Vec<Round>,
    pub elected: Vec<usize>,
    pub ties: Vec<Tie>,
}

pub fn count(contest: &Contest, cells: &[&str]) -> Count {
    match contest.method {
        Method::Plurality { .. } => plurality(contest, cells),
        Method::Irv { .. } => irv(contest, cells),
        ref other => unreachable!("no naive count of {other:?}"),
    }
}

fn numbers(cell: &str) -> Vec<usize> {
    let parts = cell.split(['>', '+', '"']).filter(|part| !part.is_empty());
    parts.map(|part| part.parse::<usize>().unwrap() - 1).collect()
}

fn plurality(contest: &Contest, cells: &[&str]) -> Count {
    let k = contest.candidates.len();
    let votes: Vec<u64> = (0..k)
        .map(|c| cells.iter().filter(|cell| numbers(cell).contains(&c)).count() as u64)
        .collect();
    // A candidate's place is how many stand before it: more votes, or as many and earlier in the file.
    let before = |c: usize| {
        (0..k).filter(|&d| votes[d] > votes[c] || (votes[d] == votes[c] && d < c)).count()
    };
    let wins = |c: usize| votes[c] > 0 && before(c) < usize::from(contest.seats);
    let mut elected: Vec<usize> = (0..k).filter(|&c| wins(c)).collect();
    elected.sort_by_key(|&c| before(c));
    let lost: Vec<usize> = (0..k)
        .filter(|&c| !wins(c) && elected.iter().any(|&winner| votes[winner] == votes[c]))
        .collect();
    let mut ties = Vec::new();
    if let Some(&loser) = lost.first() {
        let tied = (0..k).filter(|&c| votes[c] == votes[loser]).collect();
        ties.push(Tie { round: 0, tied, lost });
    }
    let votes = votes.into_iter().map(Some).collect();
    Count { rounds: vec![Round { votes, exhausted: 0, eliminated: None }], elected, ties }
}

fn irv(contest: &Contest, cells: &[&str]) -> Count {
    let k = contest.candidates.len();
    let mut gone = vec![false; k];
    let (mut rounds, mut ties) = (Vec::<Round>::new(), Vec::new());
    loop {
        let mut votes = vec![0_u64; k];
        let mut exhausted = 0;
        for cell in cells {
            match numbers(cell).into_iter().find(|&c| !gone[c]) {
                Some(c) => votes[c] += 1,
                None => exhausted += 1,
            }
        }
        let shown = (0..k).map(|c| (!gone[c]).then_some(votes[c])).collect();
        let total = cells.len() as u64 - exhausted;
        let winner = (0..k).find(|&c| 2 * votes[c] > total);
        if winner.is_some() || total == 0 {
            rounds.push(Round { votes: shown, exhausted, eliminated: None });
            return Count { rounds, elected: winner.into_iter().collect(), ties };
        }
        let least = (0..k).filter(|&c| !gone[c]).map(|c| votes[c]).min().unwrap();
        let tied: Vec<usize> = (0..k).filter(|&c| !gone[c] && votes[c] == least).collect();
        let loser = *tied.last().unwrap();
        if tied.len() > 1 {
            ties.push(Tie { round: rounds.len() as u64, tied, lost: vec![loser] });
        }
        rounds.push(Round { votes: shown, exhausted, eliminated: Some(loser) });
        gone[loser] = true;
    }
}
