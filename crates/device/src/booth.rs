//! The election as its board shows it, audited before anything is encrypted to its key.

use std::time::{SystemTime, UNIX_EPOCH};

use psephos_audit::{Options, Phase, Roll, Verdict, View, audit};
use psephos_ballot::Layout;
use psephos_console::{Exit, Failure, date};
use psephos_core::Encoding;
use psephos_participant::{audit_failure, board_failure};
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::BallotLayout;
use psephos_record::board::Board;
use psephos_record::bodies::{BallotBox, Description, Policy};
use psephos_remote::open_board;

use crate::cli;

/// An election whose key ceremony holds.
pub struct Booth {
    pub board: Box<dyn Board>,
    pub view: View,
    pub election: ElectionContext,
}

impl Booth {
    /// Audits the board so far.
    pub fn enter(place: &cli::Board) -> Result<Booth, Failure> {
        let board = open_board(&place.board).map_err(board_failure)?;
        let options = Options { expect: place.expect.clone(), ..Options::default() };
        let audit = audit(&*board, &options, &|_| {}).map_err(audit_failure)?;
        let where_it_is = || place.board.to_string();
        if audit.report.verdict == Verdict::Unreadable {
            let failure = Failure::new(Exit::Unreadable, "the board cannot be read");
            return Err(failure.at(where_it_is()).advice("psephos-verifier says what is missing"));
        }
        if let Some(first) = audit.report.failures.first() {
            let what = format!("the board is INVALID: {}: {}", first.check, first.evidence);
            return Err(Failure::new(Exit::Invalid, what)
                .at(where_it_is())
                .advice("do not vote on it; show it to the election's trustees"));
        }
        let view = audit.view;
        let keys = view.ceremony.keys.as_ref().filter(|_| view.opened.is_some());
        let public_key = keys
            .map(|keys| keys.public_key)
            .ok_or_else(|| Failure::usage("the election is not open yet").at(where_it_is()))?;
        let election = ElectionContext { election: view.election(), public_key };
        Ok(Booth { board, view, election })
    }

    /// The manifest's description.
    pub fn description(&self) -> Result<&Description, Failure> {
        self.view
            .description()
            .ok_or_else(|| Failure::internal("an open election without a manifest"))
    }

    /// Refuses unless ballots are taken in now.
    pub fn voting(&self) -> Result<(), Failure> {
        if self.view.phase == Phase::Voting {
            return Ok(());
        }
        Err(Failure::usage("voting has ended: a ballot made now would not count"))
    }

    /// Refuses before the beginning of voting, by this device's clock: nobody takes in a ballot yet.
    pub fn begun(&self) -> Result<(), Failure> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |since| since.as_secs());
        match self.description()?.opens.filter(|opens| now < *opens) {
            None => Ok(()),
            Some(opens) => Err(Failure::usage(format!("voting begins at {}", date(opens)))
                .advice("wait until then, or make the ballot now with --keep and cast it later")),
        }
    }

    /// Whether voters need a code.
    pub fn needs_code(&self) -> Result<bool, Failure> {
        Ok(self.description()?.policy != Policy::Open)
    }

    /// The box in which a credential votes; none in an election without a roll.
    pub fn box_of(&self, credential: &Encoding) -> Result<Option<u64>, Failure> {
        let roll = Roll::of(&*self.board, &self.view)
            .map_err(|error| Failure::new(Exit::Unreadable, error.to_string()))?;
        let Some(roll) = roll else { return Ok(None) };
        let found = roll.box_of(credential).ok_or_else(|| {
            Failure::usage("this code is not on the roll of this election")
                .advice("a lost code that was replaced does not count any more; ask the registrar")
        })?;
        Ok(Some(found))
    }

    /// The index of the box with this id; the only box if none is named.
    pub fn named_box(&self, id: Option<&str>) -> Result<u64, Failure> {
        let boxes = &self.description()?.boxes;
        let ids = || boxes.iter().map(|other| other.id.as_str()).collect::<Vec<_>>().join(", ");
        let place = match (id, boxes.as_slice()) {
            (Some(id), _) => boxes.iter().position(|other| other.id == id).ok_or_else(|| {
                Failure::usage(format!("there is no box {id:?}"))
                    .advice(format!("boxes: {}", ids()))
            })?,
            (None, [_]) => 0,
            (None, _) => {
                return Err(Failure::usage("this election has several boxes")
                    .advice(format!("say which is yours with --box: {}", ids())));
            }
        };
        Ok(place as u64)
    }

    /// A box by its index.
    pub fn ballot_box(&self, index: u64) -> Result<&BallotBox, Failure> {
        self.description()?.ballot_box(index).ok_or_else(|| {
            Failure::usage("the ballot is of a box that this election does not have")
        })
    }

    /// The form of a box's ballots.
    pub fn layout(&self, index: u64) -> Result<BallotLayout, Failure> {
        let layout = self.ballot_box(index)?.ballot_layout();
        layout.ok_or_else(|| Failure::internal("a ballot without a length"))
    }

    /// The contests of each batch of a box.
    pub fn contests(&self, index: u64) -> Result<Vec<Layout<'_>>, Failure> {
        let contests = &self.description()?.contests;
        let batches = &self.ballot_box(index)?.batches;
        let layouts = batches.iter().map(|batch| Layout::of(contests, &batch.contests));
        layouts.collect::<Result<_, _>>().map_err(|error| Failure::internal(error.to_string()))
    }
}
