//! Lines 4 to 9: INVALID, whoever broke the ceremony named; VALID when a whole attempt follows.

use psephos_audit::{CheckId, Phase, Verdict};
use psephos_proofs::key_ceremony::{
    Deal, Edge, complaint_statement, complaint_transcript, deal_commitment,
};
use psephos_prove::sigma::prove_equality;
use psephos_record::bodies::{Body, Complain, DealCommitment};
use psephos_testkit::{Author, Election};

use crate::{AUTHORITY, enrolled, expect, expect_among, trustee};

fn accepting() -> Election {
    let mut election = enrolled();
    election.issue_manifest();
    election
}

/// Trustee 0 deals something else than it should, and had committed to just that.
fn dealt(alter: impl Fn(&mut Deal, &Election)) -> Election {
    let mut election = accepting();
    election.accept_all();
    for index in election.everybody() {
        let mut body = election.deal_commitment_body(index);
        if index == 2 {
            let mut deal = election.deals[&2].clone();
            alter(&mut deal, &election);
            body = DealCommitment {
                commitment: deal_commitment(&election.ceremony_context(), 2, &deal),
            };
            election.deals.insert(2, deal);
        }
        election.post(Author::Trustee(index), Body::DealCommitment(body));
    }
    election.deal_all();
    election
}

#[test]
fn borrowed_proof_of_possession() {
    let mut election = accepting();
    let body = election.accept_body(0);
    election.post(Author::Trustee(0), Body::Accept(body.clone()));
    election.post(Author::Trustee(1), Body::Accept(body));
    expect(&election, CheckId::KeyProof, &[trustee(1)]);
}

#[test]
fn share_encryption_key_that_is_the_identity() {
    let mut election = accepting();
    let mut body = election.accept_body(1);
    body.key = [0; 32];
    election.post(Author::Trustee(1), Body::Accept(body));
    expect(&election, CheckId::GroupMembership, &[trustee(1)]);
}

#[test]
fn borrowed_proof_of_knowledge() {
    let election = dealt(|deal, election| deal.knowledge = election.deals[&0].knowledge);
    expect(&election, CheckId::KeyProof, &[trustee(2)]);
    let election = dealt(|deal, election| {
        deal.knowledge = election.deals[&0].knowledge;
        deal.commitments = election.deals[&0].commitments.clone();
    });
    expect(&election, CheckId::KeyProof, &[trustee(2)]);
}

#[test]
fn another_deal_than_committed_to() {
    let mut election = accepting();
    election.accept_all();
    election.commit_all();
    election.deal_commitment_body(1);
    election.deal_all();
    expect(&election, CheckId::KeyCommitment, &[trustee(1)]);
}

#[test]
fn polynomial_of_another_degree() {
    let longer = dealt(|deal, _| {
        let last = *deal.commitments.0.last().unwrap();
        deal.commitments.0.push(last);
    });
    expect(&longer, CheckId::ShapeLength, &[trustee(2)]);
    let shorter = dealt(|deal, _| deal.commitments.0.truncate(1));
    expect(&shorter, CheckId::ShapeLength, &[trustee(2)]);
    let none = dealt(|deal, _| deal.commitments.0.clear());
    expect(&none, CheckId::ShapeLength, &[trustee(2)]);
    let fewer = dealt(|deal, _| deal.shares.truncate(2));
    expect(&fewer, CheckId::ShapeLength, &[trustee(2)]);
}

#[test]
fn identities_in_a_deal() {
    let constant = dealt(|deal, _| deal.commitments.0[0] = [0; 32]);
    expect(&constant, CheckId::GroupMembership, &[trustee(2)]);
    let ephemeral = dealt(|deal, _| deal.shares[1].ephemeral.0 = [0; 32]);
    expect(&ephemeral, CheckId::GroupMembership, &[trustee(2)]);
}

#[test]
fn ephemeral_key_of_another_dealer() {
    let election = dealt(|deal, election| deal.shares[1] = election.deals[&0].shares[1]);
    expect(&election, CheckId::KeyEncryption, &[trustee(2)]);
    let election = dealt(|deal, _| deal.shares[1].knowledge = deal.shares[0].knowledge);
    expect(&election, CheckId::KeyEncryption, &[trustee(2)]);
}

/// Trustee 2's share for trustee 1 cannot be opened.
fn wrongly_dealt() -> Election {
    dealt(|deal, _| deal.shares[1].ciphertext.0[0] ^= 1)
}

#[test]
fn just_complaint() {
    let mut election = wrongly_dealt();
    let body = election.complaint_body(1).unwrap();
    election.post(Author::Trustee(1), Body::Complain(body));
    let audit = expect(&election, CheckId::KeyComplaint, &[trustee(2)]);
    assert_eq!(audit.view.phase, Phase::Failed);
    assert_eq!(audit.view.ceremony.convicted, [2]);
}

#[test]
fn complaint_with_a_bad_opening() {
    let mut election = wrongly_dealt();
    let body = election.complaint_body(1).unwrap();
    election.post(Author::Trustee(0), Body::Complain(body));
    expect(&election, CheckId::KeyComplaint, &[trustee(0)]);
}

#[test]
fn complaint_about_an_honest_share() {
    let mut election = wrongly_dealt();
    let deal = election.deals[&0].clone();
    let secret = election.share_encryption[&1].clone();
    let share = &deal.shares[1];
    let edge = Edge {
        context: election.ceremony_context(),
        dealer: 0,
        recipient: 1,
        ephemeral: share.ephemeral.0,
        recipient_key: secret.public(),
    };
    let ephemeral = psephos_core::group::decode(&share.ephemeral.0).unwrap();
    let point = psephos_core::group::encode(&(ephemeral * secret.secret().expose()));
    let statement = complaint_statement(&edge, &point);
    let transcript = complaint_transcript(&edge, &share.ciphertext.0);
    let proof = prove_equality(transcript, &statement, secret.secret(), &mut election.rng).unwrap();
    election.post(Author::Trustee(1), Body::Complain(Complain { point, proof, dealer: 0 }));
    expect(&election, CheckId::KeyComplaint, &[trustee(1)]);
}

#[test]
fn deal_before_every_commitment() {
    let mut election = accepting();
    election.accept_all();
    let body = election.deal_commitment_body(0);
    election.post(Author::Trustee(0), Body::DealCommitment(body));
    let deal = election.deals[&0].clone();
    election.post(Author::Trustee(0), Body::Deal(deal));
    expect(&election, CheckId::BoardPhase, &[trustee(0)]);
}

#[test]
fn opened_although_a_complaint_stands() {
    let mut election = wrongly_dealt();
    let body = election.complaint_body(1).unwrap();
    election.post(Author::Trustee(1), Body::Complain(body));
    election.open();
    let guilty = [trustee(2), AUTHORITY[0].clone()];
    expect_among(&election, CheckId::KeyComplaint, &AUTHORITY, &guilty);
}

#[test]
fn opened_before_everybody_has_confirmed() {
    let mut election = accepting();
    election.accept_all();
    election.commit_all();
    election.deal_all();
    election.open();
    expect(&election, CheckId::BoardPhase, &AUTHORITY);
}

#[test]
fn failed_attempt_and_a_whole_one() {
    let mut election = wrongly_dealt();
    let body = election.complaint_body(1).unwrap();
    election.post(Author::Trustee(1), Body::Complain(body));
    election.conclude();
    let audit = election.audit();
    assert_eq!(audit.report.verdict, Verdict::Valid, "{}", audit.report.to_text());
    let told = |warning: &String| warning.contains("attempt 1") && warning.contains("trustee 3");
    assert!(audit.report.warnings.iter().any(told), "{:?}", audit.report.warnings);
}
