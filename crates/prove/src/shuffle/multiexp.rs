//! Prover of the multi-exponentiation argument (Bayer–Groth 2012, §4; spec/04-shuffle.md §5).

use psephos_core::encodings::Encodings;
use psephos_core::generators::Generators;
use psephos_core::montgomery::Montgomery;
use psephos_core::{Element, Scalar, group};
use psephos_proofs::shuffle::multiexp::MultiexpProof;
use psephos_proofs::shuffle::powers::{dot, powers};
use psephos_proofs::shuffle::shape::{DIAGONALS, FORCED_DIAGONAL, LONG_ROWS, Shape};
use rayon::prelude::*;
use zeroize::Zeroizing;

use super::diagonals::coefficients;
use super::matrix::{Matrix, Secrets, encode_scalars};
use crate::nonces::Nonces;

/// Entries of a row for each task.
const COLUMNS: usize = 1 << 10;

/// A prover that has sent its first message.
pub(super) struct MultiexpProver {
    shape: Shape,
    /// The long blinding row in m/4 pieces.
    blinds: Matrix,
    columns: Vec<Column>,
}

/// The secrets of one column's diagonals 0 … 7.
struct Column {
    /// Masks; zero at 4.
    values: Secrets,
    /// Randomness of the masks' commitments; zero at 4.
    openings: Secrets,
    /// Encryption randomness; at 4 the statement's ρ.
    factors: Secrets,
}

impl Column {
    fn new(rho: Scalar, nonces: &mut Nonces) -> Self {
        let mut draw = || Zeroizing::new(nonces.scalars(DIAGONALS));
        let (mut values, mut openings, mut factors) = (draw(), draw(), draw());
        values[FORCED_DIAGONAL] = Scalar::ZERO;
        openings[FORCED_DIAGONAL] = Scalar::ZERO;
        factors[FORCED_DIAGONAL] = rho;
        Self { values, openings, factors }
    }
}

/// What the multi-exponentiation argument is about.
pub(super) struct MultiexpStatement<'a> {
    pub shape: &'a Shape,
    pub public_key: &'a Element,
    pub generators: &'a Generators,
    /// N·2ω elements, A before B in each column.
    pub output: &'a [Element],
}

impl MultiexpProver {
    /// First message, for the committed b and the columns' `rho` with
    /// Σ x^{i+1}·`In_i` = Enc(0; ρ) + Σ `b_i`·`Out_i`.
    pub(super) fn start(
        statement: &MultiexpStatement<'_>,
        powers: &Matrix,
        rho: &[Scalar],
        nonces: &mut Nonces,
    ) -> (Self, MultiexpProof) {
        let MultiexpStatement { shape, generators, .. } = *statement;
        let blind_row = Zeroizing::new(nonces.scalars(shape.long_length()));
        let blinds = Matrix::new(blind_row, shape.columns(), nonces);
        let columns: Vec<Column> = rho.iter().map(|rho| Column::new(*rho, nonces)).collect();
        let masks: Vec<Element> = columns
            .par_iter()
            .flat_map_iter(|column| {
                sent()
                    .map(|k| generators.commit_vartime(&column.values[k..=k], &column.openings[k]))
            })
            .collect();
        let message = MultiexpProof {
            masks: Encodings(group::encode_batch(&masks)),
            blinds: blinds.commit(generators, 0, blinds.rows()),
            factors: Encodings::default(),
            openings: Encodings::default(),
            response: Encodings::default(),
            diagonals: Encodings(group::encode_batch(&diagonals(
                statement, powers, &blinds, &columns,
            ))),
            mask_values: Encodings::default(),
            mask_openings: Encodings::default(),
        };
        (Self { shape: *shape, blinds, columns }, message)
    }

    /// Responses to challenge `x`.
    pub(super) fn finish(self, powers_matrix: &Matrix, x: &Scalar, proof: &mut MultiexpProof) {
        let steps = Montgomery::of_all(&powers(x, 1, LONG_ROWS));
        let mut response = Vec::with_capacity(self.shape.long_length());
        let mut openings = Vec::with_capacity(self.shape.pieces());
        for piece in 0..self.shape.pieces() {
            let rows = piece * LONG_ROWS..(piece + 1) * LONG_ROWS;
            let blinds = self.blinds.row(piece).par_iter().enumerate();
            response.par_extend(blinds.with_min_len(COLUMNS).map(|(column, blind)| {
                let values = rows.clone().map(|row| &powers_matrix.row(row)[column]);
                blind + Montgomery::dot(&steps, values)
            }));
            let randomness = &powers_matrix.randomness[rows];
            openings.push(self.blinds.randomness[piece] + Montgomery::dot(&steps, randomness));
        }
        assert_eq!(response.len(), self.shape.long_length(), "a piece is one matrix row");
        let all = powers(x, 0, DIAGONALS);
        let respond = |part: fn(&Column) -> &Secrets| {
            let sums: Vec<Scalar> = self.columns.iter().map(|c| dot(&all, part(c))).collect();
            encode_scalars(&sums)
        };
        proof.response = encode_scalars(&response);
        proof.openings = encode_scalars(&openings);
        proof.factors = respond(|column| &column.factors);
        proof.mask_values = respond(|column| &column.values);
        proof.mask_openings = respond(|column| &column.openings);
    }
}

/// The indices of the diagonals that are sent.
fn sent() -> impl Iterator<Item = usize> {
    (0..DIAGONALS).filter(|k| *k != FORCED_DIAGONAL)
}

/// The ciphertexts `E_k` = Enc(`b_k`·G; `τ_k`) + Σ_{3−ℓ+j=k} `a_j`·`C_ℓ` that are sent,
/// column by column.
fn diagonals(
    statement: &MultiexpStatement<'_>,
    powers: &Matrix,
    blinds: &Matrix,
    columns: &[Column],
) -> Vec<Element> {
    let MultiexpStatement { shape, public_key, output, .. } = statement;
    // Long row j of scalars is the blinding row, then rows j − 1, j + 3, … of the matrix.
    let scalar = |j: usize, place: usize| match j.checked_sub(1) {
        None => blinds.values[place],
        Some(row) => {
            let (piece, column) = (place / shape.columns(), place % shape.columns());
            powers.row(LONG_ROWS * piece + row)[column]
        }
    };
    let entries = 2 * shape.width();
    let mut sent_elements = Vec::with_capacity(columns.len() * 2 * (DIAGONALS - 1));
    for (index, column) in columns.iter().enumerate() {
        let component = |entry: usize| {
            let element = |row: usize, place: usize| {
                let row = shape.row_at(row, place);
                if row < shape.rows() { output[row * entries + entry] } else { Element::default() }
            };
            coefficients(shape.long_length(), &element, &scalar)
        };
        let (a, b) = (component(2 * index), component(2 * index + 1));
        for k in sent() {
            let factor = &column.factors[k];
            sent_elements.push(a[k] + group::mul_base(factor));
            sent_elements.push(b[k] + group::mul_base(&column.values[k]) + *public_key * factor);
        }
    }
    sent_elements
}
