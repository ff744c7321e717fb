//! See [`psephos_fuzz::notes`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::notes(input));
