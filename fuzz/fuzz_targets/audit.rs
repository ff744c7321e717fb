//! See [`psephos_fuzz::audit`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::audit(input));
