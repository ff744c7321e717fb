//! Taking ballots one at a time.
