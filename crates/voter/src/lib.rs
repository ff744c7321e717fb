//! A voter's side, without any input or output: the code on the card, building a ballot, casting or
//! challenging it, and checking what a challenged one held (spec/06-ballot.md, spec/voter-code.md).

mod ballot_maker;
pub mod code;
mod opening;
mod prepared;

pub use ballot_maker::{BallotMaker, BatchContent, VoterError};
pub use opening::{Opened, Opening, OpeningError, check_opening};
pub use prepared::{Challenged, Prepared};
