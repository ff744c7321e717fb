//! What an audit advises against records that spoil a board, and what it says of lists that are missing.

use psephos_audit::{Audit, CheckId, Culprit, ExcludedView, Options, Verdict};
use psephos_core::group;
use psephos_record::bodies::{Body, SignOff};
use psephos_record::message::{Record, file_digest};
use psephos_testkit::stories::stage::{closed, complete, mixed, plan};
use psephos_testkit::{Author, Election};

/// The rest of the election, by whoever is not excluded.
fn finish(election: &mut Election, mixers: &[u64], sharers: &[u64]) {
    for index in mixers {
        election.mix_last_good(*index);
    }
    for index in sharers {
        election.share_last_good(*index);
    }
    election.publish_audited();
    election.seal();
}

fn is_valid(election: &Election, warnings: &[&str]) -> Audit {
    let audit = election.audit();
    let text = audit.report.to_text();
    assert_eq!(audit.report.verdict, Verdict::Valid, "{text}");
    for warning in warnings {
        assert!(audit.report.warnings.iter().any(|found| found.contains(warning)), "{text}");
    }
    // Whoever saw the board at any earlier time comes to the same.
    let files = election.board.records();
    for records in [1, files.len() / 2, files.len() - 1] {
        let head = file_digest(&files[records - 1]);
        let verified = Some((records as u64, head));
        let report = election.audit_with(&Options { verified, ..Options::default() }).report;
        assert_eq!(report.verdict, Verdict::Valid, "{}", report.to_text());
    }
    audit
}

/// A mix of one trustee whose output does not hold.
fn bad_mix(election: &mut Election, index: u64) -> u64 {
    let mut body = election.mix_body(index);
    let output = body.mixes[0].output;
    let mut bytes = election.read(&output);
    let b = group::decode(&bytes[32..64].try_into().unwrap()).unwrap() + group::base();
    bytes[32..64].copy_from_slice(&group::encode(&b));
    body.mixes[0].output = election.put(output.row_length, &bytes);
    election.post(Author::Trustee(index), Body::Mix(body))
}

#[test]
fn a_bad_mix_is_excluded_and_the_chain_goes_on() {
    for bad in 0..3u64 {
        let mut election = closed();
        for index in 0..bad {
            election.mix(index);
        }
        let record = bad_mix(&mut election, bad);
        let audit = election.audit();
        assert_eq!(audit.report.failures[0].culprits, [Culprit::Trustee(bad)]);
        let found = &audit.remedies.excludable[0];
        assert_eq!((found.record, found.check), (record, CheckId::MixProof));
        assert!(!audit.remedies.beyond);
        election.exclude(record, "mix.proof");
        let rest: Vec<u64> = (bad + 1..3).collect();
        finish(&mut election, &rest, &[0, 2]);
        let audit = is_valid(&election, &["is excluded, by record", "mix.proof"]);
        let excluded = ExcludedView::Record { sequence: record, check: "mix.proof".into() };
        assert_eq!(audit.view.exclusions[0].excluded, excluded);
    }
}

/// Whoever mixed a list that went out of effect afterwards mixes again.
#[test]
fn a_mix_whose_input_was_excluded_is_redone() {
    let mut election = closed();
    let bad = bad_mix(&mut election, 0);
    election.mix(1);
    election.exclude(bad, "mix.proof");
    let audit = election.audit();
    assert_eq!(audit.view.next_mixers(), [1], "{}", audit.report.to_text());
    finish(&mut election, &[1, 2], &[1, 2]);
    is_valid(&election, &["may mix again"]);
}

/// Appends any bytes as the next record.
fn append(election: &Election, file: Vec<u8>) -> u64 {
    let mut files = election.board.records();
    files.push(file);
    election.board.set_records(files);
    election.view().records - 1
}

/// Line 13: a record that is too long to be read.
#[test]
fn a_record_without_end_is_excluded() {
    let mut election = closed();
    let junk = append(&election, vec![0; (128 << 20) + 1]);
    let audit = election.audit();
    assert_eq!(audit.report.verdict, Verdict::Unreadable);
    assert_eq!(audit.remedies.excludable[0].record, junk);
    election.exclude(junk, "encoding.canonical");
    let audit = election.audit();
    assert_eq!(audit.report.verdict, Verdict::Incomplete, "{}", audit.report.to_text());
    assert!(audit.report.failures.is_empty());
}

/// Line 13: junk that anybody can append.
#[test]
fn junk_is_excluded() {
    let mut election = closed();
    let mut junk = Vec::new();
    // No CBOR, a huge length, an empty file.
    for file in [&b"junk"[..], &[0x5b, 0x40, 0, 0, 0, 0, 0, 0, 0, 1], &[]] {
        junk.push((append(&election, file.to_vec()), "encoding.canonical"));
    }
    // Canonical CBOR that is no record.
    junk.push((append(&election, vec![0xa0]), "encoding.canonical"));
    // A wrong signature.
    let mut unsigned = Record::decode(&election.board.records()[3]).unwrap();
    unsigned.signature.0[3] ^= 1;
    let last = file_digest(election.board.records().last().unwrap());
    unsigned.sequence = election.board.records().len() as u64;
    unsigned.previous = last;
    junk.push((append(&election, unsigned.encode()), "board.signature"));
    // A message that stands already, in a wrong wrapper too.
    let repeated = Record::decode(&election.board.records()[5]).unwrap();
    junk.push((append(&election, repeated.encode()), "board.chain"));
    // A stranger's record, and its mix.
    let body = election.close_body(&[]);
    junk.push((election.post(Author::Stranger, Body::Close(body)), "board.signature"));
    let body = election.mix_body(0);
    junk.push((election.post(Author::Stranger, Body::Mix(body)), "mix.identity"));
    // A record of another election's board.
    let mut foreign = Election::voted(plan().with_seed(2));
    let head = foreign.view().head;
    let message = foreign.message(Author::Trustee(0), &Body::SignOff(SignOff { head }));
    junk.push((election.append(Author::Trustee(0), message), "board.chain"));

    let audit = election.audit();
    assert_eq!(audit.report.verdict, Verdict::Unreadable, "{}", audit.report.to_text());
    assert!(!audit.remedies.beyond, "{}", audit.report.to_text());
    // What an auditor advises, step by step, puts everything right.
    for _ in 0..=junk.len() {
        let audit = election.audit();
        let Some(found) = audit.remedies.excludable.first() else { break };
        let expected = junk.iter().find(|(record, _)| *record == found.record).unwrap();
        assert_eq!(found.check.as_str(), expected.1, "record {}", found.record);
        election.exclude(found.record, found.check.as_str());
    }
    finish(&mut election, &[0, 1, 2], &[0, 1]);
    let audit = is_valid(&election, &[]);
    assert_eq!(audit.view.exclusions.len(), junk.len());
}

/// The board is sealed: what comes after it changes nothing, and can be excluded there.
#[test]
fn junk_after_the_seal() {
    let mut election = complete();
    let view = election.view();
    let before = file_digest(&election.board.records()[view.records as usize - 2]);
    let late = election.post(Author::Stranger, Body::SignOff(SignOff { head: view.head }));
    assert_eq!(election.audit().report.verdict, Verdict::Invalid);
    election.exclude(late, "board.signature");
    is_valid(&election, &["board.signature"]);
    // The pins of whoever saw it sealed, or ready to be, still hold.
    for pin in [view.head, before, view.election()] {
        let report =
            election.audit_with(&Options { expect: vec![pin], ..Options::default() }).report;
        assert_eq!(report.verdict, Verdict::Valid, "{}", report.to_text());
    }
    let earlier = file_digest(&election.board.records()[view.records as usize - 3]);
    let pinned = Options { expect: vec![earlier], ..Options::default() };
    assert_eq!(election.audit_with(&pinned).report.verdict, Verdict::Invalid);
}

/// A missing or damaged list is no cause, but absence: of whoever has named it.
#[test]
fn a_mix_without_its_list() {
    for damaged in [false, true] {
        let mut election = closed();
        let record = election.mix(0);
        let lost = election.view().batches[0].mixes[0].output.root;
        let bytes = election.board.blob(&lost).unwrap();
        if damaged {
            election.board.set_blob(lost, bytes[1..].to_vec());
        } else {
            election.board.remove_blob(&lost);
        }
        let audit = election.audit();
        assert_eq!(audit.remedies.unread, [record]);
        assert!(!audit.remedies.beyond && audit.remedies.excludable.is_empty());
        let mut for_cause = election.clone();
        for_cause.exclude(record, if damaged { "board.blob" } else { "mix.proof" });
        assert_ne!(for_cause.audit().report.verdict, Verdict::Valid);

        election.exclude_absent(0, &[1, 2]);
        finish(&mut election, &[1, 2], &[1, 2]);
        is_valid(&election, &["could not be read"]);
        // It comes too late now.
        election.board.set_blob(lost, bytes);
        is_valid(&election, &["could not be read"]);
    }
}

/// Who has not seen the mix cannot say that its list is missing.
#[test]
fn a_mix_without_its_list_that_nobody_had_seen() {
    let mut election = closed();
    let body = Body::Exclusion(election.absence_body(0));
    let authors = [Author::Trustee(1), Author::Trustee(2), Author::Authority];
    let messages: Vec<_> =
        authors.into_iter().map(|author| (author, election.message(author, &body))).collect();
    election.mix(0);
    let lost = election.view().batches[0].mixes[0].output.root;
    election.board.remove_blob(&lost);
    for (author, message) in messages {
        election.append(author, message);
    }
    let audit = election.audit();
    assert_eq!(audit.report.verdict, Verdict::Unreadable, "{}", audit.report.to_text());
    assert!(audit.report.failures.is_empty(), "{}", audit.report.to_text());
}

#[test]
fn a_share_without_its_list() {
    let mut election = mixed();
    let record = election.share(0);
    let lost = election.view().batches[0].shares[0].clone().unwrap().shares.root;
    election.board.remove_blob(&lost);
    assert_eq!(election.audit().remedies.unread, [record]);
    election.exclude_absent(0, &[1, 2]);
    finish(&mut election, &[], &[1, 2]);
    is_valid(&election, &["are left out"]);
}
