//! What a `close` record claims of every ballot.

use std::collections::BTreeMap;

use psephos_core::pairs::pairs;
use psephos_record::bodies::{Reason, Rejected};

use super::derive::Intake;
use crate::numbered::numbered;

/// The fates by the rejected list: what is not in it is accepted.
pub(super) struct Claims(Intake);

/// A ballot's fate: rejected for a reason, or accepted.
type Fate = Option<Reason>;

impl Claims {
    /// Everything accepted, of as many ballots.
    pub(super) fn all_accepted(intake: &Intake) -> Self {
        Self(intake.all_accepted())
    }

    /// Notes a row of the rejected list; `false` when it names no ballot or no reason.
    pub(super) fn reject(&mut self, claim: Rejected) -> bool {
        let Some(reason) = Reason::from_code(claim.reason) else { return false };
        let source = self.0.source_of(claim.sequence);
        source.is_some_and(|source| self.0.set(source, claim.row, reason))
    }

    /// The fates as claimed.
    pub(super) fn fates(&self) -> &Intake {
        &self.0
    }

    /// The ballots of a source whose derived fate is not the claimed one: row, derived, claimed.
    pub(super) fn differences(
        &self,
        source: usize,
        intake: &Intake,
    ) -> BTreeMap<u64, (Fate, Fate)> {
        let both = pairs(intake.codes(source), self.0.codes(source));
        numbered(0, both)
            .filter(|(_, (derived, claimed))| derived != claimed)
            .map(|(row, (derived, claimed))| (row, (fate(*derived), fate(*claimed))))
            .collect()
    }
}

fn fate(code: u8) -> Fate {
    Reason::from_code(u64::from(code))
}
