//! See [`psephos_fuzz::record`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::record(input));
