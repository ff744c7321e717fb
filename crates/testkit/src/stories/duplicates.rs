//! Ballots whose rows, or which themselves, stand on the board already (spec/09-audit.md §9.5, reason 6).

use std::sync::Arc;

use psephos_record::bodies::{Body, Reason, Rejected};
use psephos_secrets::SecretScalar;

use super::ballots::{accepted, credential, first_ballot, proved_for, voted, votes};
use super::{AUTHORITY, Case, Fixture};
use crate::{Author, CastBallot, Election, Plan, PlannedBox};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "ballot.duplicate-of-a-replaced-ballot",
        altered: "The rows of a ballot whose voter has cast another since stand under another credential too, and are \
                  counted; both voters are named.",
        make: copy_of_a_replaced_ballot,
    },
    Case {
        name: "ballot.duplicate-with-a-bad-one-before",
        altered: "The rows of an accepted ballot stand under another credential too, and are counted; whoever has cast \
                  them first without a proof is not named.",
        make: copy_with_a_bad_one_before,
    },
    Case {
        name: "ballot.duplicate-two-credentials",
        altered: "A voter casts the same ciphertexts under two credentials, and the authority accepts both.",
        make: under_two_credentials,
    },
    Case {
        name: "ballot.duplicate-one-batch-of-two",
        altered: "A voter copies the row of one of two batches from an own earlier ballot under another \
                  credential, and the authority accepts both.",
        make: || one_row_again(1),
    },
    Case {
        name: "ballot.duplicate-in-another-batch",
        altered: "A voter casts the row of one batch again in the other batch, under another credential, \
                  and the authority accepts both.",
        make: || one_row_again(0),
    },
    Case {
        name: "ballot.duplicate-same-twice",
        altered: "A ballot stands twice, bit by bit, and the authority accepts it twice.",
        make: same_twice,
    },
];

fn under_two_credentials() -> Fixture {
    let mut election = voted();
    let ballot = election.cast(&votes());
    let second = SecretScalar::random(&mut election.rng);
    let copy = proved_for(&mut election, &ballot, &second, |_, _| {});
    let both = [AUTHORITY, &[credential(&copy), credential(&ballot.bytes)]].concat();
    let fixture = accepted(election, 0, &[ballot.bytes, copy]);
    Fixture { culprits: both, ..fixture }
}

/// Two ballots of a box of two batches; the second one's row of `batch` is the first one's of the second
/// batch, and everything else its own.
fn one_row_again(batch: usize) -> Fixture {
    let mut plan = Plan::new(2, 2, 3);
    plan.boxes = vec![PlannedBox::new("all", &[&[0], &[1]])];
    let mut election = Election::voted(plan);
    let (first, mut second) = (election.cast(&votes()), election.cast(&votes()));
    second.elements[2 * batch..][..2].copy_from_slice(&first.elements[2..]);
    let mut randomness: Vec<SecretScalar> =
        second.randomness.iter().map(|random| SecretScalar::new(*random.expose())).collect();
    randomness[batch] = SecretScalar::new(*first.randomness[1].expose());
    second.randomness = Arc::new(randomness);
    let own = second.credential.clone();
    let copy = proved_for(&mut election, &second, &own, |_, _| {});
    let both = [AUTHORITY, &[credential(&copy), credential(&first.bytes)]].concat();
    let fixture = accepted(election, 0, &[first.bytes, copy]);
    Fixture { culprits: both, ..fixture }
}

/// Three ballots, of which the first is rejected for this reason; the last has rows of the second one, or of
/// another ballot of its credential.
fn copy_of(make: impl Fn(&mut Election, &CastBallot) -> [Vec<u8>; 2], reason: Reason) -> Fixture {
    let mut election = voted();
    let ballot = election.cast(&votes());
    let [first, second] = make(&mut election, &ballot);
    let other = SecretScalar::random(&mut election.rng);
    let copy = proved_for(&mut election, &ballot, &other, |_, _| {});
    let culprits = [AUTHORITY, &[credential(&copy), credential(&second)]].concat();
    let sequence = election.take_in(&[first, second, copy]);
    let body = election.close_body(&[Rejected { sequence, row: 0, reason: reason.code() }]);
    election.post(Author::Authority, Body::Close(body));
    election.finish();
    Fixture::blaming(election.board, &culprits).at_row(sequence, 2)
}

fn copy_of_a_replaced_ballot() -> Fixture {
    let replaced = |election: &mut Election, ballot: &CastBallot| {
        let later = election.cast_again(&votes(), &ballot.credential, 1).bytes;
        [ballot.bytes.clone(), later]
    };
    copy_of(replaced, Reason::Counter)
}

/// The first ballot has the same rows, under a third credential and without a proof that holds.
fn copy_with_a_bad_one_before() -> Fixture {
    let spoilt = |election: &mut Election, ballot: &CastBallot| {
        let third = SecretScalar::random(&mut election.rng);
        let mut bad = proved_for(election, ballot, &third, |_, _| {});
        let last = bad.len() - 32;
        bad[last] ^= 1;
        [bad, ballot.bytes.clone()]
    };
    copy_of(spoilt, Reason::Proof)
}

fn same_twice() -> Fixture {
    let election = voted();
    let ballot = first_ballot(&election);
    accepted(election, 0, &[ballot])
}
