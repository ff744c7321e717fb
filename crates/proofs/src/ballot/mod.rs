//! The ballot proof (spec/06-ballot.md).

mod batch;
mod challenged;
pub mod range;
mod row;
mod statement;

pub use batch::{verify_batch, verify_rows};
pub use challenged::{CHALLENGE_LENGTH, Challenge, challenge_transcript};
pub use row::{BallotLayout, BallotRow, box_of, tracker};
pub use statement::{
    BallotFault, absorb_ranges, ballot_challenge, ballot_transcript, verify_ballot,
};
