//! The fuzz targets on any toolchain: their seeds, and so many random alterations of them from one seed.

#[path = "../../fuzz/src/lib.rs"]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;
use targets::{TARGETS, Target};

/// Numbers from a seed (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// A seed, altered a few times.
fn input(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds.get(random.below(seeds.len())).cloned().unwrap_or_default();
    for _ in 0..1 + random.below(4) {
        let at = random.below(bytes.len());
        match random.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 if at < bytes.len() => bytes[at] = random.next() as u8,
            2 => bytes.truncate(at),
            3 => bytes.insert(at, random.next() as u8),
            4 if at < bytes.len() => drop(bytes.remove(at)),
            _ => {
                let other = seeds.get(random.below(seeds.len())).cloned().unwrap_or_default();
                bytes.truncate(at);
                bytes.extend(other.iter().skip(at));
            }
        }
    }
    bytes
}

fn survives(target: &Target, input: &[u8]) {
    let run = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    assert!(run.is_ok(), "{}: {}", target.name, hex::encode(input));
}

#[test]
fn no_input_panics() {
    for target in TARGETS {
        let seeds = (target.seeds)();
        seeds.par_iter().take(target.inputs as usize).for_each(|seed| survives(&target, seed));
        (0..target.inputs).into_par_iter().for_each(|number| {
            survives(&target, &input(&mut Random(number), &seeds));
        });
    }
}

#[test]
fn every_target_has_seeds() {
    for target in TARGETS {
        assert!(!(target.seeds)().is_empty(), "{}", target.name);
    }
}
