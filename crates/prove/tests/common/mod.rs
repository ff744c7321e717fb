//! Small elections' lists for the tests of the shuffle argument.
#![allow(dead_code, reason = "each test binary uses its part")]

use chacha20::ChaCha20Rng;
use psephos_core::elgamal::{PublicKey, row_length};
use psephos_core::rows::{MemoryRows, Rows};
use psephos_core::{Element, Scalar, group};
use psephos_proofs::shuffle::{ChainError, MixFault, Proof, Statement, verify_chain};
use psephos_proofs::{BatchContext, ElectionContext, Fault};
use psephos_prove::shuffle::{Mixed, Turn, mix};
use psephos_secrets::Permutation;
use rand_core::{Rng, SeedableRng};

pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub fn scalar(rng: &mut ChaCha20Rng) -> Scalar {
    let mut wide = [0; 64];
    rng.fill_bytes(&mut wide);
    group::scalar_wide(&wide)
}

/// The election's secret key; tests decrypt with it.
pub fn secret() -> Scalar {
    Scalar::from(0x5eed_u64).invert()
}

pub fn turn(position: u64, width: usize) -> Turn {
    let election = ElectionContext {
        election: [1; 32],
        public_key: group::encode(&group::mul_base(&secret())),
    };
    let context = BatchContext { election, close: [2; 32], box_index: 3, batch_index: 4 };
    Turn { context, position, prover: position, prover_key: [5; 32], width: width as u64 }
}

/// `rows` fresh rows of `width` ciphertexts, of messages that differ.
pub fn ballots(rows: usize, width: usize, rng: &mut ChaCha20Rng) -> Vec<u8> {
    let key = PublicKey::new(group::mul_base(&secret()));
    let elements: Vec<Element> = (1..=rows * width)
        .flat_map(|i| {
            let ciphertext = key.encrypt(&group::mul_base(&Scalar::from(i as u64)), &scalar(rng));
            [ciphertext.a, ciphertext.b]
        })
        .collect();
    group::encode_batch(&elements).into_flattened()
}

/// A chain of honest mixes with all its lists.
pub struct Chain {
    pub lists: Vec<Vec<u8>>,
    pub mixes: Vec<Mixed>,
    pub width: usize,
}

impl Chain {
    pub fn honest(rows: usize, width: usize, mixes: usize, seed: u64) -> Self {
        let mut rng = rng(seed);
        let mut lists = vec![ballots(rows, width, &mut rng)];
        let mixes: Vec<Mixed> = (0..mixes as u64)
            .map(|position| {
                let permutation = Permutation::random(rows, &mut rng);
                let input = lists.last().unwrap();
                let mixed = mix(&turn(position, width), input, &permutation, &mut rng).unwrap();
                lists.push(mixed.output.clone());
                mixed
            })
            .collect();
        Self { lists, mixes, width }
    }

    pub fn statement(&mut self, mix: usize) -> &mut Statement {
        &mut self.mixes[mix].statement
    }

    pub fn verify(&self) -> Result<(), ChainError> {
        let mixes: Vec<(Statement, Option<&Proof>)> =
            self.mixes.iter().map(|mixed| (mixed.statement, mixed.proof.as_ref())).collect();
        verify(&mixes, &self.lists, self.width)
    }

    /// The bad mixes and their faults.
    pub fn culprits(&self) -> Vec<(usize, MixFault)> {
        culprits(self.verify())
    }
}

pub fn verify(
    mixes: &[(Statement, Option<&Proof>)],
    lists: &[Vec<u8>],
    width: usize,
) -> Result<(), ChainError> {
    let rows: Vec<MemoryRows> =
        lists.iter().map(|list| MemoryRows::new(list, row_length(width)).unwrap()).collect();
    let rows: Vec<&dyn Rows> = rows.iter().map(|rows| rows as &dyn Rows).collect();
    verify_chain(mixes, &rows, &[[9; 32]])
}

pub fn culprits(result: Result<(), ChainError>) -> Vec<(usize, MixFault)> {
    match result {
        Err(ChainError::Refused(refusal)) => refusal.mixes,
        other => panic!("expected a refusal, not {other:?}"),
    }
}

pub const EQUATION: MixFault = MixFault::Proof(Fault::Equation);

/// Decrypts a list into sorted rows of encodings.
pub fn decrypted(list: &[u8], width: usize) -> Vec<Vec<u8>> {
    let elements = group::decode_batch(list, group::Identity::Allowed).unwrap();
    let mut rows: Vec<Vec<u8>> = elements
        .chunks(2 * width)
        .map(|row| {
            row.chunks(2).flat_map(|pair| group::encode(&(pair[1] - pair[0] * secret()))).collect()
        })
        .collect();
    rows.sort();
    rows
}
