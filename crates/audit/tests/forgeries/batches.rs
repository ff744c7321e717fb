//! Elections of several boxes and batches.

use std::collections::BTreeMap;
use std::sync::Arc;

use psephos_audit::{Options, audit};
use psephos_testkit::{Election, Plan};

use crate::{Reading, is_valid};

/// The proofs of a record are read once for all its batches, not once for each.
#[test]
fn several_boxes_and_batches() {
    let election = Election::complete(Plan::new(3, 2, 5).with_two_boxes());
    let board =
        Reading { board: &election.board, readings: Arc::default(), later: BTreeMap::new() };
    let audit = audit(&board, &Options::default(), &|_| {}).unwrap();
    is_valid(&audit);
    let readings = board.readings.lock().unwrap();
    for mix in &audit.view.batches[0].mixes {
        assert_eq!(readings[&mix.sequence], 3);
    }
}
