//! See [`psephos_fuzz::ballot`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::ballot(input));
