//! The psephos-verifier command.

fn main() {}
