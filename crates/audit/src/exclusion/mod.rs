//! Exclusions: records and trustees taken out of effect (spec/09-audit.md §9.10).

mod absence;
mod cause;
mod docket;

use psephos_record::bodies::Exclusion;

use crate::auditor::Auditor;
use crate::log::Place;
use crate::mixes::Standing;
use crate::report::Culprit;

pub(crate) use docket::Docket;

impl Auditor<'_> {
    /// An exclusion in its phase.
    pub(crate) fn exclusion(&mut self, stands: Standing, author: &Culprit, body: &Exclusion) {
        match body {
            Exclusion::Cause { check, digest, previous, sequence } => {
                let (sequence, digest, previous) = (*sequence, *digest, *previous);
                self.exclude_for_cause(
                    stands.sequence,
                    &Place { sequence, digest, previous },
                    check,
                );
            }
            Exclusion::Absence { batches, trustee } => {
                self.absence(stands, author, *trustee, batches);
            }
        }
    }
}
