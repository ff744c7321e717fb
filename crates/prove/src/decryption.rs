//! A trustee's partial decryptions and their proof (spec/07-decryption.md §7.2 and §7.3).

use psephos_core::group::{self, Identity};
use psephos_core::pairs::pairs;
use psephos_core::rows::RowsError;
use psephos_core::{Digest, Element, Encoding, Scalar, tree};
use psephos_proofs::Fault;
use psephos_proofs::decryption::{
    Proof, RootedList, ShareError, SharedList, Statement, Weighing, aggregate,
};
use psephos_secrets::KeyShare;
use rand_core::CryptoRng;
use rayon::prelude::*;
use zeroize::Zeroizing;

use crate::error::ProveError;
use crate::sigma::prove_equality;

/// One list's partial decryptions with what they were made from, until they are proved: the proof waits for
/// the roots of all lists under it, and to open an element again costs as much as a third of the proof.
///
/// All of it is public. Memory: 352 bytes a ciphertext.
pub struct PartialDecryptions {
    input: Digest,
    rows: Vec<u8>,
    /// A.
    randomness: Vec<Element>,
    /// D/2.
    halves: Vec<Element>,
}

impl PartialDecryptions {
    /// D = s·A for every row of a list of ciphertexts, in constant time.
    ///
    /// `input` has rows of 64·ω bytes.
    ///
    /// # Errors
    /// `Input` when the rows are not of ciphertexts or an element is not proper; `Rows`.
    pub fn new(share: &KeyShare, input: RootedList<'_>) -> Result<Self, ProveError> {
        let RootedList { root, rows } = input;
        let row_length = rows.row_length();
        if row_length == 0 || !row_length.is_multiple_of(64) {
            return Err(ProveError::Input(Fault::Length { field: "input" }));
        }
        // Half the scalar: encoding a doubled element costs a seventh of encoding it as it is.
        let half = Zeroizing::new(share.secret().expose().div_by_2());
        let mut made =
            Self { input: root, rows: Vec::new(), randomness: Vec::new(), halves: Vec::new() };
        let mut fault = None;
        let read = rows.visit(&mut |first, bytes| {
            made.multiply(bytes, &half).map_err(|(index, error)| {
                let row = first + (index * 64 / row_length) as u64;
                fault = Some(Fault::from_group(error, "input", row));
                RowsError::Stopped
            })
        });
        if let Some(fault) = fault {
            return Err(ProveError::Input(fault));
        }
        read?;
        Ok(made)
    }

    fn multiply(&mut self, rows: &[u8], half: &Scalar) -> Result<(), (usize, group::GroupError)> {
        let (encodings, _) = rows.as_chunks::<32>();
        let randomness: Vec<Encoding> = encodings.iter().step_by(2).copied().collect();
        let points = group::decode_all(&randomness, Identity::Refused)?;
        let halves: Vec<Element> = points.par_iter().map(|point| point * half).collect();
        self.rows.extend_from_slice(group::encode_doubled_batch(&halves).as_flattened());
        self.randomness.extend(points);
        self.halves.extend(halves);
        Ok(())
    }

    /// D for every A: rows of 32·ω bytes.
    #[must_use]
    pub fn rows(&self) -> &[u8] {
        &self.rows
    }

    /// The rows alone, for whoever proves nothing about them.
    #[must_use]
    pub fn into_rows(self) -> Vec<u8> {
        self.rows
    }

    /// Whether these are the lists that a statement speaks of.
    fn check(&self, list: &SharedList<'_>) -> Result<(), ProveError> {
        if list.ciphertexts() != self.halves.len() as u64 {
            return Err(ProveError::Input(Fault::Length { field: "shares" }));
        }
        let is_stated = list.input.root == self.input && list.shares.root == tree::root(&self.rows);
        if is_stated { Ok(()) } else { Err(ProveError::SelfCheck(Fault::Equation)) }
    }
}

/// Proves that the lists of shares in `statement` are these, all made with `share`. Of the stored lists only
/// the shape is looked at; `decryptions` are dropped one by one.
///
/// # Errors
/// `SelfCheck` when they were not, or are others; `Input` when their number or shape is another.
pub fn prove_decryptions(
    statement: &Statement<'_>,
    decryptions: Vec<PartialDecryptions>,
    share: &KeyShare,
    rng: &mut dyn CryptoRng,
) -> Result<Proof, ProveError> {
    statement.check_shapes().map_err(refusal)?;
    if statement.lists.len() != decryptions.len() {
        return Err(ProveError::Input(Fault::Length { field: "shares" }));
    }
    let weighing = Weighing::new(statement);
    let (mut base, mut half_image) = (Element::default(), Element::default());
    let mut first = 0;
    for (list, made) in pairs(&statement.lists, decryptions) {
        made.check(list)?;
        // (2) A* = Σ weight·A, D*/2 = Σ weight·D/2
        base += weighing.weights.sum_vartime(first, &made.randomness);
        half_image += weighing.weights.sum_vartime(first, &made.halves);
        first += list.ciphertexts();
    }
    let aggregates = weighing.aggregates(&base, &(half_image + half_image));
    prove_equality(aggregates.transcript, &aggregates.statement, share.secret(), rng)
}

/// The same from storage, where every element is opened once more: for whoever has kept nothing else.
///
/// # Errors
/// `SelfCheck` when they were not; `Input` or `Rows` when a list cannot be used.
pub fn prove_shares(
    statement: &Statement<'_>,
    share: &KeyShare,
    rng: &mut dyn CryptoRng,
) -> Result<Proof, ProveError> {
    let aggregates = aggregate(statement).map_err(refusal)?;
    prove_equality(aggregates.transcript, &aggregates.statement, share.secret(), rng)
}

fn refusal(error: ShareError) -> ProveError {
    match error {
        ShareError::Shares { fault, .. } | ShareError::Input { fault, .. } => {
            ProveError::Input(fault)
        }
        ShareError::Proof(fault) => ProveError::SelfCheck(fault),
        ShareError::Rows { error, .. } => ProveError::Rows(error),
    }
}
