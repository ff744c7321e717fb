//! Lines 46 and 47: INVALID, the authority's fault; rows that are no vote are VALID and counted invalid.

use std::sync::Arc;

use psephos_audit::{CheckId, Verdict};
use psephos_ballot::{Layout, Tally, Vote};
use psephos_core::embed::embed;
use psephos_core::{Element, group};
use psephos_record::bodies::{Body, ElectionResult};
use psephos_secrets::SecretScalar;
use psephos_testkit::{Author, Election};

use crate::{AUTHORITY, expect, plan, shared, voted};

fn published(alter: impl Fn(&mut ElectionResult, &Election)) -> Election {
    let mut election = shared();
    let mut body = election.result_body();
    alter(&mut body, &election);
    election.post(Author::Authority, Body::Result(body));
    election.seal();
    election
}

#[test]
fn plaintext_that_is_not_the_decryption() {
    for row in [0, 4] {
        let mut election = shared();
        let (trustees, mut bytes) = election.decrypt(&election.view().batches[0]);
        let width = bytes.len() / 5;
        let other = (row + 1) % 5;
        bytes.copy_within(other * width..(other + 1) * width, row * width);
        let body = election.result_with(&[(trustees, bytes)]);
        election.post(Author::Authority, Body::Result(body));
        election.seal();
        let audit = expect(&election, CheckId::ResultPlaintext, &AUTHORITY);
        assert_eq!(audit.report.failures[0].row, Some(row as u64));
    }
}

#[test]
fn counts_changed() {
    let alterations: [fn(&mut ElectionResult); 7] = [
        |body| match &mut body.contests[0].tally {
            Tally::Plurality { votes } => votes[1] += 1,
            _ => unreachable!(),
        },
        |body| body.contests[0].elected = vec![2],
        |body| body.contests[0].ballots -= 1,
        |body| body.contests[1].invalid += 1,
        |body| body.contests[1].cells_sha256[0] ^= 1,
        |body| drop(body.contests.pop()),
        |body| body.contests.swap(0, 1),
    ];
    for alter in alterations {
        let election = published(|body, _| alter(body));
        expect(&election, CheckId::ResultCount, &AUTHORITY);
    }
}

#[test]
fn plaintexts_of_another_shape() {
    let election = published(|body, election| {
        let plaintexts = body.batches[0].plaintexts;
        let bytes = election.read(&plaintexts);
        let row = plaintexts.row_length as usize;
        body.batches[0].plaintexts = election.put(plaintexts.row_length, &bytes[row..]);
    });
    expect(&election, CheckId::ShapeLength, &AUTHORITY);
    let election = published(|body, _| body.batches.clear());
    expect(&election, CheckId::ShapeLength, &AUTHORITY);
}

/// An election with one ballot more, of any elements.
fn with_elements(elements: &[Element]) -> Election {
    let mut election = voted();
    let credential = Arc::new(SecretScalar::random(&mut election.rng));
    let ballot = election.cast_elements(elements, &credential, 0);
    election.take_in(&[ballot.bytes]);
    election.close();
    election.mix_all();
    election.share_all();
    election
}

/// The elements of a vote, the first with another counter than the smallest.
fn marked() -> Vec<Element> {
    let plan = plan();
    let layout = Layout::all(&plan.contests).unwrap();
    let votes = [Vote::marks(vec![0]), Vote::ranking(vec![0, 1])];
    let mut elements = layout.encode_row(&votes).unwrap();
    let smallest = group::encode(&elements[0]);
    let mut counters = (0..1u32 << 14).map(|counter| {
        let mut bytes = smallest;
        bytes[0] = 2 * (counter % 128) as u8;
        bytes[31] = (counter / 128) as u8;
        bytes
    });
    elements[0] = counters
        .by_ref()
        .skip_while(|bytes| *bytes != smallest)
        .skip(1)
        .find_map(|bytes| group::decode(&bytes).ok())
        .unwrap();
    elements
}

#[test]
fn rows_that_are_no_vote_count_as_invalid() {
    let width = plan().description([0; 32]).boxes[0].batches[0].width as usize;
    let garbage = vec![embed(&[0xee; 30]); width];
    let identity = vec![Element::default(); width];
    for elements in [garbage, identity, marked()] {
        let mut election = with_elements(&elements);
        election.publish();
        election.seal();
        let audit = election.audit();
        assert_eq!(audit.report.verdict, Verdict::Valid, "{}", audit.report.to_text());
        assert_eq!(audit.turnout.unwrap().invalid, Some(1));
    }
}

#[test]
fn covert_mark_counted_as_a_vote() {
    let mut election = with_elements(&marked());
    let (trustees, bytes) = election.decrypt(&election.view().batches[0]);
    let row = 32 * plan().description([0; 32]).boxes[0].batches[0].width as usize;
    let plan = plan();
    let layout = Layout::all(&plan.contests).unwrap();
    let mut tally = psephos_ballot::ElectionTally::new(&plan.contests);
    for plaintext in bytes.chunks(row) {
        let data: Vec<u8> =
            plaintext.chunks(32).flat_map(|element| element[1..31].to_vec()).collect();
        tally.add(&layout, &layout.decode(&data));
    }
    let mut body = election.result_with(&[(trustees, bytes.clone())]);
    body.contests = tally.results();
    election.post(Author::Authority, Body::Result(body));
    election.seal();
    let audit = expect(&election, CheckId::ResultPlaintext, &AUTHORITY);
    let found = audit.report.failures[0].row.unwrap() as usize;
    let plaintext = bytes.chunks(row).nth(found).unwrap();
    let elements: Vec<[u8; 32]> = plaintext.chunks(32).map(|e| e.try_into().unwrap()).collect();
    assert!(layout.decode_row(&elements).is_err());
}
