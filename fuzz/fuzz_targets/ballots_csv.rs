//! See [`psephos_fuzz::ballots_csv`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::ballots_csv(input));
