//! Single bytes altered anywhere, not re-sealed: never VALID, never a panic.

use psephos_audit::Verdict;
use psephos_testkit::{Election, Plan};

/// How many places are altered in each file.
const PLACES: usize = 7;

fn assert_refused(election: &Election, what: &str) {
    let audit = election.audit();
    let verdict = audit.report.verdict;
    assert!(
        matches!(verdict, Verdict::Invalid | Verdict::Unreadable),
        "{what}: {}",
        audit.report.to_text()
    );
}

#[test]
fn records() {
    let election = Election::complete(Plan::new(2, 1, 2));
    let records = election.board.records();
    for (index, file) in records.iter().enumerate() {
        for step in 0..PLACES {
            let place = (file.len() - 1) * step / (PLACES - 1);
            let mut altered = records.clone();
            altered[index][place] ^= 1 << (step % 8);
            election.board.set_records(altered);
            assert_refused(&election, &format!("record {index}, byte {place}"));
        }
    }
}

#[test]
fn blobs() {
    let election = Election::complete(Plan::new(2, 1, 2));
    for root in election.board.roots() {
        let bytes = election.board.blob(&root).unwrap();
        for step in 0..PLACES.min(bytes.len()) {
            let place = (bytes.len() - 1) * step / (PLACES - 1);
            let mut altered = bytes.clone();
            altered[place] ^= 0x80 >> (step % 8);
            election.board.set_blob(root, altered);
            assert_refused(&election, &format!("blob {}, byte {place}", root[0]));
        }
        election.board.set_blob(root, bytes);
    }
}
