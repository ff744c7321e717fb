//! See [`psephos_fuzz::election_toml`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| psephos_fuzz::election_toml(input));
