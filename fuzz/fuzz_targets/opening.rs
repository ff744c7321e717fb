//! See [`psephos_fuzz::opening`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::opening(input));
