//! The shuffle argument.
