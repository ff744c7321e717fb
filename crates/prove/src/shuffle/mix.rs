//! One trustee's mix of one batch: re-encryption, permutation, proof, and the checks on them that
//! stand before anything is handed out.

use std::collections::HashSet;

use psephos_core::elgamal::{PublicKey, row_length};
use psephos_core::group::{self, Identity};
use psephos_core::rows::{MemoryRows, Rows};
use psephos_core::transcript::Transcript;
use psephos_core::{Element, Encoding, Scalar, tree};
use psephos_proofs::BatchContext;
use psephos_proofs::shuffle::{Proof, Statement, verify_open};
use psephos_secrets::Permutation;
use rand_core::CryptoRng;
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::ProveError;
use super::argument::{Witness, generators_for, prove_with_generators};
use super::reencrypt::reencrypt;
use crate::nonces::Nonces;

/// Rows for each task; every task has its own stream of factors, so that the output depends on
/// the source of randomness and not on the number of cores.
const TASK: usize = 1 << 8;

/// Who mixes what, where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The election, its key, the close record, the box and the batch.
    pub context: BatchContext,
    /// Position in the chain of mixes, from 0.
    pub position: u64,
    /// The prover's index among the trustees, from 0.
    pub prover: u64,
    /// The prover's signing key.
    pub prover_key: Encoding,
    /// ω: ciphertexts in a row.
    pub width: u64,
}

/// A finished mix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mixed {
    /// The claim, with N and the roots of both lists.
    pub statement: Statement,
    /// The output list's bytes.
    pub output: Vec<u8>,
    /// The proof, already verified; `None` when there are no rows.
    pub proof: Option<Proof>,
}

/// Re-encrypts and permutes the rows of `input`, proves it, and verifies the proof.
/// Output row i is input row π(i), each ciphertext with a factor of its own.
///
/// # Errors
/// [`ProveError`]: the input is no list of proper rows, the permutation is of another length, or
/// one of the prover's checks on its own work failed. Nothing may be published then.
pub fn mix(
    turn: &Turn,
    input: &[u8],
    permutation: &Permutation,
    rng: &mut dyn CryptoRng,
) -> Result<Mixed, ProveError> {
    let width = usize::try_from(turn.width).map_err(|_| ProveError::Sizes)?;
    let in_rows = MemoryRows::new(input, row_length(width)).ok_or(ProveError::Sizes)?;
    if in_rows.count() != permutation.len() as u64 {
        return Err(ProveError::Sizes);
    }
    let mut statement = Statement {
        context: turn.context,
        position: turn.position,
        prover: turn.prover,
        prover_key: turn.prover_key,
        rows: in_rows.count(),
        width: turn.width,
        input: tree::root(input),
        output: tree::root(&[]),
    };
    if permutation.is_empty() {
        return Ok(Mixed { statement, output: Vec::new(), proof: None });
    }
    let factors = draw_factors(&statement, permutation, rng);
    let opened = open(input, 2 * width)?;
    let key = group::decode_proper(&statement.context.election.public_key)
        .map_err(ProveError::PublicKey)?;
    let elements = reencrypt(&PublicKey::new(key), &opened, permutation.sources(), &factors);
    let output = group::encode_batch(&elements).into_flattened();
    check_rows(input, &output, &factors, width)?;

    statement.output = tree::root(&output);
    let exponents = Zeroizing::new(permutation.sources().iter().map(|source| source + 1).collect());
    let witness = Witness { exponents, factors };
    let generators = generators_for(&statement)?;
    let proof = prove_with_generators(&generators, &statement, &elements, &witness, rng)?;
    drop(witness);
    verify_open(&generators, &statement, &proof, &opened, &elements)
        .map_err(|fault| ProveError::SelfTest(fault.to_string()))?;
    Ok(Mixed { statement, output, proof: Some(proof) })
}

/// N·ω factors, bound to the turn, the input and the permutation.
fn draw_factors(
    statement: &Statement,
    permutation: &Permutation,
    rng: &mut dyn CryptoRng,
) -> Zeroizing<Vec<Scalar>> {
    let mut transcript = Transcript::new("shuffle factors");
    statement.context.absorb(&mut transcript);
    transcript.integer("position", statement.position);
    transcript.bytes("input", &statement.input);
    let sources: Zeroizing<Vec<u8>> =
        Zeroizing::new(permutation.sources().iter().flat_map(|s| s.to_le_bytes()).collect());
    let nonces = Nonces::new(&transcript, &[&sources], rng);
    let count = permutation.len() * statement.width as usize;
    let mut factors = Zeroizing::new(vec![Scalar::ZERO; count]);
    factors.par_chunks_mut(TASK).enumerate().for_each(|(index, chunk)| {
        let mut stream = nonces.fork(index as u64);
        chunk.fill_with(|| stream.scalar());
    });
    factors
}

/// The input's elements, `entries` a row.
fn open(input: &[u8], entries: usize) -> Result<Vec<Element>, ProveError> {
    group::decode_batch(input, Identity::Refused)
        .map_err(|(index, error)| ProveError::Input { row: (index / entries) as u64, error })
}

/// No output ciphertext stands in the input, no output is the identity, and no row uses one factor
/// twice: what a broken source of randomness would bring about first.
fn check_rows(
    input: &[u8],
    output: &[u8],
    factors: &[Scalar],
    width: usize,
) -> Result<(), ProveError> {
    let known: HashSet<&[u8]> = input.chunks(row_length(1)).collect();
    if output.par_chunks(row_length(1)).any(|ciphertext| known.contains(ciphertext)) {
        return Err(ProveError::SelfTest("an output is an input".into()));
    }
    if output.par_chunks(32).any(|encoding| encoding == [0; 32]) {
        return Err(ProveError::SelfTest("an output is the identity".into()));
    }
    let repeats = factors
        .par_chunks(width)
        .any(|row| row.iter().enumerate().any(|(index, factor)| row[..index].contains(factor)));
    if repeats {
        return Err(ProveError::SelfTest("two columns share a factor".into()));
    }
    Ok(())
}
