//! A trustee's partial decryptions and their proof (spec/07-decryption.md §7.2 and §7.3).

use psephos_core::group::{self, Identity};
use psephos_core::rows::{Rows, RowsError};
use psephos_core::{Element, Encoding, Scalar};
use psephos_proofs::Fault;
use psephos_proofs::decryption::{Proof, ShareError, Statement, aggregate};
use psephos_secrets::KeyShare;
use rand_core::CryptoRng;
use rayon::prelude::*;
use zeroize::Zeroizing;

use crate::error::ProveError;
use crate::sigma::prove_equality;

/// D = s·A for every row of a list of ciphertexts, in constant time: rows of 32·ω bytes.
///
/// `input` has rows of 64·ω bytes.
///
/// # Errors
/// `Input` when the rows are not of ciphertexts or an element is not proper; `Rows`.
pub fn partial_decryptions(share: &KeyShare, input: &dyn Rows) -> Result<Vec<u8>, ProveError> {
    let row_length = input.row_length();
    if row_length == 0 || !row_length.is_multiple_of(64) {
        return Err(ProveError::Input(Fault::Length { field: "input" }));
    }
    // Half the scalar: encoding a doubled element costs a seventh of encoding it as it is.
    let half = Zeroizing::new(share.secret().expose().div_by_2());
    let mut shares = Vec::new();
    let mut fault = None;
    let read = input.visit(&mut |first, bytes| match multiply(bytes, &half) {
        Ok(encodings) => {
            shares.extend_from_slice(encodings.as_flattened());
            Ok(())
        }
        Err((index, error)) => {
            let row = first + (index * 64 / row_length) as u64;
            fault = Some(Fault::from_group(error, "input", row));
            Err(RowsError::Stopped)
        }
    });
    if let Some(fault) = fault {
        return Err(ProveError::Input(fault));
    }
    read?;
    Ok(shares)
}

fn multiply(rows: &[u8], half: &Scalar) -> Result<Vec<Encoding>, (usize, group::GroupError)> {
    let (encodings, _) = rows.as_chunks::<32>();
    let randomness: Vec<Encoding> = encodings.iter().step_by(2).copied().collect();
    let points = group::decode_all(&randomness, Identity::Refused)?;
    let halves: Vec<Element> = points.par_iter().map(|point| point * half).collect();
    Ok(group::encode_doubled_batch(&halves))
}

/// Proves that the lists of shares in `statement` were made with `share`.
///
/// # Errors
/// `SelfCheck` when they were not; `Input` or `Rows` when a list cannot be used.
pub fn prove_shares(
    statement: &Statement<'_>,
    share: &KeyShare,
    rng: &mut dyn CryptoRng,
) -> Result<Proof, ProveError> {
    let aggregates = aggregate(statement).map_err(|error| match error {
        ShareError::Shares { fault, .. } | ShareError::Input { fault, .. } => {
            ProveError::Input(fault)
        }
        ShareError::Proof(fault) => ProveError::SelfCheck(fault),
        ShareError::Rows { error, .. } => ProveError::Rows(error),
    })?;
    prove_equality(aggregates.transcript, &aggregates.statement, share.secret(), rng)
}
