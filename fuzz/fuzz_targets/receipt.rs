//! See [`psephos_fuzz::receipt`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::receipt(input));
