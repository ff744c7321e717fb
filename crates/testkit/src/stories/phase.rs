//! Records out of their phase, from the opening to the seal.

use psephos_audit::Culprit;
use psephos_record::bodies::{Body, Open, Seal, SignOff, Waiver};

use super::stage::{closed, complete, mixed, opened, published, voted};
use super::steps::append;
use super::{AUTHORITY, Case, Fixture, posted};
use crate::{Author, Election};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "board.chain-seal-of-an-earlier-state",
        altered: "The authority seals what stood before its last record.",
        make: || {
            let mut election = published();
            let view = election.view();
            let junk = append(&election, b"junk".to_vec());
            election.exclude(junk, "encoding.canonical");
            let seal = Body::Seal(Seal { head: view.head, records: view.records });
            let record = election.post(Author::Authority, seal);
            Fixture::blaming(election.board, AUTHORITY).at(record)
        },
    },
    Case {
        name: "board.phase-ballots-before-open",
        altered: "Ballots are taken in before the election is open.",
        make: || {
            let mut election = Election::enrolled(super::stage::plan());
            election.issue_manifest();
            election.hold_ceremony();
            authority_did(election, |election| election.take_in(&[]))
        },
    },
    Case {
        name: "board.phase-ballots-in-a-failed-ceremony",
        altered: "Ballots are taken in although the key ceremony has failed.",
        make: || {
            let mut election = Election::enrolled(super::stage::plan());
            election.issue_manifest();
            let mut body = election.accept_body(1);
            body.proof.response = [0; 32];
            election.post(Author::Trustee(1), Body::Accept(body));
            authority_did(election, |election| election.take_in(&[]))
                .and_guilty(&[Culprit::Trustee(1)])
        },
    },
    Case {
        name: "board.phase-opened-twice",
        altered: "The authority opens the election twice.",
        make: || posted(opened(), Author::Authority, Body::Open(Open {})),
    },
    Case {
        name: "board.phase-ballots-after-close",
        altered: "Ballots are taken in after the close record.",
        make: || {
            authority_did(closed(), |election| {
                let ballots: Vec<_> =
                    election.cast_plan().into_iter().map(|(_, bytes)| bytes).collect();
                election.take_in(&ballots)
            })
        },
    },
    Case {
        name: "board.phase-challenge-after-close",
        altered: "A challenged ballot is posted after the close record.",
        make: || {
            let mut election = voted();
            let votes = election.plan.votes[0].clone();
            let ballot = election.cast(&votes);
            let row = election.challenge(&ballot);
            election.close();
            authority_did(election, |election| election.post_challenges(&[row]))
        },
    },
    Case {
        name: "board.phase-waiver-after-close",
        altered: "The authority waives the minimum after the close record.",
        make: || {
            let body = Waiver { box_index: 0, reason: "nobody objected".into() };
            posted(closed(), Author::Authority, Body::Waiver(body))
        },
    },
    Case {
        name: "board.phase-closed-twice",
        altered: "The authority closes twice.",
        make: || {
            let election = closed();
            let body = election.close_body(&[]);
            posted(election, Author::Authority, Body::Close(body))
        },
    },
    Case {
        name: "board.phase-manifest-after-open",
        altered: "The authority issues another manifest after the election is open.",
        make: || {
            let election = opened();
            let body = election.manifest_body();
            posted(election, Author::Authority, Body::Manifest(body))
        },
    },
    Case {
        name: "board.phase-mix-before-close",
        altered: "Trustee 1 mixes before the close record.",
        make: || {
            let body = closed().mix_body(1);
            posted(voted(), Author::Trustee(1), Body::Mix(body))
        },
    },
    Case {
        name: "board.phase-share-before-everybody-has-mixed",
        altered: "Trustee 2 shares a list that it has yet to mix.",
        make: || {
            let mut election = closed();
            election.mix(0);
            election.mix(1);
            let body = election.share_body(2);
            posted(election, Author::Trustee(2), Body::Share(body))
        },
    },
    Case {
        name: "board.phase-share-of-the-ballots-as-they-were-cast",
        altered: "Trustee 2 shares the accepted list before anybody has mixed.",
        make: || {
            let mut election = closed();
            let body = election.share_body(2);
            posted(election, Author::Trustee(2), Body::Share(body))
        },
    },
    Case {
        name: "board.phase-result-before-everybody-has-mixed",
        altered: "The authority publishes a result before anybody has mixed.",
        make: || {
            let body = published().result_body();
            posted(closed(), Author::Authority, Body::Result(body))
        },
    },
    Case {
        name: "board.phase-result-twice",
        altered: "The authority publishes the result twice.",
        make: || {
            let election = published();
            let body = election.result_body();
            posted(election, Author::Authority, Body::Result(body))
        },
    },
    Case {
        name: "board.phase-seal-before-the-result",
        altered: "The authority seals before there is a result.",
        make: || authority_did(mixed(), Election::seal),
    },
    Case {
        name: "board.phase-after-the-seal",
        altered: "The authority opens the election again after the seal.",
        make: || posted(complete(), Author::Authority, Body::Open(Open {})),
    },
    Case {
        name: "board.phase-signed-off-after-the-seal",
        altered: "Trustee 0 signs off after the seal, which it had seen.",
        make: || {
            let election = complete();
            let head = election.view().head;
            posted(election, Author::Trustee(0), Body::SignOff(SignOff { head }))
        },
    },
];

/// The authority, or its intake, does something at the wrong time.
fn authority_did(mut election: Election, act: impl FnOnce(&mut Election) -> u64) -> Fixture {
    let at = act(&mut election);
    Fixture::blaming(election.board, AUTHORITY).at(at)
}
