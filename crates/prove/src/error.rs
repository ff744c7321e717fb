//! Why a prover hands nothing out.

use psephos_core::rows::RowsError;
use psephos_proofs::Fault;

/// Why there is no proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProveError {
    /// The finished proof does not verify, so that statement and secret do not belong together
    /// or the machine has miscalculated.
    #[error("the finished proof does not verify: {0}")]
    SelfCheck(Fault),
    /// A value to prove something about is malformed.
    #[error(transparent)]
    Input(Fault),
    /// A list could not be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
}
