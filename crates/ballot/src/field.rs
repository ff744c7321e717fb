//! One contest's vote as bytes of a fixed length (spec/11-plaintext.md §2).

use crate::contest::{Contest, Form};
use crate::vote::Vote;
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
}

/// How one contest's votes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    form: Form,
    candidates: u16,
    writing: Writing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Writing {
    /// Candidate numbers from 1, each of this many bytes, then zeros.
    Numbers(usize),
    /// One bit for each candidate.
    Bits,
}

impl Field {
    /// The writing for a contest that [`crate::contest::check`] accepts.
    pub(crate) fn of(contest: &Contest) -> Field {
        let form = contest.form();
        let candidates = u16::try_from(contest.candidates.len()).unwrap_or(u16::MAX);
        let number = if candidates <= 255 { 1 } else { 2 };
        let bits = bits_length(candidates) < number * usize::from(form.max());
        let writing = match form {
            Form::Marks { .. } if bits => Writing::Bits,
            _ => Writing::Numbers(number),
        };
        Field { form, candidates, writing }
    }

    /// Bytes of every vote.
    pub(crate) fn length(&self) -> usize {
        match self.writing {
            Writing::Numbers(number) => number * usize::from(self.form.max()),
            Writing::Bits => bits_length(self.candidates),
        }
    }

    /// Appends a vote that [`Vote::check`] accepts.
    pub(crate) fn write(&self, vote: &Vote, out: &mut Vec<u8>) {
        let start = out.len();
        match self.writing {
            Writing::Numbers(number) => {
                for &candidate in vote.candidates() {
                    let bytes = (candidate + 1).to_le_bytes();
                    out.extend(bytes.into_iter().take(number));
                }
            }
            Writing::Bits => {
                let mut bits = vec![0_u8; bits_length(self.candidates)];
                for &candidate in vote.candidates() {
                    if let Some(byte) = bits.get_mut(usize::from(candidate / 8)) {
                        *byte |= 1 << (candidate % 8);
                    }
                }
                out.extend(bits);
            }
        }
        out.resize(start + self.length(), 0);
    }

    /// Reads a vote from the front of `data`; returns it with the bytes after it.
    pub(crate) fn read<'d>(&self, data: &'d [u8]) -> Result<(Vote, &'d [u8]), Fault> {
        let (bytes, rest) = data.split_at_checked(self.length()).ok_or(Fault::Short)?;
        let candidates = match self.writing {
            Writing::Numbers(number) => self.read_numbers(bytes, number)?,
            Writing::Bits => self.read_bits(bytes)?,
        };
        match self.form {
            Form::Ranking { .. } => Ok((Vote::Ranking(candidates), rest)),
            Form::Marks { .. } if !candidates.is_sorted() => Err(Fault::Order),
            Form::Marks { .. } => Ok((Vote::Marks(candidates), rest)),
        }
    }

    fn read_numbers(&self, bytes: &[u8], number: usize) -> Result<Vec<u16>, Fault> {
        let mut candidates = Vec::new();
        let mut seen = BTreeSet::new();
        let mut ended = false;
        for place in bytes.chunks_exact(number) {
            let value = place.iter().rev().fold(0, |sum, &byte| 256 * sum + u16::from(byte));
            let Some(candidate) = value.checked_sub(1) else {
                ended = true;
                continue;
            };
            if candidate >= self.candidates {
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

    fn read_bits(&self, bytes: &[u8]) -> Result<Vec<u16>, Fault> {
        let mut candidates = Vec::new();
        for (place, byte) in bytes.iter().enumerate() {
            for bit in (0..8).filter(|bit| byte >> bit & 1 == 1) {
                let candidate = u16::try_from(8 * place + bit).map_err(|_| Fault::OutOfRange)?;
                if candidate >= self.candidates {
                    return Err(Fault::OutOfRange);
                }
                candidates.push(candidate);
            }
        }
        if candidates.len() > usize::from(self.form.max()) {
            return Err(Fault::TooMany);
        }
        Ok(candidates)
    }
}

fn bits_length(candidates: u16) -> usize {
    usize::from(candidates).div_ceil(8)
}
