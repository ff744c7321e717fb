//! Which machine figures come from.

use std::fs;

/// The processor, how many of its cores, and which vector instructions curve25519-dalek uses on it.
#[must_use]
pub fn name() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let value = |key: &str| {
        let line = cpu.lines().find(|line| line.starts_with(key))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let model = value("model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let flags = value("flags").unwrap_or_default();
    let has = |flag: &str| flags.split(' ').any(|found| found == flag);
    let vectors = match () {
        () if has("avx512ifma") && has("avx512vl") => "AVX-512 IFMA",
        () if has("avx2") => "AVX2",
        () => "no vector instructions known",
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{model}, {cores} cores, {vectors}")
}
