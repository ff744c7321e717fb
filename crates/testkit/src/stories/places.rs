//! Lists that roots alone do not tell apart: a mix may leave its list as it is (spec/09-audit.md §9.4).

use psephos_audit::Culprit;
use psephos_core::group;
use psephos_record::bodies::{Body, Mix};

use super::mixes::{add, with_output};
use super::stage::{closed, plan};
use super::steps::finished;
use super::{Case, Fixture};
use crate::{Author, Election, Plan};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "mix-of-an-empty-list-redone",
        altered: "A mix is bad in one batch and good in an empty one; another trustee mixes both after it, before \
                  the authority excludes the first, and mixes both again.",
        make: empty_list_redone,
    },
    Case {
        name: "mix.chain-wrong-place-others-go-on",
        altered: "A trustee says a wrong place in the chain; the others go on from the list before it.",
        make: || wrong_place(closed()),
    },
    Case {
        name: "mix.chain-wrong-place-of-an-unchanged-list",
        altered: "A trustee leaves an empty list as it is, and says a wrong place; the others go on at the right one.",
        make: || wrong_place(Election::closed(Plan::new(3, 2, 0))),
    },
];

/// Two boxes, the second of which has no ballots.
fn half_empty() -> Election {
    let mut election = Election::opened(plan().with_two_boxes());
    let votes = election.plan.votes[0].clone();
    let ballots: Vec<Vec<u8>> = (0..4).map(|_| election.cast(&votes).bytes).collect();
    election.take_in_box(0, &ballots);
    election.close();
    election
}

fn empty_list_redone() -> Fixture {
    let mut election = half_empty();
    let mut body = election.mix_body(0);
    with_output(&election, &mut body, |bytes, _| add(bytes, 32, group::base()));
    let bad = election.post(Author::Trustee(0), Body::Mix(body));
    election.mix(1);
    election.exclude(bad, "mix.proof");
    finished(election, &[1, 2], &[1, 2])
}

/// The first trustee has mixed; the second mixes these lists, and says place 7.
fn wrong_place(mut election: Election) -> Fixture {
    election.mix(0);
    let before = election.audit().view.batches;
    let mixes = before.iter().map(|batch| election.mix_list(batch, 1, &batch.last, 7)).collect();
    let record = election.post(Author::Trustee(1), Body::Mix(Mix { mixes }));
    let board = finished(election, &[2], &[0, 1]).board;
    Fixture::blaming(board, &[Culprit::Trustee(1)]).at(record)
}
