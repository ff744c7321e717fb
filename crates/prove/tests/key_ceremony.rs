//! The key ceremony over many (t, k), every bad deal and every false complaint.

mod election;

use chacha20::ChaCha20Rng;
use election::{CEREMONY, Ceremony, rng};
use proptest::prelude::*;
use psephos_core::encodings::Fixed;
use psephos_core::pairs::pairs;
use psephos_core::{Element, Encoding, Scalar, group};
use psephos_proofs::Fault;
use psephos_proofs::key_ceremony::{
    CeremonyContext, Complaint, Deal, DealFault, Edge, KeyFault, Reason, Verdict,
    complaint_statement, complaint_transcript, deal_commitment, derive_keys, ephemeral_transcript,
    judge, knowledge_transcript, lagrange, reused_ephemerals, seal_share, verify_deal,
    verify_possession,
};
use psephos_prove::ProveError;
use psephos_prove::key_ceremony::{Received, SealedDeal, receive};
use psephos_prove::sigma::{prove_equality, prove_knowledge};
use psephos_secrets::{Polynomial, SecretScalar};

const IDENTITY: Encoding = [0; 32];
/// q, the first scalar that is not canonical.
const ORDER: Encoding = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Checks a deal as its dealer would commit to it.
fn check(ceremony: &Ceremony, dealer: u64, deal: &Deal) -> Result<(), Vec<DealFault>> {
    let commitment = deal_commitment(&CEREMONY, dealer, deal);
    verify_deal(&CEREMONY, dealer, ceremony.threshold, &ceremony.keys, &commitment, deal)
}

fn edge(ceremony: &Ceremony, dealer: u64, recipient: u64) -> Edge {
    Edge {
        context: CEREMONY,
        dealer,
        recipient,
        ephemeral: ceremony.deals[dealer as usize].shares[recipient as usize].ephemeral.0,
        recipient_key: ceremony.keys[recipient as usize],
    }
}

/// Any t of the shares give the key, t − 1 of them do not; `order` is a permutation of the trustees.
fn share_and_recover(threshold: u64, order: &[u64], seed: u64) {
    let mut rng = rng(seed);
    let ceremony = Ceremony::new(threshold, order.len() as u64, &mut rng);
    let (keys, shares) = ceremony.finish(&mut rng);
    for (share, key) in pairs(&shares, &keys.share_keys) {
        assert_eq!(share.public(), *key);
    }
    let recover = |quorum: &[u64]| {
        let coefficients = lagrange(quorum, &Scalar::ZERO).unwrap();
        let secret: Scalar = pairs(quorum, &coefficients)
            .map(|(trustee, l)| shares[*trustee as usize].secret().expose() * l)
            .sum();
        group::encode(&group::mul_base(&secret))
    };
    let quorum = &order[..threshold as usize];
    assert_eq!(recover(quorum), keys.public_key);
    assert_eq!(recover(order), keys.public_key);
    if threshold > 1 {
        assert_ne!(recover(&quorum[1..]), keys.public_key);
    }
}

#[test]
fn every_threshold_of_up_to_seven_trustees() {
    for trustees in 1..=7 {
        let order: Vec<u64> = (0..trustees).rev().collect();
        for threshold in 1..=trustees {
            share_and_recover(threshold, &order, 10 * trustees + threshold);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_t_shares_decrypt_and_fewer_do_not(
        (threshold, order) in (1u64..=7).prop_flat_map(|trustees| (
            1..=trustees,
            Just((0..trustees).collect::<Vec<u64>>()).prop_shuffle(),
        )),
        seed in any::<u64>(),
    ) {
        share_and_recover(threshold, &order, seed);
    }
}

#[test]
fn lagrange_needs_distinct_indices() {
    assert!(lagrange(&[], &Scalar::ZERO).is_none());
    assert!(lagrange(&[1, 2, 1], &Scalar::ZERO).is_none());
    let two = lagrange(&[0, 1], &Scalar::ZERO).unwrap();
    assert_eq!(two, [Scalar::from(2u64), -Scalar::ONE]);
}

#[test]
fn possession_is_bound_to_its_trustee_attempt_and_election() {
    let mut rng = rng(1);
    let ceremony = Ceremony::new(2, 3, &mut rng);
    let acceptance = ceremony.acceptances[1];
    let ok = |context: &CeremonyContext, trustee, key: &Encoding| {
        verify_possession(context, trustee, key, &acceptance.proof)
    };
    assert_eq!(ok(&CEREMONY, 1, &acceptance.key), Ok(()));
    assert_eq!(ok(&CEREMONY, 2, &acceptance.key), Err(Fault::Equation));
    assert_eq!(ok(&CEREMONY, 1, &ceremony.keys[0]), Err(Fault::Equation));
    let later = CeremonyContext { attempt: 2, ..CEREMONY };
    assert_eq!(ok(&later, 1, &acceptance.key), Err(Fault::Equation));
    let other = CeremonyContext { election: [0; 32], ..CEREMONY };
    assert_eq!(ok(&other, 1, &acceptance.key), Err(Fault::Equation));
    let identity = Err(Fault::Membership { field: "key", index: 0 });
    assert_eq!(ok(&CEREMONY, 1, &IDENTITY), identity);
}

#[test]
fn lengths_and_commitment_of_a_deal() {
    let mut rng = rng(2);
    let ceremony = Ceremony::new(2, 3, &mut rng);
    let good = &ceremony.deals[0];
    let form = |field| Err(vec![DealFault::Form(Fault::Length { field })]);
    for (threshold, field) in [(1, "commitments"), (3, "commitments")] {
        let deal = SealedDeal::new(&CEREMONY, 0, threshold, &ceremony.keys, &mut rng).unwrap();
        assert_eq!(check(&ceremony, 0, &deal.reveal()), form(field));
    }
    let mut short = good.clone();
    short.shares.pop();
    assert_eq!(check(&ceremony, 0, &short), form("shares"));
    let mut empty = good.clone();
    empty.commitments.0.clear();
    assert_eq!(check(&ceremony, 0, &empty), form("commitments"));
    // Not the deal that was committed to, or committed to elsewhere.
    let others = [
        deal_commitment(&CEREMONY, 0, &ceremony.deals[1]),
        deal_commitment(&CEREMONY, 1, good),
        deal_commitment(&CeremonyContext { attempt: 2, ..CEREMONY }, 0, good),
    ];
    for other in others {
        let found = verify_deal(&CEREMONY, 0, 2, &ceremony.keys, &other, good);
        assert_eq!(found, Err(vec![DealFault::Commitment]));
    }
}

#[test]
fn knowledge_of_the_constant_term() {
    let mut rng = rng(3);
    let ceremony = Ceremony::new(2, 3, &mut rng);
    let good = &ceremony.deals[0];
    let faulty = |deal: &Deal| check(&ceremony, 0, deal).unwrap_err();
    let mut borrowed = good.clone();
    borrowed.knowledge = ceremony.deals[1].knowledge;
    assert_eq!(faulty(&borrowed), [DealFault::Knowledge]);
    // Another dealer's whole deal: neither its knowledge nor its ephemerals are this dealer's.
    let stolen = faulty(&ceremony.deals[1]);
    assert!(stolen.contains(&DealFault::Knowledge));
    assert!(stolen.contains(&DealFault::Encryption { recipient: 2 }));
    let mut other = good.clone();
    other.commitments.0[1] = ceremony.deals[1].commitments.0[1];
    assert_eq!(faulty(&other), [DealFault::Knowledge]);
    let mut response = good.clone();
    response.knowledge.response = ORDER;
    let fault = Fault::NonCanonical { field: "knowledge", index: 0 };
    assert_eq!(faulty(&response), [DealFault::Form(fault)]);
    let mut identity = good.clone();
    identity.commitments.0[0] = IDENTITY;
    let fault = Fault::Membership { field: "constant", index: 0 };
    assert_eq!(faulty(&identity), [DealFault::Form(fault)]);
    let mut garbage = good.clone();
    garbage.commitments.0[1] = [0xff; 32];
    let fault = Fault::NonCanonical { field: "commitments", index: 1 };
    assert!(faulty(&garbage).contains(&DealFault::Form(fault)));
}

#[test]
fn ephemeral_keys_are_fresh_and_known() {
    let mut rng = rng(4);
    let ceremony = Ceremony::new(2, 3, &mut rng);
    assert!(reused_ephemerals(&[(0, &ceremony.deals[0]), (1, &ceremony.deals[1])]).is_empty());
    // Another dealer's ephemeral with its proof, and one of another recipient of the same deal.
    for share in [ceremony.deals[1].shares[2], ceremony.deals[0].shares[1]] {
        let mut deal = ceremony.deals[0].clone();
        deal.shares[2] = share;
        assert_eq!(check(&ceremony, 0, &deal), Err(vec![DealFault::Encryption { recipient: 2 }]));
        let reuses = reused_ephemerals(&[(1, &ceremony.deals[1]), (0, &deal)]);
        assert_eq!((reuses.len(), reuses[0].dealer, reuses[0].recipient), (1, 0, 2));
    }
    // Two dealers who agree on an ephemeral can both prove it: the later one answers for it.
    let secret = SecretScalar::random(&mut rng);
    let mut deals = ceremony.deals.clone();
    for dealer in [0u64, 1] {
        let transcript = ephemeral_transcript(&CEREMONY, dealer, 2, &ceremony.keys[2]);
        let share = &mut deals[dealer as usize].shares[2];
        share.ephemeral = Fixed(group::encode(&secret.public()));
        share.knowledge = prove_knowledge(transcript, &secret, &mut rng).unwrap();
        assert_eq!(check(&ceremony, dealer, &deals[dealer as usize]), Ok(()));
    }
    let reuses = reused_ephemerals(&[(1, &deals[1]), (2, &deals[2]), (0, &deals[0])]);
    assert_eq!((reuses.len(), reuses[0].dealer, reuses[0].first_dealer), (1, 0, 1));
    let mut identity = ceremony.deals[0].clone();
    identity.shares[1].ephemeral = Fixed(IDENTITY);
    let fault = Fault::Membership { field: "shares", index: 1 };
    assert_eq!(check(&ceremony, 0, &identity), Err(vec![DealFault::Form(fault)]));
}

/// Deals honestly but for the ciphertext to recipient 2, which `seal` makes.
fn deal_badly(
    ceremony: &Ceremony,
    rng: &mut ChaCha20Rng,
    seal: impl Fn(&Edge, &Encoding, &Polynomial) -> [u8; 48],
) -> Deal {
    let polynomial = Polynomial::random(ceremony.threshold as usize, rng);
    let mut deal = ceremony.deals[0].clone();
    deal.commitments.0 = group::encode_batch(&polynomial.commitments());
    let transcript = knowledge_transcript(&CEREMONY, 0, &deal.commitments.0);
    let constant = polynomial.evaluate(&Scalar::ZERO);
    deal.knowledge = prove_knowledge(transcript, &constant, rng).unwrap();
    for (recipient, key) in ceremony.keys.iter().enumerate() {
        let recipient = recipient as u64;
        let secret = SecretScalar::random(rng);
        let ephemeral = group::encode(&secret.public());
        let transcript = ephemeral_transcript(&CEREMONY, 0, recipient, key);
        let edge = Edge { context: CEREMONY, dealer: 0, recipient, ephemeral, recipient_key: *key };
        let point = group::encode(&(group::decode(key).unwrap() * secret.expose()));
        let share = &mut deal.shares[recipient as usize];
        share.ephemeral = Fixed(ephemeral);
        share.knowledge = prove_knowledge(transcript, &secret, rng).unwrap();
        let honest = polynomial.evaluate(&Scalar::from(recipient + 1)).to_bytes();
        share.ciphertext = Fixed(if recipient == 2 {
            seal(&edge, &point, &polynomial)
        } else {
            seal_share(&edge, &point, &honest).unwrap()
        });
    }
    assert_eq!(check(ceremony, 0, &deal), Ok(()), "nobody but the recipient can see it");
    deal
}

#[test]
fn every_bad_share_convicts_its_dealer() {
    type Seal = fn(&Edge, &Encoding, &Polynomial) -> [u8; 48];
    let cases: [(Reason, Seal); 6] = [
        (Reason::WrongShare, |edge, point, polynomial| {
            let wrong = polynomial.evaluate(&Scalar::from(3u64)).expose() + Scalar::ONE;
            seal_share(edge, point, &wrong.to_bytes()).unwrap()
        }),
        (Reason::WrongShare, |edge, point, polynomial| {
            // The share of another recipient.
            let other = polynomial.evaluate(&Scalar::from(2u64));
            seal_share(edge, point, &other.to_bytes()).unwrap()
        }),
        (Reason::NonCanonical, |edge, point, _| seal_share(edge, point, &ORDER).unwrap()),
        (Reason::Unauthentic, |_, _, _| [7; 48]),
        (Reason::Unauthentic, |edge, point, polynomial| {
            // Made for another recipient: the right share under other associated data.
            let share = polynomial.evaluate(&Scalar::from(3u64));
            let edge = Edge { recipient: 1, ..*edge };
            seal_share(&edge, point, &share.to_bytes()).unwrap()
        }),
        (Reason::Unauthentic, |edge, point, polynomial| {
            let share = polynomial.evaluate(&Scalar::from(3u64));
            let later = CeremonyContext { attempt: 2, ..CEREMONY };
            let edge = Edge { context: later, ..*edge };
            seal_share(&edge, point, &share.to_bytes()).unwrap()
        }),
    ];
    let mut rng = rng(5);
    let mut ceremony = Ceremony::new(2, 4, &mut rng);
    for (reason, seal) in cases {
        ceremony.deals[0] = deal_badly(&ceremony, &mut rng, seal);
        for recipient in [0, 1, 3] {
            assert!(matches!(ceremony.receive(recipient, &mut rng), Received::Share(_)));
        }
        let Received::Complaints(complaints) = ceremony.receive(2, &mut rng) else {
            panic!("a bad share was taken");
        };
        assert_eq!((complaints.len(), complaints[0].dealer), (1, 0));
        let judgement = judge(&edge(&ceremony, 0, 2), &ceremony.deals[0], &complaints[0].complaint);
        assert_eq!((judgement.verdict, judgement.reason), (Verdict::Dealer, reason));
    }
}

#[test]
fn every_false_complaint_convicts_the_complainer() {
    let mut rng = rng(6);
    let ceremony = Ceremony::new(2, 3, &mut rng);
    let (edge, deal) = (edge(&ceremony, 0, 2), &ceremony.deals[0]);
    let secret = ceremony.secrets[2].secret();
    let ephemeral: Element = group::decode(&edge.ephemeral).unwrap();
    let open = |edge: &Edge, point: Encoding, secret: &SecretScalar, rng: &mut ChaCha20Rng| {
        let transcript = complaint_transcript(edge, &deal.shares[2].ciphertext.0);
        let proof = prove_equality(transcript, &complaint_statement(edge, &point), secret, rng);
        Complaint { point: Fixed(point), proof: proof.unwrap() }
    };
    let point = group::encode(&(ephemeral * secret.expose()));
    let convicted = |complaint: &Complaint| {
        let judgement = judge(&edge, deal, complaint);
        assert_eq!(judgement.verdict, Verdict::Complainer);
        judgement.reason
    };
    // An honest share, opened honestly.
    let honest = open(&edge, point, secret, &mut rng);
    assert_eq!(convicted(&honest), Reason::HonestShare);
    // A point that is not the Diffie–Hellman point, or no point at all, with any proof.
    for wrong in [group::encode(&group::base()), IDENTITY, [0xff; 32], edge.ephemeral] {
        let complaint = Complaint { point: Fixed(wrong), ..honest };
        assert_eq!(convicted(&complaint), Reason::Opening);
    }
    // Proofs of another statement: another recipient, dealer, attempt or ciphertext.
    let own = &ceremony.secrets[1];
    let others = [
        Edge { recipient: 1, recipient_key: ceremony.keys[1], ..edge },
        Edge { dealer: 1, ..edge },
        Edge { context: CeremonyContext { attempt: 2, ..CEREMONY }, ..edge },
        Edge { context: CeremonyContext { election: [9; 32], ..CEREMONY }, ..edge },
    ];
    for other in others {
        let secret = if other.recipient == 1 { own.secret() } else { secret };
        let point = group::encode(&(ephemeral * secret.expose()));
        let complaint = open(&other, point, secret, &mut rng);
        assert_eq!(convicted(&complaint), Reason::Opening);
    }
    // Every field of the proof matters.
    for position in 0..3 {
        let mut bytes = honest.proof.to_bytes();
        bytes[32 * position] ^= 2;
        let proof = psephos_proofs::sigma::Dleq::from_bytes(&bytes);
        assert_eq!(convicted(&Complaint { proof, ..honest }), Reason::Opening);
    }
}

#[test]
fn a_share_cannot_be_opened_with_another_key() {
    let mut rng = rng(7);
    let ceremony = Ceremony::new(2, 3, &mut rng);
    let key = &ceremony.secrets[2];
    let result = receive(&CEREMONY, 1, key, &ceremony.deals(), &mut rng);
    assert_eq!(result.unwrap_err(), ProveError::Input(Fault::Equation));
}

#[test]
fn keys_follow_from_the_deals_alone() {
    let mut rng = rng(8);
    let ceremony = Ceremony::new(2, 3, &mut rng);
    let keys = derive_keys(2, &ceremony.deals()).unwrap();
    assert_eq!(keys.share_keys.len(), 3);
    let length = Fault::Length { field: "commitments" };
    assert_eq!(derive_keys(3, &ceremony.deals()), Err(KeyFault::Deal { dealer: 0, fault: length }));
    // Constant terms that cancel give no key.
    let mut deals = [ceremony.deals[0].clone(), ceremony.deals[0].clone()];
    for commitment in &mut deals[1].commitments.0 {
        *commitment = group::encode(&-group::decode(commitment).unwrap());
    }
    assert_eq!(derive_keys(2, &deals.iter().collect::<Vec<_>>()), Err(KeyFault::PublicKey));
    assert_eq!(derive_keys(2, &[]), Err(KeyFault::PublicKey));
}
