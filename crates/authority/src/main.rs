//! The psephos-authority command.

fn main() {}
