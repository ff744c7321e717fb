//! Whom the key ceremony convicts, as trustees are told.

use psephos_audit::Phase;
use psephos_proofs::key_ceremony::deal_commitment;
use psephos_record::bodies::{Body, DealCommitment};
use psephos_testkit::Author;
use psephos_testkit::stories::stage::enrolled;

/// Trustee 2's share for trustee 1 cannot be opened, and trustee 1 complains.
#[test]
fn a_just_complaint_ends_the_attempt() {
    let mut election = enrolled();
    election.issue_manifest();
    election.accept_all();
    for index in election.everybody() {
        let mut body = election.deal_commitment_body(index);
        if index == 2 {
            let mut deal = election.deals[&2].clone();
            deal.shares[1].ciphertext.0[0] ^= 1;
            let commitment = deal_commitment(&election.ceremony_context(), 2, &deal);
            body = DealCommitment { commitment };
            election.deals.insert(2, deal);
        }
        election.post(Author::Trustee(index), Body::DealCommitment(body));
    }
    election.deal_all();
    let body = election.complaint_body(1).unwrap();
    election.post(Author::Trustee(1), Body::Complain(body));
    let view = election.audit().view;
    assert_eq!(view.phase, Phase::Failed);
    assert_eq!(view.ceremony.convicted, [2]);
}
