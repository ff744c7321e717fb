//! Lines 11, 42 to 45: INVALID, the trustee's fault.

use psephos_audit::{CheckId, Verdict};
use psephos_core::group;
use psephos_record::bodies::{Body, Share};
use psephos_testkit::{Author, Election, Plan};

use crate::{AUTHORITY, expect, expect_among, mixed, plan, shared, trustee};

fn with_shares(body: &mut Share, election: &Election, alter: impl Fn(&mut Vec<u8>)) {
    let shares = body.lists[0].shares;
    let mut bytes = election.read(&shares);
    alter(&mut bytes);
    body.lists[0].shares = election.put(shares.row_length, &bytes);
}

fn add(bytes: &mut [u8], place: usize, delta: psephos_core::Element) {
    let element = group::decode(&bytes[place..place + 32].try_into().unwrap()).unwrap();
    bytes[place..place + 32].copy_from_slice(&group::encode(&(element + delta)));
}

#[test]
fn partial_decryption_altered() {
    for who in 0..3 {
        let mut election = mixed();
        for index in election.everybody() {
            let mut body = election.share_body(index);
            if index == who {
                let row = body.lists[0].shares.row_length as usize;
                with_shares(&mut body, &election, |bytes| add(bytes, 3 * row, group::base()));
            }
            election.post(Author::Trustee(index), Body::Share(body));
        }
        let audit = expect(&election, CheckId::DecryptProof, &[trustee(who)]);
        assert_eq!(audit.report.failures[0].row, Some(3));
    }
}

#[test]
fn two_errors_that_cancel() {
    let mut election = mixed();
    let mut body = election.share_body(0);
    let row = body.lists[0].shares.row_length as usize;
    with_shares(&mut body, &election, |bytes| {
        add(bytes, 0, group::base());
        add(bytes, row, -group::base());
    });
    election.post(Author::Trustee(0), Body::Share(body));
    expect(&election, CheckId::DecryptProof, &[trustee(0)]);
    election.share(1);
    election.share(2);
    let audit = expect(&election, CheckId::DecryptProof, &[trustee(0)]);
    let rows: Vec<_> = audit.report.failures.iter().map(|failure| failure.row).collect();
    assert_eq!(rows, [Some(0), Some(1)]);
}

#[test]
fn share_and_plaintext_that_fit_each_other() {
    let mut election = mixed();
    let mut body = election.share_body(0);
    with_shares(&mut body, &election, |bytes| add(bytes, 0, group::base()));
    election.post(Author::Trustee(0), Body::Share(body));
    election.share(1);
    // The result is combined from the altered share and a good one.
    election.publish();
    election.seal();
    let guilty = [trustee(0), AUTHORITY[0].clone()];
    expect_among(&election, CheckId::DecryptProof, &[trustee(0)], &guilty);
    expect_among(&election, CheckId::DecryptQuorum, &AUTHORITY, &guilty);
}

#[test]
fn proof_of_another_trustee_or_election() {
    let mut election = mixed();
    let body = election.share_body(0);
    election.post(Author::Trustee(1), Body::Share(body.clone()));
    expect(&election, CheckId::DecryptProof, &[trustee(1)]);

    let mut election = mixed();
    let theirs = Election::mixed(plan().with_seed(2)).share_body(0);
    let mut body = election.share_body(0);
    body.proof = theirs.proof;
    election.post(Author::Trustee(0), Body::Share(body));
    expect(&election, CheckId::DecryptProof, &[trustee(0)]);
}

#[test]
fn elements_that_are_none() {
    let cases = [([0; 32], CheckId::GroupMembership), ([0xff; 32], CheckId::EncodingCanonical)];
    for (value, check) in cases {
        let mut election = mixed();
        let mut body = election.share_body(1);
        let row = body.lists[0].shares.row_length as usize;
        with_shares(&mut body, &election, |bytes| {
            bytes[2 * row..2 * row + 32].copy_from_slice(&value);
        });
        election.post(Author::Trustee(1), Body::Share(body));
        let audit = expect(&election, check, &[trustee(1)]);
        assert_eq!(audit.report.failures[0].row, Some(2));
    }
    let mut election = mixed();
    let mut body = election.share_body(1);
    body.proof.response = [0xff; 32];
    election.post(Author::Trustee(1), Body::Share(body));
    expect(&election, CheckId::EncodingCanonical, &[trustee(1)]);
}

#[test]
fn too_few_shares_and_a_result_all_the_same() {
    let whole = shared();
    let plaintexts: Vec<_> =
        whole.view().batches.iter().map(|batch| whole.decrypt(batch)).collect();
    for (sharing, named) in
        [(vec![0], vec![0, 1]), (vec![0], vec![0, 0]), (vec![0], vec![0]), (vec![], vec![])]
    {
        let mut election = mixed();
        for index in sharing {
            election.share(index);
        }
        let body = election.result_with(&[(named, plaintexts[0].1.clone())]);
        election.post(Author::Authority, Body::Result(body));
        election.seal();
        expect(&election, CheckId::DecryptQuorum, &AUTHORITY);
    }
}

#[test]
fn other_trustees_named_than_used() {
    for named in [vec![1, 0], vec![1, 1], vec![0, 1, 2], vec![0], vec![0, 3]] {
        let mut election = shared();
        let (_, bytes) = election.decrypt(&election.view().batches[0]);
        let body = election.result_with(&[(named, bytes)]);
        election.post(Author::Authority, Body::Result(body));
        expect(&election, CheckId::DecryptQuorum, &AUTHORITY);
    }
}

#[test]
fn any_trustees_with_valid_shares_may_be_named() {
    let mut election = shared();
    let (_, bytes) = election.decrypt(&election.view().batches[0]);
    let body = election.result_with(&[(vec![0, 2], bytes)]);
    election.post(Author::Authority, Body::Result(body));
    election.seal();
    assert_eq!(election.audit().report.verdict, Verdict::Valid);
}

#[test]
fn list_that_is_not_the_last() {
    let mut election = mixed();
    let batch = election.view().batches[0].clone();
    let lists = [batch.first, batch.mixes[0].output];
    for list in lists {
        let mut election = election.clone();
        let body = election.share_lists(2, &[(batch.clone(), list)]);
        election.post(Author::Trustee(2), Body::Share(body));
        expect(&election, CheckId::DecryptInput, &[trustee(2)]);
    }
    election.share(2);
    let body = election.share_lists(2, &[(batch.clone(), batch.first)]);
    election.post(Author::Trustee(2), Body::Share(body));
    expect(&election, CheckId::DecryptRepeat, &[trustee(2)]);
}

#[test]
fn shares_of_another_length() {
    let mut election = Election::mixed(Plan::new(1, 1, 3));
    let mut body = election.share_body(0);
    let row = body.lists[0].shares.row_length as usize;
    with_shares(&mut body, &election, |bytes| bytes.truncate(bytes.len() - row));
    election.post(Author::Trustee(0), Body::Share(body));
    expect(&election, CheckId::ShapeLength, &[trustee(0)]);
}
