//! See [`psephos_fuzz::invitation`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::invitation(input));
