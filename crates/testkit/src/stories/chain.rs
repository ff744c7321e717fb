//! Mixes at a wrong place, by the wrong trustee, or too few (spec/09-audit.md §9.4, checks 32 to 34).

use psephos_audit::{BatchView, Culprit};
use psephos_record::bodies::{Blob, Body, Mix};

use super::mixes::{posted, two_batches, with_output};
use super::stage::{closed, plan};
use super::steps::bad_mix;
use super::{Case, Fixture, NOT_CANONICAL};
use crate::{Author, Election, Plan};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "mix.chain-first-list-again",
        altered: "The second trustee mixes the first list, as if the first trustee had done nothing.",
        make: || second_mixes(|batch| (batch.first, 0)),
    },
    Case {
        name: "mix.chain-first-list-in-second-place",
        altered: "The second trustee mixes the first list and says that it stands in the second place.",
        make: || second_mixes(|batch| (batch.first, 1)),
    },
    Case {
        name: "mix.chain-wrong-place",
        altered: "The second trustee mixes the last good list and says that it stands in the first place.",
        make: || second_mixes(|batch| (batch.last, 0)),
    },
    Case {
        name: "mix.chain-list-of-its-own",
        altered: "The second trustee mixes a list of ballots that it made itself.",
        make: list_of_its_own,
    },
    Case {
        name: "mix.chain-input-of-another-batch",
        altered: "A trustee names the list of one batch as what it has mixed in another.",
        make: || two_batches(|body| body.mixes[0].input = body.mixes[1].input),
    },
    Case {
        name: "mix.identity-twice",
        altered: "A trustee mixes a batch a second time.",
        make: || {
            let mut election = closed();
            election.mix(0);
            let body = election.mix_body(0);
            posted(election, 0, body)
        },
    },
    Case {
        name: "mix.identity-again-and-again",
        altered: "A trustee mixes a list that is excluded meanwhile, four times where there are three trustees.",
        make: again_and_again,
    },
    Case {
        name: "mix.identity-stranger",
        altered: "Somebody whom the election does not know posts a mix.",
        make: by_a_stranger,
    },
    Case {
        name: "mix.quorum-mix-of-what-is-no-list",
        altered: "The first trustee's list has a row that is no element, and the second one posts a mix of it; the \
                  third mix alone is too few, for which the first is to blame.",
        make: of_what_is_no_list,
    },
    Case {
        name: "mix.quorum-one-fails",
        altered: "All three trustees have to mix, the third one's mix does not hold, and all decrypt the list \
                  before it.",
        make: too_few_valid,
    },
];

/// The first trustee has mixed; the second mixes this list, and says this place.
fn second_mixes(choose: impl Fn(&BatchView) -> (Blob, u64)) -> Fixture {
    let mut election = closed();
    election.mix(0);
    let batch = election.view().batches[0].clone();
    let (list, position) = choose(&batch);
    let mix = election.mix_list(&batch, 1, &list, position);
    posted(election, 1, Mix { mixes: vec![mix] })
}

fn list_of_its_own() -> Fixture {
    let mut election = closed();
    election.mix(0);
    let batch = election.view().batches[0].clone();
    let ballots: Vec<u8> = plan()
        .votes
        .iter()
        .flat_map(|_| election.cast(&plan().votes[0]).elements.concat())
        .collect();
    let list = election.put(batch.first.row_length, &ballots);
    let mix = election.mix_list(&batch, 1, &list, 1);
    posted(election, 1, Mix { mixes: vec![mix] })
}

/// The list of the first trustee has a row that is no element, so nothing can be said of the second one's mix.
fn of_what_is_no_list() -> Fixture {
    let mut election = closed();
    let mut second = election.mix_body(1);
    let mut first = election.mix_body(0);
    with_output(&election, &mut first, |bytes, _| bytes[..32].copy_from_slice(&NOT_CANONICAL));
    second.mixes[0].input = first.mixes[0].output.root;
    second.mixes[0].position = 1;
    election.post(Author::Trustee(0), Body::Mix(first));
    election.post(Author::Trustee(1), Body::Mix(second));
    election.mix_last_good(2);
    election.share_last_good(2);
    Fixture::blaming(election.board, &[Culprit::Trustee(0)])
}

fn again_and_again() -> Fixture {
    let mut election = closed();
    let bad = bad_mix(&mut election, 0);
    let batch = election.view().batches[0].clone();
    let mix = election.mix_list(&batch, 1, &batch.mixes[0].output, 1);
    let body = Body::Mix(Mix { mixes: vec![mix] });
    let messages: Vec<_> = (0..4).map(|_| election.message(Author::Trustee(1), &body)).collect();
    election.exclude(bad, "mix.proof");
    let mut record = 0;
    for message in messages {
        record = election.append(Author::Trustee(1), message);
    }
    Fixture::blaming(election.board, &[Culprit::Trustee(1)]).at(record)
}

fn by_a_stranger() -> Fixture {
    let mut election = closed();
    let body = election.mix_body(0);
    let record = election.post(Author::Stranger, Body::Mix(body));
    let stranger = Culprit::Author(election.public_key(Author::Stranger));
    Fixture::blaming(election.board, &[stranger]).at(record)
}

fn too_few_valid() -> Fixture {
    let mut election = Election::closed(Plan { mixes: 3, ..plan() });
    election.mix(0);
    election.mix(1);
    let good = election.view().batches[0].clone();
    let mut body = election.mix_body(2);
    with_output(&election, &mut body, |bytes, row| bytes.rotate_left(row));
    election.post(Author::Trustee(2), Body::Mix(body));
    for trustee in election.everybody() {
        let body = election.share_lists(trustee, &[(good.clone(), good.last)]);
        election.post(Author::Trustee(trustee), Body::Share(body));
    }
    Fixture::blaming(election.board, &[Culprit::Trustee(2)])
}
