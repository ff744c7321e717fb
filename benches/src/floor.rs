//! What each step cannot do without, in microseconds a ballot on one core.
//!
//! Counted per ballot of ω ciphertexts. Where a floor shares work over a chain or over trustees, it says so.

use psephos_proofs::shuffle::Shape;

use crate::primitives::Primitives;

/// The size of an election.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// N.
    pub ballots: u64,
    /// ω.
    pub width: u64,
    /// Mixes in the chain.
    pub mixes: u64,
    /// Trustees that share, k.
    pub trustees: u64,
    /// Shares that a result takes, t.
    pub threshold: u64,
}

/// The floor of every step.
#[derive(Clone, Copy, Debug)]
pub struct Floors {
    size: Size,
    cost: Primitives,
}

impl Floors {
    /// Of an election of this size, from these primitives.
    #[must_use]
    pub fn new(size: Size, cost: Primitives) -> Self {
        Self { size, cost }
    }

    fn width(&self) -> f64 {
        self.size.width as f64
    }

    /// Ciphertexts, credential and T decoded; T at 128 bits, the credential and each A at 253.
    #[must_use]
    pub fn ballot_check(&self) -> f64 {
        let (w, c) = (self.width(), &self.cost);
        (2.0 * w + 2.0) * c.decompress + c.multiexp_half + (w + 1.0) * c.multiexp
    }

    /// For each ciphertext two fixed-base multiplications, two additions, two encodings; its elements are open.
    #[must_use]
    pub fn reencrypt(&self) -> f64 {
        let c = &self.cost;
        self.width() * (2.0 * c.fixed_base + 2.0 * c.add + 2.0 * c.compress)
    }

    /// The group operations of the argument, its dot products, and some twenty products of scalars:
    /// commitments to a (of 20 bits), b, the partial products, the long blinding row and five vectors of n;
    /// for each ciphertext eight multi-exponentiations of a quarter of the rows, twice, and what is
    /// evaluated for them; m + 1 terms of the zero argument's dot products.
    #[must_use]
    pub fn prove(&self) -> f64 {
        let (w, c) = (self.width(), &self.cost);
        let Ok(shape) = Shape::of(self.size.ballots, self.size.width) else { return 0.0 };
        let cells = shape.cells() as f64 / shape.rows() as f64;
        let vectors = 5.0 * shape.columns() as f64 / shape.rows() as f64;
        let committed = cells * (c.multiexp_short + 2.25 * c.multiexp) + vectors * c.multiexp;
        let diagonals = cells * w * (4.0 * c.multiexp + 11.0 * c.add);
        let scalars = cells * ((shape.matrix_rows() as f64 + 1.0) * c.dot + 20.0 * c.multiply);
        committed + diagonals + scalars
    }

    /// One mix's part of its chain: every list opened and multiplied once for the whole chain, and hashed;
    /// eight products of scalars; the generators, which the chain shares.
    #[must_use]
    pub fn verify(&self) -> f64 {
        let (w, c) = (self.width(), &self.cost);
        let Ok(shape) = Shape::of(self.size.ballots, self.size.width) else { return 0.0 };
        let mixes = self.size.mixes.max(1) as f64;
        let lists = (mixes + 1.0) / mixes;
        let generators = shape.columns() as f64 / shape.rows() as f64 / mixes;
        lists * w * (2.0 * (c.decompress + c.multiexp) + c.hash)
            + generators * (c.hash_to_group + c.multiexp)
            + (3.0 + 5.0 * w) * c.multiply
    }

    /// For each ciphertext a variable-base multiplication, an encoding in a batch, and two points at 128
    /// bits; A is open.
    #[must_use]
    pub fn share(&self) -> f64 {
        let c = &self.cost;
        self.width() * (c.variable_base + c.compress_doubled + 2.0 * c.multiexp_half)
    }

    /// For each ciphertext D decoded, and two points at 128 bits; A is open, or opened once for all trustees.
    #[must_use]
    pub fn share_check(&self) -> f64 {
        let c = &self.cost;
        self.width() * (c.decompress + 2.0 * c.multiexp_half)
    }

    /// For each ciphertext B and t shares decoded, a few additions (the coefficients of neighbouring
    /// trustees are small), and an encoding.
    #[must_use]
    pub fn combine(&self) -> f64 {
        let (t, c) = (self.size.threshold as f64, &self.cost);
        self.width() * ((t + 1.0) * c.decompress + 4.0 * c.add + c.compress)
    }

    /// A whole turn: rows opened, re-encrypted, proved; the own proof verified on lists that are open.
    #[must_use]
    pub fn mix(&self) -> f64 {
        let (w, c) = (self.width(), &self.cost);
        let opening = 2.0 * w * c.decompress + w * c.hash;
        let storing = w * c.hash;
        let check = 4.0 * w * c.multiexp;
        opening + self.reencrypt() + self.prove() + check + storing
    }

    /// Ballots, mixes, every trustee's shares, and the plaintexts: M decoded and decoded as a vote, and
    /// points at 128 bits for M, B and t shares, all opened before.
    #[must_use]
    pub fn audit(&self) -> f64 {
        let (w, t, c) = (self.width(), self.size.threshold as f64, &self.cost);
        let plaintexts = w * (c.decompress + (2.0 + t) * c.multiexp_half);
        self.ballot_check()
            + self.size.mixes as f64 * self.verify()
            + self.size.trustees as f64 * self.share_check()
            + plaintexts
    }
}
