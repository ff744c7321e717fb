//! The two sigma protocols, alone and in an accumulator.

mod election;

use election::rng;
use psephos_core::transcript::Transcript;
use psephos_core::{Scalar, group};
use psephos_proofs::Fault;
use psephos_proofs::sigma::{Dleq, EqualLogarithms, Schnorr};
use psephos_prove::ProveError;
use psephos_prove::sigma::{prove_equality, prove_knowledge};
use psephos_secrets::SecretScalar;

fn transcript(text: &[u8]) -> Transcript {
    let mut transcript = Transcript::new("test");
    transcript.bytes("context", text);
    transcript
}

#[test]
fn knowledge_is_bound_to_key_and_context() {
    let mut rng = rng(1);
    let secret = SecretScalar::random(&mut rng);
    let key = group::encode(&secret.public());
    let proof = prove_knowledge(transcript(b"a"), &secret, &mut rng).unwrap();
    assert_eq!(proof.verify(transcript(b"a"), &key), Ok(()));
    assert_eq!(proof.verify(transcript(b"b"), &key), Err(Fault::Equation));
    let other = group::encode(&group::base());
    assert_eq!(proof.verify(transcript(b"a"), &other), Err(Fault::Equation));
    // Response and commitment moved together, with no new challenge.
    let moved = Schnorr {
        commitment: group::encode(&(group::decode(&proof.commitment).unwrap() + group::base())),
        response: (group::scalar(&proof.response).unwrap() + Scalar::ONE).to_bytes(),
    };
    assert_eq!(moved.verify(transcript(b"a"), &key), Err(Fault::Equation));
    assert_eq!(Schnorr::from_bytes(&proof.to_bytes()), proof);
    let zero = SecretScalar::new(Scalar::ZERO);
    let refused = ProveError::SelfCheck(Fault::Membership { field: "key", index: 0 });
    assert_eq!(prove_knowledge(transcript(b"a"), &zero, &mut rng), Err(refused));
}

#[test]
fn equality_is_bound_to_all_three_elements() {
    let mut rng = rng(2);
    let (secret, base) = (SecretScalar::random(&mut rng), SecretScalar::random(&mut rng).public());
    let good = EqualLogarithms {
        key: group::encode(&secret.public()),
        base: group::encode(&base),
        image: group::encode(&(base * secret.expose())),
    };
    let proof = prove_equality(transcript(b"a"), &good, &secret, &mut rng).unwrap();
    assert_eq!(proof.verify(transcript(b"a"), &good), Ok(()));
    assert_eq!(Dleq::from_bytes(&proof.to_bytes()), proof);
    let wrong = group::encode(&group::base());
    let bad = [
        EqualLogarithms { key: wrong, ..good },
        EqualLogarithms { base: wrong, ..good },
        EqualLogarithms { image: wrong, ..good },
    ];
    for statement in bad {
        assert_eq!(proof.verify(transcript(b"a"), &statement), Err(Fault::Equation));
        let refused = prove_equality(transcript(b"a"), &statement, &secret, &mut rng);
        assert_eq!(refused, Err(ProveError::SelfCheck(Fault::Equation)));
    }
    assert_eq!(proof.verify(transcript(b"b"), &good), Err(Fault::Equation));
}
