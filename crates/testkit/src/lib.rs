//! Small elections for tests: built in milliseconds, the same bytes from the same seed, with every
//! secret at hand, so that a test can do one step wrong, sign it properly and go on.
//!
//! [`Election::complete`] makes a whole honest one. Otherwise take its steps one by one: each `*_body`
//! function makes what an honest role would post, [`Election::post`] signs and appends whatever it is
//! given, and the functions named after the steps do both.

mod ballots;
mod ceremony;
mod election;
mod exclusion;
mod plan;
mod reseal;
mod roll;
pub mod stories;
pub mod systematic;
mod tally;

pub use ballots::CastBallot;
pub use election::{Author, Election};
pub use plan::{Plan, PlannedBox};
pub use reseal::{Reseal, relink};
pub use roll::{Voter, credential_of};
