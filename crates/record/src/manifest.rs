//! What follows from an election's description.
