//! Page 6: the ballot, its range parts and a challenge.

use psephos_core::transcript::Transcript;
use psephos_proofs::ElectionContext;
use psephos_proofs::ballot::range::{
    Bits, equality_challenge, equality_responses, range_transcript,
};
use psephos_proofs::ballot::{
    absorb_ranges, ballot_challenge, ballot_transcript, challenge_transcript,
};

use super::{Digest, Encoding, Line, Value, check, page, probe};

const PAGE: &str = "06-ballot.md";

#[derive(Clone)]
struct Case {
    election: ElectionContext,
    box_index: u64,
    credential: Encoding,
    counter: u64,
    rows: Vec<Encoding>,
    ranges: Vec<u8>,
    commitment: Encoding,
    /// Of a range part.
    batch: u64,
    bits: u64,
    value: Encoding,
    commitments: [Encoding; 3],
    responses: [Encoding; 3],
    tracker: Digest,
}

fn case() -> Case {
    Case {
        election: ElectionContext { election: [1; 32], public_key: [2; 32] },
        box_index: 3,
        credential: [4; 32],
        counter: 5,
        rows: (6..12).map(|byte| [byte; 32]).collect(),
        ranges: vec![12; 704],
        commitment: [13; 32],
        batch: 14,
        bits: 16,
        value: [17; 32],
        commitments: [[18; 32], [19; 32], [20; 32]],
        responses: [[21; 32], [22; 32], [23; 32]],
        tracker: [24; 32],
    }
}

fn statement() -> Vec<Line<Case>> {
    vec![
        Line::bytes("election", |c| &mut c.election.election),
        Line::encoding("public key", |c| &mut c.election.public_key),
        Line::integer("box", |c| &mut c.box_index),
        Line::encoding("credential", |c| &mut c.credential),
        Line::integer("counter", |c| &mut c.counter),
        Line::encodings("rows", |c| &mut c.rows, &case()),
    ]
}

fn statement_transcript(case: &Case) -> Transcript {
    let Case { election, box_index, credential, counter, rows, .. } = case;
    ballot_transcript(election, *box_index, credential, *counter, rows)
}

#[test]
fn every_line_of_a_ballot() {
    let mut lines = statement();
    lines.push(Line::bytes("ranges", |c| &mut c.ranges));
    lines.push(Line::encoding("commitment", |c| &mut c.commitment));
    lines.push(Line::Drawn("challenge"));
    let part = page::part(PAGE, "## 6.3", "The response is");
    check(Transcript::new("ballot"), &page::calls(&part), &case(), &lines, |case| {
        let mut transcript = statement_transcript(case);
        absorb_ranges(&mut transcript, &case.ranges);
        Some(vec![ballot_challenge(&mut transcript, &case.commitment).to_bytes()])
    });
}

/// A line of a fixed number of encodings.
fn three(label: &'static str, reach: fn(&mut Case) -> &mut [Encoding; 3]) -> Line<Case> {
    let value = move |case: &Case| Value::Encodings(reach(&mut case.clone()).to_vec());
    let change = move |index: usize| -> super::Change<Case> {
        Box::new(move |case| reach(case)[index][9] ^= 1)
    };
    Line::Absorbed { label, value: Box::new(value), changes: (0..3).map(change).collect() }
}

#[test]
fn every_line_of_a_range_part() {
    let mut lines = statement();
    lines.push(Line::integer("bounded batch", |c| &mut c.batch));
    lines.push(Line::Absorbed {
        label: "bits",
        value: Box::new(|case| Value::Integer(case.bits)),
        changes: vec![Box::new(|case| case.bits = 8), Box::new(|case| case.bits = 32)],
    });
    lines.push(Line::encoding("value", |c| &mut c.value));
    lines.push(three("equality commitments", |c| &mut c.commitments));
    lines.push(Line::Drawn("equality challenge"));
    lines.push(three("equality responses", |c| &mut c.responses));
    lines.push(Line::Probe);
    let mut labels = page::calls(&page::part(PAGE, "## 6.3", "`bytes(\"ranges\")`"));
    labels.extend(page::calls(&page::part(PAGE, "Its transcript continues", "The checks")));
    check(Transcript::new("ballot"), &labels, &case(), &lines, |case| {
        let bits = Bits::of(case.bits)?;
        let mut transcript = range_transcript(&statement_transcript(case), case.batch, bits);
        let e = equality_challenge(&mut transcript, &case.value, &case.commitments);
        equality_responses(&mut transcript, &case.responses);
        Some(vec![e.to_bytes(), probe(&mut transcript)])
    });
}

#[test]
fn every_line_of_a_challenge() {
    let lines = [
        Line::bytes("election", |c: &mut Case| &mut c.election.election),
        Line::encoding("public key", |c| &mut c.election.public_key),
        Line::bytes("tracker", |c| &mut c.tracker),
        Line::Probe,
    ];
    let part = page::part(PAGE, "in the transcript `challenged`", "then `encoding(\"key\")`");
    check(Transcript::new("challenged"), &page::calls(&part), &case(), &lines, |case| {
        Some(vec![probe(&mut challenge_transcript(&case.election, &case.tracker))])
    });
}
