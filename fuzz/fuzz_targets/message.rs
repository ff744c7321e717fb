//! See [`psephos_fuzz::message`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::message(input));
