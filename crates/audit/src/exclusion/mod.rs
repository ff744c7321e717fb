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
    /// An exclusion. After the seal it can only name what came after it too.
    pub(crate) fn exclusion(&mut self, stands: Standing, author: &Culprit, body: &Exclusion) {
        let seal = self.view.seal;
        let is_late = |named: Option<u64>| seal.is_some() && named <= seal;
        let named = match body {
            Exclusion::Cause { sequence, .. } => Some(*sequence),
            Exclusion::Absence { .. } => None,
        };
        if is_late(named) {
            let evidence = "it excludes something of a sealed election".to_owned();
            return self.out_of_phase(stands.sequence, author, evidence);
        }
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
