//! Simulated voters at a board server: each hands in one ballot, and keeps the receipt.

use std::fs;
use std::path::{Path, PathBuf};

use psephos_audit::View;
use psephos_console::{Exit, Failure, Progress};
use psephos_participant::board_failure;
use psephos_proofs::ballot::tracker;
use psephos_record::receipt::SignedReceipt;
use psephos_remote::{HandedIn, Polls};
use rayon::prelude::*;

use crate::commands::intake::file::{Forms, each};

/// How many voters hand in at a time.
const CROWD: usize = 64;
/// How many receipts the verifier is given in the end.
const SHOWN: usize = 32;

/// Hands in every ballot of a file and verifies the receipts; how many there are. Some are written to `folder`.
pub fn hand_in(
    url: &str,
    view: &View,
    file: &Path,
    folder: &Path,
    bar: &mut Progress,
) -> Result<u64, Failure> {
    let mut ballots: Vec<Vec<u8>> = Vec::new();
    each(file, &Forms::of(view)?, &mut |_, ballot| {
        ballots.push(ballot.to_vec());
        Ok(())
    })?;
    let polls = Polls::at(url).map_err(board_failure)?;
    let crowd = rayon::ThreadPoolBuilder::new().num_threads(CROWD).build();
    let crowd = crowd.map_err(|error| Failure::internal(error.to_string()))?;
    fs::create_dir_all(folder)
        .map_err(|error| Failure::io("cannot make the folder", folder, &error))?;
    let mut taken = 0;
    for few in ballots.chunks(CROWD) {
        let receipts: Result<Vec<Vec<u8>>, Failure> =
            crowd.install(|| few.par_iter().map(|ballot| receipt(&polls, view, ballot)).collect());
        for receipt in receipts? {
            if taken < SHOWN {
                let path = folder.join(format!("{taken}.receipt"));
                fs::write(&path, receipt)
                    .map_err(|error| Failure::io("cannot write the receipt", &path, &error))?;
            }
            taken += 1;
        }
        bar.set(taken as u64, "");
    }
    Ok(taken as u64)
}

/// The receipts that [`hand_in`] has written.
pub fn some_receipts(folder: &Path) -> Vec<PathBuf> {
    let receipts = (0..SHOWN).map(|number| folder.join(format!("{number}.receipt")));
    receipts.filter(|path| path.is_file()).collect()
}

/// A ballot's receipt, once it holds.
fn receipt(polls: &Polls, view: &View, ballot: &[u8]) -> Result<Vec<u8>, Failure> {
    let HandedIn::Taken(receipt) = polls.ballot(ballot).map_err(board_failure)? else {
        return Err(Failure::internal("the server takes in no ballots"));
    };
    let intake = view.description().map(|description| description.intake).unwrap_or_default();
    let holds = SignedReceipt::decode(&receipt).is_ok_and(|signed| {
        let is_this = |tracked: [u8; 32]| tracked == tracker(ballot);
        signed.verify(&intake).is_ok()
            && signed.content().is_ok_and(|content| is_this(content.tracker))
    });
    match holds {
        true => Ok(receipt),
        false => Err(Failure::new(Exit::Invalid, "a receipt of the server does not hold")),
    }
}
