//! Receipts: with one, a voter can prove that a ballot taken in was kept off the board.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use psephos_console::Failure;
use psephos_proofs::ballot::tracker;
use psephos_record::receipt::{Receipt, SignedReceipt};
use tempfile::NamedTempFile;

use super::file::{Forms, each};
use crate::office::Office;

/// Writes one receipt for each ballot of a file, `<tracker>.receipt`; whole ones that are there are left.
pub fn write(office: &Office, folder: &Path, ballots: &Path, forms: &Forms) -> Result<(), Failure> {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut failed = None;
    let read = each(ballots, forms, &mut |box_index, bytes| {
        let tracker = tracker(bytes);
        let path = folder.join(format!("{}.receipt", hex::encode(tracker)));
        if is_whole(&path) {
            return Ok(());
        }
        let receipt = Receipt { box_index, time, tracker, election: forms.election };
        let signed = office.station.sign_receipt(&receipt);
        create(folder, &path, &signed.encode()).inspect_err(|error| {
            failed = Some(Failure::io("cannot write the receipt", &path, error));
        })
    });
    match failed {
        Some(failure) => Err(failure),
        None => read,
    }
}

/// Whether a receipt can be read. One that cannot was cut off when the machine lost its power, and is written
/// again.
fn is_whole(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| {
        SignedReceipt::decode(&bytes).is_ok_and(|signed| signed.content().is_ok())
    })
}

/// Written under a temporary name: a voter is never handed half a receipt.
fn create(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".psephos-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file: NamedTempFile = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}
