//! What a wrapper, which nobody signs, can do to the message in it (spec/09-audit.md §9.2, §9.10).

use psephos_audit::Verdict;
use psephos_record::bodies::{Body, SignOff, Waiver};
use psephos_record::kind::Kind;
use psephos_record::message::{Message, Record, file_digest};
use psephos_record::signature::sign;

use super::saved::{append, finished};
use super::stage::{closed, shared, voted};
use super::{AUTHORITY, Case, Fixture, place};
use crate::{Author, Election};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "exclusion.unjustified-close-taken-back",
        altered: "The authority lays its close record in a wrong wrapper, excludes it for that, takes in more \
                  ballots and closes again; the whole election follows.",
        make: close_taken_back,
    },
    Case {
        name: "exclusion.unjustified-result-taken-back",
        altered: "The authority lays its result in a wrong wrapper, excludes it for that, and publishes another.",
        make: result_taken_back,
    },
    Case {
        name: "exclusion.unjustified-own-equivocation",
        altered: "The authority signs two waivers with one counter, and excludes the second.",
        make: own_equivocation,
    },
    Case {
        name: "close-posted-again",
        altered: "Somebody lays the close record in a wrong wrapper; the authority posts the same message in a \
                  right one, and excludes the first.",
        make: close_posted_again,
    },
    Case {
        name: "mix-posted-again",
        altered: "Somebody lays a mix in a wrong wrapper; the authority excludes it, and the same message stands \
                  in a right one.",
        make: mix_posted_again,
    },
    Case {
        name: "board.chain-close-replaced-behind-an-exclusion",
        altered: "The authority replaces its close record, and excludes the record behind it for its wrapper: \
                  nobody convicts the trustee that has mixed the list of the first.",
        make: close_replaced,
    },
];

/// Appends a message in a wrapper of no place.
fn append_wrongly(election: &Election, author: Author, message: Message) -> u64 {
    let signed = sign(message, election.key(author));
    let place = election.view().records;
    append(election, Record::wrap(signed, place, [9; 32]).encode())
}

fn close_taken_back() -> Fixture {
    let mut election = voted();
    let body = Body::Close(election.close_body(&[]));
    let message = election.message(Author::Authority, &body);
    let first = append_wrongly(&election, Author::Authority, message);
    let exclusion = election.exclude(first, "board.chain");
    election.take_in_plan();
    election.close();
    let board = finished(election, &[0, 1, 2], &[0, 1]).board;
    Fixture::blaming(board, AUTHORITY).at(exclusion)
}

fn result_taken_back() -> Fixture {
    let mut election = shared();
    let mut body = election.result_body();
    body.contests[0].blank += 1;
    let message = election.message(Author::Authority, &Body::Result(body));
    let first = append_wrongly(&election, Author::Authority, message);
    let exclusion = election.exclude(first, "board.chain");
    election.publish();
    election.seal();
    Fixture::blaming(election.board, AUTHORITY).at(exclusion)
}

fn own_equivocation() -> Fixture {
    let mut election = voted();
    let waiver = |reason: &str| Body::Waiver(Waiver { box_index: 0, reason: reason.into() });
    election.post(Author::Authority, waiver("a flood"));
    let mut message = election.message(Author::Authority, &waiver("a fire"));
    message.counter -= 1;
    let second = election.append(Author::Authority, message);
    let exclusion = election.exclude(second, "board.equivocation");
    Fixture::blaming(election.board, AUTHORITY).at(exclusion)
}

fn close_posted_again() -> Fixture {
    let mut election = voted();
    let body = Body::Close(election.close_body(&[]));
    let message = election.message(Author::Authority, &body);
    let first = append_wrongly(&election, Author::Authority, message.clone());
    election.append(Author::Authority, message);
    election.exclude(first, "board.chain");
    finished(election, &[0, 1, 2], &[0, 1])
}

fn mix_posted_again() -> Fixture {
    let mut election = closed();
    let body = Body::Mix(election.mix_body(0));
    let message = election.message(Author::Trustee(0), &body);
    let first = append_wrongly(&election, Author::Trustee(0), message.clone());
    election.exclude(first, "board.chain");
    election.append(Author::Trustee(0), message);
    finished(election, &[1, 2], &[0, 1])
}

/// What stands behind the record that was replaced is as it was, in files that everybody has signed.
fn close_replaced() -> Fixture {
    let mut election = closed();
    let at = place(&election, Kind::Close);
    let mut before = voted();
    let waiver = Waiver { box_index: 0, reason: "a flood".into() };
    before.post(Author::Authority, Body::Waiver(waiver));
    let head = file_digest(&election.board.records()[0]);
    let signed_off = election.post(Author::Trustee(1), Body::SignOff(SignOff { head }));
    election.mix(0);
    let mut files = election.board.records();
    files[at].clone_from(&before.board.records()[at]);
    election.board.set_records(files);
    election.exclude(signed_off, "board.chain");
    Fixture::answering(election.board, Verdict::Incomplete)
}
