//! The operating system's randomness: the only source in the programs.

use getrandom::SysRng;
use rand_core::UnwrapErr;

/// A source of randomness. When the system has none there is nothing safe left to do: it panics, which ends
/// the program before anything is signed.
pub fn entropy() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}
