//! What a voter means: contests, votes, their encoding into elements, and counting
//! (spec/10-counting.md, spec/11-plaintext.md). Everything here is a pure function.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod contest;
pub mod result;
pub mod vote;

pub use contest::{Contest, ContestError, Form, Method};
pub use result::{ContestResult, Round, Tally, Tie};
pub use vote::{Vote, VoteError};
