//! Results that do not follow from the shares, published by the authority (spec/07-decryption.md §7.5,
//! spec/10-counting.md); and rows that are no vote, which are VALID and counted as such.

use std::sync::Arc;

use psephos_ballot::{ElectionTally, Layout, Tally, Vote};
use psephos_core::embed::embed;
use psephos_core::{Element, group};
use psephos_record::bodies::{Body, ElectionResult};
use psephos_secrets::SecretScalar;

use super::ballots::voted;
use super::mixes::in_two_batches;
use super::stage::{plan, shared};
use super::{AUTHORITY, Case, Fixture};
use crate::{Author, Election, Plan};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "result.plaintext-first-row",
        altered: "The authority publishes another vote in the first row, and counts it.",
        make: || plaintext_replaced(0),
    },
    Case {
        name: "result.plaintext-last-row",
        altered: "The authority publishes another vote in the last row, and counts it.",
        make: || plaintext_replaced(4),
    },
    Case {
        name: "result.plaintext-covert-mark-counted",
        altered: "A voter marks a vote by a counter that is not the smallest, and the authority counts it as valid.",
        make: covert_mark_counted,
    },
    Case {
        name: "result.count-votes",
        altered: "The authority gives a candidate one vote more than counted.",
        make: || published(one_vote_more),
    },
    Case {
        name: "result.count-elected",
        altered: "The authority declares another candidate elected.",
        make: || published(|body| body.contests[0].elected = vec![2]),
    },
    Case {
        name: "result.count-ballots",
        altered: "The authority states one ballot less than there are.",
        make: || published(|body| body.contests[0].ballots -= 1),
    },
    Case {
        name: "result.count-blank",
        altered: "The authority states one blank vote more than there are.",
        make: || published(|body| body.contests[1].blank += 1),
    },
    Case {
        name: "result.count-cells",
        altered: "The authority states another digest of the votes.",
        make: || published(|body| body.contests[1].cells_sha256[0] ^= 1),
    },
    Case {
        name: "result.count-contest-missing",
        altered: "The authority's result leaves out a contest.",
        make: || published(|body| drop(body.contests.pop())),
    },
    Case {
        name: "result.count-contests-exchanged",
        altered: "The authority's result gives two contests in each other's place.",
        make: || published(|body| body.contests.swap(0, 1)),
    },
    Case {
        name: "result.count-invalid-vote-dropped",
        altered: "A row is no vote, and the authority's result passes over it in silence.",
        make: invalid_vote_dropped,
    },
    Case {
        name: "result.count-beside-a-covert-mark",
        altered: "A voter marks a vote by a counter that is not the smallest; the authority counts it as invalid, and \
                  gives a candidate one vote more than counted.",
        make: || result_of(with_elements(&[marked()]), one_vote_more),
    },
    Case {
        name: "result.count-tie-against-the-rule",
        altered: "Two candidates are tied, and the authority breaks the tie for the one the rule is against.",
        make: tie_against_the_rule,
    },
    Case {
        name: "shape.length-result-row-missing",
        altered: "The authority publishes all plaintexts but one.",
        make: row_missing,
    },
    Case {
        name: "shape.length-result-without-batches",
        altered: "The authority publishes no plaintexts at all.",
        make: || published(|body| body.batches.clear()),
    },
    Case {
        name: "shape.length-result-batch-missing",
        altered: "The authority publishes one batch of two.",
        make: || of_two_batches(|body| drop(body.batches.pop())),
    },
    Case {
        name: "shape.length-result-batch-twice",
        altered: "The authority publishes one batch twice, and another not at all.",
        make: || of_two_batches(|body| body.batches[1] = body.batches[0].clone()),
    },
    Case {
        name: "shape.length-result-batches-exchanged",
        altered: "The authority publishes two batches in each other's place.",
        make: || of_two_batches(|body| body.batches.swap(0, 1)),
    },
    Case {
        name: "rows-that-are-no-vote",
        altered: "Three rows decrypt to the identity, to garbage and to a vote whose counter is not the smallest; \
                  the authority counts them as invalid.",
        make: rows_that_are_no_vote,
    },
];

/// An honest result, altered, and sealed.
fn published(alter: impl Fn(&mut ElectionResult)) -> Fixture {
    result_of(shared(), alter)
}

fn one_vote_more(body: &mut ElectionResult) {
    match &mut body.contests[0].tally {
        Tally::Plurality { votes } => votes[1] += 1,
        _ => unreachable!("a plurality contest"),
    }
}

fn of_two_batches(alter: impl Fn(&mut ElectionResult)) -> Fixture {
    result_of(Election::shared(in_two_batches()), alter)
}

fn result_of(election: Election, alter: impl Fn(&mut ElectionResult)) -> Fixture {
    let mut body = election.result_body();
    alter(&mut body);
    sealed(election, body)
}

fn sealed(mut election: Election, body: ElectionResult) -> Fixture {
    let record = election.post(Author::Authority, Body::Result(body));
    election.seal();
    Fixture::blaming(election.board, AUTHORITY).at(record)
}

fn plaintext_replaced(row: usize) -> Fixture {
    let election = shared();
    let (trustees, mut bytes) = election.decrypt(&election.view().batches[0]);
    let length = bytes.len() / plan().votes.len();
    let other = (row + 1) % plan().votes.len();
    bytes.copy_within(other * length..(other + 1) * length, row * length);
    let body = election.result_with(&[(trustees, bytes)]);
    let fixture = sealed(election, body);
    Fixture { place: fixture.place.map(|(record, _)| (record, Some(row as u64))), ..fixture }
}

fn row_missing() -> Fixture {
    let election = shared();
    let mut body = election.result_body();
    let plaintexts = body.batches[0].plaintexts;
    let bytes = election.read(&plaintexts);
    let row = plaintexts.row_length as usize;
    body.batches[0].plaintexts = election.put(plaintexts.row_length, &bytes[row..]);
    sealed(election, body)
}

/// The small election with further ballots, of any elements, up to the shares.
fn with_elements(ballots: &[Vec<Element>]) -> Election {
    let mut election = voted();
    for elements in ballots {
        let credential = Arc::new(SecretScalar::random(&mut election.rng));
        let ballot = election.cast_elements(elements, &credential, 0);
        election.take_in(&[ballot.bytes]);
    }
    election.close();
    election.mix_all();
    election.share_all();
    election
}

fn width() -> usize {
    Layout::all(&plan().contests).expect("contests that fit").width()
}

/// The elements of a vote, the first with another counter than the smallest.
fn marked() -> Vec<Element> {
    let contests = plan().contests;
    let layout = Layout::all(&contests).expect("contests that fit");
    let votes = [Vote::marks(vec![0]), Vote::ranking(vec![0, 1])];
    let mut elements = layout.encode_row(&votes).expect("votes of the contests");
    let smallest = group::encode(&elements[0]);
    let with_counter = |counter: u32| {
        let mut bytes = smallest;
        bytes[0] = 2 * (counter % 128) as u8;
        bytes[31] = (counter / 128) as u8;
        bytes
    };
    let further = (0..1u32 << 14).map(with_counter).skip_while(|bytes| *bytes != smallest).skip(1);
    let mut elements_of = further.filter_map(|bytes| group::decode(&bytes).ok());
    elements[0] = elements_of.next().expect("one candidate in four is an element");
    elements
}

fn covert_mark_counted() -> Fixture {
    let election = with_elements(&[marked()]);
    let (trustees, bytes) = election.decrypt(&election.view().batches[0]);
    let contests = plan().contests;
    let layout = Layout::all(&contests).expect("contests that fit");
    let mut tally = ElectionTally::new(&contests);
    let is_marked = |row: &&[u8]| layout.decode_row(row.as_chunks().0).is_err();
    let row = bytes.chunks(32 * width()).position(|row| is_marked(&row)).expect("a marked row");
    for plaintext in bytes.chunks(32 * width()) {
        let data: Vec<u8> =
            plaintext.chunks(32).flat_map(|element| element[1..31].to_vec()).collect();
        tally.add(&layout, &layout.decode(&data));
    }
    let mut body = election.result_with(&[(trustees, bytes.clone())]);
    body.contests = tally.results();
    let fixture = sealed(election, body);
    Fixture { place: fixture.place.map(|(record, _)| (record, Some(row as u64))), ..fixture }
}

fn garbage() -> Vec<Element> {
    vec![embed(&[0xee; 30]); width()]
}

fn invalid_vote_dropped() -> Fixture {
    result_of(with_elements(&[garbage()]), |body| {
        for contest in &mut body.contests {
            contest.ballots -= 1;
            contest.invalid = 0;
        }
    })
}

fn tie_against_the_rule() -> Fixture {
    let votes = [0, 1].map(|index| vec![Vote::marks(vec![index]), Vote::ranking(vec![index])]);
    let election = Election::shared(Plan { votes: votes.into(), ..Plan::new(2, 2, 0) });
    result_of(election, |body| {
        assert_eq!((&*body.contests[0].elected, body.contests[0].ties.len()), (&[0][..], 1));
        body.contests[0].elected = vec![1];
        body.contests[0].ties[0].lost = vec![0];
    })
}

fn rows_that_are_no_vote() -> Fixture {
    let identity = vec![Element::default(); width()];
    let mut election = with_elements(&[identity, garbage(), marked()]);
    election.publish();
    election.seal();
    Fixture::valid(election.board)
}
