//! Proposals that are answered and replaced before there is a manifest.

use psephos_record::bodies::{Body, CounterProposal, Description, Open};
use psephos_record::message::Message;

use super::stage::enrolled;
use super::{AUTHORITY, Case, Fixture, appended, posted};
use crate::{Author, Election};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "proposal-replaced-after-a-counter-proposal",
        altered: "Trustee 1 proposes another title, trustee 2 declines; the authority replaces its proposal by \
                  trustee 1's, and all enrol anew.",
        make: || {
            let mut election = replaced();
            enrol_all(&mut election);
            election.conclude();
            Fixture::valid(election.board)
        },
    },
    Case {
        name: "enrolment-on-its-way-to-a-replaced-proposal",
        altered: "Trustee 2 enrols while the authority replaces its proposal; its enrolment comes too late, and \
                  it enrols anew.",
        make: || {
            let mut election = Election::new(super::stage::plan());
            election.propose();
            election.enrol(0);
            election.enrol(1);
            let author = Author::Trustee(2);
            let body = election.enrol_body(2, author);
            let late = election.message(author, &Body::Enrol(body));
            replace(&mut election);
            election.append(author, late);
            enrol_all(&mut election);
            election.conclude();
            Fixture::valid(election.board)
        },
    },
    Case {
        name: "enrolments-of-one-trustee-at-the-same-time",
        altered: "Trustee 2 enrols from two machines at the same time: the second enrolment comes too late.",
        make: || {
            let mut election = Election::new(super::stage::plan());
            election.propose();
            election.enrol(0);
            let body = election.enrol_body(2, Author::Stranger);
            let late = election.message(Author::Stranger, &Body::Enrol(body));
            election.enrol(1);
            election.enrol(2);
            election.append(Author::Stranger, late);
            election.conclude();
            Fixture::valid(election.board)
        },
    },
    Case {
        name: "counter-proposals-on-their-way",
        altered: "Two counter-proposals come too late: trustee 2's behind another proposal, trustee 1's behind \
                  the manifest.",
        make: || {
            let mut election = enrolled();
            let late = election.message(Author::Trustee(2), &declined());
            replace(&mut election);
            election.append(Author::Trustee(2), late);
            enrol_all(&mut election);
            let late = election.message(Author::Trustee(1), &declined());
            election.issue_manifest();
            election.append(Author::Trustee(1), late);
            election.run();
            Fixture::valid(election.board)
        },
    },
    Case {
        name: "acceptances-of-one-trustee-at-the-same-time",
        altered: "Trustee 0 accepts from two machines at the same time: the second acceptance comes too late.",
        make: || {
            let mut election = enrolled();
            election.issue_manifest();
            let body = Body::Accept(election.accept_body(0));
            let late = election.message(Author::Trustee(0), &body);
            election.accept_all();
            election.append(Author::Trustee(0), late);
            election.commit_all();
            election.deal_all();
            election.confirm_all();
            election.run_from_open();
            Fixture::valid(election.board)
        },
    },
    Case {
        name: "manifest-of-a-wrong-attempt-excluded",
        altered: "The authority's first manifest says that it is the second attempt; the authority excludes it, and \
                  issues a right one.",
        make: || {
            let mut election = enrolled();
            let mut body = election.manifest_body();
            body.attempt = 1;
            let wrong = election.post(Author::Authority, Body::Manifest(body));
            election.exclude(wrong, "board.phase");
            election.conclude();
            Fixture::valid(election.board)
        },
    },
    Case {
        name: "board.phase-second-acceptance",
        altered: "Trustee 0 accepts the manifest again, knowing its first acceptance, when all have accepted.",
        make: || {
            let mut election = enrolled();
            election.issue_manifest();
            let body = Body::Accept(election.accept_body(0));
            election.post(Author::Trustee(0), body.clone());
            let mut late = election.message(Author::Trustee(0), &body);
            late.time += 1;
            for trustee in [1, 2] {
                let body = election.accept_body(trustee);
                election.post(Author::Trustee(trustee), Body::Accept(body));
            }
            appended(election, Author::Trustee(0), late)
        },
    },
    Case {
        name: "board.phase-proposal-after-the-manifest",
        altered: "The authority proposes anew when the manifest stands.",
        make: || {
            let mut election = enrolled();
            election.issue_manifest();
            let body = election.view().proposal.expect("a proposal").proposal;
            posted(election, Author::Authority, Body::Proposal(body))
        },
    },
    Case {
        name: "board.phase-counter-proposal-after-the-manifest",
        altered: "Trustee 1 declines when it knows the manifest.",
        make: || {
            let mut election = enrolled();
            election.issue_manifest();
            posted(election, Author::Trustee(1), declined())
        },
    },
    Case {
        name: "board.signature-proposal-by-a-trustee",
        altered: "Trustee 1 replaces the authority's proposal.",
        make: || {
            let election = enrolled();
            let body = election.view().proposal.expect("a proposal").proposal;
            posted(election, Author::Trustee(1), Body::Proposal(body))
        },
    },
    Case {
        name: "board.signature-proposal-by-a-stranger",
        altered: "Somebody replaces the authority's proposal.",
        make: || {
            let mut election = enrolled();
            let body = election.view().proposal.expect("a proposal").proposal;
            let at = election.post(Author::Stranger, Body::Proposal(body));
            Fixture::blaming(election.board, &[]).at(at)
        },
    },
    Case {
        name: "board.signature-counter-proposal-by-a-stranger",
        altered: "Somebody declines the proposal who is no trustee.",
        make: || {
            let mut election = enrolled();
            let at = election.post(Author::Stranger, declined());
            Fixture::blaming(election.board, &[]).at(at)
        },
    },
    Case {
        name: "board.signature-enrolment-of-a-replaced-proposal",
        altered: "Somebody posts trustee 0's enrolment again, signed for the proposal that was replaced.",
        make: || {
            let mut election = enrolled();
            let body = election.enrol_body(0, Author::Stranger);
            replace(&mut election);
            let at = election.post(Author::Stranger, Body::Enrol(body));
            Fixture::blaming(election.board, &[]).at(at)
        },
    },
    Case {
        name: "board.chain-proposal-of-no-election",
        altered: "The authority's second proposal does not name the one that it replaces.",
        make: || {
            let mut election = enrolled();
            let body = election.view().proposal.expect("a proposal").proposal;
            let mut message = election.message(Author::Authority, &Body::Proposal(body));
            message.election = [0; 32];
            let at = election.append(Author::Authority, message);
            Fixture::blaming(election.board, &[]).at(at)
        },
    },
    Case {
        name: "board.chain-enrolment-in-a-replaced-proposal",
        altered: "Trustee 0 enrols under a proposal that it knows to be replaced.",
        make: || {
            let mut election = enrolled();
            let before = election.view().election();
            let body = election.enrol_body(0, Author::Trustee(0));
            replace(&mut election);
            let mut message = election.message(Author::Trustee(0), &Body::Enrol(body));
            message.election = before;
            let at = election.append(Author::Trustee(0), message);
            Fixture::blaming(election.board, &[]).at(at)
        },
    },
    Case {
        name: "setup.identity-manifest-of-a-replaced-proposal",
        altered: "The authority's manifest names the proposal that it has replaced.",
        make: || {
            let mut election = enrolled();
            let before = election.view().election();
            replace(&mut election);
            enrol_all(&mut election);
            let mut body = election.manifest_body();
            body.proposal = before;
            posted(election, Author::Authority, Body::Manifest(body))
        },
    },
    Case {
        name: "board.phase-keys-of-a-replaced-proposal",
        altered: "Trustee 2 has not enrolled under the second proposal; the manifest has its key all the same.",
        make: || {
            let mut election = enrolled();
            let keys = election.manifest_body().keys;
            replace(&mut election);
            election.enrol(0);
            election.enrol(1);
            let mut body = election.manifest_body();
            body.keys = keys;
            let at = election.post(Author::Authority, Body::Manifest(body));
            Fixture::blaming(election.board, AUTHORITY).at(at)
        },
    },
    Case {
        name: "board.signature-late-acceptance-by-a-stranger",
        altered: "Somebody who is no trustee accepts the manifest of an attempt that has been replaced meanwhile.",
        make: || {
            let mut election = enrolled();
            election.issue_manifest();
            let body = Body::Accept(election.accept_body(0));
            let late = election.message(Author::Stranger, &body);
            election.issue_manifest();
            let at = election.append(Author::Stranger, late);
            Fixture::blaming(election.board, &[]).at(at)
        },
    },
    Case {
        name: "board.chain-acceptance-of-an-attempt-before-the-last",
        altered: "Trustee 0 accepts the first of three manifests, knowing the second.",
        make: || {
            let mut election = enrolled();
            election.issue_manifest();
            let body = Body::Accept(election.accept_body(0));
            let message = election.message(Author::Trustee(0), &body);
            election.issue_manifest();
            let head = election.view().head;
            election.issue_manifest();
            let message = Message { head, ..message };
            let at = election.append(Author::Trustee(0), message);
            Fixture::blaming(election.board, &[]).at(at)
        },
    },
    Case {
        name: "shape.length-counter-proposal",
        altered: "Trustee 0 posts a counter-proposal that has no fields.",
        make: || {
            let mut election = enrolled();
            let author = Author::Trustee(0);
            let mut message = election.message(author, &Body::Open(Open {}));
            message.kind = "counter-proposal".into();
            message.election = election.view().election();
            appended(election, author, message)
        },
    },
];

fn declined() -> Body {
    Body::CounterProposal(CounterProposal {
        reason: "I have a stake in it".into(),
        description: None,
    })
}

/// Trustees answer, and the authority replaces its proposal.
fn replaced() -> Election {
    let mut election = enrolled();
    let description = election.view().proposal.expect("a proposal").proposal.description;
    let wanted = Description { title: "As trustee 1 would have it".into(), ..description };
    election.counter_propose(1, Some(&wanted));
    election.counter_propose(2, None);
    election.propose_description(wanted);
    election
}

/// The authority proposes the same election under another title.
fn replace(election: &mut Election) {
    let description = election.view().proposal.expect("a proposal").proposal.description;
    election.propose_description(Description { title: "Another title".into(), ..description });
}

fn enrol_all(election: &mut Election) {
    for trustee in election.everybody() {
        election.enrol(trustee);
    }
}
