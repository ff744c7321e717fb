//! What is taken in while voting goes on.

use psephos_proofs::ballot::CHALLENGE_LENGTH;
use psephos_record::bodies::{Ballots, Blob, Waiver};

use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::numbered::plural;
use crate::report::Culprit;
use crate::text::quoted;
use crate::view::{BallotsView, ChallengedView, WaiverView};

impl Auditor<'_> {
    pub(crate) fn ballots(&mut self, sequence: u64, time: u64, body: &Ballots) {
        if !self.box_is_there(sequence, body.box_index) {
            return;
        }
        let readable = self.blob_holds(sequence, &Culprit::Authority, &body.ballots);
        self.view.ballots.push(BallotsView {
            sequence,
            box_index: body.box_index,
            time,
            ballots: body.ballots,
            readable,
        });
    }

    pub(crate) fn challenged(&mut self, sequence: u64, challenged: Blob) {
        if challenged.row_length != CHALLENGE_LENGTH as u64 {
            let evidence = format!("its rows must have {CHALLENGE_LENGTH} bytes");
            let culprits = [Culprit::Authority];
            return self.fail(CheckId::ShapeLength, &culprits, Some(sequence), None, evidence);
        }
        let readable = self.blob_holds(sequence, &Culprit::Authority, &challenged);
        self.view.challenged.push(ChallengedView { sequence, challenged, readable });
    }

    pub(crate) fn waiver(&mut self, sequence: u64, body: Waiver) {
        if !self.box_is_there(sequence, body.box_index) {
            return;
        }
        let Waiver { box_index, reason } = body;
        let id = self.view.box_id(box_index);
        self.findings.warn(format!(
            "record {sequence} lets box {id:?} close below the minimum; the authority's reason: {}",
            quoted(&reason)
        ));
        self.view.waivers.push(WaiverView { sequence, box_index, reason });
    }

    fn box_is_there(&mut self, sequence: u64, box_index: u64) -> bool {
        let boxes = self.view.description().map_or(0, |description| description.boxes.len() as u64);
        if box_index < boxes {
            return true;
        }
        let boxes = plural(boxes, "box", "boxes");
        let evidence = format!("it names box {box_index} of an election with {boxes}");
        let culprits = [Culprit::Authority];
        self.fail(CheckId::ShapeLength, &culprits, Some(sequence), None, evidence);
        false
    }
}
