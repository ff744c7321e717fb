//! Receipts that voters bring: a ballot taken in must be on the board (spec/09-audit.md §9.9).

use std::collections::BTreeMap;

use psephos_core::Digest;
use psephos_proofs::ballot::{box_of, tracker};
use psephos_record::board::BlobRows;
use psephos_record::receipt::{Receipt, SignedReceipt};

use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::intake::{BallotSource, IntakeError};
use crate::numbered::numbered;
use crate::report::Culprit;

/// Receipts by tracker; each with where its ballot was found.
type Wanted = BTreeMap<Digest, Found>;

/// Where the ballot of a receipt stands.
#[derive(Clone, Copy)]
enum Found {
    Nowhere,
    /// In a record of another box than its own, where it cannot count.
    Astray {
        sequence: u64,
        row: u64,
    },
    /// In a record of its own box.
    There {
        sequence: u64,
        row: u64,
    },
}

/// Of more receipts than this it is not said of each where its ballot stands.
const FEW: usize = 3;

impl Auditor<'_> {
    /// Looks for the ballot of every receipt that is given.
    pub(crate) fn verify_receipts(&mut self) {
        if self.options.receipts.is_empty() {
            return;
        }
        self.findings.ask(CheckId::IntakeWithheld);
        let mut wanted = Wanted::new();
        for (index, file) in numbered(1, &self.options.receipts) {
            match self.genuine(file) {
                Ok(receipt) => {
                    self.findings.count(CheckId::IntakeWithheld, 1);
                    wanted.insert(receipt.tracker, Found::Nowhere);
                }
                Err(why) => {
                    // Of several, people have to know which.
                    let which = match self.options.receipts.len() {
                        1 => "the receipt".to_owned(),
                        many => format!("receipt {index} of {many}"),
                    };
                    let text = format!("{which} proves nothing here: {why}");
                    self.findings.not_run(CheckId::IntakeWithheld, text.clone());
                    self.findings.warn(text);
                }
            }
        }
        let Some(close) = self.view.close.as_ref().map(|close| close.sequence) else {
            let why = "the election is not closed: ballots may still be posted";
            return self.findings.not_run(CheckId::IntakeWithheld, why);
        };
        if self.is_uncertain() || self.view.ballots.iter().any(|ballots| !ballots.readable) {
            return self.findings.not_run(CheckId::IntakeWithheld, "not all ballots can be read");
        }
        match self.look_for(&mut wanted) {
            Ok(()) => self.tell(close, wanted),
            Err(error) => self.findings.not_run(CheckId::IntakeWithheld, error.to_string()),
        }
    }

    /// What a receipt states, if this election's intake signed it.
    fn genuine(&self, file: &[u8]) -> Result<Receipt, String> {
        let is_none = |error| format!("it is no receipt: {error}");
        let signed = SignedReceipt::decode(file).map_err(is_none)?;
        let receipt = signed.content().map_err(is_none)?;
        let view = self.view.manifest.as_ref().ok_or("there is no manifest yet")?;
        if receipt.election != view.election {
            let other = hex::encode(receipt.election);
            return Err(format!("it is of another election, {other}"));
        }
        let verified = signed.verify(&view.manifest.description.intake);
        verified.map_err(|_| "it is not signed by this election's intake".to_owned())?;
        Ok(receipt)
    }

    fn look_for(&self, wanted: &mut Wanted) -> Result<(), IntakeError> {
        for record in &self.view.ballots {
            let rows = BlobRows::new(self.board, &record.ballots)
                .map_err(|error| IntakeError::Storage(error.to_string()))?;
            let (sequence, box_index) = (record.sequence, record.box_index);
            let source = BallotSource { sequence, box_index, blob: record.ballots, rows };
            source.each(&mut |row, bytes| {
                let Some(found) = wanted.get_mut(&tracker(bytes)) else { return };
                *found = match *found {
                    there @ Found::There { .. } => there,
                    _ if box_of(bytes) == Some(box_index) => Found::There { sequence, row },
                    Found::Nowhere => Found::Astray { sequence, row },
                    astray => astray,
                };
            })?;
        }
        Ok(())
    }

    fn tell(&mut self, close: u64, wanted: Wanted) {
        let there = wanted.values().filter(|found| matches!(found, Found::There { .. })).count();
        if there > FEW {
            self.findings.warn(format!("the ballots of {there} receipts are on the board"));
        }
        for (tracker, found) in wanted {
            let tracker = hex::encode(tracker);
            let where_to = match found {
                Found::There { sequence, row } => {
                    if there <= FEW {
                        self.findings.warn(format!(
                            "the ballot of a receipt, tracker {tracker}, is on the board: record {sequence}, row \
                             {row}"
                        ));
                    }
                    continue;
                }
                Found::Nowhere => "it is in no record of ballots".to_owned(),
                Found::Astray { sequence, row } => format!(
                    "it is only among those of another box than its own, record {sequence}, row {row}, where it \
                     cannot count"
                ),
            };
            let evidence = format!(
                "the intake has signed a receipt for the ballot with tracker {tracker}, and {where_to}"
            );
            let culprits = [Culprit::Authority];
            self.fail(CheckId::IntakeWithheld, &culprits, Some(close), None, evidence);
        }
    }
}
