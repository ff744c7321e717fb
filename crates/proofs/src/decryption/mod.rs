//! Threshold decryption: shares, their proof, their combination and the check of the plaintexts
//! (spec/07-decryption.md).

mod challenge;
mod combine;
mod plaintexts;
mod points;
mod relation;
mod share;
mod sums;
mod together;

pub use challenge::{BlockWeights, WEIGHTS_PER_BLOCK};
pub use combine::combine;
pub use plaintexts::{Decryption, TrusteeShares, find_bad_plaintexts, find_bad_shares};
pub use points::RootedList;
pub use relation::{Cell, RelationError};
pub use share::{Aggregates, Proof, ShareError, SharedList, Statement, Weighing};
pub use together::{Verified, aggregate, verify, verify_all};
