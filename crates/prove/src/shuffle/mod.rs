//! The prover of the shuffle argument (spec/04-shuffle.md): [`mix()`] does a trustee's whole turn,
//! [`prove_with_witness`] only the argument.

mod argument;
mod diagonals;
mod hadamard;
mod matrix;
mod mix;
mod multiexp;
mod product;
mod reencrypt;
mod single_value;
mod zero;

use psephos_core::group::GroupError;
use psephos_proofs::Fault;

pub use argument::{Witness, prove_with_generators, prove_with_witness};
pub use mix::{Mixed, Turn, mix};
pub use reencrypt::reencrypt;

/// Why there is no proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProveError {
    /// The statement has no shape.
    #[error("no argument for this statement: {0}")]
    Statement(Fault),
    /// The list, the permutation or the factors are not of the size that the statement says.
    #[error("list, permutation and statement are of different sizes")]
    Sizes,
    /// The election's key is no element.
    #[error("election public key: {0}")]
    PublicKey(GroupError),
    /// A row of the input is no row of proper elements.
    #[error("row {row} of the input: {error}")]
    Input {
        /// The row, from 0.
        row: u64,
        /// What is wrong with it.
        error: GroupError,
    },
    /// The prover's check of its own work failed.
    #[error("the mix failed its own check: {0}")]
    SelfTest(String),
}
