//! The polling hall: an open election, its rules, and every ballot handed in so far.

use std::collections::BTreeSet;

use psephos_audit::{BallotSource, Phase, Polling, Rules, View};
use psephos_core::pairs::pairs;
use psephos_core::{Digest, Encoding};
use psephos_proofs::ballot::{BallotLayout, box_of};
use psephos_record::board::Board;
use psephos_remote::Files;

use crate::answer::Refusal;
use crate::journal::{FOLDER, Group};
use crate::known::Known;
use crate::{IntakeError, now};

/// Where an election stands for somebody who brings a ballot.
#[allow(clippy::large_enum_variant, reason = "there is one, and it is open most of the time")]
pub(crate) enum Doors {
    /// Ballots are taken in.
    Open(Hall),
    /// Not yet.
    NotOpen,
    /// Not any more.
    Ended,
    /// Another intake takes in this election's ballots.
    Foreign,
}

/// An election that is open.
pub(crate) struct Hall {
    pub rules: Rules,
    pub known: Known,
    opens: Option<u64>,
    closes: Option<u64>,
    /// How many amendments and challenges the rules have taken note of.
    noted: (usize, usize),
    /// The `ballots` records that were read.
    read: BTreeSet<u64>,
    election: Digest,
}

impl Doors {
    /// What a board says now; `before` is what it said at the last look.
    pub fn look(
        before: Doors,
        board: &dyn Board,
        files: &dyn Files,
        view: &View,
        intake: &Encoding,
    ) -> Result<Doors, IntakeError> {
        if view.description().is_some_and(|description| description.intake != *intake) {
            return Ok(Doors::Foreign);
        }
        match view.phase {
            phase if phase < Phase::Voting => return Ok(Doors::NotOpen),
            phase if phase > Phase::Voting => return Ok(Doors::Ended),
            _ => {}
        }
        let mut hall = match before {
            Doors::Open(hall) if hall.election == view.election() => hall,
            _ => Hall::open(board, view)?,
        };
        let is_new = hall.read.is_empty();
        hall.catch_up(board, view)?;
        if is_new {
            hall.read_journal(files)?;
        }
        Ok(Doors::Open(hall))
    }
}

fn rules_failure(error: impl ToString) -> IntakeError {
    IntakeError::Rules(error.to_string())
}

fn noted(view: &View) -> (usize, usize) {
    (view.amendments.len(), view.challenged.len())
}

impl Hall {
    fn open(board: &dyn Board, view: &View) -> Result<Hall, IntakeError> {
        let rules = Rules::read(board, view).map_err(rules_failure)?;
        let times = view.description().map(|description| (description.opens, description.closes));
        let (opens, closes) = times.unwrap_or_default();
        Ok(Hall {
            rules,
            known: Known::default(),
            opens,
            closes,
            noted: noted(view),
            read: BTreeSet::new(),
            election: view.election(),
        })
    }

    /// Reads what has come onto the board.
    fn catch_up(&mut self, board: &dyn Board, view: &View) -> Result<(), IntakeError> {
        if self.noted != noted(view) {
            self.rules = Rules::read(board, view).map_err(rules_failure)?;
            self.noted = noted(view);
        }
        if view.ballots.iter().all(|record| self.read.contains(&record.sequence)) {
            return Ok(());
        }
        let polling = Polling::read(board, view).map_err(rules_failure)?;
        for source in polling.sources() {
            if !self.read.contains(&source.sequence) {
                self.read_record(source)?;
                self.read.insert(source.sequence);
            }
        }
        Ok(())
    }

    /// Remembers the ballots of a record that would count.
    fn read_record(&mut self, source: &BallotSource<'_>) -> Result<(), IntakeError> {
        let Some(layout) = self.rules.layout(source.box_index).cloned() else { return Ok(()) };
        let mut ballots = Vec::new();
        source.each(&mut |_, bytes| ballots.extend_from_slice(bytes)).map_err(rules_failure)?;
        if source.blob.row_length == layout.row_length() as u64 {
            self.recall(source.box_index, &layout, &ballots);
        }
        Ok(())
    }

    /// Remembers what was taken and is not on the board yet, by whichever server.
    fn read_journal(&mut self, files: &dyn Files) -> Result<(), IntakeError> {
        for name in files.list(FOLDER)? {
            for ballot in Group::read(files, &name)?.unwrap_or_default().ballots {
                let Some((box_index, layout)) = form(&self.rules, &ballot) else { continue };
                let layout = layout.clone();
                self.recall(box_index, &layout, &ballot);
            }
        }
        Ok(())
    }

    /// Only ballots that would count are remembered: junk with a voter's credential must not keep the voter out.
    fn recall(&mut self, box_index: u64, layout: &BallotLayout, ballots: &[u8]) {
        let reasons = self.rules.judge(box_index, layout, ballots);
        let rows = ballots.chunks_exact(layout.row_length());
        for (bytes, reason) in pairs(rows, reasons) {
            if let (Some(ballot), None) = (layout.read(bytes), reason) {
                self.known.recall(&self.rules, layout, &ballot);
            }
        }
    }

    /// Refuses outside the stated hours, by this machine's clock.
    pub fn hours(&self) -> Result<(), Refusal> {
        match (self.opens, self.closes) {
            (Some(opens), _) if now() < opens => Err(Refusal::NotBegun { opens }),
            (_, Some(closes)) if now() >= closes => Err(Refusal::Ended),
            _ => Ok(()),
        }
    }
}

/// The box and the form of a ballot with these bytes; none if no ballot of the election looks like it.
pub(crate) fn form<'a>(rules: &'a Rules, ballot: &[u8]) -> Option<(u64, &'a BallotLayout)> {
    let box_index = box_of(ballot)?;
    let layout = rules.layout(box_index)?;
    (ballot.len() == layout.row_length()).then_some((box_index, layout))
}
