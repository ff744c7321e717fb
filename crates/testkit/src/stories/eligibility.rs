//! Who may vote, and which of several ballots counts (spec/08-board.md §8.11, spec/09-audit.md §9.5).

use std::sync::Arc;

use psephos_audit::Culprit;
use psephos_core::Encoding;
use psephos_record::bodies::{
    Ballots, Body, Challenged, Close, Description, Policy, Reason, Rejected, RollEntry,
};
use psephos_secrets::SecretScalar;

use super::ballots::{accepted, votes};
use super::mixes::NO_ELEMENT;
use super::{AUTHORITY, Case, Fixture};
use crate::{Author, CastBallot, Election, Plan, Voter, credential_of};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "intake.ineligible-not-on-the-roll",
        altered: "The authority accepts a ballot of a credential that is not on the roll.",
        make: || {
            let mut election = rolled(Policy::Last);
            let stranger = (NORTH, Arc::new(SecretScalar::random(&mut election.rng)));
            cast_and_accepted(election, &stranger, NORTH)
        },
    },
    Case {
        name: "intake.ineligible-other-box",
        altered: "The authority accepts a ballot of a voter of the town in the north.",
        make: || {
            let election = rolled(Policy::Last);
            let voter = election.voters[0].clone();
            cast_and_accepted(election, &voter, NORTH)
        },
    },
    Case {
        name: "intake.ineligible-removed-from-the-roll",
        altered: "The authority takes a voter's lost credential off the roll, and accepts its ballot.",
        make: removed_from_the_roll,
    },
    Case {
        name: "ballot.context-in-records-of-another-box",
        altered: "The authority posts a ballot of the town among those of the north, and accepts it.",
        make: in_records_of_another_box,
    },
    Case {
        name: "ballot.proof-rows-swapped",
        altered: "The rows of a ballot's two batches are exchanged; the authority accepts it.",
        make: rows_swapped,
    },
    Case {
        name: "intake.revote-last",
        altered: "The last ballot of a voter counts, and the authority counts the one with the lower counter.",
        make: || revoted(Policy::Last, [3, 7]),
    },
    Case {
        name: "intake.revote-first",
        altered: "The first ballot of a voter counts, and the authority counts the one with the higher counter.",
        make: || revoted(Policy::First, [7, 3]),
    },
    Case {
        name: "setup.roll-doubled",
        altered: "The authority's roll has one credential twice.",
        make: || with_roll(1, |rows| rows.insert(1, rows[0])),
    },
    Case {
        name: "setup.roll-unsorted",
        altered: "The authority's roll is in no order.",
        make: || with_roll(1, |rows| rows.swap(0, 1)),
    },
    Case {
        name: "setup.roll-no-such-box",
        altered: "The authority's roll names a box that there is not.",
        make: || with_roll(2, |rows| rows[2][32] = 1),
    },
    Case {
        name: "setup.roll-not-canonical",
        altered: "The authority's roll has a credential that is not in its canonical encoding.",
        make: || with_roll(2, |rows| rows[2][..32].fill(0xff)),
    },
    Case {
        name: "setup.roll-no-element",
        altered: "The authority's roll has a credential that is no element.",
        make: || with_roll(0, |rows| rows[0][..32].copy_from_slice(&NO_ELEMENT)),
    },
    Case {
        name: "setup.roll-identity",
        altered: "The authority's roll has the identity as a credential, for which everybody can vote.",
        make: || with_roll(0, |rows| rows[0][..32].fill(0)),
    },
    Case {
        name: "setup.roll-amendment-removes-unknown",
        altered: "The authority takes a credential off the roll that is not on it.",
        make: || amended(|known| (vec![known.fresh.credential], vec![])),
    },
    Case {
        name: "setup.roll-amendment-removes-twice",
        altered: "The authority takes a credential off the roll twice.",
        make: || amended(|known| (vec![known.first.credential; 2], vec![])),
    },
    Case {
        name: "setup.roll-amendment-adds-known",
        altered: "The authority puts a credential on the roll that is on it.",
        make: || amended(|known| (vec![], vec![known.second])),
    },
    Case {
        name: "setup.roll-amendment-adds-twice",
        altered: "The authority puts a credential on the roll twice.",
        make: || amended(|known| (vec![], vec![known.fresh; 2])),
    },
    Case {
        name: "setup.roll-amendment-adds-removed",
        altered: "The authority takes a credential off the roll and puts it on again.",
        make: || amended(|known| (vec![known.first.credential], vec![known.first])),
    },
    Case {
        name: "setup.roll-amendment-adds-identity",
        altered: "The authority puts the identity on the roll.",
        make: || amended(|_| (vec![], vec![RollEntry { box_index: 0, credential: [0; 32] }])),
    },
    Case {
        name: "setup.roll-amendment-no-such-box",
        altered: "The authority puts a credential on the roll for a box that there is not.",
        make: || amended(|known| (vec![], vec![RollEntry { box_index: 1, ..known.fresh }])),
    },
    Case {
        name: "setup.roll-amendment-without-roll",
        altered: "The authority amends the roll of an election that has none.",
        make: amended_without_roll,
    },
    Case {
        name: "board.phase-amendment-after-close",
        altered: "The authority amends the roll after it has closed.",
        make: amended_late,
    },
    Case {
        name: "board.signature-ballots-by-the-authority",
        altered: "The authority posts ballots under its own key where the description names another for them.",
        make: ballots_by_the_authority,
    },
    Case {
        name: "board.signature-close-by-the-intake",
        altered: "The key that takes in ballots closes the election.",
        make: close_by_the_intake,
    },
    Case {
        name: "shape.length-challenges",
        altered: "The authority posts challenges that are half as long as challenges are.",
        make: challenges_of_half_length,
    },
    Case {
        name: "rejected-ballots-of-every-kind",
        altered: "Ballots are misshapen in every way, of another box, of strangers, without a proof that holds, \
                  challenged, copied and cast again; the authority rejects each for its reason.",
        make: rejected_ballots,
    },
    Case {
        name: "challenges-of-others",
        altered: "Somebody posts challenges for another voter's ballot, which have no effect.",
        make: challenges_of_others,
    },
    Case {
        name: "roll-amended",
        altered: "A voter's credential is lost and replaced; a ballot cast with the lost one is rejected.",
        make: roll_amended,
    },
];

const TOWN: u64 = 0;
const NORTH: u64 = 1;

/// A roll, two boxes, the plan's ballots taken in. The town votes in two batches, the north in one.
fn rolled(policy: Policy) -> Election {
    Election::voted(Plan::new(2, 2, 4).with_two_boxes().with_roll(policy))
}

/// One box, a roll of three, and no ballots yet.
fn opened() -> Election {
    Election::opened(Plan::new(2, 2, 3).with_roll(Policy::Last))
}

fn cast_and_accepted(mut election: Election, voter: &Voter, box_index: u64) -> Fixture {
    let ballot = election.cast_in(box_index, &votes(), &voter.1, 9);
    accepted(election, box_index, &[ballot.bytes])
}

fn removed_from_the_roll() -> Fixture {
    let mut election = rolled(Policy::Last);
    let lost = election.voters[0].clone();
    election.amend_roll(&[credential_of(&lost)], &[]);
    let sequence = election.view().ballots[0].sequence;
    let body = election.close_body(&[]);
    election.post(Author::Authority, Body::Close(body));
    election.finish();
    let culprits = [AUTHORITY, &[Culprit::Credential(credential_of(&lost))]].concat();
    Fixture::blaming(election.board, &culprits).at_row(sequence, 0)
}

fn in_records_of_another_box() -> Fixture {
    let mut plan = Plan::new(2, 2, 4).with_two_boxes();
    plan.boxes[1].batches = plan.boxes[0].batches.clone();
    let mut election = Election::voted(plan.with_roll(Policy::Last));
    let voter = election.voters[0].clone();
    let ballot = election.cast_in(TOWN, &votes(), &voter.1, 9);
    accepted(election, NORTH, &[ballot.bytes])
}

/// The two ciphertexts of a ballot of the town begin at its 80th byte.
fn swap_rows(ballot: &mut [u8]) {
    ballot[80..208].rotate_left(64);
}

fn rows_swapped() -> Fixture {
    let mut election = rolled(Policy::Last);
    let voter = election.voters[0].clone();
    let mut ballot = election.cast_in(TOWN, &votes(), &voter.1, 9).bytes;
    swap_rows(&mut ballot);
    accepted(election, TOWN, &[ballot])
}

/// A voter's ballots with these counters, of which the first counts, and should not.
fn revoted(policy: Policy, counters: [u64; 2]) -> Fixture {
    let mut election = Election::opened(Plan::new(2, 2, 1).with_roll(policy));
    let voter = election.voters[0].clone();
    let ballots = counters.map(|counter| election.cast_in(TOWN, &votes(), &voter.1, counter).bytes);
    let sequence = election.take_in(&ballots);
    let other = Rejected { sequence, row: 1, reason: Reason::Counter.code() };
    let body = election.close_body(&[other]);
    election.post(Author::Authority, Body::Close(body));
    election.finish();
    let culprits = [AUTHORITY, &[Culprit::Credential(credential_of(&voter))]].concat();
    Fixture::blaming(election.board, &culprits).at_row(sequence, 0)
}

/// Proposal and manifest with the plan's roll, altered; this row is the first bad one.
fn with_roll(row: u64, alter: impl Fn(&mut Vec<[u8; RollEntry::LENGTH]>)) -> Fixture {
    let mut election = Election::new(Plan::new(2, 2, 3).with_roll(Policy::Last));
    let mut rows = election.roll_rows();
    alter(&mut rows);
    let roll = Some(election.put(RollEntry::LENGTH as u64, rows.as_flattened()));
    let intake = election.public_key(Author::Intake);
    let description = Description { roll, ..election.plan.description(intake) };
    let record = election.propose_description(description);
    for trustee in election.everybody() {
        election.enrol(trustee);
    }
    election.issue_manifest();
    Fixture::blaming(election.board, AUTHORITY).at_row(record, row)
}

/// Entries for an amendment: two that are on the roll, and one that is not.
struct Known {
    first: RollEntry,
    second: RollEntry,
    fresh: RollEntry,
}

fn amended(choose: impl Fn(&Known) -> (Vec<Encoding>, Vec<RollEntry>)) -> Fixture {
    let mut election = opened();
    let fresh = (TOWN, Arc::new(SecretScalar::random(&mut election.rng)));
    let known = Known {
        first: election.entry(&election.voters[0]),
        second: election.entry(&election.voters[1]),
        fresh: election.entry(&fresh),
    };
    let (removed, added) = choose(&known);
    let record = election.amend_roll(&removed, &added);
    Fixture::blaming(election.board, AUTHORITY).at(record)
}

fn amended_without_roll() -> Fixture {
    let mut election = super::ballots::voted();
    let record = election.amend_roll(&[[1; 32]], &[]);
    Fixture::blaming(election.board, AUTHORITY).at(record)
}

fn amended_late() -> Fixture {
    let mut election = rolled(Policy::Last);
    election.close();
    let voter = credential_of(&election.voters[0]);
    let record = election.amend_roll(&[voter], &[]);
    election.finish();
    Fixture::blaming(election.board, AUTHORITY).at(record)
}

fn ballots_by_the_authority() -> Fixture {
    let mut election = super::ballots::voted();
    let ballot = election.cast(&votes()).bytes;
    let ballots = election.put(ballot.len() as u64, &ballot);
    let body = Ballots { box_index: TOWN, ballots };
    let record = election.post(Author::Authority, Body::Ballots(body));
    election.close();
    election.finish();
    Fixture::blaming(election.board, AUTHORITY).at(record)
}

fn close_by_the_intake() -> Fixture {
    let mut election = super::ballots::voted();
    let body: Close = election.close_body(&[]);
    let record = election.post(Author::Intake, Body::Close(body));
    Fixture::blaming(election.board, AUTHORITY).at(record)
}

fn challenges_of_half_length() -> Fixture {
    let mut election = super::ballots::voted();
    let challenged = election.put(64, &[0; 128]);
    let record = election.post(Author::Intake, Body::Challenged(Challenged { challenged }));
    Fixture::blaming(election.board, AUTHORITY).at(record)
}

fn roll_amended() -> Fixture {
    let mut election = opened();
    let lost = election.voters[0].clone();
    let replaced = (TOWN, Arc::new(SecretScalar::random(&mut election.rng)));
    let entry = election.entry(&replaced);
    election.amend_roll(&[credential_of(&lost)], &[entry]);
    election.take_in_plan();
    let ballot = election.cast_in(TOWN, &votes(), &replaced.1, 1).bytes;
    election.take_in(&[ballot]);
    election.close();
    election.finish();
    Fixture::valid(election.board)
}

/// A challenge signed by another credential, which it names; and one which it does not name.
fn challenges_of_others() -> Fixture {
    let mut election = super::ballots::voted();
    let (mine, other) = (election.cast(&votes()), election.cast(&votes()));
    election.take_in(&[mine.bytes.clone(), other.bytes.clone()]);
    let row = election.challenge(&CastBallot { credential: other.credential, ..mine.clone() });
    let mut forged = row;
    forged[32..64].copy_from_slice(&mine.bytes[40..72]);
    election.post_challenges(&[row, forged]);
    election.close();
    election.finish();
    Fixture::valid(election.board)
}

/// Ways to spoil a ballot of the town, seven in its form, two in its context, three in its proof.
const SPOILT: [fn(&mut Vec<u8>); 12] = [
    |ballot| ballot[40..72].fill(0),
    |ballot| ballot[80..112].fill(0),
    |ballot| ballot[112..144].fill(0),
    |ballot| ballot[80..112].fill(0xff),
    |ballot| ballot[80..112].copy_from_slice(&NO_ELEMENT),
    |ballot| ballot[208..240].fill(0xff),
    |ballot| ballot[240..].fill(0xff),
    |ballot| ballot[0] ^= 1,
    |ballot| ballot[32] = 1,
    |ballot| ballot[72] += 1,
    |ballot| ballot[208..240].fill(0),
    |ballot| swap_rows(ballot),
];

fn rejected_ballots() -> Fixture {
    let mut election = rolled(Policy::Last);
    let voter = election.voters[0].clone();
    let stranger = Arc::new(SecretScalar::random(&mut election.rng));
    let good = election.cast_in(TOWN, &votes(), &voter.1, 9);
    let mut ballots: Vec<Vec<u8>> = Vec::new();
    for spoil in SPOILT {
        let mut ballot = good.bytes.clone();
        spoil(&mut ballot);
        ballots.push(ballot);
    }
    // The one that counts, a copy of it, one that came before it, and a stranger's, with a proof and without.
    ballots.extend([good.bytes.clone(), good.bytes.clone()]);
    ballots.push(election.cast_in(TOWN, &votes(), &voter.1, 8).bytes);
    ballots.push(election.cast_in(TOWN, &votes(), &stranger, 0).bytes);
    let mut unproved = election.cast_in(TOWN, &votes(), &stranger, 1).bytes;
    unproved[240] ^= 1;
    ballots.push(unproved);
    let opened = election.cast_in(TOWN, &votes(), &voter.1, 10);
    let challenge = election.challenge(&opened);
    ballots.push(opened.bytes);
    election.take_in_box(TOWN, &ballots);
    election.post_challenges(&[challenge]);
    election.take_in_box(TOWN, &[good.bytes[..200].to_vec()]);
    election.take_in_box(TOWN, &[[good.bytes, vec![0; 64]].concat()]);
    election.close();
    election.finish();
    Fixture::valid(election.board)
}
