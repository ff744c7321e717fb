//! What an election costs, and what it may cost: every step on made ballots, beside a floor computed from
//! primitives measured in the same run.
//!
//! The floor of a step counts the group operations and hashes that it cannot do without, at the price of
//! curve25519-dalek on this machine at this moment. Microseconds differ from machine to machine and from
//! minute to minute; the ratio to the floor is what says how good the code is.

pub mod election;
pub mod floor;
pub mod machine;
pub mod measure;
pub mod plot;
pub mod primitives;
pub mod processes;
pub mod scale;
pub mod table;
