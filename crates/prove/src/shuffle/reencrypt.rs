//! Re-encryption and permutation of opened rows (spec/04-shuffle.md §1).

use psephos_core::elgamal::{Ciphertext, PublicKey};
use psephos_core::pairs::pairs;
use psephos_core::{Element, Scalar};
use rayon::prelude::*;

/// Output row i is input row `sources[i]`, each of its ω ciphertexts re-encrypted with a factor of its own,
/// in constant time: N·2ω elements in, A before B in each column, and as many out.
///
/// # Panics
/// When there are not N·ω factors for N sources, or a source is no row.
pub fn reencrypt(
    key: &PublicKey,
    input: &[Element],
    sources: &[u64],
    factors: &[Scalar],
) -> Vec<Element> {
    let width = factors.len().checked_div(sources.len()).unwrap_or(1).max(1);
    let entries = 2 * width;
    let mut output = vec![Element::default(); input.len()];
    output
        .par_chunks_mut(entries)
        .with_min_len(16)
        .zip_eq(sources.par_iter())
        .zip_eq(factors.par_chunks(width))
        .for_each(|((row, source), factors)| {
            let source = &input[*source as usize * entries..][..entries];
            for (out, (pair, factor)) in pairs(row.chunks_mut(2), pairs(source.chunks(2), factors))
            {
                let fresh = key.reencrypt(&Ciphertext { a: pair[0], b: pair[1] }, factor);
                out.copy_from_slice(&[fresh.a, fresh.b]);
            }
        });
    output
}
