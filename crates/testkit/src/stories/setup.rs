//! What an authority can get wrong before the key ceremony, and what an auditor who pins digests finds.

use psephos_record::bodies::{Body, Description, Policy, Proposal};
use psephos_record::message::file_digest;

use super::stage::{complete, enrolled, plan};
use super::{AUTHORITY, Case, Fixture, posted};
use crate::{Author, Election, Plan};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "setup.parameters-group",
        altered: "The authority's manifest names another group.",
        make: || described(|description| description.suite.group = "p256".into()),
    },
    Case {
        name: "setup.parameters-generators",
        altered: "The authority's manifest names commitment generators of its own.",
        make: || described(|description| description.suite.generators = "mine".into()),
    },
    Case {
        name: "setup.parameters-hash",
        altered: "The authority's manifest names another hash.",
        make: || described(|description| description.suite.hash = "sha256".into()),
    },
    Case {
        name: "setup.parameters-version",
        altered: "The authority's manifest names another version.",
        make: || described(|description| description.suite.version = 2),
    },
    Case {
        name: "setup.parameters-policy-without-roll",
        altered: "The authority's manifest lets the last ballot of a voter count, but has no roll.",
        make: || described(|description| description.policy = Policy::Last),
    },
    Case {
        name: "setup.parameters-width",
        altered: "The authority's manifest makes a batch wider than its contests.",
        make: || described(|description| description.boxes[0].batches[0].width += 1),
    },
    Case {
        name: "setup.parameters-threshold-zero",
        altered: "The authority's manifest lets nobody at all decrypt.",
        make: || threshold(0, 1),
    },
    Case {
        name: "setup.parameters-threshold-above-trustees",
        altered: "The authority's manifest demands more trustees to decrypt than there are.",
        make: || threshold(4, 4),
    },
    Case {
        name: "setup.parameters-threshold-huge",
        altered: "The authority's manifest demands 2^64 - 1 trustees and mixes.",
        make: || threshold(u64::MAX, u64::MAX),
    },
    Case {
        name: "setup.parameters-mixes-above-trustees",
        altered: "The authority's manifest demands more mixes than there are trustees.",
        make: || threshold(2, 4),
    },
    Case {
        name: "setup.parameters-mixes-below-threshold",
        altered: "The authority's manifest is content with one mix where two trustees can decrypt; \
                  the whole election follows it.",
        make: || {
            let election = Election::complete(Plan { mixes: 1, ..plan() });
            Fixture::blaming(election.board, AUTHORITY)
        },
    },
    Case {
        name: "setup.parameters-invitations",
        altered: "The authority's proposal has an invitation less than trustees.",
        make: || {
            let mut election = Election::new(plan());
            let description = election.plan.description(election.public_key(Author::Intake));
            let invitations = vec![election.public_key(Author::Stranger); 2];
            let body = Proposal { description, invitations };
            let at = election.post(Author::Authority, Body::Proposal(body));
            Fixture::blaming(election.board, AUTHORITY).at(at)
        },
    },
    Case {
        name: "setup.identity-description",
        altered: "The authority's manifest describes another election than its proposal.",
        make: || manifest(|body, _| body.description.threshold = 1),
    },
    Case {
        name: "setup.identity-key-not-enrolled",
        altered: "The authority's manifest has a key in it that a trustee never enrolled.",
        make: || manifest(|body, election| body.keys[1] = election.public_key(Author::Stranger)),
    },
    Case {
        name: "setup.identity-one-key-twice",
        altered: "The authority's manifest has one key as two trustees.",
        make: one_key_twice,
    },
    Case {
        name: "setup.identity-excluded-unknown",
        altered: "The authority's manifest leaves out a trustee whom the proposal does not know.",
        make: || manifest(|body, _| body.excluded = vec![3]),
    },
    Case {
        name: "setup.identity-excluded-twice",
        altered: "The authority's manifest leaves out one trustee twice.",
        make: || manifest(|body, _| body.excluded = vec![1, 1]),
    },
    Case {
        name: "setup.identity-excluded-unsorted",
        altered: "The authority's manifest lists those it leaves out in no order.",
        make: || manifest(|body, _| body.excluded = vec![2, 1]),
    },
    Case {
        name: "setup.identity-excluded-with-key",
        altered: "The authority's manifest leaves out a trustee but holds its key.",
        make: || {
            manifest(|body, _| {
                body.excluded = vec![2];
                body.description = body.description.without(&[2]);
            })
        },
    },
    Case {
        name: "setup.identity-authority-as-trustee",
        altered: "The authority has enrolled its own key as trustee 1.",
        make: || enrolled_as(1, Author::Authority),
    },
    Case {
        name: "setup.identity-intake-as-trustee",
        altered: "The authority has enrolled the key that takes in ballots as trustee 1.",
        make: || enrolled_as(1, Author::Intake),
    },
    Case {
        name: "setup.identity-other-proposal",
        altered: "The authority's manifest names another proposal.",
        make: || manifest(|body, _| body.proposal = [7; 32]),
    },
    Case {
        name: "setup.identity-key-missing",
        altered: "The authority's manifest has one key less than trustees have enrolled.",
        make: || manifest(|body, _| _ = body.keys.pop()),
    },
    Case {
        name: "setup.identity-enrolment-of-nobody",
        altered: "Somebody enrols as a trustee that the proposal does not have.",
        make: || {
            let election = enrolled();
            let mut body = election.enrol_body(2, Author::Stranger);
            body.trustee = 3;
            posted(election, Author::Stranger, Body::Enrol(body))
        },
    },
    Case {
        name: "board.signature-enrolment-without-invitation",
        altered: "Somebody enrols as trustee 2 who was not invited.",
        make: || {
            let mut election = enrolled();
            let mut body = election.enrol_body(2, Author::Stranger);
            body.invitation.0[0] ^= 1;
            let at = election.post(Author::Stranger, Body::Enrol(body));
            Fixture::blaming(election.board, &[]).at(at)
        },
    },
    Case {
        name: "board.phase-enrolled-twice",
        altered: "Somebody enrols as trustee 2, with its invitation, after it has enrolled.",
        make: || {
            let mut election = enrolled();
            let body = election.enrol_body(2, Author::Stranger);
            let at = election.post(Author::Stranger, Body::Enrol(body));
            Fixture::blaming(election.board, &[]).at(at)
        },
    },
    Case {
        name: "board.phase-manifest-before-every-enrolment",
        altered: "The authority issues the manifest before trustee 2 has enrolled.",
        make: || {
            let mut election = Election::new(plan());
            election.propose();
            election.enrol(0);
            election.enrol(1);
            let body = election.manifest_body();
            posted(election, Author::Authority, Body::Manifest(body))
        },
    },
    Case {
        name: "board.phase-manifest-skips-an-attempt",
        altered: "The authority's first manifest says that it is the second attempt.",
        make: || {
            let election = enrolled();
            let mut body = election.manifest_body();
            body.attempt = 1;
            posted(election, Author::Authority, Body::Manifest(body))
        },
    },
    Case {
        name: "setup.identity-pinned-head",
        altered: "Nothing; but the auditor was told the digest of a record that is not the last.",
        make: || {
            let election = complete();
            let early = file_digest(&election.board.records()[10]);
            Fixture::blaming(election.board, &[]).pinned(early)
        },
    },
    Case {
        name: "setup.identity-pinned-other",
        altered: "Nothing; but the auditor was told another election id.",
        make: || Fixture::blaming(complete().board, &[]).pinned([7; 32]),
    },
    Case {
        name: "setup.identity-pinned-one-of-two",
        altered: "Nothing; but of two digests that the auditor was told only one is the board's.",
        make: || {
            let election = complete();
            let id = election.view().election();
            Fixture::blaming(election.board, &[]).pinned(id).pinned([7; 32])
        },
    },
];

/// Proposal and manifest both describe the altered election.
fn described(alter: impl Fn(&mut Description)) -> Fixture {
    let mut election = Election::new(plan());
    election.propose();
    let mut body = election.view().proposal.expect("a proposal").proposal;
    let mut election = Election::new(plan());
    alter(&mut body.description);
    election.post(Author::Authority, Body::Proposal(body));
    for trustee in election.everybody() {
        election.enrol(trustee);
    }
    election.issue_manifest();
    Fixture::blaming(election.board, AUTHORITY)
}

fn threshold(threshold: u64, mixes: u64) -> Fixture {
    described(|description| (description.threshold, description.mixes) = (threshold, mixes))
}

/// An altered manifest follows the honest enrolments.
fn manifest(alter: impl Fn(&mut psephos_record::bodies::Manifest, &Election)) -> Fixture {
    let mut election = enrolled();
    let mut body = election.manifest_body();
    alter(&mut body, &election);
    election.post(Author::Authority, Body::Manifest(body));
    Fixture::blaming(election.board, AUTHORITY)
}

/// A trustee's place is enrolled for another key.
fn enrolled_as(trustee: u64, author: Author) -> Fixture {
    let mut election = Election::new(plan());
    election.propose();
    for index in election.everybody() {
        let author = if index == trustee { author } else { Author::Trustee(index) };
        let body = election.enrol_body(index, author);
        election.post(author, Body::Enrol(body));
    }
    let body = election.manifest_body();
    posted(election, Author::Authority, Body::Manifest(body))
}

fn one_key_twice() -> Fixture {
    let mut election = Election::new(plan());
    election.propose();
    for (trustee, key) in [(0, 0), (1, 0), (2, 2)] {
        let author = Author::Trustee(key);
        let body = election.enrol_body(trustee, author);
        election.post(author, Body::Enrol(body));
    }
    election.issue_manifest();
    Fixture::blaming(election.board, AUTHORITY)
}
