//! Two boards of one election, compared (spec/09-audit.md §9.11).

use std::collections::{BTreeMap, BTreeSet};

use psephos_core::{Digest, Encoding};
use psephos_record::board::{Board, BoardError, Extent};
use psephos_record::message::{Record, file_digest};

use crate::Stage;
use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::numbered::plural;
use crate::report::Culprit;

/// A board from the first record on that differs.
struct Branch {
    /// Digests of the files at its beginning that are chained to it: each fixes what stands at the fork.
    chained: BTreeSet<Digest>,
    /// The first record that each key has signed knowing one of these files.
    known: BTreeMap<Encoding, u64>,
    /// What the first of them is.
    first: String,
}

impl Auditor<'_> {
    /// Looks whether the second board and this one agree as far as both go.
    pub(crate) fn compare(&mut self) {
        let Some(other) = self.other else { return };
        self.findings.ask(CheckId::BoardFork);
        let other = match other {
            Ok(other) => other,
            Err(error) => return self.not_compared(&error.to_string()),
        };
        if let Err(why) = self.is_same_election(other) {
            return self.not_compared(&why);
        }
        match self.find_fork(other) {
            Ok(Some(fork)) => {
                if let Err(error) = self.report_fork(other, fork) {
                    self.not_compared(&error.to_string());
                }
            }
            Ok(None) => {
                if let Ok(Extent { records, beyond_gap: Some(_) }) = other.extent() {
                    self.not_compared(&format!(
                        "it lacks record {records}, and goes on behind that"
                    ));
                }
            }
            Err(error) => self.not_compared(&error.to_string()),
        }
    }

    fn not_compared(&mut self, why: &str) {
        let text = format!("the second board was not compared: {why}");
        self.findings.not_run(CheckId::BoardFork, text.clone());
        self.findings.warn(text);
    }

    /// Boards are of one election when they begin with the same proposal.
    fn is_same_election(&self, other: &dyn Board) -> Result<(), String> {
        let theirs = crate::view(other).map_err(|error| error.to_string())?.proposal;
        match (&self.view.proposal, theirs) {
            (Some(ours), Some(theirs)) if ours.first() == theirs.first() => Ok(()),
            (Some(_), Some(_)) => Err("it is of another election".into()),
            (None, _) => Err("no proposal stands on this board".into()),
            (_, None) => Err("no proposal stands on it".into()),
        }
    }

    /// The first place where the boards have different records; none if one continues the other.
    fn find_fork(&mut self, other: &dyn Board) -> Result<Option<u64>, BoardError> {
        let both = self.view.records.min(other.extent()?.records);
        for sequence in 0..both {
            self.progress(Stage::Comparison, sequence, both);
            self.findings.count(CheckId::BoardFork, 1);
            if self.board.record_digest(sequence)? != other.record_digest(sequence)? {
                return Ok(Some(sequence));
            }
        }
        Ok(None)
    }

    /// Names whoever has signed knowing records of both branches.
    fn report_fork(&mut self, other: &dyn Board, fork: u64) -> Result<(), BoardError> {
        let here = self.branch(self.board, fork)?;
        let there = self.branch(other, fork)?;
        let mut culprits = BTreeSet::new();
        let mut evidence = format!(
            "the boards have {} in common; record {fork} is {} here and {} on the second board",
            plural(fork, "record", "records"),
            here.first,
            there.first
        );
        for (author, ours) in &here.known {
            let Some(theirs) = there.known.get(author) else { continue };
            let culprit = self.culprit(author);
            evidence += &format!(
                "; {} has signed record {ours} knowing this branch, and record {theirs} of the second \
                 board knowing the other",
                culprit
            );
            culprits.insert(culprit);
        }
        let culprits: Vec<Culprit> = culprits.into_iter().collect();
        self.fail(CheckId::BoardFork, &culprits, Some(fork), None, evidence);
        Ok(())
    }

    /// Reads a board from its first record on that the other one does not have.
    fn branch(&self, board: &dyn Board, fork: u64) -> Result<Branch, BoardError> {
        let mut branch =
            Branch { chained: BTreeSet::new(), known: BTreeMap::new(), first: String::new() };
        let mut before = match fork.checked_sub(1) {
            Some(before) => Some(board.record_digest(before)?),
            None => Some(Digest::default()),
        };
        for sequence in fork..board.extent()?.records {
            let (digest, file) = match board.record(sequence) {
                Ok(file) => (file_digest(&file), Some(file)),
                Err(BoardError::RecordTooLarge { .. }) => (board.record_digest(sequence)?, None),
                Err(error) => return Err(error),
            };
            let record = file.and_then(|file| Record::decode(&file).ok());
            // The digest of the file before this one, as long as every file has named the one before it.
            before = before.filter(|before| {
                let names = |record: &Record| (record.sequence, record.previous);
                record.as_ref().map(names) == Some((sequence, *before))
            });
            let message = record.and_then(|record| {
                let message = record.message().ok()?;
                record.verify(&message).ok().map(|()| message)
            });
            if sequence == fork {
                let what = match &message {
                    Some(message) => {
                        let author = self.culprit(&message.author);
                        format!("of kind {:?}, by {author},", message.kind)
                    }
                    None => "signed by nobody".into(),
                };
                branch.first = format!("{what} (SHA3-256 {})", hex::encode(digest));
            }
            if let Some(message) = message.filter(|message| branch.chained.contains(&message.head))
            {
                branch.known.entry(message.author).or_insert(sequence);
            }
            before = before.map(|_| digest);
            branch.chained.extend(before);
        }
        Ok(branch)
    }
}
