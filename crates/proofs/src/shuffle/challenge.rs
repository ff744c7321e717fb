//! The challenge schedule: what is absorbed, in which order, and when each challenge is drawn
//! (spec/04-shuffle.md §2). Prover and verifier both go through it; each round is a type of its
//! own, so that no other order compiles.

use psephos_core::Scalar;
use psephos_core::encodings::{Encodings, Fixed};
use psephos_core::transcript::Transcript;

use super::multiexp::MultiexpProof;
use super::product::ProductProof;
use super::proof::Proof;
use super::shape::Shape;
use super::single_value::SingleValueProof;
use super::statement::Statement;
use super::zero::ZeroProof;

/// Before the first message: the statement is absorbed.
pub struct Opening(Transcript);

/// The exponents' commitments are absorbed, x is drawn.
pub struct ExponentsSent(Transcript);

/// The powers' commitments are absorbed, y and z are drawn.
pub struct PowersSent(Transcript);

/// The partial products' commitments are absorbed, `x_h` and `y_h` are drawn.
pub struct ProductsSent(Transcript);

/// Every message that a challenge depends on is absorbed.
pub struct Closed(Transcript);

/// The challenges of the product argument's first step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProductChallenges {
    /// Joins exponents and powers.
    pub y: Scalar,
    /// The point where the two polynomials are compared.
    pub z: Scalar,
}

/// The challenges of the Hadamard argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HadamardChallenges {
    /// Joins the m − 1 products into one zero argument.
    pub x: Scalar,
    /// The base of the zero argument's bilinear map.
    pub y: Scalar,
}

/// The last challenges, one for each argument that runs to its end in parallel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinalChallenges {
    /// Of the zero argument.
    pub zero: Scalar,
    /// Of the single-value product argument.
    pub single_value: Scalar,
    /// Of the multi-exponentiation argument.
    pub multiexp: Scalar,
}

/// All challenges of one proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenges {
    /// x, the base of the powers.
    pub x: Scalar,
    /// y and z.
    pub product: ProductChallenges,
    /// `x_h` and `y_h`.
    pub hadamard: HadamardChallenges,
    /// `x_0`, `x_s` and `x_m`.
    pub last: FinalChallenges,
}

impl Opening {
    /// Absorbs the statement.
    pub fn new(statement: &Statement, shape: &Shape) -> Self {
        let mut transcript = Transcript::new("shuffle");
        transcript.concerns(|| statement.subject());
        statement.absorb(shape, &mut transcript);
        Self(transcript)
    }

    /// What is absorbed so far, for whoever binds nonces to it.
    pub fn transcript(&self) -> &Transcript {
        &self.0
    }

    /// Round 1: the commitments to a; x.
    pub fn exponents(mut self, commitments: &Encodings) -> (Scalar, ExponentsSent) {
        self.0.encodings("exponents", &commitments.0);
        (self.0.challenge("x"), ExponentsSent(self.0))
    }
}

impl ExponentsSent {
    /// Round 2: the commitments to b; y and z.
    pub fn powers(mut self, commitments: &Encodings) -> (ProductChallenges, PowersSent) {
        self.0.encodings("powers", &commitments.0);
        let (y, z) = (self.0.challenge("y"), self.0.challenge("z"));
        (ProductChallenges { y, z }, PowersSent(self.0))
    }
}

impl PowersSent {
    /// Round 3: the commitments to the columns' products and to the partial products;
    /// `x_h` and `y_h`.
    pub fn products(
        mut self,
        columns: &Fixed<32>,
        partial: &Encodings,
    ) -> (HadamardChallenges, ProductsSent) {
        self.0.encoding("column products", &columns.0);
        self.0.encodings("partial products", &partial.0);
        let (x, y) = (self.0.challenge("hadamard x"), self.0.challenge("hadamard y"));
        (HadamardChallenges { x, y }, ProductsSent(self.0))
    }
}

impl ProductsSent {
    /// Round 4: the first messages of the three arguments; `x_0`, `x_s` and `x_m`.
    /// Their responses are not looked at.
    pub fn first_messages(
        mut self,
        zero: &ZeroProof,
        single_value: &SingleValueProof,
        multiexp: &MultiexpProof,
    ) -> (FinalChallenges, Closed) {
        zero.absorb_first_message(&mut self.0);
        single_value.absorb_first_message(&mut self.0);
        multiexp.absorb_first_message(&mut self.0);
        let challenges = FinalChallenges {
            zero: self.0.challenge("zero x"),
            single_value: self.0.challenge("single value x"),
            multiexp: self.0.challenge("multiexp x"),
        };
        (challenges, Closed(self.0))
    }
}

impl Closed {
    /// Binds the whole proof, responses included, for weights that several proofs share
    /// (spec/04-shuffle.md §6).
    pub(super) fn bind(self, proof: &Proof, shape: &Shape) -> [u8; 32] {
        let mut transcript = self.0.untraced();
        for field in proof.fields(shape) {
            transcript.encodings(field.name, field.entries);
        }
        transcript.challenge_bytes("binding")
    }
}

impl Challenges {
    /// The challenges of a whole proof, and the state after them.
    pub fn of(statement: &Statement, shape: &Shape, proof: &Proof) -> (Self, Closed) {
        let ProductProof { columns, partial, zero, single_value } = &proof.product;
        let (x, round) = Opening::new(statement, shape).exponents(&proof.exponents);
        let (product, round) = round.powers(&proof.powers);
        let (hadamard, round) = round.products(columns, partial);
        let (last, closed) = round.first_messages(zero, single_value, &proof.multiexp);
        (Self { x, product, hadamard, last }, closed)
    }
}
