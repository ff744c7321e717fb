//! Mixes that do not hold, each signed by its trustee (spec/04-shuffle.md, spec/09-audit.md §9.4).

use psephos_audit::Culprit;
use psephos_ballot::{Contest, Method, Vote};
use psephos_core::{Element, group};
use psephos_proofs::shuffle::Proof;
use psephos_record::bodies::{Body, Mix};

use super::stage::closed;
use super::{Case, Fixture};
use crate::{Author, Election, Plan, PlannedBox};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "mix.proof-row-replaced",
        altered: "The first trustee replaces a vote while it mixes; everybody goes on from its list.",
        make: || row_replaced(0),
    },
    Case {
        name: "mix.proof-row-replaced-by-the-last",
        altered: "The last trustee replaces a vote while it mixes, and the result follows.",
        make: || row_replaced(2),
    },
    Case {
        name: "mix.proof-votes-that-cancel",
        altered: "The second trustee adds an element to one vote and takes it from another.",
        make: || {
            second_lists(|bytes, row| {
                add(bytes, 32, group::base());
                add(bytes, row + 32, -group::base());
            })
        },
    },
    Case {
        name: "mix.proof-rows-swapped",
        altered: "The second trustee exchanges two rows of its list after it has proved it.",
        make: || second_lists(|bytes, row| bytes[..2 * row].rotate_left(row)),
    },
    Case {
        name: "mix.proof-row-doubled",
        altered: "The second trustee puts one row in the place of another.",
        make: || second_lists(|bytes, row| bytes.copy_within(..row, row)),
    },
    Case {
        name: "mix.proof-one-column-swapped",
        altered: "A trustee exchanges one column of two rows, so that halves of two ballots change places.",
        make: || {
            wide(|bytes| {
                let (first, second) = bytes.split_at_mut(128);
                first[64..].swap_with_slice(&mut second[64..128]);
            })
        },
    },
    Case {
        name: "mix.proof-one-column-changed",
        altered: "A trustee changes the second column of one row.",
        make: || wide(|bytes| add(bytes, 64 + 32, group::base())),
    },
    Case {
        name: "mix.proof-errors-of-two-mixes-cancel",
        altered: "One trustee adds an element to a vote and the next takes it away again.",
        make: errors_of_two_mixes,
    },
    Case {
        name: "mix.proof-others-go-on-from-the-good-list",
        altered: "The first trustee's mix does not hold; the others go on from the list before it, and are enough.",
        make: others_go_on,
    },
    Case {
        name: "mix.proof-of-another-mix",
        altered: "The second trustee's mix carries the first one's proof.",
        make: proof_of_another_mix,
    },
    Case {
        name: "mix.proof-whole-mix-of-another",
        altered: "A trustee posts another one's mix under its own name.",
        make: || {
            let mut election = closed();
            let body = election.mix_body(0);
            posted(election, 1, body)
        },
    },
    Case {
        name: "mix.proof-batches-exchanged",
        altered: "A trustee exchanges the proofs of two batches of the same size.",
        make: || {
            two_batches(|body| {
                let (first, second) = body.mixes.split_at_mut(1);
                std::mem::swap(&mut first[0].proof, &mut second[0].proof);
            })
        },
    },
    Case {
        name: "mix.proof-lists-of-batches-exchanged",
        altered: "A trustee exchanges the lists of two batches and their proofs.",
        make: || {
            two_batches(|body| {
                let (first, second) = body.mixes.split_at_mut(1);
                std::mem::swap(&mut first[0].output, &mut second[0].output);
                std::mem::swap(&mut first[0].proof, &mut second[0].proof);
            })
        },
    },
    Case {
        name: "mix.shape-row-dropped",
        altered: "A trustee leaves the last row out of its list.",
        make: || resized(|bytes, row| bytes.truncate(bytes.len() - row)),
    },
    Case {
        name: "mix.shape-row-added",
        altered: "A trustee adds a row to its list.",
        make: || resized(|bytes, row| bytes.extend_from_within(..row)),
    },
    Case {
        name: "shape.length-mix-other-columns",
        altered: "A trustee's proof is one of nine rows, which has more columns.",
        make: proof_of_more_rows,
    },
    Case {
        name: "shape.length-mix-more-matrix-rows",
        altered: "A trustee's proof commits to twice as many matrix rows as the list has.",
        make: || {
            reproved(|proof| {
                proof.exponents.0.extend_from_within(..);
                proof.powers.0.extend_from_within(..);
            })
        },
    },
    Case {
        name: "shape.length-mix-without-proof",
        altered: "A trustee's mix comes without a proof.",
        make: || first_mix(|body| body.mixes[0].proof = None),
    },
    Case {
        name: "shape.length-mix-exponents-short",
        altered: "A trustee's proof has one commitment to exponents too few.",
        make: || reproved(|proof| proof.exponents.0.truncate(3)),
    },
    Case {
        name: "shape.length-mix-multiexp-response-empty",
        altered: "A trustee's proof has no responses in the multi-exponentiation argument.",
        make: || reproved(|proof| proof.multiexp.response.0.clear()),
    },
    Case {
        name: "shape.length-mix-of-nothing",
        altered: "A trustee's mix record names no batch.",
        make: || first_mix(|body| body.mixes.clear()),
    },
    Case {
        name: "shape.length-mix-batch-twice",
        altered: "A trustee's mix record names one batch twice.",
        make: || first_mix(|body| body.mixes.extend_from_within(..)),
    },
    Case {
        name: "shape.length-mix-no-such-batch",
        altered: "A trustee's mix record names a batch that there is not.",
        make: || first_mix(|body| body.mixes[0].batch_index = 1),
    },
    Case {
        name: "group.membership-mix-output-identity",
        altered: "A trustee puts the identity into its list.",
        make: || element_replaced([0; 32]),
    },
    Case {
        name: "group.membership-mix-output-no-element",
        altered: "A trustee puts a number into its list that is no element.",
        make: || element_replaced(NO_ELEMENT),
    },
    Case {
        name: "encoding.canonical-mix-output-odd",
        altered: "A trustee puts an odd number into its list, which encodes nothing.",
        make: || element_replaced([1; 32]),
    },
    Case {
        name: "encoding.canonical-mix-output",
        altered: "A trustee puts an element into its list that is not in its canonical encoding.",
        make: || element_replaced([0xff; 32]),
    },
    Case {
        name: "encoding.canonical-mix-response",
        altered: "A response in a trustee's proof is not below the group's order.",
        make: || reproved(|proof| proof.multiexp.response.0[0] = [0xff; 32]),
    },
    Case {
        name: "encoding.canonical-mix-commitment",
        altered: "A commitment in a trustee's proof is not in its canonical encoding.",
        make: || reproved(|proof| proof.exponents.0[0] = [0xff; 32]),
    },
];

/// Canonical as a number, and the encoding of no element.
pub(super) const NO_ELEMENT: [u8; 32] = [8; 32];

pub(super) fn add(bytes: &mut [u8], place: usize, delta: Element) {
    let encoding = bytes[place..place + 32].try_into().expect("32 bytes");
    let element = group::decode(&encoding).expect("an element") + delta;
    bytes[place..place + 32].copy_from_slice(&group::encode(&element));
}

/// Replaces the output of a mix, its proof staying.
pub(super) fn with_output(
    election: &Election,
    body: &mut Mix,
    alter: impl Fn(&mut Vec<u8>, usize),
) {
    let output = body.mixes[0].output;
    let mut bytes = election.read(&output);
    alter(&mut bytes, output.row_length as usize);
    body.mixes[0].output = election.put(output.row_length, &bytes);
}

/// The trustee's fault, in its last record.
pub(super) fn posted(mut election: Election, trustee: u64, body: Mix) -> Fixture {
    let record = election.post(Author::Trustee(trustee), Body::Mix(body));
    Fixture::blaming(election.board, &[Culprit::Trustee(trustee)]).at(record)
}

/// The first trustee's mix, altered.
fn first_mix(alter: impl Fn(&mut Mix)) -> Fixture {
    let mut election = closed();
    let mut body = election.mix_body(0);
    alter(&mut body);
    posted(election, 0, body)
}

fn reproved(alter: impl Fn(&mut Proof)) -> Fixture {
    first_mix(|body| alter(body.mixes[0].proof.as_mut().expect("a proof")))
}

fn resized(alter: impl Fn(&mut Vec<u8>, usize)) -> Fixture {
    let mut election = closed();
    let mut body = election.mix_body(0);
    with_output(&election, &mut body, alter);
    posted(election, 0, body)
}

fn element_replaced(value: [u8; 32]) -> Fixture {
    let fixture = resized(|bytes, row| bytes[row..row + 32].copy_from_slice(&value));
    Fixture { place: fixture.place.map(|(record, _)| (record, Some(1))), ..fixture }
}

/// One trustee replaces a vote; the others take its list for good, to the seal.
fn row_replaced(who: u64) -> Fixture {
    let mut election = closed();
    let mut record = 0;
    for trustee in election.everybody() {
        let mut body = election.mix_body(trustee);
        if trustee == who {
            with_output(&election, &mut body, |bytes, _| add(bytes, 32, group::base()));
            record = election.view().records;
        }
        election.post(Author::Trustee(trustee), Body::Mix(body));
    }
    election.share_all();
    election.publish();
    election.seal();
    Fixture::blaming(election.board, &[Culprit::Trustee(who)])
        .and_guilty(&[Culprit::Authority])
        .at(record)
}

/// The second trustee alters its list; the third goes on from it.
fn second_lists(alter: impl Fn(&mut Vec<u8>, usize)) -> Fixture {
    let mut election = closed();
    election.mix(0);
    let mut body = election.mix_body(1);
    with_output(&election, &mut body, alter);
    let record = election.post(Author::Trustee(1), Body::Mix(body));
    election.mix(2);
    Fixture::blaming(election.board, &[Culprit::Trustee(1)]).at(record)
}

fn others_go_on() -> Fixture {
    let mut election = closed();
    let mut body = election.mix_body(0);
    with_output(&election, &mut body, |bytes, row| bytes.rotate_left(row));
    let record = election.post(Author::Trustee(0), Body::Mix(body));
    for trustee in [1, 2] {
        election.mix_last_good(trustee);
    }
    for trustee in [1, 2] {
        election.share_last_good(trustee);
    }
    election.publish_audited();
    election.seal();
    Fixture::blaming(election.board, &[Culprit::Trustee(0)]).at(record)
}

/// Rows of two columns, as two contests in rounds of thirty candidates need them.
fn wide(alter: impl Fn(&mut [u8])) -> Fixture {
    let contest = |id: &str| Contest {
        id: id.into(),
        seats: 1,
        title: "Council".into(),
        method: Method::Irv { max_ranks: 30 },
        write_ins: None,
        candidates: (0..30).map(|index| format!("Candidate {index}")).collect(),
    };
    let votes = (0..3).map(|index| vec![Vote::ranking(vec![index]), Vote::ranking(vec![9, index])]);
    let plan = Plan {
        contests: vec![contest("first"), contest("second")],
        votes: votes.collect(),
        ..Plan::new(2, 2, 0)
    };
    let mut election = Election::closed(plan);
    assert_eq!(election.view().batches[0].width, 2);
    let mut body = election.mix_body(0);
    with_output(&election, &mut body, |bytes, _| alter(bytes));
    posted(election, 0, body)
}

fn errors_of_two_mixes() -> Fixture {
    let mut election = closed();
    for (trustee, delta) in [(0, group::base()), (1, -group::base())] {
        let mut body = election.mix_body(trustee);
        with_output(&election, &mut body, |bytes, _| add(bytes, 32, delta));
        election.post(Author::Trustee(trustee), Body::Mix(body));
    }
    election.mix(2);
    Fixture::blaming(election.board, &[Culprit::Trustee(0)]).and_guilty(&[Culprit::Trustee(1)])
}

fn proof_of_another_mix() -> Fixture {
    let mut election = closed();
    let first = election.mix_body(0);
    election.post(Author::Trustee(0), Body::Mix(first.clone()));
    let mut second = election.mix_body(1);
    second.mixes[0].proof = first.mixes[0].proof.clone();
    posted(election, 1, second)
}

fn proof_of_more_rows() -> Fixture {
    let larger = Election::closed(Plan::new(3, 2, 9)).mix_body(0);
    first_mix(|body| body.mixes[0].proof = larger.mixes[0].proof.clone())
}

/// One box with the two contests in batches of their own.
pub(super) fn in_two_batches() -> Plan {
    Plan { boxes: vec![PlannedBox::new("all", &[&[0], &[1]])], ..Plan::new(2, 2, 3) }
}

pub(super) fn two_batches(alter: impl Fn(&mut Mix)) -> Fixture {
    let mut election = Election::closed(in_two_batches());
    let mut body = election.mix_body(0);
    alter(&mut body);
    posted(election, 0, body)
}
