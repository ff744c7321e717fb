//! Every record and every list altered in turn: too many cases to store them.

use psephos_audit::{CheckId, Options, Verdict};
use psephos_record::message::Record;
use psephos_testkit::relink;
use psephos_testkit::stories::stage::complete;

use crate::{expect, verdict_of};

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
