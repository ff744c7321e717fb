//! Receipts: with one, a voter can prove that a ballot taken in was kept off the board.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use psephos_console::Failure;
use psephos_proofs::ballot::tracker;
use psephos_record::receipt::Receipt;

use super::file::{Forms, each};
use crate::office::Office;

/// Writes one receipt for each ballot of a file, `<tracker>.receipt`; those that are there are left.
pub fn write(office: &Office, folder: &Path, ballots: &Path, forms: &Forms) -> Result<(), Failure> {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut failed = None;
    let read = each(ballots, forms, &mut |box_index, bytes| {
        let tracker = tracker(bytes);
        let path = folder.join(format!("{}.receipt", hex::encode(tracker)));
        let receipt = Receipt { box_index, time, tracker, election: forms.election };
        let signed = office.station.sign_receipt(&receipt);
        create(&path, &signed.encode()).inspect_err(|error| {
            failed = Some(Failure::io("cannot write the receipt", &path, error));
        })
    });
    match failed {
        Some(failure) => Err(failure),
        None => read,
    }
}

fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(bytes),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
