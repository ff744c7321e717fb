//! One contest's vote as bytes of a fixed length (spec/11-plaintext.md §2 and §5).

use crate::contest::{Contest, Form, WriteIns};
use crate::count::numbered;
use crate::vote::{Choice, Vote};
use crate::written::{self, TextFault, WriteInFault};
use std::collections::BTreeSet;

/// What is wrong with the bytes of one contest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum Fault {
    /// The bytes end before the vote does.
    #[error("the bytes end too early")]
    Short,
    /// A candidate number that the contest does not have.
    #[error("a candidate number is out of range")]
    OutOfRange,
    /// A candidate after an empty place.
    #[error("an empty place stands before a candidate")]
    Gap,
    /// A candidate stands there twice.
    #[error("a candidate stands there twice")]
    Duplicate,
    /// Marks that do not increase.
    #[error("the marks are not in increasing order")]
    Order,
    /// More marks than the contest allows.
    #[error("more candidates are marked than allowed")]
    TooMany,
    /// A rank beyond the last one allowed.
    #[error("a rank is out of range")]
    RankOutOfRange,
    /// A rank without candidates before one with some.
    #[error("a rank is left out")]
    RankGap,
    /// A score or grade above the highest.
    #[error("a score is above the highest")]
    TooHigh,
    /// The answer of a text contest.
    #[error("the text {0}")]
    Text(TextFault),
    /// The text of a write-in.
    #[error("write-in {} {fault}", .slot + 1)]
    WriteIn {
        /// Its slot, from 0.
        slot: usize,
        /// What is wrong.
        fault: TextFault,
    },
    /// The write-ins and the slots named.
    #[error(transparent)]
    WriteIns(#[from] WriteInFault),
}

/// How one contest's votes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    form: Form,
    /// Candidates listed.
    listed: u16,
    /// Candidates that a vote can name: those listed and the write-in slots.
    names: u16,
    writing: Writing,
    write_ins: Option<WriteIns>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writing {
    /// Candidate numbers from 1, each of this many bytes, then zeros.
    Numbers(usize),
    /// One bit for each candidate.
    Bits,
    /// A number for each candidate, of this many bytes.
    Values(usize),
    /// The text, then zeros.
    Text,
}

impl Field {
    /// The writing for a contest that [`crate::contest::check`] accepts.
    pub(crate) fn of(contest: &Contest) -> Field {
        let (form, names) = (contest.form(), contest.names());
        let number = number_length(names);
        let writing = match form {
            Form::Marks { max } if bits_length(names) < number * usize::from(max) => Writing::Bits,
            Form::Marks { .. } | Form::Ranking { .. } => Writing::Numbers(number),
            Form::Tiers { max } | Form::Scores { max } => Writing::Values(number_length(max)),
            Form::Text { .. } => Writing::Text,
        };
        Field { form, listed: contest.listed(), names, writing, write_ins: contest.write_ins }
    }

    /// Bytes of every vote.
    pub(crate) fn length(&self) -> usize {
        let texts = self
            .write_ins
            .map_or(0, |write_ins| usize::from(write_ins.slots) * usize::from(write_ins.max_bytes));
        self.choice_length() + texts
    }

    fn choice_length(&self) -> usize {
        match (self.writing, self.form) {
            (Writing::Numbers(number), Form::Marks { max } | Form::Ranking { max }) => {
                number * usize::from(max)
            }
            (Writing::Text, Form::Text { max_bytes }) => usize::from(max_bytes),
            (Writing::Values(number) | Writing::Numbers(number), _) => {
                number * usize::from(self.names)
            }
            (Writing::Bits | Writing::Text, _) => bits_length(self.names),
        }
    }

    /// Appends a vote that [`Vote::check`] accepts.
    pub(crate) fn write(&self, vote: &Vote, out: &mut Vec<u8>) {
        let start = out.len();
        match &vote.choice {
            Choice::Marks(candidates) | Choice::Ranking(candidates) => {
                self.write_candidates(candidates, out);
            }
            Choice::Tiers(tiers) => {
                let mut ranks = vec![0; usize::from(self.names)];
                for (rank, tier) in numbered(tiers) {
                    for &candidate in tier {
                        if let Some(place) = ranks.get_mut(usize::from(candidate)) {
                            *place = rank + 1;
                        }
                    }
                }
                self.write_values(&ranks, out);
            }
            Choice::Scores(scores) => self.write_values(scores, out),
            Choice::Text(text) => out.extend_from_slice(text.as_bytes()),
        }
        let mut end = start + self.choice_length();
        out.resize(end, 0);
        for text in &vote.write_ins {
            out.extend_from_slice(text.as_bytes());
            end += self.write_ins.map_or(0, |write_ins| usize::from(write_ins.max_bytes));
            out.resize(end, 0);
        }
        out.resize(start + self.length(), 0);
    }

    fn write_candidates(&self, candidates: &[u16], out: &mut Vec<u8>) {
        let Writing::Numbers(number) = self.writing else {
            let mut bits = vec![0_u8; bits_length(self.names)];
            for &candidate in candidates {
                if let Some(byte) = bits.get_mut(usize::from(candidate / 8)) {
                    *byte |= 1 << (candidate % 8);
                }
            }
            return out.extend(bits);
        };
        for &candidate in candidates {
            out.extend((candidate + 1).to_le_bytes().into_iter().take(number));
        }
    }

    fn write_values(&self, values: &[u16], out: &mut Vec<u8>) {
        let Writing::Values(number) = self.writing else { return };
        out.extend(values.iter().flat_map(|value| value.to_le_bytes().into_iter().take(number)));
    }

    /// Reads a vote from the front of `data`; returns it with the bytes after it.
    pub(crate) fn read<'d>(&self, data: &'d [u8]) -> Result<(Vote, &'d [u8]), Fault> {
        let (bytes, rest) = data.split_at_checked(self.length()).ok_or(Fault::Short)?;
        let (bytes, texts) = bytes.split_at_checked(self.choice_length()).ok_or(Fault::Short)?;
        let choice = self.read_choice(bytes)?;
        let vote = Vote { choice, write_ins: self.read_write_ins(texts)? };
        written::check_slots(self.listed, &vote)?;
        Ok((vote, rest))
    }

    fn read_choice(&self, bytes: &[u8]) -> Result<Choice, Fault> {
        match self.form {
            Form::Marks { max } => {
                let marks = match self.writing {
                    Writing::Bits => self.read_bits(bytes, max)?,
                    _ => self.read_numbers(bytes)?,
                };
                if !marks.is_sorted() {
                    return Err(Fault::Order);
                }
                Ok(Choice::Marks(marks))
            }
            Form::Ranking { .. } => Ok(Choice::Ranking(self.read_numbers(bytes)?)),
            Form::Tiers { max } => Ok(Choice::Tiers(read_tiers(&self.read_values(bytes), max)?)),
            Form::Scores { max } => {
                let scores = self.read_values(bytes);
                if scores.iter().any(|&score| score > max) {
                    return Err(Fault::TooHigh);
                }
                Ok(Choice::Scores(scores))
            }
            Form::Text { .. } => Ok(Choice::Text(written::read(bytes).map_err(Fault::Text)?)),
        }
    }

    /// The texts of the slots used, which are the first ones.
    fn read_write_ins(&self, bytes: &[u8]) -> Result<Vec<String>, Fault> {
        let Some(write_ins) = self.write_ins else { return Ok(Vec::new()) };
        let mut texts = Vec::new();
        let mut ended = false;
        for (slot, bytes) in bytes.chunks(usize::from(write_ins.max_bytes).max(1)).enumerate() {
            let text = written::read(bytes).map_err(|fault| Fault::WriteIn { slot, fault })?;
            if text.is_empty() {
                ended = true;
            } else if ended {
                return Err(WriteInFault::Slots.into());
            } else {
                texts.push(text);
            }
        }
        Ok(texts)
    }

    fn read_values(&self, bytes: &[u8]) -> Vec<u16> {
        match self.writing {
            Writing::Values(number) => bytes.chunks_exact(number).map(read_number).collect(),
            _ => Vec::new(),
        }
    }

    fn read_numbers(&self, bytes: &[u8]) -> Result<Vec<u16>, Fault> {
        let mut candidates = Vec::new();
        let mut seen = BTreeSet::new();
        let mut ended = false;
        for place in bytes.chunks_exact(number_length(self.names)) {
            let Some(candidate) = read_number(place).checked_sub(1) else {
                ended = true;
                continue;
            };
            if candidate >= self.names {
                return Err(Fault::OutOfRange);
            }
            if ended {
                return Err(Fault::Gap);
            }
            if !seen.insert(candidate) {
                return Err(Fault::Duplicate);
            }
            candidates.push(candidate);
        }
        Ok(candidates)
    }

    fn read_bits(&self, bytes: &[u8], max: u16) -> Result<Vec<u16>, Fault> {
        let mut candidates = Vec::new();
        for (place, byte) in bytes.iter().enumerate() {
            for bit in (0..8).filter(|bit| byte >> bit & 1 == 1) {
                let candidate = u16::try_from(8 * place + bit).map_err(|_| Fault::OutOfRange)?;
                if candidate >= self.names {
                    return Err(Fault::OutOfRange);
                }
                candidates.push(candidate);
            }
        }
        if candidates.len() > usize::from(max) {
            return Err(Fault::TooMany);
        }
        Ok(candidates)
    }
}

/// Each candidate's rank from 1, 0 for one that is not ranked.
fn read_tiers(ranks: &[u16], max: u16) -> Result<Vec<Vec<u16>>, Fault> {
    let last = ranks.iter().copied().max().unwrap_or(0);
    if last > max {
        return Err(Fault::RankOutOfRange);
    }
    let mut tiers = vec![Vec::new(); usize::from(last)];
    for (candidate, &rank) in numbered(ranks) {
        let tier = rank.checked_sub(1).and_then(|index| tiers.get_mut(usize::from(index)));
        if let Some(tier) = tier {
            tier.push(candidate);
        }
    }
    match tiers.iter().any(Vec::is_empty) {
        true => Err(Fault::RankGap),
        false => Ok(tiers),
    }
}

/// Least significant byte first.
fn read_number(bytes: &[u8]) -> u16 {
    bytes.iter().rev().fold(0, |sum, &byte| 256 * sum + u16::from(byte))
}

/// Bytes of a number up to `most`.
fn number_length(most: u16) -> usize {
    if most <= 255 { 1 } else { 2 }
}

fn bits_length(candidates: u16) -> usize {
    usize::from(candidates).div_ceil(8)
}
