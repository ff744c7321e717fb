//! Since when somebody is awaited, by the times that authors have claimed.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use psephos_audit::View;
use psephos_console::{Failure, date, duration};
use psephos_protocol::{Awaited, Task};
use psephos_record::board::{Board, BoardError};
use psephos_record::kind::Kind;
use psephos_record::message::Record;

use crate::board_failure;

/// The time that the last record of each kind claims, in seconds since 1970-01-01 UTC.
pub struct Since(BTreeMap<Kind, u64>);

impl Since {
    /// Reads the log. Records that cannot be read say nothing.
    pub fn read(board: &dyn Board, view: &View) -> Result<Since, Failure> {
        let mut times = BTreeMap::new();
        for sequence in 0..view.records {
            let file = match board.record(sequence) {
                Err(BoardError::RecordTooLarge { .. }) => continue,
                file => file.map_err(board_failure)?,
            };
            let message = Record::decode(&file).and_then(|record| record.message()).ok();
            if let Some((kind, time)) =
                message.and_then(|message| Some((message.kind().ok()?, message.time)))
            {
                times.insert(kind, time);
            }
        }
        Ok(Since(times))
    }

    /// When a task became due; none where the board does not say.
    pub fn began(&self, task: Task) -> Option<u64> {
        let before: &[Kind] = match task {
            Task::Propose => &[],
            Task::Enrol => &[Kind::Proposal],
            Task::Answer { .. } => &[Kind::CounterProposal],
            Task::IssueManifest => &[Kind::Enrol],
            Task::Accept => &[Kind::Manifest],
            Task::CommitDeal => &[Kind::Accept],
            Task::Deal => &[Kind::DealCommitment],
            Task::Confirm => &[Kind::Deal],
            Task::NewAttempt => &[Kind::Complain, Kind::Deal],
            Task::Open => &[Kind::Confirm],
            Task::Close => &[Kind::Open],
            Task::Mix | Task::Share => &[Kind::Close, Kind::Mix, Kind::Exclusion],
            Task::Supply { .. } | Task::Exclude { .. } => &[Kind::Mix, Kind::Share],
            Task::Publish => &[Kind::Share],
            Task::Seal => &[Kind::Result],
        };
        before.iter().filter_map(|kind| self.0.get(kind).copied()).max()
    }

    /// "trustee 2 (University) to mix, since 2027-03-14T20:10:00Z (2 h 05 min)"
    pub fn tell(&self, awaited: &Awaited) -> String {
        let Some(began) = self.began(awaited.task) else { return awaited.to_string() };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let passed = duration(Duration::from_secs(now.saturating_sub(began)));
        format!("{awaited}, since {} ({passed})", date(began))
    }
}
