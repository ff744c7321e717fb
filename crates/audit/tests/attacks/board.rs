//! Lines 10 and 13 to 19: what is wrong with records and blobs.

use psephos_audit::{CheckId, Culprit, Options, Verdict};
use psephos_record::bodies::{Body, Open, SignOff};
use psephos_record::message::Record;
use psephos_testkit::Author;

use crate::{
    AUTHORITY, closed, complete, enrolled, expect, opened, published, trustee, verdict_of, voted,
};

#[test]
fn bytes_after_a_body() {
    let mut election = closed();
    let body = election.mix_body(0);
    let mut message = election.message(Author::Trustee(0), &Body::Mix(body));
    message.body.push(0);
    election.append(Author::Trustee(0), message);
    expect(&election, CheckId::EncodingCanonical, &[trustee(0)]);
}

#[test]
fn record_that_is_no_complete_item() {
    let election = complete();
    let records = election.board.records();
    for (index, length) in [(5, 10), (0, 0), (records.len() - 1, 100)] {
        let mut records = records.clone();
        records[index].truncate(length);
        election.board.set_records(records);
        assert_eq!(verdict_of(&election, &Options::default()), Verdict::Unreadable);
    }
    // A byte string of 2^62 bytes.
    let mut records = records.clone();
    records[4] = vec![0x5b, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3];
    election.board.set_records(records);
    assert_eq!(verdict_of(&election, &Options::default()), Verdict::Unreadable);
}

#[test]
fn missing_blob() {
    for root in complete().board.roots() {
        let election = complete();
        election.board.remove_blob(&root);
        let audit = election.audit();
        assert_eq!(audit.report.verdict, Verdict::Unreadable, "{}", audit.report.to_text());
        assert_eq!(audit.report.failures, [], "{}", audit.report.to_text());
    }
}

#[test]
fn blob_that_does_not_match_its_root() {
    let election = complete();
    for root in election.board.roots() {
        let bytes = election.board.blob(&root).unwrap();
        let mut altered = bytes.clone();
        match altered.last_mut() {
            Some(last) => *last ^= 1,
            None => altered.push(0),
        }
        election.board.set_blob(root, altered);
        expect(&election, CheckId::BoardBlob, &[]);
        election.board.set_blob(root, bytes);
    }
}

#[test]
fn wrong_signature_blames_nobody() {
    let election = complete();
    let records = election.board.records();
    for index in 0..records.len() {
        let mut records = records.clone();
        let mut record = Record::decode(&records[index]).unwrap();
        record.signature.0[5] ^= 1;
        records[index] = record.encode();
        election.board.set_records(relink(records));
        let audit = election.audit();
        assert_eq!(audit.report.verdict, Verdict::Invalid, "record {index}");
        let failures = &audit.report.failures;
        assert!(failures.iter().any(|failure| failure.check == CheckId::BoardSignature));
        for failure in failures {
            assert_eq!(failure.culprits, [], "record {index}: {}", audit.report.to_text());
        }
    }
}

/// Sequences and digests of the files before, as whoever can write the folder would put them right.
fn relink(records: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut previous = [0; 32];
    records
        .iter()
        .enumerate()
        .map(|(sequence, file)| {
            let mut record = Record::decode(file).unwrap();
            (record.sequence, record.previous) = (sequence as u64, previous);
            let file = record.encode();
            previous = psephos_record::message::file_digest(&file);
            file
        })
        .collect()
}

#[test]
fn record_by_another_key() {
    let mut election = voted();
    let body = election.close_body(&[]);
    election.post(Author::Stranger, Body::Close(body));
    expect(&election, CheckId::BoardSignature, &[]);
    let mut election = enrolled();
    let body = election.manifest_body();
    election.post(Author::Trustee(1), Body::Manifest(body));
    expect(&election, CheckId::BoardSignature, &[trustee(1)]);
}

#[test]
fn removed_or_reordered_records_blame_nobody() {
    let election = complete();
    let records = election.board.records();
    for index in 0..records.len() - 1 {
        for linked in [false, true] {
            let mut removed = records.clone();
            removed.remove(index);
            let mut swapped = records.clone();
            swapped.swap(index, index + 1);
            for altered in [removed, swapped] {
                election.board.set_records(if linked { relink(altered) } else { altered });
                let audit = election.audit();
                assert_eq!(audit.report.verdict, Verdict::Invalid, "record {index}");
                let failures = &audit.report.failures;
                assert!(failures.iter().any(|failure| failure.check == CheckId::BoardChain));
                for failure in failures {
                    assert_eq!(failure.culprits, [], "record {index}: {}", audit.report.to_text());
                }
            }
        }
    }
}

#[test]
fn repeated_message() {
    let mut election = closed();
    election.mix(0);
    let mut records = election.board.records();
    records.push(records.last().unwrap().clone());
    election.board.set_records(relink(records));
    expect(&election, CheckId::BoardChain, &[]);
}

#[test]
fn tail_removed() {
    let election = complete();
    let head = election.view().head;
    let records = election.board.records();
    for length in 0..records.len() {
        election.board.set_records(records[..length].to_vec());
        let audit = election.audit();
        assert_eq!(audit.report.verdict, Verdict::Incomplete, "{}", audit.report.to_text());
        assert_eq!(audit.report.failures, []);
        let pinned = Options { expect: vec![head], ..Options::default() };
        assert_eq!(verdict_of(&election, &pinned), Verdict::Invalid);
    }
}

#[test]
fn two_messages_with_one_counter() {
    let mut election = opened();
    let author = Author::Trustee(1);
    let head = election.view().head;
    let mut message = election.message(author, &Body::SignOff(SignOff { head }));
    election.append(author, message.clone());
    message.time += 1;
    let second = election.append(author, message);
    let audit = expect(&election, CheckId::BoardEquivocation, &[trustee(1)]);
    assert_eq!(audit.report.failures[0].record, Some(second));
}

#[test]
fn ballots_after_close() {
    let mut election = closed();
    election.take_in_plan();
    expect(&election, CheckId::BoardPhase, &AUTHORITY);
}

#[test]
fn share_before_everybody_has_mixed() {
    let mut election = closed();
    election.mix(0);
    election.mix(1);
    election.share(2);
    expect(&election, CheckId::BoardPhase, &[trustee(2)]);
}

#[test]
fn mix_before_close() {
    let mut election = closed();
    let body = election.mix_body(1);
    let mut election = voted();
    election.post(Author::Trustee(1), Body::Mix(body));
    expect(&election, CheckId::BoardPhase, &[trustee(1)]);
}

#[test]
fn anything_after_the_seal() {
    let mut election = complete();
    election.post(Author::Authority, Body::Open(Open {}));
    expect(&election, CheckId::BoardPhase, &AUTHORITY);
}

#[test]
fn seal_of_another_board() {
    let mut election = published();
    let view = election.view();
    let seal = psephos_record::bodies::Seal { head: view.head, records: view.records - 1 };
    election.post(Author::Authority, Body::Seal(seal));
    expect(&election, CheckId::BoardChain, &AUTHORITY);
}

#[test]
fn strangers_equivocate_under_their_own_name() {
    let mut election = voted();
    let body = election.close_body(&[]);
    let mut message = election.message(Author::Stranger, &Body::Close(body));
    election.append(Author::Stranger, message.clone());
    message.time += 1;
    election.append(Author::Stranger, message);
    let stranger = Culprit::Author(election.public_key(Author::Stranger));
    expect(&election, CheckId::BoardEquivocation, &[stranger]);
}
