//! What is checked once the whole log has been read, and the report.

use crate::Audit;
use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::numbered::plural;
use crate::report::Failure;
use crate::view::{Phase, View};

/// What must hold of the election's setup and keys before anything else means something.
const SETUP: [CheckId; 3] = [CheckId::SetupParameters, CheckId::SetupIdentity, CheckId::SetupRoll];
const CEREMONY: [CheckId; 4] =
    [CheckId::KeyProof, CheckId::KeyCommitment, CheckId::KeyEncryption, CheckId::KeyComplaint];
const MIXES: [CheckId; 4] =
    [CheckId::MixProof, CheckId::MixShape, CheckId::MixChain, CheckId::MixIdentity];
const SHARES: [CheckId; 3] = [CheckId::DecryptProof, CheckId::DecryptInput, CheckId::DecryptRepeat];

impl Auditor<'_> {
    /// Checks lists and proofs, and draws up the report.
    pub(crate) fn conclude(mut self) -> Audit {
        self.pins();
        self.opened_early();
        self.compare();
        let witnesses = self.verify_witnesses();
        self.verify_roll();
        self.verify_intake();
        self.verify_receipts();
        self.report_shared_lists();
        self.verify_mixes();
        self.mix_quorum(self.view.phase_so_far());
        self.verify_shares();
        let anonymity = self.anonymity();
        let results = self.verify_result();
        self.view.phase = self.phase();
        self.not_yet();
        let remedies = self.remedies();
        for failure in std::mem::take(&mut self.attempt_failures) {
            self.findings.fail(failure);
        }
        if let Some((records, _)) = self.options.verified {
            let first = plural(records, "record", "records");
            self.findings
                .warn(format!("lists and proofs of the first {first} were checked before"));
        }
        self.tell_of_gap();
        let election = self.view.manifest.as_ref().map(|manifest| manifest.election);
        let head = (self.view.records > 0).then_some(self.view.head);
        let complete = self.view.phase == Phase::Sealed;
        let report = self.findings.report(election, head, complete, anonymity, results, witnesses);
        Audit { report, view: self.view, turnout: self.turnout, remedies }
    }

    /// A missing record ends what can be said of the board.
    fn tell_of_gap(&mut self) {
        let is_gap =
            |failure: &Failure| failure.check == CheckId::BoardChain && failure.record.is_none();
        if !self.findings.failures().iter().any(is_gap) {
            return;
        }
        let missing = self.view.records;
        let head = match missing.checked_sub(1) {
            Some(last) => format!("the head is that of record {last}"),
            None => "there is no head".into(),
        };
        self.findings.warn(format!(
            "record {missing} is missing: what stands behind it was not looked at, and {head}; get a complete \
             copy of the board"
        ));
    }

    fn phase(&self) -> Phase {
        let phase = self.view.phase_so_far();
        let threshold = self.view.description().map_or(0, |description| description.threshold);
        let enough =
            |view: &View| view.batches.iter().all(|batch| batch.quorum(threshold).is_some());
        if phase == Phase::Sharing && enough(&self.view) { Phase::Tallying } else { phase }
    }

    /// Checks whose time has not come.
    fn not_yet(&mut self) {
        let phase = self.view.phase;
        let waiting: [(bool, &[CheckId], &str); 5] = [
            (self.view.manifest.is_none(), &SETUP, "there is no manifest yet"),
            (self.view.opened.is_none(), &CEREMONY, "the key ceremony is not complete"),
            (phase <= Phase::Mixing, &MIXES, "mixing is not complete"),
            (phase <= Phase::Sharing, &SHARES, "there are not enough shares"),
            (self.halted.is_some(), &[CheckId::BoardPhase], "later records were not looked at"),
        ];
        for (is_waiting, checks, why) in waiting {
            for check in checks.iter().filter(|_| is_waiting) {
                self.findings.not_run(*check, why);
            }
        }
    }
}
