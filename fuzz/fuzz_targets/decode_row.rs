//! See [`psephos_fuzz::decode_row`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::decode_row(input));
