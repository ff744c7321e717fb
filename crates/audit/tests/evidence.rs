//! Evidence of a failure convicts whom the audit of the whole board convicts, and nobody else.

use psephos_audit::{CheckId, Culprit, Evidence, Failure, Options, Reach, audit, excerpt};
use psephos_core::group;
use psephos_record::bodies::{Body, SignOff};
use psephos_record::message::Record;
use psephos_testkit::{Author, Election, Plan};

/// Trustee 1 replaces a row of its mix; the others go on.
fn bad_mix() -> (Election, u64) {
    let mut election = Election::closed(Plan::new(3, 2, 3));
    election.mix(0);
    let mut body = election.mix_body(1);
    let output = body.mixes[0].output;
    let mut rows = election.read(&output);
    let other = group::decode(&rows[32..64].try_into().unwrap()).unwrap() + group::base();
    rows[32..64].copy_from_slice(&group::encode(&other));
    body.mixes[0].output = election.put(output.row_length, &rows);
    let record = election.post(Author::Trustee(1), Body::Mix(body));
    (election, record)
}

fn failures(election: &Election, record: u64) -> Vec<Failure> {
    let failures = election.audit().report.failures;
    failures.into_iter().filter(|failure| failure.record == Some(record)).collect()
}

fn evidence(election: &Election, record: u64) -> Evidence {
    let failures = failures(election, record);
    let evidence = Evidence::of(&election.board, record, &failures).expect("a board in memory");
    evidence.expect("some excerpt shows it")
}

fn is_proven(evidence: &Evidence) -> bool {
    evidence.judge(None).expect("a board in memory").is_proven()
}

#[test]
fn a_bad_mix_is_shown_by_its_two_lists() {
    let (election, record) = bad_mix();
    let evidence = evidence(&election, record);
    assert_eq!(Evidence::decode(&evidence.encode()), Ok(evidence.clone()));
    let cddl = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/board.cddl");
    let cddl = std::fs::read_to_string(cddl).expect("the specification");
    cddl_cat::validate_cbor_bytes("evidence", &cddl, &evidence.encode()).expect("it fits the CDDL");
    assert_eq!(evidence.records.len() as u64, record + 1);
    assert!(evidence.blobs.len() < election.board.roots().len(), "{}", evidence.blobs.len());
    let judgement = evidence.judge(None).expect("a board in memory");
    assert!(judgement.is_proven());
    assert_eq!(judgement.election, Some(election.context().election));
    let [(_, Some(failure))] = judgement.claims.as_slice() else { panic!("{judgement:?}") };
    assert_eq!((failure.check, failure.record), (CheckId::MixProof, Some(record)));
    assert_eq!(failure.culprits, [Culprit::Trustee(1)]);
}

#[test]
fn what_is_no_list_is_shown_too() {
    let mut election = Election::opened(Plan::new(2, 2, 2));
    let head = election.view().head;
    let mut message = election.message(Author::Trustee(1), &Body::SignOff(SignOff { head }));
    election.append(Author::Trustee(1), message.clone());
    message.time += 1;
    let record = election.append(Author::Trustee(1), message);
    let evidence = evidence(&election, record);
    assert_eq!(evidence.blobs, []);
    assert_eq!(evidence.failures[0].check, "board.equivocation");
    assert_eq!(evidence.failures[0].culprits, ["trustee 1"]);
    assert!(is_proven(&evidence));
}

#[test]
fn the_election_can_be_pinned() {
    let (election, record) = bad_mix();
    let evidence = evidence(&election, record);
    let id = election.context().election;
    assert!(evidence.judge(Some(&id)).expect("a board in memory").is_proven());
    assert!(!evidence.judge(Some(&[7; 32])).expect("a board in memory").is_proven());
}

#[test]
fn altered_evidence_proves_nothing() {
    let (election, record) = bad_mix();
    let honest = evidence(&election, record);
    for blob in 0..honest.blobs.len() {
        let mut altered = honest.clone();
        altered.blobs[blob].bytes[40] ^= 1;
        assert!(!is_proven(&altered), "blob {blob} altered");
        altered.blobs.remove(blob);
        assert!(!is_proven(&altered), "blob {blob} left out");
    }
    // Whatever is left out or altered of the records, nobody but trustee 1 is ever to blame.
    let others = |evidence: &Evidence| {
        let audit = audit(&evidence.board(), &Options::default(), &|_| {}).expect("in memory");
        let culprits = audit.report.failures.into_iter().flat_map(|failure| failure.culprits);
        culprits.filter(|culprit| *culprit != Culprit::Trustee(1)).collect::<Vec<_>>()
    };
    for place in 0..honest.records.len() {
        let mut altered = honest.clone();
        let mut wrapped = Record::decode(&altered.records[place].0).expect("a record");
        wrapped.message[20] ^= 1;
        altered.records[place].0 = wrapped.encode();
        assert_eq!(others(&altered), [], "record {place} altered");
        let mut shorter = honest.clone();
        shorter.records.remove(place);
        assert_eq!(others(&shorter), [], "record {place} left out");
        assert!(!is_proven(&shorter), "record {place} left out");
    }
}

#[test]
fn other_claims_about_the_same_records_prove_nothing() {
    let (election, record) = bad_mix();
    let honest = evidence(&election, record);
    let altered = |alter: fn(&mut Evidence)| {
        let mut altered = honest.clone();
        alter(&mut altered);
        is_proven(&altered)
    };
    assert!(altered(|_| {}));
    assert!(!altered(|evidence| evidence.failures[0].culprits = vec!["trustee 0".into()]));
    assert!(!altered(|evidence| evidence.failures[0].culprits.clear()));
    assert!(!altered(|evidence| evidence.failures[0].check = "mix.shape".into()));
    assert!(!altered(|evidence| evidence.failures[0].record -= 1));
    assert!(!altered(|evidence| evidence.failures[0].row = Some(0)));
    assert!(!altered(|evidence| evidence.failures.clear()));
    let mut second = honest.clone();
    second.failures.push(second.failures[0].clone());
    second.failures[1].check = "mix.chain".into();
    assert!(!is_proven(&second));
}

#[test]
fn files_of_evidence_are_read_strictly() {
    let (election, record) = bad_mix();
    let evidence = evidence(&election, record);
    let bytes = evidence.encode();
    assert!(Evidence::decode(&bytes[..bytes.len() - 1]).is_err());
    assert!(Evidence::decode(&[bytes.as_slice(), &[0]].concat()).is_err());
    let later = Evidence { version: 2, ..evidence };
    assert!(Evidence::decode(&later.encode()).is_err());
    // A claim to hold 2^62 blobs.
    let huge = [&[0xa4, 0x65][..], b"blobs", &[0x9b, 0x40, 0, 0, 0, 0, 0, 0, 0]].concat();
    assert!(Evidence::decode(&huge).is_err());
}

#[test]
fn no_excerpt_of_an_honest_board_fails_anything() {
    let election = Election::complete(Plan::new(2, 2, 2));
    let records = election.view().records;
    for record in 0..records {
        for length in [record + 1, records] {
            for reach in Reach::ALL {
                let part = excerpt(&election.board, record, length, reach).expect("in memory");
                let audit = audit(&part.board(), &Options::default(), &|_| {}).expect("in memory");
                let text = audit.report.to_text();
                assert_eq!(audit.report.failures, [], "{record} of {length}, {reach:?}: {text}");
            }
        }
    }
}
