//! See [`psephos_fuzz::body`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::body(input));
