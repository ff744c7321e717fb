//! Building a ballot, without any input or output (spec/06-ballot.md).

mod ballot_maker;
pub mod code;

pub use ballot_maker::{BallotMaker, VoterError};
