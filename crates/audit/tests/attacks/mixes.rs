//! Lines 10 to 12 and 32 to 40: INVALID, the trustee's fault.

use psephos_audit::{CheckId, Culprit, Verdict};
use psephos_core::group;
use psephos_record::bodies::{Body, Mix};
use psephos_testkit::{Author, Election, Plan};

use crate::{closed, expect, expect_among, plan, trustee};

/// Trustee `who` mixes something else than it should; the others go on from that.
fn mixed(who: u64, alter: impl Fn(&mut Mix, &mut Election)) -> Election {
    let mut election = closed();
    for index in election.everybody() {
        let mut body = election.mix_body(index);
        if index == who {
            alter(&mut body, &mut election);
        }
        election.post(Author::Trustee(index), Body::Mix(body));
    }
    election
}

/// Replaces the output of a mix, its proof staying.
fn with_output(body: &mut Mix, election: &Election, alter: impl Fn(&mut Vec<u8>)) {
    let output = body.mixes[0].output;
    let mut bytes = election.read(&output);
    alter(&mut bytes);
    body.mixes[0].output = election.put(output.row_length, &bytes);
}

#[test]
fn output_row_replaced() {
    for who in 0..3 {
        let election = mixed(who, |body, election| {
            let row = body.mixes[0].output.row_length as usize;
            with_output(body, election, |bytes| {
                // Another vote in row 0: B + G.
                let b = group::decode(&bytes[32..64].try_into().unwrap()).unwrap() + group::base();
                bytes[32..64].copy_from_slice(&group::encode(&b));
            });
            assert_eq!(row % 64, 0);
        });
        expect(&election, CheckId::MixProof, &[trustee(who)]);
    }
}

#[test]
fn cancelling_plaintexts_and_swapped_rows() {
    let cancelling = mixed(1, |body, election| {
        let row = body.mixes[0].output.row_length as usize;
        with_output(body, election, |bytes| {
            for (start, delta) in [(32, group::base()), (row + 32, -group::base())] {
                let b = group::decode(&bytes[start..start + 32].try_into().unwrap()).unwrap();
                bytes[start..start + 32].copy_from_slice(&group::encode(&(b + delta)));
            }
        });
    });
    expect(&cancelling, CheckId::MixProof, &[trustee(1)]);
    let swapped = mixed(1, |body, election| {
        let row = body.mixes[0].output.row_length as usize;
        with_output(body, election, |bytes| bytes[..2 * row].rotate_left(row));
    });
    expect(&swapped, CheckId::MixProof, &[trustee(1)]);
    let doubled = mixed(1, |body, election| {
        let row = body.mixes[0].output.row_length as usize;
        with_output(body, election, |bytes| bytes.copy_within(..row, row));
    });
    expect(&doubled, CheckId::MixProof, &[trustee(1)]);
}

#[test]
fn row_dropped() {
    let mut election = closed();
    let mut body = election.mix_body(0);
    let row = body.mixes[0].output.row_length as usize;
    with_output(&mut body, &election, |bytes| bytes.truncate(bytes.len() - row));
    election.post(Author::Trustee(0), Body::Mix(body));
    expect(&election, CheckId::MixShape, &[trustee(0)]);
}

#[test]
fn elements_that_are_none() {
    let cases = [([0; 32], CheckId::GroupMembership), ([0xff; 32], CheckId::EncodingCanonical)];
    for (value, check) in cases {
        let mut election = closed();
        let mut body = election.mix_body(0);
        let row = body.mixes[0].output.row_length as usize;
        with_output(&mut body, &election, |bytes| bytes[row..row + 32].copy_from_slice(&value));
        election.post(Author::Trustee(0), Body::Mix(body));
        let audit = expect(&election, check, &[trustee(0)]);
        let failure = audit.report.failures.iter().find(|failure| failure.check == check).unwrap();
        assert_eq!(failure.row, Some(1));
    }
}

#[test]
fn vectors_of_other_lengths() {
    let alterations: [fn(&mut psephos_proofs::shuffle::Proof); 6] = [
        |proof| proof.exponents.0.truncate(3),
        |proof| proof.powers.0.push([0; 32]),
        |proof| proof.powers.0.clear(),
        |proof| proof.product.partial.0.truncate(1),
        |proof| proof.multiexp.diagonals.0.push([0; 32]),
        |proof| proof.multiexp.response.0.clear(),
    ];
    for alter in alterations {
        let election = mixed(1, |body, _| alter(body.mixes[0].proof.as_mut().unwrap()));
        expect(&election, CheckId::ShapeLength, &[trustee(1)]);
    }
    let none = mixed(1, |body, _| body.mixes[0].proof = None);
    expect(&none, CheckId::ShapeLength, &[trustee(1)]);
}

#[test]
fn values_out_of_range_in_a_proof() {
    let scalar = mixed(1, |body, _| {
        body.mixes[0].proof.as_mut().unwrap().multiexp.response.0[0] = [0xff; 32];
    });
    expect(&scalar, CheckId::EncodingCanonical, &[trustee(1)]);
    let element = mixed(1, |body, _| {
        body.mixes[0].proof.as_mut().unwrap().exponents.0[0] = [0xff; 32];
    });
    expect(&element, CheckId::EncodingCanonical, &[trustee(1)]);
}

#[test]
fn proof_of_another_mix() {
    let mut election = closed();
    let first = election.mix_body(0);
    election.post(Author::Trustee(0), Body::Mix(first.clone()));
    let mut second = election.mix_body(1);
    second.mixes[0].proof = first.mixes[0].proof.clone();
    election.post(Author::Trustee(1), Body::Mix(second));
    expect(&election, CheckId::MixProof, &[trustee(1)]);
    // Another trustee's whole mix under one's own name.
    let mut election = closed();
    let body = election.mix_body(0);
    election.post(Author::Trustee(1), Body::Mix(body));
    expect(&election, CheckId::MixProof, &[trustee(1)]);
}

#[test]
fn mix_of_another_election() {
    let mut other = Election::closed(plan().with_seed(2));
    let theirs = other.mix_body(0);
    let mut election = closed();
    let mut body = election.mix_body(0);
    body.mixes[0].proof = theirs.mixes[0].proof.clone();
    election.post(Author::Trustee(0), Body::Mix(body));
    expect(&election, CheckId::MixProof, &[trustee(0)]);
}

#[test]
fn errors_of_two_mixes() {
    let mut election = closed();
    for (index, delta) in [(0, group::base()), (1, -group::base())] {
        let mut body = election.mix_body(index);
        with_output(&mut body, &election, |bytes| {
            let b = group::decode(&bytes[32..64].try_into().unwrap()).unwrap() + delta;
            bytes[32..64].copy_from_slice(&group::encode(&b));
        });
        election.post(Author::Trustee(index), Body::Mix(body));
    }
    let both = [trustee(0), trustee(1)];
    expect_among(&election, CheckId::MixProof, &[trustee(0)], &both);
    expect_among(&election, CheckId::MixProof, &[trustee(1)], &both);
}

#[test]
fn input_that_is_not_the_last_list() {
    let mut election = closed();
    election.mix(0);
    let batch = election.view().batches[0].clone();
    for (list, position) in [(batch.first, 0), (batch.first, 1), (batch.last, 0)] {
        let mut election = election.clone();
        let mix = election.mix_list(&batch, 1, &list, position);
        election.post(Author::Trustee(1), Body::Mix(Mix { mixes: vec![mix] }));
        expect(&election, CheckId::MixChain, &[trustee(1)]);
    }
    let ballot = election.cast(&plan().votes[0]).elements.concat();
    let list = election.put(batch.first.row_length, &ballot.repeat(5));
    let mix = election.mix_list(&batch, 1, &list, 1);
    election.post(Author::Trustee(1), Body::Mix(Mix { mixes: vec![mix] }));
    expect(&election, CheckId::MixChain, &[trustee(1)]);
}

#[test]
fn one_trustee_twice_or_a_stranger() {
    let mut election = closed();
    election.mix(0);
    election.mix(0);
    expect(&election, CheckId::MixIdentity, &[trustee(0)]);
    let mut election = closed();
    let body = election.mix_body(0);
    election.post(Author::Stranger, Body::Mix(body));
    let stranger = Culprit::Author(election.public_key(Author::Stranger));
    expect(&election, CheckId::MixIdentity, &[stranger]);
}

#[test]
fn too_few_valid_mixes() {
    let mut election = Election::closed(Plan { mixes: 3, ..plan() });
    election.mix(0);
    election.mix(1);
    let good = election.view().batches[0].clone();
    let mut body = election.mix_body(2);
    with_output(&mut body, &election, |bytes| bytes.rotate_left(64));
    election.post(Author::Trustee(2), Body::Mix(body));
    for index in election.everybody() {
        let body = election.share_lists(index, &[(good.clone(), good.last)]);
        election.post(Author::Trustee(index), Body::Share(body));
    }
    expect(&election, CheckId::MixQuorum, &[trustee(2)]);
}

#[test]
fn the_chain_may_go_on_from_the_last_good_list() {
    let mut election = closed();
    let good = election.view().batches[0].clone();
    let mut body = election.mix_body(0);
    with_output(&mut body, &election, |bytes| bytes.rotate_left(64));
    election.post(Author::Trustee(0), Body::Mix(body));
    let mix = election.mix_list(&good, 1, &good.first, 0);
    election.post(Author::Trustee(1), Body::Mix(Mix { mixes: vec![mix] }));
    let audit = expect(&election, CheckId::MixProof, &[trustee(0)]);
    let batch = &audit.view.batches[0];
    let valid: Vec<bool> = batch.mixes.iter().map(|mix| mix.valid).collect();
    assert_eq!((valid, batch.position), (vec![false, true], 1));
    assert_eq!(audit.report.verdict, Verdict::Invalid);
}

#[test]
fn batches_that_are_none() {
    let mut election = closed();
    let honest = election.mix_body(0);
    let alterations: [fn(&mut Mix); 3] = [
        |body| body.mixes.clear(),
        |body| body.mixes.push(body.mixes[0].clone()),
        |body| body.mixes[0].batch_index = 1,
    ];
    for alter in alterations {
        let (mut election, mut body) = (election.clone(), honest.clone());
        alter(&mut body);
        election.post(Author::Trustee(0), Body::Mix(body));
        expect(&election, CheckId::ShapeLength, &[trustee(0)]);
    }
}
