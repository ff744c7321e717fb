//! What a voter means: contests, votes, their encoding into elements, and counting
//! (spec/10-counting.md, spec/11-plaintext.md). Everything here is a pure function.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod amount;
pub mod cell;
pub mod contest;
pub mod count;
pub mod export;
mod field;
#[cfg(feature = "files")]
pub mod file;
pub mod layout;
#[cfg(feature = "normal")]
pub mod normal;
pub mod number;
pub mod report;
pub mod result;
pub mod table;
pub mod vote;
pub mod written;

pub use cell::{CellError, format_cell, parse_cell};
pub use contest::{Contest, ContestError, Form, Method, WriteIns};
pub use count::{Decoded, ElectionTally};
pub use field::Fault;
pub use layout::{Invalid, Layout, LayoutError};
pub use report::ContestReport;
pub use result::{ContestResult, Round, Tally, Texts, Tie, WrittenText};
pub use table::table;
pub use vote::{Choice, Named, Vote, VoteError};
pub use written::{TextFault, WriteInFault};
