//! Secret types: values, and that they never print.

use chacha20::ChaCha20Rng;
use psephos_core::{Scalar, group};
use psephos_secrets::{KeyShare, Polynomial, SecretScalar, ShareEncryptionKey, SigningSeed};
use rand_core::SeedableRng;

#[test]
fn nothing_prints_its_value() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let share = KeyShare::new(SecretScalar::random(&mut rng));
    assert_eq!(format!("{share:?}"), "KeyShare(SecretScalar(<redacted>))");
    let seed = SigningSeed::random(&mut rng);
    assert_eq!(format!("{seed:?}"), "SigningSeed(<redacted>)");
    let polynomial = Polynomial::random(3, &mut rng);
    assert_eq!(format!("{polynomial:?}"), "Polynomial(<redacted>, 3 coefficients)");
}

#[test]
fn scalars_survive_their_bytes_and_others_are_refused() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let key = ShareEncryptionKey::random(&mut rng);
    let again = ShareEncryptionKey::from_bytes(&key.to_bytes()).unwrap();
    assert_eq!(key.public(), again.public());
    assert!(SecretScalar::from_bytes(&[0xff; 32]).is_none());
}

#[test]
fn a_polynomial_evaluates_to_what_its_commitments_say() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let polynomial = Polynomial::random(4, &mut rng);
    assert_eq!(polynomial.coefficients().len(), 4);
    let at = Scalar::from(5u64);
    let expected = polynomial.commitments()[0]
        + polynomial.commitments()[1] * at
        + polynomial.commitments()[2] * (at * at)
        + polynomial.commitments()[3] * (at * at * at);
    assert_eq!(polynomial.evaluate(&at).public(), expected);
    let constant = polynomial.evaluate(&Scalar::ZERO);
    assert_eq!(group::mul_base(constant.expose()), polynomial.commitments()[0]);
}
