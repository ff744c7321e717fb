//! Ballots of the same code that stand on the board already.

use std::time::{SystemTime, UNIX_EPOCH};

use psephos_audit::Polling;
use psephos_console::{Exit, Failure};
use psephos_core::{Digest, Encoding};
use psephos_proofs::ballot::verify_ballot;

use crate::booth::Booth;
use crate::commands::find::is_challenged;

/// What the board holds of one credential.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    /// The highest counter.
    highest: Option<u64>,
    /// The trackers.
    trackers: Vec<Digest>,
}

impl Earlier {
    /// Reads the ballots of a box. Only those whose proofs hold are of this credential: anybody can write its
    /// name, and any counter, on a ballot that is nobody's.
    pub fn read(booth: &Booth, box_index: u64, credential: &Encoding) -> Result<Earlier, Failure> {
        let unreadable =
            |error: psephos_audit::IntakeError| Failure::new(Exit::Unreadable, error.to_string());
        let layout = booth.layout(box_index)?;
        let polling = Polling::read(&*booth.board, &booth.view).map_err(unreadable)?;
        let mut earlier = Earlier::default();
        for source in polling.sources().iter().filter(|source| source.box_index == box_index) {
            let visit = &mut |_, bytes: &[u8]| {
                let own = layout.read(bytes).filter(|ballot| ballot.credential == credential);
                let holds = |ballot: &_| verify_ballot(&booth.election, box_index, ballot).is_ok();
                if let Some(ballot) = own.filter(holds) {
                    earlier.highest = earlier.highest.max(Some(ballot.counter));
                    earlier.trackers.push(ballot.tracker());
                }
            };
            source.each(visit).map_err(unreadable)?;
        }
        Ok(earlier)
    }

    /// Whether one of them was not challenged, and so can count.
    pub fn stands(&self, booth: &Booth) -> Result<bool, Failure> {
        for tracker in &self.trackers {
            if !is_challenged(booth, tracker)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The counter of the next ballot: higher than all of them, also where this device's clock is behind that
    /// of the device that made them.
    pub fn counter(&self) -> Result<u64, Failure> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX));
        let Some(highest) = self.highest else { return Ok(now) };
        let next = highest.checked_add(1).ok_or_else(|| {
            Failure::usage("a ballot of this code has the highest counter that there is")
                .advice("no later ballot can take its place; ask the registrar for another code")
        })?;
        Ok(next.max(now))
    }
}
