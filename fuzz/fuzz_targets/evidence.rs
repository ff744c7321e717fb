//! See [`psephos_fuzz::evidence`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::evidence(input));
