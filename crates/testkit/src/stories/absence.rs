//! Exclusions for absence that are not justified, and who is to blame (spec/09-audit.md §9.10).

use psephos_audit::Culprit;
use psephos_core::Digest;
use psephos_record::bodies::{Body, Exclusion};

use super::stage::{closed, mixed};
use super::steps::{bad_mix, bad_share};
use super::{AUTHORITY, Case, Fixture};
use crate::{Author, Election};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "exclusion.unjustified-nobody-states-it",
        altered: "The authority excludes a trustee for absence, and no trustee has stated that.",
        make: || signed_by(&[]),
    },
    Case {
        name: "exclusion.unjustified-one-states-it",
        altered: "The authority excludes a trustee for absence, which one trustee has stated where two must.",
        make: || signed_by(&[1]),
    },
    Case {
        name: "exclusion.unjustified-one-states-it-twice",
        altered: "The authority excludes a trustee for absence, which one trustee has stated twice.",
        make: || signed_by(&[1, 1]),
    },
    Case {
        name: "exclusion.unjustified-another-is-absent",
        altered: "The authority excludes a trustee for absence; of the two statements one is about another.",
        make: another_is_absent,
    },
    Case {
        name: "exclusion.unjustified-after-a-share",
        altered: "Authority and trustees exclude a trustee for absence after the first share.",
        make: after_a_share,
    },
    Case {
        name: "decrypt.proof-before-an-absence",
        altered: "Authority and trustees exclude a trustee for absence whose mix stands; the only share before it does \
                  not hold.",
        make: || {
            let mut election = mixed();
            let bad = bad_share(&mut election, 0);
            election.exclude_absent(2, &[0, 1]);
            Fixture::blaming(election.board, &[Culprit::Trustee(0)]).at(bad)
        },
    },
    Case {
        name: "exclusion.unjustified-earlier-list",
        altered: "Authority and trustees exclude a trustee for absence from a list that has been mixed meanwhile, \
                  and know it.",
        make: earlier_list,
    },
    Case {
        name: "exclusion.unjustified-earlier-list-one-was-right",
        altered: "Authority and trustees exclude a trustee for absence from a list that has been mixed meanwhile; one \
                  of them had not seen that, and is not to blame.",
        make: || one_was_right(|election| election.absence_body(1)),
    },
    Case {
        name: "exclusion.unjustified-mixed-list-one-was-right",
        altered: "Authority and trustees exclude a trustee for absence from another's list that has been mixed meanwhile; \
                  one of them had not seen that, and is not to blame.",
        make: || {
            one_was_right(|election| {
                election.mix(0);
                election.absence_body(1)
            })
        },
    },
    Case {
        name: "exclusion.unjustified-excluded-list-one-was-right",
        altered: "Authority and trustees exclude a trustee for absence from a list that was excluded meanwhile; one of \
                  them had not seen that, and is not to blame.",
        make: excluded_list_one_was_right,
    },
    Case {
        name: "exclusion.unjustified-no-list",
        altered: "Authority and trustees exclude a trustee for absence from a list that there never was; one of them \
                  had not seen the last mix, and is to blame too.",
        make: of_no_list,
    },
];

fn signed_by(signers: &[u64]) -> Fixture {
    let mut election = closed();
    let record = election.exclude_absent(0, signers);
    Fixture::blaming(election.board, AUTHORITY).at(record)
}

fn another_is_absent() -> Fixture {
    let mut election = closed();
    let other = election.absence_body(1);
    election.post(Author::Trustee(2), Body::Exclusion(other));
    let record = election.exclude_absent(0, &[1]);
    Fixture::blaming(election.board, AUTHORITY).at(record)
}

/// The authority and these two trustees.
fn signers(trustees: [u64; 2]) -> Vec<Culprit> {
    let trustees = trustees.map(Culprit::Trustee);
    [AUTHORITY, &trustees[..]].concat()
}

fn after_a_share() -> Fixture {
    let mut election = mixed();
    election.share(0);
    let record = election.exclude_absent(2, &[0, 1]);
    Fixture::blaming(election.board, &signers([0, 1])).at(record)
}

fn earlier_list() -> Fixture {
    let mut election = closed();
    let stale = Body::Exclusion(election.absence_body(1));
    election.mix(0);
    for trustee in [0, 2] {
        election.post(Author::Trustee(trustee), stale.clone());
    }
    let record = election.post(Author::Authority, stale);
    Fixture::blaming(election.board, &signers([0, 2])).at(record)
}

/// Trustee 2 states this while it is right; the authority and trustee 0 when they have seen another mix.
fn one_was_right(statement: impl Fn(&mut Election) -> Exclusion) -> Fixture {
    let mut election = closed();
    let body = Body::Exclusion(statement(&mut election));
    let mixer = if election.view().batches[0].mixes.is_empty() { 0 } else { 2 };
    let (early, late) = (2 - mixer, mixer);
    election.post(Author::Trustee(early), body.clone());
    election.mix(mixer);
    election.post(Author::Trustee(late), body.clone());
    let record = election.post(Author::Authority, body);
    let culprits = [Culprit::Authority, Culprit::Trustee(late)];
    Fixture::blaming(election.board, &culprits).at(record)
}

/// Trustee 2 has not seen that the list is excluded.
fn excluded_list_one_was_right() -> Fixture {
    let mut election = closed();
    let bad = bad_mix(&mut election, 0);
    let mut body = election.absence_body(1);
    name_list(&mut body, election.view().batches[0].mixes[0].output.root);
    let body = Body::Exclusion(body);
    election.post(Author::Trustee(2), body.clone());
    election.exclude(bad, "mix.proof");
    election.post(Author::Trustee(0), body.clone());
    let record = election.post(Author::Authority, body);
    let culprits = [Culprit::Authority, Culprit::Trustee(0)];
    Fixture::blaming(election.board, &culprits).at(record)
}

fn of_no_list() -> Fixture {
    let mut election = closed();
    let mut body = election.absence_body(1);
    name_list(&mut body, [7; 32]);
    let body = Body::Exclusion(body);
    election.post(Author::Trustee(2), body.clone());
    election.mix(0);
    election.post(Author::Trustee(0), body.clone());
    let record = election.post(Author::Authority, body);
    Fixture::blaming(election.board, &signers([0, 2])).at(record)
}

/// States absence from another list of the only batch.
fn name_list(body: &mut Exclusion, root: Digest) {
    if let Exclusion::Absence { batches, .. } = body {
        batches[0].root = root;
    }
}
