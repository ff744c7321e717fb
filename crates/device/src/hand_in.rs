//! Handing in over the network, and the receipt that is kept.

use std::fs;
use std::path::Path;

use psephos_console::{Exit, Failure, Locator};
use psephos_participant::board_failure;
use psephos_proofs::ballot::{box_of, tracker};
use psephos_record::receipt::SignedReceipt;
use psephos_remote::{HandedIn, Polls};

use crate::booth::Booth;
use crate::files::{self, Readers};

/// The URL at which a board's server may take in ballots.
pub fn url(board: &Locator) -> Option<&str> {
    match board {
        Locator::Url(url) if url.starts_with("http://") || url.starts_with("https://") => Some(url),
        _ => None,
    }
}

/// Hands in a ballot; writes the receipt to `place` and says whether there is one.
pub fn ballot(booth: &Booth, url: &str, bytes: &[u8], place: &Path) -> Result<bool, Failure> {
    if holds(booth, bytes, fs::read(place).unwrap_or_default().as_slice()) {
        return Ok(true);
    }
    match polls(url)?.ballot(bytes).map_err(board_failure)? {
        HandedIn::Elsewhere => Ok(false),
        HandedIn::Taken(receipt) if holds(booth, bytes, &receipt) => {
            files::write(place, &receipt, Readers::Everybody)?;
            Ok(true)
        }
        HandedIn::Taken(_) => {
            Err(Failure::new(Exit::Invalid, "the server's receipt for this ballot does not hold")
                .at(url.to_owned())
                .advice(
                    "the ballot may not have been taken: look for its tracker with `psephos-voter find`, and tell \
                     the election's authority and its trustees",
                ))
        }
    }
}

/// Hands in a challenge; says whether it was taken.
pub fn challenge(url: &str, bytes: &[u8]) -> Result<bool, Failure> {
    let handed_in = polls(url)?.challenge(bytes).map_err(board_failure)?;
    Ok(handed_in != HandedIn::Elsewhere)
}

fn polls(url: &str) -> Result<Polls, Failure> {
    Polls::at(url).map_err(board_failure)
}

/// Whether this is the election's receipt for exactly this ballot.
fn holds(booth: &Booth, ballot: &[u8], file: &[u8]) -> bool {
    let Ok(signed) = SignedReceipt::decode(file) else { return false };
    let (Ok(receipt), Ok(description)) = (signed.content(), booth.description()) else {
        return false;
    };
    receipt.tracker == tracker(ballot)
        && box_of(ballot) == Some(receipt.box_index)
        && receipt.election == booth.election.election
        && signed.verify(&description.intake).is_ok()
}
