//! What a witness of boards is made of (spec/witness.md): a key that cosigns, a memory of what it has cosigned,
//! and a look that compares the two; and the shelf of a board server for the cosignatures it is sent.

#![forbid(unsafe_code)]

mod cosigner;
mod durable;
mod look;
mod memory;
mod shelf;

pub use cosigner::Cosigner;
pub use durable::replace;
pub use look::{Fault, Seen, look};
pub use memory::{Memory, Remembered};
pub use shelf::{Shelf, ShelfError};
