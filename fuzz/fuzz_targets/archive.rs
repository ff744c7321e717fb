//! See [`psephos_fuzz::archive`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::archive(input));
