//! Share records that are checked together: what is wrong with one is no other's fault.

use psephos_audit::{CheckId, Culprit};
use psephos_core::group;
use psephos_record::bodies::{Body, Share};
use psephos_testkit::{Author, Election, Plan};

use crate::convicts;

/// Two of five, before the shares.
fn mixed() -> Election {
    let mut election = Election::closed(Plan::new(5, 2, 5));
    election.mix_all();
    election
}

/// Adds G in one row and takes it off in another.
fn shifted(election: &Election, mut share: Share, plus: usize, minus: usize) -> Share {
    let list = share.lists[0].shares;
    let mut bytes = election.read(&list);
    let width = list.row_length as usize;
    for (row, delta) in [(plus, group::base()), (minus, -group::base())] {
        let place = &mut bytes[row * width..row * width + 32];
        let element = group::decode(&(*place).try_into().unwrap()).unwrap();
        place.copy_from_slice(&group::encode(&(element + delta)));
    }
    share.lists[0].shares = election.put(list.row_length, &bytes);
    share
}

/// Three bad records of five: rows whose errors cancel, another trustee's record under one's own name, and
/// one's own shares with another's proof.
#[test]
fn bad_shares_among_good_ones() {
    let mut election = mixed();
    let honest: Vec<Share> = (0..5).map(|trustee| election.share_body(trustee)).collect();
    let altered = shifted(&election, honest[0].clone(), 1, 3);
    let borrowed = Share { proof: honest[1].proof, ..honest[3].clone() };
    let posted = [altered, honest[1].clone(), honest[1].clone(), borrowed, honest[4].clone()];
    let mut records = Vec::new();
    for (trustee, body) in posted.into_iter().enumerate() {
        records.push(election.post(Author::Trustee(trustee as u64), Body::Share(body)));
    }
    let audit = election.audit();
    convicts(&audit, CheckId::DecryptProof, &[0, 2, 3].map(Culprit::Trustee));
    let found: Vec<_> = audit.report.failures.iter().map(|f| (f.check, f.record, f.row)).collect();
    let at = |record: usize, row| (CheckId::DecryptProof, Some(records[record]), row);
    let mut expected = vec![at(0, Some(1)), at(0, Some(3))];
    expected.extend((0..5).map(|row| at(2, Some(row))));
    // Its shares are right: no row is to be named.
    expected.push(at(3, None));
    assert_eq!(found, expected, "{}", audit.report.to_text());
}

/// A list that is gone is nobody's fault, and stands in no other record's way.
#[test]
fn a_lost_share_list_among_good_ones() {
    let mut election = mixed();
    election.share_all();
    let lost = election.view().batches[0].shares[2].clone().unwrap();
    election.board.remove_blob(&lost.shares.root);
    let audit = election.audit();
    assert!(audit.report.failures.is_empty(), "{}", audit.report.to_text());
    let shares = &audit.view.batches[0].shares;
    let valid: Vec<bool> = shares.iter().flatten().map(|share| share.valid).collect();
    assert_eq!(valid, [true, true, false, true, true], "{}", audit.report.to_text());
}
