//! The psephos-trustee command.

fn main() {}
