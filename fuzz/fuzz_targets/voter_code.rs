//! See [`psephos_fuzz::voter_code`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::voter_code(input));
