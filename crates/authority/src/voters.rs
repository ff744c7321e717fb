//! Simulated voters, for rehearsals and trials: every ballot as a voter's device would make it, on every
//! core.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::path::Path;

use psephos_audit::Placement;
use psephos_ballot::file::CastVotes;
use psephos_ballot::{Contest, Layout, Vote};
use psephos_console::{Failure, Progress, numbered};
use psephos_core::group;
use psephos_core::pairs::pairs;
use psephos_participant::{audit_failure, entropy};
use psephos_proofs::ElectionContext;
use psephos_record::board::Board;
use psephos_record::bodies::{BallotBox, Description, RollEntry};
use psephos_secrets::SecretScalar;
use psephos_voter::BallotMaker;
use rayon::prelude::*;

/// Ballots made between two steps of the bar.
const GROUP: usize = 1 << 10;

/// Throwaway credentials for the lines of a table: one for each label, and one for each line without.
pub struct Electorate<'a> {
    ballots: Vec<Ballot<'a>>,
    voters: Vec<Voter>,
}

struct Voter {
    box_index: u64,
    credential: SecretScalar,
}

/// A line of the table with its voter's index; later lines of one voter have higher counters.
struct Ballot<'a> {
    voter: usize,
    counter: u64,
    cast: &'a CastVotes,
}

impl<'a> Electorate<'a> {
    /// Makes the credentials.
    pub fn new(table: &'a [CastVotes]) -> Electorate<'a> {
        let mut random = entropy();
        let mut labels: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut ballots, mut voters) = (Vec::with_capacity(table.len()), Vec::new());
        for (counter, cast) in numbered(table) {
            let known = cast.credential.as_deref().and_then(|label| labels.get(label)).copied();
            let voter = known.unwrap_or_else(|| {
                let credential = SecretScalar::random(&mut random);
                voters.push(Voter { box_index: cast.box_index, credential });
                voters.len() - 1
            });
            if let Some(label) = &cast.credential {
                labels.insert(label, voter);
            }
            ballots.push(Ballot { voter, counter, cast });
        }
        Electorate { ballots, voters }
    }

    /// The rows of a roll on which exactly these voters stand.
    pub fn roll(&self) -> Vec<u8> {
        let entry = |voter: &Voter| {
            let credential = group::encode(&voter.credential.public());
            RollEntry { box_index: voter.box_index, credential }.to_bytes()
        };
        let mut rows: Vec<[u8; RollEntry::LENGTH]> = self.voters.par_iter().map(entry).collect();
        rows.sort_unstable();
        rows.concat()
    }

    /// The ids of the boxes that cannot close without a waiver, as each voter has one ballot accepted.
    pub fn below_minimum(&self, description: &Description) -> Vec<String> {
        let mut accepted = vec![0; description.boxes.len()];
        for voter in &self.voters {
            let place = usize::try_from(voter.box_index).ok();
            if let Some(number) = place.and_then(|place| accepted.get_mut(place)) {
                *number += 1;
            }
        }
        let placement = Placement::new(description, &accepted);
        let few = placement.below(description);
        let id = |(index, _)| description.ballot_box(index).map(|few| few.id.clone());
        few.filter_map(id).collect()
    }

    /// Encrypts every vote to the key on the board and writes the ballots to `path`, a new file, in their
    /// order.
    pub fn vote(
        &self,
        board: &dyn Board,
        description: &Description,
        path: &Path,
        bar: &mut Progress,
    ) -> Result<(), Failure> {
        let booths = booths(board, description)?;
        let failed = |error| Failure::io("cannot write the ballots", path, &error);
        let file = OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
        let mut file = BufWriter::new(file);
        for (group, ballots) in self.ballots.chunks(GROUP).enumerate() {
            let made: Result<Vec<Vec<u8>>, Failure> =
                ballots.par_iter().map(|ballot| self.make(&booths, ballot)).collect();
            for ballot in made? {
                file.write_all(&ballot).map_err(failed)?;
            }
            bar.set((group * GROUP + ballots.len()) as u64, "");
        }
        file.flush().map_err(failed)
    }

    fn make(&self, booths: &[Booth<'_>], ballot: &Ballot<'_>) -> Result<Vec<u8>, Failure> {
        let booth = usize::try_from(ballot.cast.box_index).ok().and_then(|index| booths.get(index));
        let (Some(booth), Some(voter)) = (booth, self.voters.get(ballot.voter)) else {
            return Err(Failure::internal("a ballot of no box or of no voter"));
        };
        let votes: Vec<Vec<Vote>> =
            booth.layouts.iter().map(|layout| selected(layout, &ballot.cast.votes)).collect();
        let batches: Vec<(&Layout<'_>, &[Vote])> =
            pairs(&booth.layouts, &votes).map(|(layout, votes)| (layout, &votes[..])).collect();
        booth
            .maker
            .vote(&batches, &voter.credential, ballot.counter, &mut entropy())
            .map_err(|error| Failure::internal(error.to_string()))
    }
}

/// What it takes to make the ballots of one box.
struct Booth<'a> {
    maker: BallotMaker,
    layouts: Vec<Layout<'a>>,
}

/// One for each box.
fn booths<'a>(board: &dyn Board, description: &'a Description) -> Result<Vec<Booth<'a>>, Failure> {
    let view = psephos_audit::view(board).map_err(audit_failure)?;
    let keys = view.opened.and(view.ceremony.keys.as_ref()).ok_or_else(|| {
        Failure::usage("the election is not open yet").advice("run `psephos-authority open` first")
    })?;
    let election = ElectionContext { election: view.election(), public_key: keys.public_key };
    let booth = |(box_index, ballot_box): (u64, &BallotBox)| {
        let layouts = layouts(&description.contests, ballot_box)?;
        let form = ballot_box
            .ballot_layout()
            .ok_or_else(|| Failure::internal("a ballot without a length"))?;
        let maker = BallotMaker::with_layout(election, box_index, form)
            .map_err(|error| Failure::internal(error.to_string()))?;
        Ok(Booth { maker, layouts })
    };
    numbered(&description.boxes).map(booth).collect()
}

fn layouts<'a>(
    contests: &'a [Contest],
    ballot_box: &BallotBox,
) -> Result<Vec<Layout<'a>>, Failure> {
    let layouts = ballot_box.batches.iter().map(|batch| Layout::of(contests, &batch.contests));
    layouts.collect::<Result<_, _>>().map_err(|error| Failure::internal(error.to_string()))
}

/// The votes for a batch, out of those for all contests.
fn selected(layout: &Layout<'_>, votes: &[Vote]) -> Vec<Vote> {
    layout.contests().filter_map(|(index, _)| votes.get(index).cloned()).collect()
}
