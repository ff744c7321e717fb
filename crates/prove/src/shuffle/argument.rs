//! The whole argument, round by round (spec/04-shuffle.md §2).

use psephos_core::generators::Generators;
use psephos_core::montgomery::Montgomery;
use psephos_core::{Element, Scalar, group};
use psephos_proofs::shuffle::challenge::Opening;
use psephos_proofs::shuffle::powers::{power_vartime, powers_parallel};
use psephos_proofs::shuffle::product::ProductProof;
use psephos_proofs::shuffle::{Proof, Shape, Statement};
use rand_core::CryptoRng;
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::ProveError;
use super::matrix::{Matrix, Secrets};
use super::multiexp::{MultiexpProver, MultiexpStatement};
use super::product::ProductProver;
use super::single_value::SingleValueProver;
use super::zero::ZeroProver;
use crate::nonces::Nonces;

/// Rows for each task.
const ROWS: usize = 1 << 10;

/// What the prover of a mix knows; erased when dropped.
///
/// An honest witness has `exponents[i]` = π(i) + 1. Any other goes through the same code, so that
/// tests can show that its proof is refused.
pub struct Witness {
    /// N exponents.
    pub exponents: Zeroizing<Vec<u64>>,
    /// N·ω factors: output row i is input row π(i) plus Enc(0; `factors[i·ω + c]`) in column c.
    pub factors: Zeroizing<Vec<Scalar>>,
}

impl Witness {
    /// All of it as bytes, to hedge nonces with.
    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let length = 8 * self.exponents.len() + 32 * self.factors.len();
        let mut bytes = Zeroizing::new(Vec::with_capacity(length));
        self.exponents.iter().for_each(|exponent| bytes.extend(exponent.to_le_bytes()));
        self.factors.iter().for_each(|factor| bytes.extend(factor.as_bytes()));
        bytes
    }
}

/// Proves `statement` with whatever witness it is given, and does not look at the result: callers
/// verify it, as [`super::mix()`] does.
///
/// `output` holds the output list's N·2ω elements. All nonces follow from `rng`, the statement and
/// the witness.
///
/// # Errors
/// [`ProveError`] when sizes do not fit the statement or the public key is no element.
pub fn prove_with_witness(
    statement: &Statement,
    output: &[Element],
    witness: &Witness,
    rng: &mut dyn CryptoRng,
) -> Result<Proof, ProveError> {
    prove_with_generators(&generators_for(statement)?, statement, output, witness, rng)
}

/// The generators that the statement's commitments are on.
pub(super) fn generators_for(statement: &Statement) -> Result<Generators, ProveError> {
    let shape = statement.shape().map_err(ProveError::Statement)?;
    Ok(Generators::derive(shape.columns()))
}

/// The same with commitments on whatever generators it is given: tests show that a proof on any others
/// than the derived ones is refused.
///
/// # Errors
/// As [`prove_with_witness`]; `Sizes` also when there are too few generators.
pub fn prove_with_generators(
    generators: &Generators,
    statement: &Statement,
    output: &[Element],
    witness: &Witness,
    rng: &mut dyn CryptoRng,
) -> Result<Proof, ProveError> {
    let shape = statement.shape().map_err(ProveError::Statement)?;
    let entries = 2 * shape.width();
    if output.len() != shape.rows() * entries
        || witness.exponents.len() != shape.rows()
        || witness.factors.len() != shape.rows() * shape.width()
        || generators.as_slice().len() <= shape.columns()
    {
        return Err(ProveError::Sizes);
    }
    let public_key = group::decode_proper(&statement.context.election.public_key)
        .map_err(ProveError::PublicKey)?;

    // Round 1: a_i = π(i) + 1
    let opening = Opening::new(statement, &shape);
    let nonces = Nonces::new(opening.transcript(), &[&witness.to_bytes()], rng);
    let integers = padded_exponents(&shape, &witness.exponents);
    let values = Zeroizing::new(integers.iter().map(|exponent| Scalar::from(*exponent)).collect());
    let a = Matrix::new(values, shape.columns(), &mut nonces.fork(0));
    let exponents = a.commit(generators, 0, a.rows());
    let (x, round) = opening.exponents(&exponents);

    // Round 2: b_i = x^{π(i)+1}
    let values = permuted_powers(&shape, &x, &integers);
    drop(integers);
    let b = Matrix::new(values, shape.columns(), &mut nonces.fork(1));
    let powers = b.commit(generators, 0, b.rows());
    let (challenges, round) = round.powers(&powers);

    // Round 3: partial products
    let mut product_nonces = nonces.fork(2);
    let (product, message) =
        ProductProver::start(&a, &b, &challenges, generators, &mut product_nonces);
    drop(a);
    let (hadamard, round) = round.products(&message.columns, &message.partial);
    let parts = product.split(&hadamard, &mut product_nonces);

    // Round 4: three first messages
    let (zero_prover, mut zero) =
        ZeroProver::start(parts.zero, &hadamard.y, generators, &mut nonces.fork(3));
    let (values, randomness) = parts.columns;
    let (single_value_prover, mut single_value) =
        SingleValueProver::start(values, randomness, generators, &mut nonces.fork(4));
    let rho = encryption_sums(&shape, &b, &witness.factors);
    let claim = MultiexpStatement { shape: &shape, public_key: &public_key, generators, output };
    let (multiexp_prover, mut multiexp) =
        MultiexpProver::start(&claim, &b, &rho, &mut nonces.fork(5));
    let (last, _) = round.first_messages(&zero, &single_value, &multiexp);

    // Round 5: responses
    zero_prover.finish(&last.zero, &mut zero);
    single_value_prover.finish(&last.single_value, &mut single_value);
    multiexp_prover.finish(&b, &last.multiexp, &mut multiexp);
    let product =
        ProductProof { zero, columns: message.columns, partial: message.partial, single_value };
    Ok(Proof { powers, product, multiexp, exponents })
}

/// The witness's exponents, and i + 1 in the padding.
fn padded_exponents(shape: &Shape, exponents: &[u64]) -> Zeroizing<Vec<u64>> {
    let mut padded = Zeroizing::new(Vec::with_capacity(shape.cells()));
    padded.extend_from_slice(exponents);
    padded.extend(shape.rows() as u64 + 1..=shape.cells() as u64);
    padded
}

/// x^{exponent} for every cell.
fn permuted_powers(shape: &Shape, x: &Scalar, exponents: &[u64]) -> Secrets {
    let table = powers_parallel(x, 1, shape.cells());
    let power = |exponent: &u64| {
        let index = exponent.checked_sub(1).and_then(|index| usize::try_from(index).ok());
        match index.and_then(|index| table.get(index)) {
            Some(power) => *power,
            None => power_vartime(x, *exponent),
        }
    };
    Zeroizing::new(exponents.par_iter().map(power).collect())
}

/// ρ = −Σ `b_i`·factor of row i, for each column.
fn encryption_sums(shape: &Shape, powers: &Matrix, factors: &[Scalar]) -> Secrets {
    let width = shape.width();
    let column = |column: usize| {
        let rows = powers.values[..shape.rows()].par_chunks(ROWS);
        let sums = rows.zip_eq(factors.par_chunks(ROWS * width)).map(|(powers, factors)| {
            let powers = Zeroizing::new(Montgomery::of_all(powers));
            Montgomery::dot(&*powers, factors[column..].iter().step_by(width))
        });
        -sums.sum::<Scalar>()
    };
    Zeroizing::new((0..width).map(column).collect())
}
