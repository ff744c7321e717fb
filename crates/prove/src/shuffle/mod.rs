//! The prover of the shuffle argument.
