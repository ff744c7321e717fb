//! The public record of an election: what is signed, how it is written, where it lies (spec/08-board.md).
//!
//! - [`cbor`]: strict decoding; one value has one encoding, everything else is refused.
//! - [`message`], [`kind`], [`bodies`]: what a record says, from the outside in.
//! - [`signature`]: the author's signature over a message.
//! - [`invitation`]: the line by which the authority invites a trustee.
//! - [`board`]: the append-only log and its blobs, in a folder or in memory.
//! - [`manifest`]: what follows from an election's description: widths, row lengths, validity.
//! - [`checkpoint`]: how far a board has come, cosigned by witnesses.
//! - [`words`]: a digest as words to compare over the telephone.
//!
//! Nothing in this crate judges an election; the audit does. It holds no secret keys and no randomness.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod answer;
pub mod board;
pub mod bodies;
pub mod cbor;
pub mod checkpoint;
pub mod invitation;
pub mod kind;
pub mod manifest;
pub mod message;
pub mod receipt;
pub mod signature;
pub mod statement;
pub mod words;

pub use psephos_core::{Digest, Encoding};
