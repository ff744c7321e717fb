//! How many trustees, how many of them decrypt, how many must mix: from the file, from flags, or by default
//! (spec/election-toml.md §2).

use super::FileError;
use crate::contest::{MAX_NAME, check_text};
use std::collections::BTreeSet;

/// Most trustees.
pub const MAX_TRUSTEES: u64 = 32;
/// Trustees when nothing is said.
pub const DEFAULT_TRUSTEES: u64 = 3;
/// Threshold when nothing is said, or the number of trustees if that is lower.
pub const DEFAULT_THRESHOLD: u64 = 2;

/// Numbers given in flags; they override the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--trustees`
    pub trustees: Option<u64>,
    /// `--threshold`
    pub threshold: Option<u64>,
    /// `--mixes`
    pub mixes: Option<u64>,
}

/// The numbers of an election: 1 ≤ threshold ≤ mixes ≤ trustees ≤ 32.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// The trustees' names, in order.
    pub trustees: Vec<String>,
    /// How many trustees decrypt.
    pub threshold: u64,
    /// How many trustees must have mixed.
    pub mixes: u64,
}

/// What the file says, each with its line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stated {
    pub(super) trustees: Option<(Trustees, u64)>,
    pub(super) threshold: Option<(u64, u64)>,
    pub(super) mixes: Option<(u64, u64)>,
}

/// Trustees as a file gives them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trustees {
    Number(u64),
    Names(Vec<String>),
}

/// A number and where it comes from.
struct Given {
    value: u64,
    flag: Option<&'static str>,
    line: Option<u64>,
}

impl Given {
    fn of(
        flag: &'static str,
        over: Option<u64>,
        stated: Option<(u64, u64)>,
        default: u64,
    ) -> Given {
        match (over, stated) {
            (Some(value), _) => Given { value, flag: Some(flag), line: None },
            (None, Some((value, line))) => Given { value, flag: None, line: Some(line) },
            (None, None) => Given { value: default, flag: None, line: None },
        }
    }

    fn fault(&self, file: &str, message: String) -> FileError {
        FileError::new(self.flag.unwrap_or(file), self.line, message)
    }
}

impl Stated {
    pub(super) fn resolve(&self, file: &str, over: &Overrides) -> Result<Parameters, FileError> {
        let stated = self.trustees.as_ref().map(|(trustees, line)| (trustees.number(), *line));
        let trustees = Given::of("--trustees", over.trustees, stated, DEFAULT_TRUSTEES);
        let k = trustees.value;
        if !(1..=MAX_TRUSTEES).contains(&k) {
            let message = format!("{k} trustees, there must be 1 to {MAX_TRUSTEES}");
            return Err(trustees.fault(file, message));
        }
        let default = DEFAULT_THRESHOLD.min(k);
        let threshold = Given::of("--threshold", over.threshold, self.threshold, default);
        let t = threshold.value;
        if t == 0 {
            return Err(
                threshold.fault(file, "threshold is 0, at least one trustee must decrypt".into())
            );
        }
        if t > k {
            let message = format!("threshold {t} is above the number of trustees, {k}");
            return Err(threshold.fault(file, message));
        }
        let mixes = Given::of("--mixes", over.mixes, self.mixes, t);
        if !(t..=k).contains(&mixes.value) {
            let (value, range) =
                (mixes.value, format!("from the threshold, {t}, to the number of trustees, {k}"));
            return Err(mixes.fault(file, format!("mixes is {value}, must be {range}")));
        }
        let trustees = self.names(file, k)?;
        Ok(Parameters { trustees, threshold: t, mixes: mixes.value })
    }

    /// The names of the file, unless a flag gives another number.
    fn names(&self, file: &str, count: u64) -> Result<Vec<String>, FileError> {
        let made = || (0..count).map(|number| format!("Trustee {number}")).collect();
        let Some((Trustees::Names(names), line)) = &self.trustees else { return Ok(made()) };
        if names.len() as u64 != count {
            return Ok(made());
        }
        let mut seen = BTreeSet::new();
        for (index, name) in names.iter().enumerate() {
            let fault =
                |fault| FileError::new(file, Some(*line), format!("trustee {index}: {fault}"));
            check_text(name, MAX_NAME).map_err(fault)?;
            if !seen.insert(name) {
                return Err(fault(format!("{name:?} is listed before; names must differ")));
            }
        }
        Ok(names.clone())
    }
}

impl Trustees {
    fn number(&self) -> u64 {
        match self {
            Trustees::Number(number) => *number,
            Trustees::Names(names) => names.len() as u64,
        }
    }
}
