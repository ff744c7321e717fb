//! Values that every part of Psephos shares: the group, its encodings and generators,
//! multi-exponentiation and linear combinations, the accumulator that turns equations into one of them, ElGamal,
//! the transcript, hashes and lists of rows.
//!
//! Nothing here draws randomness, holds a secret or touches a file.

#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic))]

pub mod accumulator;
pub mod combination;
pub mod cores;
pub mod elgamal;
pub mod embed;
pub mod encodings;
pub mod generators;
pub mod group;
pub mod hash;
pub mod montgomery;
pub mod multiexp;
pub mod pairs;
pub mod rows;
pub mod trace;
pub mod transcript;
pub mod tree;
pub mod weights;

/// An element of ristretto255 (RFC 9496), written additively.
pub type Element = curve25519_dalek::RistrettoPoint;
/// An integer mod q, the order of the group.
pub type Scalar = curve25519_dalek::Scalar;
/// The 32 bytes of an element or of a scalar.
pub type Encoding = [u8; 32];
/// A SHA3-256 digest.
pub type Digest = [u8; 32];
