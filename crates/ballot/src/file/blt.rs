//! BLT, the ballot file of OpaVote, OpenSTV and others for ranked votes (spec/blt.md).

use super::{CastVotes, FileError};
use crate::contest::{Contest, Method};
use crate::vote::Vote;
use psephos_core::pairs::pairs;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Most ballots in a file, weights counted.
pub const MAX_BALLOTS: u64 = 10_000_000;

/// The contest of a BLT file and its ballots. Withdrawn candidates are gone, from the ballots too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blt {
    /// The title.
    pub title: String,
    /// How many are to be elected.
    pub seats: u16,
    /// The candidates that have not withdrawn.
    pub candidates: Vec<String>,
    file: String,
    ballots: Vec<Ballot>,
}

/// What stands in an `election.toml`.
#[derive(Serialize)]
struct Election<'a> {
    title: &'a str,
    contest: [ElectionContest<'a>; 1],
}

#[derive(Serialize)]
struct ElectionContest<'a> {
    id: &'a str,
    title: &'a str,
    method: &'a str,
    seats: u16,
    candidates: &'a [String],
}

/// Equal ballots as a line gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ballot {
    line: u64,
    weight: u64,
    ranks: Vec<Vec<u16>>,
}

/// A word of the numbers part, with its line from 1.
type Word<'a> = (u64, &'a str);

impl Blt {
    /// Reads the text of a BLT file; `file` is its name for error messages.
    ///
    /// # Errors
    /// [`FileError`] with the line.
    pub fn parse(file: &str, text: &str) -> Result<Blt, FileError> {
        let reader = Reader { file };
        let mut words = words(text);
        let candidates = reader.size(words.next(), "the number of candidates")?;
        let seats = reader.size(words.next(), "the number of seats")?;
        let mut withdrawn = BTreeSet::new();
        let mut ballots = Vec::new();
        let mut total = 0_u64;
        let end = loop {
            let Some((line, word)) = words.next() else {
                return Err(reader.fault(None, "the file ends before the 0 that ends the ballots"));
            };
            if let (Some(number), true) = (word.strip_prefix('-'), ballots.is_empty()) {
                withdrawn.insert(reader.candidate((line, number), candidates)?);
                continue;
            }
            let weight = reader.weight((line, word))?;
            if weight == 0 {
                break line;
            }
            total = total.saturating_add(weight);
            if total > MAX_BALLOTS {
                let message = format!("more than {MAX_BALLOTS} ballots");
                return Err(reader.fault(Some(line), message));
            }
            ballots.push(reader.ballot(line, weight, &mut words, candidates)?);
        };
        let (names, title) = reader.names(text, end, candidates)?;
        let mut blt = Blt { title, seats, candidates: names, file: file.to_owned(), ballots };
        blt.withdraw(&withdrawn);
        if blt.candidates.is_empty() {
            return Err(reader.fault(None, "all candidates have withdrawn"));
        }
        Ok(blt)
    }

    /// Removes candidates, and renumbers the others.
    fn withdraw(&mut self, withdrawn: &BTreeSet<u16>) {
        let renumber = |candidate: u16| {
            let before = withdrawn.range(..candidate).count();
            let place = candidate.checked_sub(u16::try_from(before).ok()?)?;
            (!withdrawn.contains(&candidate)).then_some(place)
        };
        for ballot in &mut self.ballots {
            for rank in &mut ballot.ranks {
                *rank = rank.iter().filter_map(|&candidate| renumber(candidate)).collect();
            }
            ballot.ranks.retain(|rank| !rank.is_empty());
        }
        let mut place = 0_u16;
        self.candidates.retain(|_| {
            let keep = !withdrawn.contains(&place);
            place = place.saturating_add(1);
            keep
        });
    }

    /// The method that suits the ballots when nothing is said: `schulze` when a ballot has equal ranks, otherwise
    /// `irv` for one seat and `stv` for several. Any number of candidates may be ranked.
    pub fn method(&self) -> Method {
        let max_ranks = u16::try_from(self.candidates.len()).unwrap_or(u16::MAX);
        let equal = |ballot: &Ballot| ballot.ranks.iter().any(|rank| rank.len() > 1);
        match (self.ballots.iter().any(equal), self.seats) {
            (true, _) => Method::Schulze { max_ranks },
            (false, 1) => Method::Irv { max_ranks },
            (false, _) => Method::Stv { max_ranks },
        }
    }

    /// The contest of the file, counted by this method. What a contest may hold is for
    /// [`crate::contest::check`] to say.
    pub fn contest(&self, id: &str, method: Method) -> Contest {
        Contest {
            id: id.to_owned(),
            seats: self.seats,
            title: self.title.clone(),
            method,
            write_ins: None,
            candidates: self.candidates.clone(),
        }
    }

    /// The text of an `election.toml` with this contest alone, counted by [`Blt::method`].
    ///
    /// # Errors
    /// [`FileError`] when the texts cannot stand in such a file.
    pub fn election_toml(&self) -> Result<String, FileError> {
        let method = self.method();
        let contest = ElectionContest {
            id: "contest",
            title: &self.title,
            method: method.name(),
            seats: self.seats,
            candidates: &self.candidates,
        };
        toml::to_string(&Election { title: &self.title, contest: [contest] })
            .map_err(|error| FileError::new(&self.file, None, error.to_string()))
    }

    /// The ballots one by one, for an election with one contest and one box.
    ///
    /// # Errors
    /// [`FileError`]: more contests, or as [`Blt::votes`].
    pub fn cast(&self, contests: &[Contest]) -> Result<Vec<CastVotes>, FileError> {
        let [contest] = contests else {
            let message = format!("BLT holds one contest, the election has {}", contests.len());
            return Err(FileError::new(&self.file, None, message));
        };
        let mut ballots = Vec::new();
        for (vote, weight) in self.votes(contest)? {
            for _ in 0..weight {
                let votes = vec![vote.clone()];
                ballots.push(CastVotes { box_index: 0, credential: None, votes });
            }
        }
        Ok(ballots)
    }

    /// The votes in a contest with these candidates in this order, with how often each occurs.
    ///
    /// # Errors
    /// [`FileError`]: other candidates, or a vote that the contest does not take, with the line.
    pub fn votes(&self, contest: &Contest) -> Result<BTreeMap<Vote, u64>, FileError> {
        let reader = Reader { file: &self.file };
        if self.candidates != contest.candidates {
            let differs = pairs_differ(&self.candidates, &contest.candidates);
            let message = format!("contest {:?} has other candidates: {differs}", contest.id);
            return Err(reader.fault(None, message));
        }
        let mut votes = BTreeMap::new();
        for ballot in &self.ballots {
            let vote = ballot.vote(contest);
            vote.check(contest)
                .map_err(|error| reader.fault(Some(ballot.line), error.to_string()))?;
            *votes.entry(vote).or_default() += ballot.weight;
        }
        Ok(votes)
    }
}

impl Ballot {
    /// In the contest's form if it is that of a ranking, and with equal ranks where the contest takes none as such.
    fn vote(&self, contest: &Contest) -> Vote {
        let strict: Option<Vec<u16>> = self
            .ranks
            .iter()
            .map(|rank| match rank.as_slice() {
                [one] => Some(*one),
                _ => None,
            })
            .collect();
        match (strict, &contest.method) {
            (Some(ranking), method) if !matches!(method, Method::Schulze { .. }) => {
                Vote::ranking(ranking)
            }
            _ => Vote::tiers(self.ranks.clone()),
        }
    }
}

/// The first candidate that two lists do not share.
fn pairs_differ(file: &[String], contest: &[String]) -> String {
    if file.len() != contest.len() {
        return format!("{} and not {}", contest.len(), file.len());
    }
    let differ = pairs(file, contest).enumerate().find(|(_, (left, right))| left != right);
    match differ {
        Some((place, (left, right))) => {
            format!("candidate {} is {right:?} and not {left:?}", place + 1)
        }
        None => "none differs".into(),
    }
}

/// The words before the names, without comments.
fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    numbered_lines(text).flat_map(|(line, text)| {
        let numbers = text.split('#').next().unwrap_or_default();
        numbers.split_whitespace().map(move |word| (line, word))
    })
}

/// Lines from 1.
fn numbered_lines(text: &str) -> impl Iterator<Item = (u64, &str)> {
    let mut number = 0;
    text.lines().map(move |line| {
        number += 1;
        (number, line)
    })
}

struct Reader<'a> {
    file: &'a str,
}

impl Reader<'_> {
    fn fault(&self, line: Option<u64>, message: impl Into<String>) -> FileError {
        FileError::new(self.file, line, message.into())
    }

    fn size(&self, word: Option<Word>, what: &str) -> Result<u16, FileError> {
        let Some((line, text)) = word else {
            return Err(self.fault(None, format!("the file ends before {what}")));
        };
        let number = text.parse::<u16>().ok().filter(|&number| number > 0);
        number.ok_or_else(|| {
            self.fault(Some(line), format!("{what} is {text:?}, not a number from 1 to 65535"))
        })
    }

    fn candidate(&self, (line, text): Word, candidates: u16) -> Result<u16, FileError> {
        let number = text.parse::<u16>().ok().filter(|number| (1..=candidates).contains(number));
        let index = number.and_then(|number| number.checked_sub(1));
        index.ok_or_else(|| {
            self.fault(
                Some(line),
                format!("there is no candidate {text:?}, the file has {candidates}"),
            )
        })
    }

    fn weight(&self, (line, text): Word) -> Result<u64, FileError> {
        text.parse().map_err(|_| {
            self.fault(
                Some(line),
                format!("{text:?} is no weight; a ballot begins with a whole number"),
            )
        })
    }

    /// The rest of a ballot, to its 0.
    fn ballot<'t>(
        &self,
        line: u64,
        weight: u64,
        words: &mut impl Iterator<Item = Word<'t>>,
        candidates: u16,
    ) -> Result<Ballot, FileError> {
        let mut ranks = Vec::new();
        for (at, word) in words {
            if word == "0" {
                return Ok(Ballot { line, weight, ranks });
            }
            let rank = word.split('=').map(|number| self.candidate((at, number), candidates));
            ranks.push(rank.collect::<Result<Vec<u16>, FileError>>()?);
        }
        Err(self.fault(Some(line), "the file ends before the 0 that ends this ballot"))
    }

    /// The quoted texts after the ballots: the candidates' names and the title.
    fn names(
        &self,
        text: &str,
        end: u64,
        candidates: u16,
    ) -> Result<(Vec<String>, String), FileError> {
        let mut texts = Vec::new();
        for (line, text) in numbered_lines(text).filter(|(line, _)| *line > end) {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            texts.push(self.quoted(line, text)?);
        }
        let expected = usize::from(candidates) + 1;
        if texts.len() != expected {
            let found = texts.len();
            let message = format!(
                "{found} texts after the ballots, there must be {candidates} names and a title"
            );
            return Err(self.fault(None, message));
        }
        let title = texts.pop().unwrap_or_default();
        Ok((texts, title))
    }

    fn quoted(&self, line: u64, text: &str) -> Result<String, FileError> {
        let inner = text.strip_prefix('"').and_then(|text| text.split_once('"'));
        match inner {
            Some((name, rest)) if rest.trim().is_empty() || rest.trim().starts_with('#') => {
                Ok(name.to_owned())
            }
            _ => Err(self
                .fault(Some(line), "a name or the title must stand alone on its line, in quotes")),
        }
    }
}
