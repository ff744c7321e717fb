//! The key ceremony: verifiable sharing of the election key among the trustees, everything of it
//! that is public (spec/05-key-ceremony.md).
//!
//! Trustees, dealers and recipients are counted from 0; trustee j's evaluation point is j + 1.

mod complaint;
mod context;
mod deal;
mod encryption;
mod keys;
mod possession;

pub use complaint::{Complaint, Judgement, Reason, Verdict, judge};
pub use complaint::{complaint_statement, complaint_transcript};
pub use context::{CeremonyContext, evaluation_point};
pub use deal::{Deal, DealFault, EncryptedShare, Reuse, reused_ephemerals, verify_deal};
pub use deal::{deal_commitment, ephemeral_transcript, evaluate_commitments, knowledge_transcript};
pub use encryption::{Edge, SHARE_CIPHERTEXT_LENGTH, UnreadableShare, open_share, seal_share};
pub use keys::{ElectionKeys, KeyFault, derive_keys, lagrange};
pub use possession::{possession_transcript, verify_possession};
