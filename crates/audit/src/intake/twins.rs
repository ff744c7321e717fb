//! Who else has the rows of a duplicate.

use std::collections::{BTreeMap, BTreeSet};

use psephos_core::Encoding;
use psephos_record::bodies::Reason;

use super::derive::{ACCEPTED, Intake, IntakeError, code_at, code_of};
use super::multiples::batch_rows;
use super::polling::Polling;

/// For each ballot (index of its source, row) the credentials of the ballots before it that have one of
/// its rows and are not rejected for a reason of their own.
pub(super) fn first_holders(
    polling: &Polling<'_>,
    intake: &Intake,
    ballots: &BTreeSet<(usize, u64)>,
) -> Result<BTreeMap<(usize, u64), Encoding>, IntakeError> {
    let mut wanted: BTreeMap<Vec<u8>, Option<Encoding>> = BTreeMap::new();
    each(polling, &mut |place, _, row| {
        if ballots.contains(&place) {
            wanted.insert(row.to_vec(), None);
        }
    })?;
    let mut holders = BTreeMap::new();
    each(polling, &mut |place, credential, row| {
        let Some(holder) = wanted.get_mut(row) else { return };
        let code = code_at(intake.codes(place.0), place.1);
        let holds = code == ACCEPTED || code == code_of(Reason::Counter);
        match holder {
            Some(first) if first != credential => {
                holders.insert(place, *first);
            }
            None if holds => *holder = Some(*credential),
            _ => {}
        }
    })?;
    Ok(holders)
}

type Visit<'a> = &'a mut dyn FnMut((usize, u64), &Encoding, &[u8]);

/// Calls `visit(place, credential, row)` on every row of every ballot that can be read.
fn each(polling: &Polling<'_>, visit: Visit<'_>) -> Result<(), IntakeError> {
    for (index, source) in polling.sources.iter().enumerate() {
        let layout = polling.layout_of(source)?;
        source.each(&mut |row, bytes| {
            if let Some(ballot) = layout.read(bytes) {
                for part in batch_rows(&ballot, layout) {
                    visit((index, row), ballot.credential, part);
                }
            }
        })?;
    }
    Ok(())
}
