//! Plaintexts out of t shares (spec/07-decryption.md §7.5).

use psephos_core::group::{self, Identity};
use psephos_core::pairs::pairs;
use psephos_core::rows::{RowsError, read_all};
use psephos_core::{Element, Encoding, Scalar};
use rayon::prelude::*;

use super::plaintexts::TrusteeShares;
use super::points::RootedList;
use super::relation::RelationError;
use crate::fault::Fault;
use crate::key_ceremony::lagrange;

const BLOCK: usize = 1 << 12;

/// M = B − Σ λ·D in every cell: rows of 32·ω bytes.
///
/// `input` has rows of 64·ω bytes, the shares, exactly t of them and verified, of 32·ω.
/// In errors list 0 is `input`, 1 and on are the shares.
///
/// # Errors
/// [`RelationError`].
pub fn combine(
    width: usize,
    input: RootedList<'_>,
    shares: &[TrusteeShares<'_>],
) -> Result<Vec<u8>, RelationError> {
    let indices: Vec<u64> = shares.iter().map(|shares| shares.trustee).collect();
    let coefficients = lagrange(&indices, &Scalar::ZERO).ok_or(RelationError::Quorum)?;
    let cells = input.rows.count().checked_mul(width as u64);
    let messages: Vec<Encoding> =
        encodings(input, 0, cells, 2)?.into_iter().skip(1).step_by(2).collect();
    let mut lists = Vec::with_capacity(shares.len());
    for (index, shares) in shares.iter().enumerate() {
        lists.push(encodings(shares.shares, index + 1, cells, 1)?);
    }
    let mut plaintexts = Vec::with_capacity(32 * messages.len());
    for (block, messages) in messages.chunks(BLOCK).enumerate() {
        let mut sums = open(messages, 0, block, width, "input")?;
        for (index, (list, coefficient)) in pairs(&lists, &coefficients).enumerate() {
            let part = list.chunks(BLOCK).nth(block).unwrap_or_default();
            let points = open(part, index + 1, block, width, "shares")?;
            // (4) M = B − Σ λ_j·D_j
            sums.par_iter_mut().zip_eq(points).for_each(|(sum, point)| *sum -= point * coefficient);
        }
        plaintexts.extend_from_slice(group::encode_batch(&sums).as_flattened());
    }
    Ok(plaintexts)
}

fn encodings(
    list: RootedList<'_>,
    term: usize,
    cells: Option<u64>,
    each: u64,
) -> Result<Vec<Encoding>, RelationError> {
    let bytes =
        read_all(list.rows).map_err(|error: RowsError| RelationError::Rows { term, error })?;
    let (encodings, rest) = bytes.as_chunks::<32>();
    let stated = cells.and_then(|cells| cells.checked_mul(each));
    if !rest.is_empty() || stated != Some(encodings.len() as u64) {
        let field = if term == 0 { "input" } else { "shares" };
        return Err(RelationError::Fault { term, fault: Fault::Length { field } });
    }
    Ok(encodings.to_vec())
}

fn open(
    encodings: &[Encoding],
    term: usize,
    block: usize,
    width: usize,
    field: &'static str,
) -> Result<Vec<Element>, RelationError> {
    group::decode_all(encodings, Identity::Refused).map_err(|(index, error)| {
        let row = (block * BLOCK + index) / width.max(1);
        RelationError::Fault { term, fault: Fault::from_group(error, field, row as u64) }
    })
}
