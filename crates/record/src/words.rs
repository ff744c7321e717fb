//! A digest as words.
