//! What an authority can get wrong before the key ceremony, and what an auditor who pins digests finds.

use psephos_record::bodies::{Body, Description, Policy};

use super::stage::{complete, enrolled, plan};
use super::{AUTHORITY, Case, Fixture};
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
