//! See [`psephos_fuzz::corpus`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::corpus(input));
