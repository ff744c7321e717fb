//! Complaints in the key ceremony, just and unjust (spec/05-key-ceremony.md §5.6).

use psephos_audit::Culprit;
use psephos_core::{Encoding, Scalar, group};
use psephos_proofs::key_ceremony::{Edge, complaint_statement, complaint_transcript};
use psephos_proofs::sigma::Dleq;
use psephos_prove::sigma::prove_equality;
use psephos_record::bodies::{Body, Complain};

use super::ceremony::{DEALER, DEALER_AUTHOR, deceitful, honestly_dealt, plus_one, sealed};
use super::{AUTHORITY, Case, Fixture, no_element, posted};
use crate::{Author, Election};

pub(super) const CASES: &[Case] = &[
    Case {
        name: "key.complaint-share-not-authentic",
        altered: "Trustee 2 sends trustee 1 a share that does not decrypt; trustee 1 complains.",
        make: || complained(wrongly_dealt()),
    },
    Case {
        name: "key.complaint-share-not-canonical",
        altered: "Trustee 2 sends trustee 1 a share that is no scalar; trustee 1 complains.",
        make: || complained(secretly_dealt(&[0xff; 32])),
    },
    Case {
        name: "key.complaint-share-wrong",
        altered: "Trustee 2 sends trustee 1 a share of another polynomial; trustee 1 complains.",
        make: || complained(secretly_dealt(&Scalar::from(5_u64).to_bytes())),
    },
    Case {
        name: "key.complaint-share-right",
        altered: "Trustee 1 opens the share of an honest dealer and complains of it.",
        make: || {
            let mut election = honestly_dealt();
            let body = opening(&mut election, 0);
            posted(election, Author::Trustee(1), Body::Complain(body))
        },
    },
    Case {
        name: "key.complaint-of-another-recipient",
        altered: "Trustee 0 posts the opening that trustee 1 could have complained with.",
        make: || complaint(Author::Trustee(0), |_| {}),
    },
    Case {
        name: "key.complaint-proof-invalid",
        altered: "Trustee 1 complains of a wrong share, and its proof of the opening does not hold.",
        make: || complaint(COMPLAINER, |body| body.proof.response = plus_one(&body.proof.response)),
    },
    Case {
        name: "key.complaint-proof-zeros",
        altered: "Trustee 1 complains of a wrong share with only zeros for a proof.",
        make: || complaint(COMPLAINER, |body| body.proof = Dleq::from_bytes(&[0; 96])),
    },
    Case {
        name: "key.complaint-point-other",
        altered: "Trustee 1 complains of a wrong share and opens another point.",
        make: || complaint(COMPLAINER, |body| body.point = group::encode(&group::base())),
    },
    Case {
        name: "key.complaint-point-identity",
        altered: "Trustee 1 complains of a wrong share and opens the identity.",
        make: || complaint(COMPLAINER, |body| body.point = [0; 32]),
    },
    Case {
        name: "key.complaint-point-no-element",
        altered: "Trustee 1 complains of a wrong share and opens what is no element.",
        make: || complaint(COMPLAINER, |body| body.point = no_element()),
    },
    Case {
        name: "key.complaint-of-nobody",
        altered: "Trustee 1 complains of a dealer that there is not.",
        make: || complaint(COMPLAINER, |body| body.dealer = 3),
    },
    Case {
        name: "board.phase-complained-twice",
        altered: "Trustee 1 complains justly, and then once more of the same.",
        make: || {
            let mut election = wrongly_dealt();
            let body = election.complaint_body(1).expect("a complaint");
            election.post(COMPLAINER, Body::Complain(body.clone()));
            let fixture = posted(election, COMPLAINER, Body::Complain(body));
            fixture.and_guilty(&[Culprit::Trustee(DEALER)])
        },
    },
    Case {
        name: "key.complaint-opened-over-it",
        altered: "The authority opens the election although trustee 1's complaint stands.",
        make: || {
            let mut election = wrongly_dealt();
            let body = election.complaint_body(1).expect("a complaint");
            election.post(COMPLAINER, Body::Complain(body));
            let at = election.open();
            let dealer = super::culprit(&election, DEALER_AUTHOR);
            Fixture::blaming(election.board, AUTHORITY).and_guilty(&[dealer]).at(at)
        },
    },
];

/// Whom the wrong shares of these cases are for.
const COMPLAINER: Author = Author::Trustee(1);

/// What the last trustee has sent to trustee 1 cannot be decrypted.
fn wrongly_dealt() -> Election {
    dealt_out(deceitful(|deal, _| deal.shares[1].ciphertext.0[0] ^= 1))
}

/// The last trustee has sent this to trustee 1, properly encrypted.
fn secretly_dealt(content: &Encoding) -> Election {
    dealt_out(deceitful(|deal, election| {
        deal.shares[1] = sealed(election, (DEALER, 1), 5, content)
    }))
}

fn dealt_out(mut election: Election) -> Election {
    let deal = election.deals[&DEALER].clone();
    election.post(DEALER_AUTHOR, Body::Deal(deal));
    election
}

/// Trustee 1 complains, and convicts the dealer.
fn complained(mut election: Election) -> Fixture {
    let body = election.complaint_body(1).expect("a complaint");
    let at = election.post(COMPLAINER, Body::Complain(body));
    let dealer = super::culprit(&election, DEALER_AUTHOR);
    Fixture::blaming(election.board, &[dealer]).at(at)
}

/// Somebody spoils a just complaint, and is convicted.
fn complaint(author: Author, alter: impl Fn(&mut Complain)) -> Fixture {
    let mut election = wrongly_dealt();
    let mut body = election.complaint_body(1).expect("a complaint");
    alter(&mut body);
    posted(election, author, Body::Complain(body))
}

/// Trustee 1 opens what a dealer has sent to it.
fn opening(election: &mut Election, dealer: u64) -> Complain {
    let share = election.deals[&dealer].shares[1];
    let secret = election.share_encryption[&1].clone();
    let ephemeral = share.ephemeral.0;
    let context = election.ceremony_context();
    let edge = Edge { context, dealer, recipient: 1, ephemeral, recipient_key: secret.public() };
    let opened = group::decode(&ephemeral).expect("an ephemeral key");
    let point = group::encode(&(opened * secret.secret().expose()));
    let statement = complaint_statement(&edge, &point);
    let transcript = complaint_transcript(&edge, &share.ciphertext.0);
    let proof = prove_equality(transcript, &statement, secret.secret(), &mut election.rng);
    Complain { point, proof: proof.expect("the right point"), dealer }
}
