//! What a wrapper, which nobody signs, can do to the message in it (spec/09-audit.md §9.2, §9.10).

use psephos_audit::{Culprit, Verdict};
use psephos_record::bodies::{Body, SignOff, Waiver};
use psephos_record::kind::Kind;
use psephos_record::message::{Message, Record, file_digest};
use psephos_record::signature::{sign, sign_bytes};

use super::record::long_version;
use super::stage::{closed, opened, shared, voted};
use super::steps::{append, finished};
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
    Case {
        name: "board.chain-close-replaced-before-a-refused-message",
        altered: "The authority replaces its close record behind a trustee's message that is not canonical: nobody \
                  convicts the trustee that has mixed the list of the first.",
        make: close_replaced_before_a_refused_message,
    },
    Case {
        name: "board.chain-ballots-replaced-with-a-receipt",
        altered: "A record of ballots is replaced by a trustee's sign-off; a receipt for one of the ballots convicts \
                  nobody, because nobody can tell who has done that.",
        make: ballots_replaced,
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

/// Another record stands in the place of the one that came next; those behind it are as they were.
fn replace(election: &Election, at: usize, mut before: Election, author: Author, body: Body) {
    before.post(author, body);
    let mut files = election.board.records();
    files[at].clone_from(&before.board.records()[at]);
    election.board.set_records(files);
}

fn waiver() -> Body {
    Body::Waiver(Waiver { box_index: 0, reason: "a flood".into() })
}

/// What stands behind the record that was replaced is as it was, in files that everybody has signed.
fn close_replaced() -> Fixture {
    let mut election = closed();
    let at = place(&election, Kind::Close);
    let head = file_digest(&election.board.records()[0]);
    let signed_off = election.post(Author::Trustee(1), Body::SignOff(SignOff { head }));
    election.mix(0);
    replace(&election, at, voted(), Author::Authority, waiver());
    election.exclude(signed_off, "board.chain");
    Fixture::answering(election.board, Verdict::Incomplete)
}

fn close_replaced_before_a_refused_message() -> Fixture {
    let mut election = closed();
    let at = place(&election, Kind::Close);
    let head = election.view().head;
    let author = Author::Trustee(2);
    let mut message = election.message(author, &Body::SignOff(SignOff { head })).encode();
    long_version(&mut message);
    let signed = sign_bytes(message, election.key(author));
    let record = Record::wrap(signed, election.view().records, head);
    append(&election, record.encode());
    election.mix(0);
    replace(&election, at, voted(), Author::Authority, waiver());
    Fixture::blaming(election.board, &[]).and_guilty(&[Culprit::Trustee(2)]).at(at as u64 + 1)
}

fn ballots_replaced() -> Fixture {
    let mut election = voted();
    let at = place(&election, Kind::Ballots);
    let ballots = election.view().ballots[0].ballots;
    let layout = election.layout_of(0);
    let receipt = election.receipt(0, &election.read(&ballots)[..layout.row_length()]);
    let head = election.view().head;
    election.post(Author::Trustee(0), Body::SignOff(SignOff { head }));
    election.close();
    let before = opened();
    let head = before.view().head;
    replace(&election, at, before, Author::Trustee(2), Body::SignOff(SignOff { head }));
    let fixture = Fixture::blaming(election.board, &[]).at(at as u64 + 1);
    fixture.with_receipt("voter.receipt", receipt)
}
