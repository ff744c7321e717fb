//! Counting (spec/10-counting.md). Votes are gathered by value, so that ballots × rounds never matters.

mod ballots;
mod irv;
mod majority;
mod meek;
mod methods;
mod most;
mod numbers;
mod party_lists;
mod piles;
mod schulze;
mod scottish;
mod stv;
mod texts;

pub(crate) use ballots::ranking;

use crate::cell::cells_sha256;
use crate::contest::Contest;
use crate::layout::{Invalid, Layout};
use crate::number::NumberReader;
use crate::result::ContestResult;
use crate::vote::Vote;
use psephos_core::Encoding;
use psephos_core::embed::{self, DATA_LENGTH, Unreadable};
use psephos_core::pairs::pairs;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Elements remembered between two calls: reading one costs three decodings, looking one up next to nothing.
const MEMORY: usize = 1 << 16;

/// The votes of a whole election, gathered batch by batch in any order.
#[derive(Clone, Debug)]
pub struct ElectionTally<'a> {
    contests: &'a [Contest],
    gathered: Vec<Gathered>,
    rows: u64,
    invalid: BTreeMap<Invalid, u64>,
    read: BTreeMap<Encoding, Result<[u8; DATA_LENGTH], Unreadable>>,
    numbers: NumberReader,
}

/// One contest's votes by value, and its ballots that are none.
#[derive(Clone, Debug, Default)]
struct Gathered {
    votes: BTreeMap<Vote, u64>,
    invalid: u64,
}

impl<'a> ElectionTally<'a> {
    /// No votes yet. `contests` are all of the election, as [`crate::contest::check`] accepts them.
    pub fn new(contests: &'a [Contest]) -> ElectionTally<'a> {
        ElectionTally {
            contests,
            gathered: vec![Gathered::default(); contests.len()],
            rows: 0,
            invalid: BTreeMap::new(),
            read: BTreeMap::new(),
            numbers: NumberReader::default(),
        }
    }

    /// Adds decrypted rows of a batch, 32·width bytes each.
    /// Returns what each row held, in the same order.
    ///
    /// # Errors
    /// [`Invalid::Length`] when the bytes are not whole rows; nothing is added then.
    pub fn add_rows(&mut self, layout: &Layout, rows: &[u8]) -> Result<Vec<Decoded>, Invalid> {
        let (elements, []) = rows.as_chunks::<32>() else { return Err(Invalid::Length) };
        let rows = elements.chunks_exact(layout.width());
        if !rows.remainder().is_empty() {
            return Err(Invalid::Length);
        }
        let decoded: Vec<Decoded> = match layout.bits() {
            Some(bits) => self.numbers.read(layout, bits, elements),
            None => {
                self.remember(elements);
                rows.map(|row| self.decode_row(layout, row)).collect()
            }
        };
        for row in &decoded {
            self.add(layout, row);
        }
        Ok(decoded)
    }

    /// Adds one ballot of a batch.
    pub fn add(&mut self, layout: &Layout, ballot: &Decoded) {
        self.rows += 1;
        if let Err(invalid) = ballot {
            *self.invalid.entry(*invalid).or_default() += 1;
        }
        for (place, (index, _)) in layout.contests().enumerate() {
            let Some(gathered) = self.gathered.get_mut(index) else { continue };
            match ballot.as_ref().ok().and_then(|votes| votes.get(place)) {
                Some(vote) => *gathered.votes.entry(vote.clone()).or_default() += 1,
                None => gathered.invalid += 1,
            }
        }
    }

    /// Rows added so far: ballots, when the election has one batch.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The rows that hold no vote, by reason.
    pub fn invalid(&self) -> &BTreeMap<Invalid, u64> {
        &self.invalid
    }

    /// The distinct valid votes of a contest, with how often each was cast.
    pub fn votes(&self, contest: usize) -> Option<&BTreeMap<Vote, u64>> {
        self.gathered.get(contest).map(|gathered| &gathered.votes)
    }

    /// Every text that voters wrote in a contest with the number of ballots that hold it: most ballots first,
    /// then bytewise.
    pub fn texts(&self, contest: usize) -> Vec<(&str, u64)> {
        self.votes(contest).map(texts::all).unwrap_or_default()
    }

    /// The result of every contest, in the order of the election.
    pub fn results(&self) -> Vec<ContestResult> {
        pairs(self.contests, &self.gathered)
            .map(|(contest, gathered)| gathered.result(contest))
            .collect()
    }

    /// Reads the elements not yet known, on every core.
    fn remember(&mut self, elements: &[Encoding]) {
        if self.read.len() > MEMORY {
            self.read.clear();
        }
        let unknown = elements.iter().filter(|element| !self.read.contains_key(*element));
        let unknown: Vec<&Encoding> = unknown.collect::<BTreeSet<_>>().into_iter().collect();
        let read = unknown.into_par_iter().map(|element| (*element, embed::extract(element)));
        self.read.extend(read.collect::<Vec<_>>());
    }

    fn decode_row(&self, layout: &Layout, row: &[Encoding]) -> Decoded {
        let mut data = Vec::with_capacity(row.len() * DATA_LENGTH);
        for (place, element) in row.iter().enumerate() {
            let read = self.read.get(element).copied().unwrap_or_else(|| embed::extract(element));
            data.extend(read.map_err(|fault| Invalid::unreadable(place, fault))?);
        }
        layout.decode(&data)
    }
}

/// One ballot of a batch: one vote for each of its contests, or why it is none.
pub type Decoded = Result<Vec<Vote>, Invalid>;

impl Gathered {
    fn result(&self, contest: &Contest) -> ContestResult {
        let outcome = methods::count(contest, &self.votes);
        let blank = self.votes.iter().filter(|(vote, _)| vote.is_blank());
        ContestResult {
            id: contest.id.clone(),
            ties: outcome.ties,
            blank: blank.map(|(_, count)| count).sum(),
            tally: outcome.tally,
            texts: texts::result(contest, &self.votes),
            ballots: self.votes.values().sum::<u64>() + self.invalid,
            elected: outcome.elected,
            invalid: self.invalid,
            cells_sha256: cells_sha256(&self.votes),
        }
    }
}

/// Each item of a list over candidates with the candidate's index.
pub(crate) fn numbered<T>(list: &[T]) -> impl Iterator<Item = (u16, &T)> {
    let number = |(index, item)| Some((u16::try_from(index).ok()?, item));
    list.iter().enumerate().map_while(number)
}
