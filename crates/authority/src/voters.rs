//! Simulated voters, for rehearsals and trials: every ballot as a voter's device would make it, on every
//! core.

use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::path::Path;

use psephos_ballot::{Contest, Layout, Vote};
use psephos_console::{Failure, Progress};
use psephos_participant::{audit_failure, entropy};
use psephos_proofs::ElectionContext;
use psephos_record::board::FolderBoard;
use psephos_secrets::SecretScalar;
use psephos_voter::BallotMaker;
use rayon::prelude::*;

/// Ballots made between two steps of the bar.
const GROUP: usize = 1 << 10;

/// Encrypts every vote to the key on the board and writes the ballots to `path`, a new file, in their
/// order.
pub fn vote(
    board: &FolderBoard,
    contests: &[Contest],
    ballots: &[Vec<Vote>],
    path: &Path,
    bar: &mut Progress,
) -> Result<(), Failure> {
    let view = psephos_audit::view(board).map_err(audit_failure)?;
    let keys = view.opened.and(view.ceremony.keys.as_ref()).ok_or_else(|| {
        Failure::usage("the election is not open yet").advice("run `psephos-authority open` first")
    })?;
    let election = ElectionContext { election: view.election(), public_key: keys.public_key };
    let layout = Layout::all(contests).map_err(|error| Failure::internal(error.to_string()))?;
    let maker = BallotMaker::new(election, 0, &[layout.width()])
        .map_err(|error| Failure::internal(error.to_string()))?;
    let failed = |error| Failure::io("cannot write the ballots", path, &error);
    let file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    let mut file = BufWriter::new(file);
    for (group, votes) in ballots.chunks(GROUP).enumerate() {
        let ballots: Result<Vec<Vec<u8>>, Failure> =
            votes.par_iter().map(|votes| ballot(&maker, &layout, votes)).collect();
        for ballot in ballots? {
            file.write_all(&ballot).map_err(failed)?;
        }
        bar.set((group * GROUP + votes.len()) as u64, "");
    }
    file.flush().map_err(failed)
}

/// One ballot under a throwaway credential.
fn ballot(maker: &BallotMaker, layout: &Layout<'_>, votes: &[Vote]) -> Result<Vec<u8>, Failure> {
    let mut random = entropy();
    let credential = SecretScalar::random(&mut random);
    maker
        .vote(&[(layout, votes)], &credential, 0, &mut random)
        .map_err(|error| Failure::internal(error.to_string()))
}
