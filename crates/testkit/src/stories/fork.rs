//! Two boards of one election, compared.

use psephos_audit::Culprit;
use psephos_record::bodies::{Body, SignOff};
use psephos_record::kind::Kind;

use super::stage::{complete, opened, published, voted};
use super::{Case, Fixture, place};
use crate::{Author, Election};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "board.fork-everybody-on-both",
        altered: "The authority shows two boards that differ in the ballots, both VALID by themselves; the \
                  trustees have worked on both.",
        make: || {
            let mut one = opened();
            let mut other = opened();
            one.take_in_plan();
            other.take_in_plan();
            other.take_in_plan();
            let everybody =
                [Culprit::Authority, Culprit::Trustee(0), Culprit::Trustee(1), Culprit::Trustee(2)];
            let at = one.view().records;
            compared(finished(one), finished(other), &everybody).at(at)
        },
    },
    Case {
        name: "board.fork-one-trustee-on-both",
        altered: "Two boards differ in who signed off first; one trustee has signed off both.",
        make: || {
            let one = signed_off(&[0, 1]);
            let other = signed_off(&[2, 1]);
            let at = published().view().records;
            let culprits = [Culprit::Authority, Culprit::Trustee(1)];
            compared(one, other, &culprits).at(at)
        },
    },
    Case {
        name: "board.fork-nobody-on-both",
        altered: "Two boards differ in their last records; nobody has signed anything knowing both.",
        make: || {
            let at = published().view().records;
            compared(complete(), signed_off(&[0]), &[]).at(at)
        },
    },
    Case {
        name: "board.fork-at-the-manifest",
        altered: "The authority shows two boards of one proposal with two manifests, both VALID by themselves.",
        make: || {
            let mut one = super::stage::enrolled();
            one.conclude();
            let mut other = super::stage::enrolled();
            other.issue_manifest();
            other.conclude();
            let at = super::stage::enrolled().view().records + 1;
            let everybody =
                [Culprit::Authority, Culprit::Trustee(0), Culprit::Trustee(1), Culprit::Trustee(2)];
            compared(one, other, &everybody).at(at)
        },
    },
    Case {
        name: "board.fork-files-in-other-places",
        altered: "An older copy of a board is compared with one on which its last files stand in other places: \
                  nobody has signed both.",
        make: files_in_other_places,
    },
    Case {
        name: "compared-with-an-older-copy",
        altered: "The board is compared with a copy from the time of voting, of which it is the continuation.",
        make: || Fixture::valid(complete().board).compared(voted().board),
    },
];

/// Whoever can write to a folder can do this; the authority's heads are of files of either copy.
fn files_in_other_places() -> Fixture {
    let (older, other) = (complete(), complete());
    let files = older.board.records();
    let at = place(&older, Kind::Ballots);
    let result = place(&older, Kind::Result);
    older.board.set_records(files[..=place(&older, Kind::Close)].to_vec());
    other.board.set_records([&files[..at], &files[result..]].concat());
    compared(older, other, &[]).at(at as u64)
}

/// Everything from the close record to the seal, honestly.
fn finished(mut election: Election) -> Election {
    election.close();
    election.mix_all();
    election.share_all();
    election.publish();
    election.seal();
    election
}

/// These trustees sign off the result, one knowing the other's statement, and the authority seals.
fn signed_off(trustees: &[u64]) -> Election {
    let mut election = published();
    for trustee in trustees {
        let head = election.view().head;
        election.post(Author::Trustee(*trustee), Body::SignOff(SignOff { head }));
    }
    election.seal();
    election
}

fn compared(one: Election, other: Election, culprits: &[Culprit]) -> Fixture {
    Fixture::blaming(one.board, culprits).compared(other.board)
}
