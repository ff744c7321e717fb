//! What a trustee, or an authority in a hurry, can get wrong in the key ceremony.

use std::sync::LazyLock;

use psephos_core::encodings::{Encodings, Fixed};
use psephos_core::{Encoding, Scalar, group};
use psephos_proofs::key_ceremony::{
    Deal, Edge, EncryptedShare, deal_commitment, ephemeral_transcript, knowledge_transcript,
    seal_share,
};
use psephos_proofs::sigma::Schnorr;
use psephos_prove::sigma::prove_knowledge;
use psephos_record::bodies::{Accept, Body, Confirm, DealCommitment};
use psephos_secrets::{Polynomial, SecretScalar};

use super::stage::enrolled;
use super::{AUTHORITY, Case, Fixture, NOT_CANONICAL, no_element, plus_order, posted};
use crate::{Author, Election, Plan};

/// Whoever deals wrongly in most of these cases.
pub(super) const DEALER: u64 = 2;
pub(super) const DEALER_AUTHOR: Author = Author::Trustee(DEALER);

pub(super) const CASES: &[Case] = &[
    Case {
        name: "key.proof-possession-borrowed",
        altered: "Trustee 1 accepts with the share-encryption key and proof of trustee 0.",
        make: || {
            let mut election = accepting();
            let body = election.accept_body(0);
            election.post(Author::Trustee(0), Body::Accept(body.clone()));
            posted(election, Author::Trustee(1), Body::Accept(body))
        },
    },
    Case {
        name: "key.proof-possession-of-an-earlier-attempt",
        altered: "Trustee 1 accepts a second attempt with its key and proof of the first.",
        make: || {
            let mut election = accepting();
            let body = election.accept_body(1);
            election.issue_manifest();
            posted(election, Author::Trustee(1), Body::Accept(body))
        },
    },
    Case {
        name: "board.chain-for-an-earlier-attempt",
        altered: "Trustee 1 accepts the first attempt when it has seen that a second one begins.",
        make: || {
            let mut election = accepting();
            let first = election.view().election();
            let body = Body::Accept(election.accept_body(1));
            election.issue_manifest();
            let mut message = election.message(Author::Trustee(1), &body);
            message.election = first;
            let record = election.append(Author::Trustee(1), message);
            Fixture::blaming(election.board, &[]).at(record)
        },
    },
    Case {
        name: "key.proof-possession-response",
        altered: "Trustee 1 proves the possession of its share-encryption key with another response.",
        make: || accepted(|body| body.proof.response = plus_one(&body.proof.response)),
    },
    Case {
        name: "key.proof-possession-zeros",
        altered: "Trustee 1 has only zeros for a proof of possession.",
        make: || accepted(|body| body.proof = Schnorr::from_bytes(&[0; 64])),
    },
    Case {
        name: "group.membership-accept-key-identity",
        altered: "Trustee 1's share-encryption key is the identity.",
        make: || accepted(|body| body.key = [0; 32]),
    },
    Case {
        name: "group.membership-accept-key-no-element",
        altered: "Trustee 1's share-encryption key is no element.",
        make: || accepted(|body| body.key = no_element()),
    },
    Case {
        name: "encoding.canonical-accept-key",
        altered: "Trustee 1's share-encryption key is not in its canonical encoding.",
        make: || accepted(|body| body.key = NOT_CANONICAL),
    },
    Case {
        name: "encoding.canonical-accept-response",
        altered: "The response of trustee 1's proof of possession has the group's order added to it.",
        make: || accepted(|body| body.proof.response = plus_order(&body.proof.response)),
    },
    Case {
        name: "key.proof-knowledge-borrowed",
        altered: "Trustee 2 deals with trustee 0's proof of knowledge.",
        make: || dealt(|deal, election| deal.knowledge = election.deals[&0].knowledge),
    },
    Case {
        name: "key.proof-deal-borrowed",
        altered: "Trustee 2 deals trustee 0's polynomial, with its proof of knowledge.",
        make: || {
            dealt(|deal, election| {
                deal.knowledge = election.deals[&0].knowledge;
                deal.commitments = election.deals[&0].commitments.clone();
            })
        },
    },
    Case {
        name: "key.proof-knowledge-response",
        altered: "Trustee 2 proves that it knows its constant term with another response.",
        make: || dealt(|deal, _| deal.knowledge.response = plus_one(&deal.knowledge.response)),
    },
    Case {
        name: "key.proof-knowledge-zeros",
        altered: "Trustee 2 has only zeros for a proof of knowledge.",
        make: || dealt(|deal, _| deal.knowledge = Schnorr::from_bytes(&[0; 64])),
    },
    Case {
        name: "shape.length-deal-without-proof",
        altered: "Trustee 2's deal has no field for the proof of knowledge.",
        make: deal_without_proof,
    },
    Case {
        name: "key.proof-other-commitment",
        altered: "Trustee 2 exchanges a coefficient of its polynomial after the proof of knowledge.",
        make: || dealt(|deal, _| deal.commitments.0[1] = group::encode(&group::base())),
    },
    Case {
        name: "key.commitment-other-deal",
        altered: "Trustee 1 deals another polynomial than it had committed to.",
        make: || {
            let mut election = accepting();
            election.accept_all();
            election.commit_all();
            election.deal_commitment_body(1);
            let deal = election.deals[&1].clone();
            posted(election, Author::Trustee(1), Body::Deal(deal))
        },
    },
    Case {
        name: "key.commitment-confirms-other-deals",
        altered: "Trustee 1 confirms deals that are not those on the board.",
        make: || {
            let body = Confirm { deals: [7; 32] };
            posted(honestly_dealt(), Author::Trustee(1), Body::Confirm(body))
        },
    },
    Case {
        name: "shape.length-deal-one-commitment-more",
        altered: "Trustee 2 commits to a polynomial of one coefficient more than t.",
        make: || dealt(|deal, _| deal.commitments.0.push(group::encode(&group::base()))),
    },
    Case {
        name: "shape.length-deal-one-commitment-less",
        altered: "Trustee 2 commits to a polynomial of one coefficient less than t.",
        make: || dealt(|deal, _| deal.commitments.0.truncate(1)),
    },
    Case {
        name: "shape.length-deal-no-commitments",
        altered: "Trustee 2 commits to no polynomial at all.",
        make: || dealt(|deal, _| deal.commitments.0.clear()),
    },
    Case {
        name: "shape.length-deal-one-share-less",
        altered: "Trustee 2 deals to all trustees but itself.",
        make: || dealt(|deal, _| deal.shares.truncate(2)),
    },
    Case {
        name: "shape.length-deal-one-share-more",
        altered: "Trustee 2 deals one share more than there are trustees.",
        make: || dealt(|deal, election| deal.shares.push(election.deals[&0].shares[0])),
    },
    Case {
        name: "shape.length-deal-no-shares",
        altered: "Trustee 2 deals no shares.",
        make: || dealt(|deal, _| deal.shares.clear()),
    },
    Case {
        name: "group.membership-deal-constant-identity",
        altered: "Trustee 2's constant term is zero.",
        make: || dealt(|deal, _| deal.commitments.0[0] = [0; 32]),
    },
    Case {
        name: "group.membership-deal-ephemeral-identity",
        altered: "Trustee 2's ephemeral key for trustee 1 is the identity.",
        make: || dealt(|deal, _| deal.shares[1].ephemeral.0 = [0; 32]),
    },
    Case {
        name: "group.membership-deal-commitment-no-element",
        altered: "Trustee 2 commits to a coefficient with bytes that are no element.",
        make: || dealt(|deal, _| deal.commitments.0[1] = no_element()),
    },
    Case {
        name: "group.membership-deal-ephemeral-no-element",
        altered: "Trustee 2's ephemeral key for trustee 1 is no element.",
        make: || dealt(|deal, _| deal.shares[1].ephemeral.0 = no_element()),
    },
    Case {
        name: "group.membership-election-key-identity",
        altered: "Two trustees deal polynomials whose constant terms cancel: the election key is the identity.",
        make: cancelling_constants,
    },
    Case {
        name: "encoding.canonical-deal-commitment",
        altered: "Trustee 2's first commitment is not in its canonical encoding.",
        make: || dealt(|deal, _| deal.commitments.0[0] = NOT_CANONICAL),
    },
    Case {
        name: "encoding.canonical-deal-knowledge-response",
        altered: "The response of trustee 2's proof of knowledge has the group's order added to it.",
        make: || dealt(|deal, _| deal.knowledge.response = plus_order(&deal.knowledge.response)),
    },
    Case {
        name: "encoding.canonical-deal-ephemeral-response",
        altered: "The response of trustee 2's proof of an ephemeral key has the group's order added to it.",
        make: || {
            dealt(|deal, _| {
                let response = &mut deal.shares[0].knowledge.response;
                *response = plus_order(response);
            })
        },
    },
    Case {
        name: "key.encryption-ephemeral-of-another-dealer",
        altered: "Trustee 2 sends trustee 1 the encrypted share that trustee 0 has sent.",
        make: || dealt(|deal, election| deal.shares[1] = election.deals[&0].shares[1]),
    },
    Case {
        name: "key.encryption-proof-borrowed",
        altered: "Trustee 2 proves its ephemeral key for trustee 1 with the proof of that for trustee 0.",
        make: || dealt(|deal, _| deal.shares[1].knowledge = deal.shares[0].knowledge),
    },
    Case {
        name: "key.encryption-proof-zeros",
        altered: "Trustee 2 has only zeros for a proof of the ephemeral key for trustee 1.",
        make: || dealt(|deal, _| deal.shares[1].knowledge = Schnorr::from_bytes(&[0; 64])),
    },
    Case {
        name: "key.encryption-one-ephemeral-for-two",
        altered: "Trustee 2 uses one ephemeral key for two recipients, and proves it to both.",
        make: || {
            dealt(|deal, election| {
                deal.shares[0] = sealed(election, (DEALER, 0), 5, &[1; 32]);
                deal.shares[1] = sealed(election, (DEALER, 1), 5, &[1; 32]);
            })
        },
    },
    Case {
        name: "board.phase-deal-before-every-commitment",
        altered: "Trustee 0 deals before the other two have committed to their deals.",
        make: || {
            let mut election = accepting();
            election.accept_all();
            let body = election.deal_commitment_body(0);
            election.post(Author::Trustee(0), Body::DealCommitment(body));
            let deal = election.deals[&0].clone();
            posted(election, Author::Trustee(0), Body::Deal(deal))
        },
    },
    Case {
        name: "board.phase-commitment-before-every-accept",
        altered: "Trustee 0 commits to a deal before the other two have accepted.",
        make: || {
            let mut election = accepting();
            let body = election.accept_body(0);
            election.post(Author::Trustee(0), Body::Accept(body));
            let body = DealCommitment { commitment: [7; 32] };
            posted(election, Author::Trustee(0), Body::DealCommitment(body))
        },
    },
    Case {
        name: "board.phase-accept-twice",
        altered: "Trustee 0 accepts twice, with two keys.",
        make: || {
            let mut election = accepting();
            let body = election.accept_body(0);
            election.post(Author::Trustee(0), Body::Accept(body));
            let body = election.accept_body(0);
            posted(election, Author::Trustee(0), Body::Accept(body))
        },
    },
    Case {
        name: "board.phase-deal-twice",
        altered: "Trustee 0 deals twice.",
        make: || {
            let mut election = accepting();
            election.accept_all();
            election.commit_all();
            let deal = election.deals[&0].clone();
            election.post(Author::Trustee(0), Body::Deal(deal.clone()));
            posted(election, Author::Trustee(0), Body::Deal(deal))
        },
    },
    Case {
        name: "board.phase-confirm-before-every-deal",
        altered: "Trustee 0 confirms although trustee 2 has not dealt.",
        make: || {
            let mut election = accepting();
            election.accept_all();
            election.commit_all();
            for dealer in [0, 1] {
                let deal = election.deals[&dealer].clone();
                election.post(Author::Trustee(dealer), Body::Deal(deal));
            }
            let body = Confirm { deals: [7; 32] };
            posted(election, Author::Trustee(0), Body::Confirm(body))
        },
    },
    Case {
        name: "board.phase-confirm-twice",
        altered: "Trustee 0 confirms twice.",
        make: || {
            let mut election = honestly_dealt();
            let body = election.confirm_body(0);
            election.post(Author::Trustee(0), Body::Confirm(body.clone()));
            posted(election, Author::Trustee(0), Body::Confirm(body))
        },
    },
    Case {
        name: "board.phase-opened-before-everybody-has-confirmed",
        altered: "The authority opens the election before anybody has confirmed the deals.",
        make: || {
            let mut election = honestly_dealt();
            let at = election.open();
            Fixture::blaming(election.board, AUTHORITY).at(at)
        },
    },
];

fn accepting() -> Election {
    let mut election = enrolled();
    election.issue_manifest();
    election
}

/// Everybody has dealt honestly.
pub(super) fn honestly_dealt() -> Election {
    static MADE: LazyLock<Election> = LazyLock::new(|| {
        let mut election = accepting();
        election.accept_all();
        election.commit_all();
        election.deal_all();
        election
    });
    MADE.clone()
}

/// Trustee 1 accepts with something else than it should.
fn accepted(alter: impl Fn(&mut Accept)) -> Fixture {
    let mut election = accepting();
    let mut body = election.accept_body(1);
    alter(&mut body);
    posted(election, Author::Trustee(1), Body::Accept(body))
}

/// The last trustee commits to something else than it should, and everybody before it has dealt.
pub(super) fn deceitful(alter: impl Fn(&mut Deal, &Election)) -> Election {
    let mut election = accepting();
    election.accept_all();
    for index in election.everybody() {
        let mut body = election.deal_commitment_body(index);
        if index == DEALER {
            let mut deal = election.deals[&index].clone();
            alter(&mut deal, &election);
            let commitment = deal_commitment(&election.ceremony_context(), index, &deal);
            body = DealCommitment { commitment };
            election.deals.insert(index, deal);
        }
        election.post(Author::Trustee(index), Body::DealCommitment(body));
    }
    for index in 0..DEALER {
        let deal = election.deals[&index].clone();
        election.post(Author::Trustee(index), Body::Deal(deal));
    }
    election
}

/// The last trustee deals something else than it should, and had committed to just that.
fn dealt(alter: impl Fn(&mut Deal, &Election)) -> Fixture {
    let election = deceitful(alter);
    let deal = election.deals[&DEALER].clone();
    posted(election, DEALER_AUTHOR, Body::Deal(deal))
}

fn deal_without_proof() -> Fixture {
    let mut election = deceitful(|_, _| {});
    let deal = election.deals[&DEALER].clone();
    let mut message = election.message(DEALER_AUTHOR, &Body::Deal(deal));
    message.body = super::without_field(&message.body, "knowledge");
    super::appended(election, DEALER_AUTHOR, message)
}

/// A share of this content, under an ephemeral key that follows from a number.
pub(super) fn sealed(
    election: &Election,
    (dealer, recipient): (u64, u64),
    ephemeral: u64,
    content: &Encoding,
) -> EncryptedShare {
    let context = election.ceremony_context();
    let secret = SecretScalar::new(Scalar::from(ephemeral));
    let ephemeral = group::encode(&secret.public());
    let recipient_key = election.share_encryption[&recipient].public();
    let edge = Edge { context, dealer, recipient, ephemeral, recipient_key };
    let opened = group::decode(&recipient_key).expect("a trustee's key");
    let point = group::encode(&(opened * secret.expose()));
    let transcript = ephemeral_transcript(&context, dealer, recipient, &recipient_key);
    let mut rng = crate::election::continued(&election.rng);
    let knowledge = prove_knowledge(transcript, &secret, &mut rng).expect("a known key");
    let ciphertext = seal_share(&edge, &point, content).expect("32 bytes");
    EncryptedShare { ephemeral: Fixed(ephemeral), knowledge, ciphertext: Fixed(ciphertext) }
}

/// Two of two, who know each other's polynomials.
fn cancelling_constants() -> Fixture {
    let mut election = Election::enrolled(Plan::new(2, 2, 0));
    election.issue_manifest();
    election.accept_all();
    let polynomial = Polynomial::random(2, &mut election.rng);
    for (dealer, sign) in [(0, Scalar::ONE), (1, -Scalar::ONE)] {
        let deal = multiple(&mut election, dealer, &polynomial, sign);
        let commitment = deal_commitment(&election.ceremony_context(), dealer, &deal);
        election.deals.insert(dealer, deal);
        let body = Body::DealCommitment(DealCommitment { commitment });
        election.post(Author::Trustee(dealer), body);
    }
    election.deal_all();
    Fixture::blaming(election.board, &[])
}

/// A deal of a polynomial times a number; its shares are nobody's concern here.
fn multiple(election: &mut Election, dealer: u64, polynomial: &Polynomial, by: Scalar) -> Deal {
    let context = election.ceremony_context();
    let commitments: Vec<_> = polynomial.commitments().iter().map(|point| point * by).collect();
    let commitments = group::encode_batch(&commitments);
    let constant = SecretScalar::new(polynomial.coefficients()[0] * by);
    let transcript = knowledge_transcript(&context, dealer, &commitments);
    let knowledge = prove_knowledge(transcript, &constant, &mut election.rng);
    let ephemeral = |recipient| 2 * dealer + recipient + 5;
    let share = |recipient| sealed(election, (dealer, recipient), ephemeral(recipient), &[1; 32]);
    let shares = election.everybody().map(share).collect();
    Deal { shares, knowledge: knowledge.expect("known"), commitments: Encodings(commitments) }
}

/// Another scalar.
pub(super) fn plus_one(scalar: &Encoding) -> Encoding {
    (group::scalar(scalar).expect("a scalar") + Scalar::ONE).to_bytes()
}
