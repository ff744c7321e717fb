//! See [`psephos_fuzz::resealed`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::resealed(input));
