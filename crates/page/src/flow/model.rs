//! What the picture shows: which rounds and names, and between two rounds who keeps, gives and takes votes.
//!
//! A result has the votes of every round, not every ballot's way. Where one candidate gives up votes, what the
//! others gain came from it; where several do at once, who gave to whom is not known, and nothing is made up.

use crate::rounds::{Fate, Rounds};

/// Most columns: so many can be read on a page of paper.
const COLUMNS: usize = 6;
/// Most candidates with a bar of their own; the others share one.
const CANDIDATES: usize = 9;

/// Whose votes a bar or a band is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A candidate, by its place among the names of the rounds.
    Candidate(usize),
    /// So many others together.
    Others(usize),
    Exhausted,
}

/// A round in the picture.
#[derive(Debug, PartialEq)]
pub(super) struct Column {
    /// The round, from 1.
    pub(super) round: usize,
    /// Votes in the order of the bars; those without votes are left out.
    pub(super) bars: Vec<(Owner, f64)>,
}

/// What happens between a column and the next one.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Passage {
    pub(super) stay: Vec<(Owner, f64)>,
    pub(super) give: Vec<(Owner, f64)>,
    pub(super) take: Vec<(Owner, f64)>,
}

impl Passage {
    /// Whether it is not known whose votes went to whom.
    pub(super) fn is_pooled(&self) -> bool {
        self.give.len() > 1
    }
}

/// The whole picture: one passage less than columns.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) columns: Vec<Column>,
    pub(super) passages: Vec<Passage>,
}

impl Flow {
    pub(super) fn of(rounds: &Rounds<'_>) -> Flow {
        let shown = shown(rounds.rounds.len());
        let owners = owners(rounds.names.len());
        let votes: Vec<Vec<(Owner, f64)>> = shown
            .iter()
            .map(|&round| {
                owners.iter().map(|&owner| (owner, votes(rounds, round, owner))).collect()
            })
            .collect();
        let passages = votes.windows(2).filter_map(|pair| match pair {
            [before, after] => Some(passage(before, after)),
            _ => None,
        });
        let passages = passages.collect();
        let mut columns = Vec::new();
        for (place, bars) in votes.into_iter().enumerate() {
            let round = shown.get(place).map_or(0, |round| round + 1);
            let bars = bars.into_iter().filter(|(_, votes)| *votes > 0.0).collect();
            columns.push(Column { round, bars });
        }
        Flow { columns, passages }
    }

    /// The rounds between which the picture leaves some out, from 1.
    pub(super) fn skipped(&self) -> Option<(u64, u64)> {
        self.columns.windows(2).find_map(|pair| match pair {
            [before, after] if after.round > before.round + 1 => {
                Some((before.round as u64, after.round as u64))
            }
            _ => None,
        })
    }

    pub(super) fn has_pool(&self) -> bool {
        self.passages.iter().any(Passage::is_pooled)
    }
}

/// What became of an owner in a round, from 1.
pub(super) fn fate(rounds: &Rounds<'_>, round: usize, owner: Owner) -> Option<Fate> {
    let Owner::Candidate(name) = owner else { return None };
    let round = rounds.rounds.get(round.checked_sub(1)?)?;
    round.fates.get(name).copied().flatten()
}

/// Whether an owner was elected in this round or before.
pub(super) fn has_won(rounds: &Rounds<'_>, round: usize, owner: Owner) -> bool {
    (1..=round).any(|round| fate(rounds, round, owner) == Some(Fate::Elected))
}

/// The rounds that have a column: all of them, or the first and the last ones.
fn shown(rounds: usize) -> Vec<usize> {
    match rounds.checked_sub(COLUMNS) {
        None | Some(0) => (0..rounds).collect(),
        Some(left_out) => [0].into_iter().chain(left_out + 1..rounds).collect(),
    }
}

/// Bars from top to bottom: whoever comes further stands higher. Names stand in that order.
fn owners(names: usize) -> Vec<Owner> {
    // One other alone is shown by its name.
    let alone = if names > CANDIDATES + 1 { CANDIDATES } else { names };
    let mut owners: Vec<Owner> = (0..alone).map(Owner::Candidate).collect();
    if names > alone {
        owners.push(Owner::Others(names - alone));
    }
    owners.push(Owner::Exhausted);
    owners
}

fn votes(rounds: &Rounds<'_>, round: usize, owner: Owner) -> f64 {
    let Some(round) = rounds.rounds.get(round) else { return 0.0 };
    let of = |votes: &Option<psephos_ballot::amount::Amount>| {
        votes.map_or(0.0, |votes| votes.approximate())
    };
    match owner {
        Owner::Candidate(name) => round.votes.get(name).map_or(0.0, of),
        Owner::Others(count) => round.votes.iter().rev().take(count).map(of).sum(),
        Owner::Exhausted => round.exhausted.approximate(),
    }
}

fn passage(before: &[(Owner, f64)], after: &[(Owner, f64)]) -> Passage {
    let mut passage = Passage::default();
    for (place, &(owner, had)) in before.iter().enumerate() {
        let has = after.get(place).map_or(0.0, |(_, votes)| *votes);
        let mut add = |list: fn(&mut Passage) -> &mut Vec<(Owner, f64)>, votes: f64| {
            if votes > 0.0 {
                list(&mut passage).push((owner, votes));
            }
        };
        add(|passage| &mut passage.stay, had.min(has));
        add(|passage| &mut passage.give, had - has);
        add(|passage| &mut passage.take, has - had);
    }
    passage
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rounds::tests::counted;

    #[test]
    fn one_who_is_out_gives_to_everybody_who_gains() {
        let report = counted(
            &["Ada", "Blaise", "Carl"],
            &[(&[Some(5), Some(4), Some(3)], 0, &[2]), (&[Some(6), Some(5), None], 1, &[])],
            &[0],
        );
        let rounds = report.rounds.clone().unwrap();
        let flow = Flow::of(&Rounds::of(&rounds, &report.elected));
        let (ada, blaise, carl) = (Owner::Candidate(0), Owner::Candidate(1), Owner::Candidate(2));
        assert_eq!(flow.columns[0].bars, [(ada, 5.0), (blaise, 4.0), (carl, 3.0)]);
        assert_eq!(flow.columns[1].bars, [(ada, 6.0), (blaise, 5.0), (Owner::Exhausted, 1.0)]);
        let passage = &flow.passages[0];
        assert_eq!(passage.stay, [(ada, 5.0), (blaise, 4.0)]);
        assert_eq!(passage.give, [(carl, 3.0)]);
        assert_eq!(passage.take, [(ada, 1.0), (blaise, 1.0), (Owner::Exhausted, 1.0)]);
        assert!(!flow.has_pool());
        assert_eq!(flow.skipped(), None);
    }

    #[test]
    fn many_rounds_and_names_are_drawn_together_and_lose_no_vote() {
        let names: Vec<String> = (0..14).map(|name| format!("N{name}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut votes: Vec<Option<u64>> = (0..14).map(|name| Some(20 + name)).collect();
        let mut rounds = Vec::new();
        let mut exhausted = 0;
        for out in 0..12_u16 {
            rounds.push((votes.clone(), exhausted, vec![out]));
            exhausted += votes[usize::from(out)].take().unwrap();
        }
        let rounds: Vec<_> =
            rounds.iter().map(|(votes, gone, out)| (&votes[..], *gone, &out[..])).collect();
        let report = counted(&names, &rounds, &[13]);
        let rounds = report.rounds.clone().unwrap();
        let flow = Flow::of(&Rounds::of(&rounds, &report.elected));
        let shown: Vec<usize> = flow.columns.iter().map(|column| column.round).collect();
        assert_eq!(shown, [1, 8, 9, 10, 11, 12]);
        assert_eq!(flow.skipped(), Some((1, 8)));
        assert!(flow.columns[0].bars.contains(&(Owner::Others(5), 20.0 * 5.0 + 10.0)));
        for column in &flow.columns {
            let sum: f64 = column.bars.iter().map(|(_, votes)| votes).sum();
            assert_eq!(sum, 14.0 * 20.0 + 91.0);
        }
    }
}
