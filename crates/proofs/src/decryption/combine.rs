//! Plaintexts out of t shares (spec/07-decryption.md §7.5).

use psephos_core::combination::Combination;
use psephos_core::group::{self, Identity};
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
/// In errors list 0 is `input`, 1 and on are the shares. All values are public: variable time.
/// Memory: 32·(t + 2) bytes a cell.
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
    let combination = Combination::new_vartime(&coefficients);
    let cells = input.rows.count().checked_mul(width as u64);
    let messages = encodings(input, 0, cells, 2)?;
    let mut lists = Vec::with_capacity(shares.len());
    for (index, shares) in shares.iter().enumerate() {
        lists.push(encodings(shares.shares, index + 1, cells, 1)?);
    }
    let mut plaintexts = Vec::with_capacity(32 * messages.len());
    for (block, messages) in messages.chunks(BLOCK).enumerate() {
        let mut sums = open(messages, 0, block, width, "input")?;
        let mut opened = Vec::with_capacity(lists.len());
        for (index, list) in lists.iter().enumerate() {
            let part = list.chunks(BLOCK).nth(block).unwrap_or_default();
            opened.push(open(part, index + 1, block, width, "shares")?);
        }
        // (4) M = B − Σ λ_j·D_j
        let masks = combination.of_rows_vartime(sums.len(), &opened);
        sums.par_iter_mut().zip_eq(masks).for_each(|(sum, mask)| *sum -= mask);
        plaintexts.extend_from_slice(group::encode_batch(&sums).as_flattened());
    }
    Ok(plaintexts)
}

/// The last of every `each` encodings of a list.
fn encodings(
    list: RootedList<'_>,
    term: usize,
    cells: Option<u64>,
    each: usize,
) -> Result<Vec<Encoding>, RelationError> {
    let length = || {
        let field = if term == 0 { "input" } else { "shares" };
        RelationError::Fault { term, fault: Fault::Length { field } }
    };
    if !list.rows.row_length().is_multiple_of(32 * each) {
        return Err(length());
    }
    let mut encodings = Vec::new();
    let read = list.rows.visit(&mut |_, bytes| {
        let (all, _) = bytes.as_chunks::<32>();
        encodings.extend(all.iter().skip(each - 1).step_by(each));
        Ok(())
    });
    read.map_err(|error| RelationError::Rows { term, error })?;
    if cells == Some(encodings.len() as u64) { Ok(encodings) } else { Err(length()) }
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
