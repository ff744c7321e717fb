//! See [`psephos_fuzz::blt`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::blt(input));
