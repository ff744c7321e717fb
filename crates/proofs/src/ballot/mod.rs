//! The ballot proof (spec/06-ballot.md).

mod batch;
mod row;
mod statement;

pub use batch::{verify_batch, verify_rows};
pub use row::{BallotLayout, BallotRow, tracker};
pub use statement::{BallotFault, ballot_challenge, ballot_transcript, verify_ballot};
