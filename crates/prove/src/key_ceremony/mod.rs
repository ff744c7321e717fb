//! A trustee's part in the key ceremony, one type for each round (spec/05-key-ceremony.md):
//!
//! 1. [`accept()`] makes a share-encryption key and proves its possession;
//! 2. [`SealedDeal::new`] deals, and shows only the deal's digest;
//! 3. [`SealedDeal::reveal`] gives the deal out, once every commitment stands;
//! 4. [`receive()`] opens the k shares: a key share, or complaints.

mod accept;
mod deal;
mod receive;

pub use accept::{Acceptance, accept};
pub use deal::SealedDeal;
pub use receive::{Accusation, Received, receive};
