//! Page 5: the transcripts before the sigma protocols.

use psephos_core::transcript::Transcript;
use psephos_proofs::key_ceremony::{
    CeremonyContext, Edge, complaint_transcript, ephemeral_transcript, knowledge_transcript,
    possession_transcript,
};

use super::{Digest, Encoding, Line, check, page, probe};

const PAGE: &str = "05-key-ceremony.md";

/// What the proofs of a ceremony speak of; each reads its part.
#[derive(Clone)]
struct Case {
    edge: Edge,
    commitments: Vec<Encoding>,
    ciphertext: [u8; 48],
}

fn case() -> Case {
    let context = CeremonyContext { election: [1; 32], attempt: 2 };
    let (ephemeral, recipient_key) = ([3; 32], [4; 32]);
    Case {
        edge: Edge { context, dealer: 5, recipient: 6, ephemeral, recipient_key },
        commitments: vec![[7; 32], [8; 32], [9; 32]],
        ciphertext: [10; 48],
    }
}

fn after(mut transcript: Transcript) -> Option<Vec<Digest>> {
    Some(vec![probe(&mut transcript)])
}

/// The lines of §5.1, then `lines`; the page's are between the two marks.
fn check_with_context(
    argument: &'static str,
    [from, to]: [&str; 2],
    lines: Vec<Line<Case>>,
    transcript: fn(&Case) -> Option<Vec<Digest>>,
) {
    let mut labels = page::calls(&page::part(PAGE, "## 5.1 Context", "## 5.2"));
    labels.extend(page::calls(&page::part(PAGE, from, to)));
    let mut all = vec![
        Line::bytes("election", |c: &mut Case| &mut c.edge.context.election),
        Line::integer("attempt", |c| &mut c.edge.context.attempt),
    ];
    all.extend(lines);
    all.push(Line::Probe);
    check(Transcript::new(argument), &labels, &case(), &all, transcript);
}

#[test]
fn every_line_of_possession() {
    let lines = vec![Line::integer("trustee", |c: &mut Case| &mut c.edge.recipient)];
    check_with_context("key-possession", ["## 5.3", "## 5.4"], lines, |c| {
        after(possession_transcript(&c.edge.context, c.edge.recipient))
    });
}

#[test]
fn every_line_of_the_constant_terms_knowledge() {
    let lines = vec![
        Line::integer("dealer", |c: &mut Case| &mut c.edge.dealer),
        Line::encodings("commitments", |c| &mut c.commitments, &case()),
    ];
    check_with_context("key-deal", ["Transcript `key-deal`", "\n"], lines, |c| {
        after(knowledge_transcript(&c.edge.context, c.edge.dealer, &c.commitments))
    });
}

#[test]
fn every_line_of_an_ephemerals_knowledge() {
    let lines = vec![
        Line::integer("dealer", |c: &mut Case| &mut c.edge.dealer),
        Line::integer("recipient", |c| &mut c.edge.recipient),
        Line::encoding("recipient key", |c| &mut c.edge.recipient_key),
    ];
    check_with_context("key-ephemeral", ["Transcript `key-ephemeral`", "\n"], lines, |c| {
        let Edge { context, dealer, recipient, recipient_key, .. } = &c.edge;
        after(ephemeral_transcript(context, *dealer, *recipient, recipient_key))
    });
}

#[test]
fn every_line_of_a_complaint() {
    let lines = vec![
        Line::integer("dealer", |c: &mut Case| &mut c.edge.dealer),
        Line::integer("recipient", |c| &mut c.edge.recipient),
        Line::bytes("ciphertext", |c| &mut c.ciphertext),
    ];
    check_with_context("key-complaint", ["Transcript `key-complaint`", "\n"], lines, |c| {
        after(complaint_transcript(&c.edge, &c.ciphertext))
    });
}
