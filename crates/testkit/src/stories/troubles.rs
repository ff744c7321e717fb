//! An election in which nearly everything goes wrong that an election survives.

use std::sync::Arc;

use psephos_ballot::contest::WriteIns;
use psephos_ballot::{Contest, Method, Vote};
use psephos_core::pairs::pairs;
use psephos_proofs::ballot::tracker;
use psephos_prove::ballot::prove_challenge;
use psephos_record::bodies::{Body, Challenged, Exclusion, Policy, Unmixed};

use super::{Case, Fixture};
use crate::{Author, CastBallot, Election, Plan, PlannedBox, Voter, credential_of};

/// The town's box, and the island's.
const TOWN: u64 = 0;
const ISLAND: u64 = 1;

pub(super) const CASES: &[Case] = &[Case {
    name: "troubles",
    altered: "A code is lost, a voter votes twice, a ballot is copied, one is challenged, a name written \
              in; a trustee does not mix and another one's share is wrong. All of it is told.",
    make: || Fixture::valid(troubles().board),
}];

fn troubles() -> Election {
    let mut election = Election::opened(plan());
    let lost = election.voters[0].clone();
    let reissued = reissue(&mut election, &lost);
    take_in(&mut election, &lost, &reissued);
    election.close();
    mix_without(&mut election, 1);
    share_with_a_bad_one(&mut election, 0);
    election.publish();
    election.seal();
    election
}

/// Four trustees, two of whom decrypt and two mixes are enough; six voters in the town, three on the island.
fn plan() -> Plan {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let council = Contest {
        id: "council".into(),
        seats: 2,
        title: "Council".into(),
        method: Method::Plurality { max_marks: 2 },
        write_ins: Some(WriteIns { slots: 1, max_bytes: 20 }),
        candidates: names(&["Anna", "Boris", "Clara"]),
    };
    let ferry = Contest {
        id: "ferry".into(),
        seats: 1,
        title: "A second ferry?".into(),
        method: Method::Plurality { max_marks: 1 },
        write_ins: None,
        candidates: names(&["Yes", "No"]),
    };
    Plan {
        contests: vec![council, ferry],
        boxes: vec![PlannedBox::new("town", &[&[0], &[1]]), PlannedBox::new("island", &[&[1]])],
        policy: Policy::Last,
        voters: vec![TOWN, TOWN, TOWN, TOWN, TOWN, TOWN, ISLAND, ISLAND, ISLAND],
        ..Plan::new(4, 2, 0)
    }
}

fn vote(marks: &[u16], ferry: u16) -> Vec<Vote> {
    vec![Vote::marks(marks.to_vec()), Vote::marks(vec![ferry])]
}

/// The first voter's letter was lost: the roll gets another credential in its place.
fn reissue(election: &mut Election, lost: &Voter) -> Voter {
    let fresh = psephos_secrets::SecretScalar::random(&mut election.rng);
    let reissued = (lost.0, Arc::new(fresh));
    let entry = election.entry(&reissued);
    election.amend_roll(&[credential_of(lost)], &[entry]);
    reissued
}

fn cast(election: &mut Election, voter: &Voter, votes: &[Vote], counter: u64) -> CastBallot {
    election.cast_in(voter.0, votes, &voter.1, counter)
}

/// Everybody votes, and somebody finds the letter that was lost.
fn take_in(election: &mut Election, lost: &Voter, reissued: &Voter) {
    let voters = election.voters.clone();
    let written = Vote { write_ins: vec!["Dora of the mill".into()], ..Vote::marks(vec![0, 3]) };
    let mut town = vec![
        cast(election, lost, &vote(&[2], 1), 1),
        cast(election, reissued, &vote(&[0, 1], 0), 1),
        cast(election, &voters[1], &[written, Vote::marks(vec![0])], 1),
        cast(election, &voters[2], &vote(&[1, 2], 1), 1),
        cast(election, &voters[2], &vote(&[1], 0), 2),
        cast(election, &voters[3], &vote(&[0], 1), 1),
    ];
    // A copy, bit by bit; and the first copied ballot's rows under the copier's own name.
    let copied = town[5].bytes.clone();
    let opened = cast(election, &voters[4], &vote(&[2], 0), 1);
    challenge(election, &opened);
    let in_earnest = cast(election, &voters[4], &vote(&[0, 2], 1), 2);
    town.extend([opened, in_earnest, cast(election, &voters[5], &vote(&[], 1), 1)]);
    let mut bytes: Vec<Vec<u8>> = town.iter().map(|ballot| ballot.bytes.clone()).collect();
    bytes.push(copied);
    election.take_in_box(TOWN, &bytes);

    let island: Vec<Vec<u8>> = pairs(&voters[6..], [0, 0, 1])
        .map(|(voter, ferry)| cast(election, voter, &vote(&[], ferry), 1).bytes)
        .collect();
    election.take_in_box(ISLAND, &island);
}

/// The voter has the ballot opened, and so it can never be cast.
fn challenge(election: &mut Election, ballot: &CastBallot) {
    let context = election.context();
    let challenge =
        prove_challenge(&context, tracker(&ballot.bytes), &ballot.credential, &mut election.rng)
            .expect("a credential");
    let rows = challenge.to_bytes();
    let challenged = election.put(rows.len() as u64, &rows);
    election.post(Author::Intake, Body::Challenged(Challenged { challenged }));
}

/// One trustee is not heard of when its turn comes; the others go on without it.
fn mix_without(election: &mut Election, absent: u64) {
    for trustee in election.everybody() {
        if trustee != absent {
            election.mix(trustee);
            continue;
        }
        let batches = election.view().batches;
        let unmixed = batches.iter().map(|batch| Unmixed {
            box_index: batch.box_index,
            root: batch.last.root,
            batch_index: batch.batch_index,
        });
        let absence = Exclusion::Absence { batches: unmixed.collect(), trustee: absent };
        for author in [Author::Trustee(0), Author::Trustee(2), Author::Authority] {
            election.post(author, Body::Exclusion(absence.clone()));
        }
    }
}

/// One trustee's first share is of another list; its record is taken out, and three others suffice.
fn share_with_a_bad_one(election: &mut Election, bad: u64) {
    let mut body = election.share_body(bad);
    let shares = body.lists[0].shares;
    let mut bytes = election.read(&shares);
    bytes.rotate_left(shares.row_length as usize);
    body.lists[0].shares = election.put(shares.row_length, &bytes);
    let sequence = election.post(Author::Trustee(bad), Body::Share(body));
    election.exclude(sequence, "decrypt.proof");
    for trustee in election.everybody().filter(|trustee| *trustee != bad) {
        election.share(trustee);
    }
}
