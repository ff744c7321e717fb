//! What a `close` record claims of every ballot.

use crate::numbered::numbered;
use psephos_core::pairs::pairs;
use std::collections::BTreeMap;

use psephos_record::bodies::{Reason, Rejected};

use super::derive::{ACCEPTED, BallotSource, Intake, IntakeError, code_at, code_of};

/// One byte a ballot, as in [`Intake`], by the rejected list: what is not in it is accepted.
pub(super) struct Claims {
    records: Vec<(u64, Vec<u8>)>,
}

/// A ballot's fate: rejected for a reason, or accepted.
type Fate = Option<Reason>;

impl Claims {
    pub(super) fn all_accepted(intake: &Intake) -> Self {
        let records = intake.records();
        let accepted = |codes: &Vec<u8>| vec![ACCEPTED; codes.len()];
        Self {
            records: records.iter().map(|(sequence, codes)| (*sequence, accepted(codes))).collect(),
        }
    }

    /// Notes a row of the rejected list; `false` when it names no ballot or no reason.
    pub(super) fn reject(&mut self, claim: Rejected) -> bool {
        let Some(reason) = Reason::from_code(claim.reason) else { return false };
        let place = self.records.binary_search_by_key(&claim.sequence, |(sequence, _)| *sequence);
        let codes =
            place.ok().and_then(|place| self.records.get_mut(place)).map(|(_, codes)| codes);
        let row = usize::try_from(claim.row).ok();
        match codes.zip(row).and_then(|(codes, row)| codes.get_mut(row)) {
            Some(code) => {
                *code = code_of(reason);
                true
            }
            None => false,
        }
    }

    /// The ballots of a source whose derived fate is not the claimed one: row, derived, claimed.
    pub(super) fn differences(
        &self,
        source: usize,
        intake: &Intake,
    ) -> BTreeMap<u64, (Fate, Fate)> {
        let claimed = self.records.get(source).map_or(&[][..], |(_, codes)| codes);
        let both = pairs(intake.codes(source), claimed);
        numbered(0, both)
            .filter(|(_, (derived, claimed))| derived != claimed)
            .map(|(row, (derived, claimed))| (row, (fate(*derived), fate(*claimed))))
            .collect()
    }

    /// Calls `visit(bytes)` on every ballot of a box that is claimed to be accepted.
    pub(super) fn visit_accepted(
        &self,
        sources: &[BallotSource<'_>],
        box_index: u64,
        visit: &mut dyn FnMut(&[u8]),
    ) -> Result<(), IntakeError> {
        let places = pairs(sources, &self.records);
        for (source, (_, codes)) in places.filter(|(source, _)| source.box_index == box_index) {
            source.each(&mut |row, ballot| {
                if code_at(codes, row) == ACCEPTED {
                    visit(ballot);
                }
            })?;
        }
        Ok(())
    }
}

fn fate(code: u8) -> Fate {
    Reason::from_code(u64::from(code))
}
