//! The table that `scale` prints, for people and for machines.

use serde::Serialize;

use crate::floor::Size;

/// One step of an election.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Its name.
    pub name: &'static str,
    /// Microseconds of wall time for each ballot.
    pub us_per_ballot: f64,
    /// The floor for one core, divided by the number of threads.
    pub floor_us: f64,
    /// How many times the floor it takes.
    pub ratio: f64,
    /// The most memory in use beyond what was in use before, in MiB.
    pub peak_mib: f64,
    /// Bytes for each ballot of what it makes, or of what it checks.
    pub bytes_per_ballot: f64,
}

/// All steps of an election of one size.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// The processor.
    pub machine: String,
    /// N.
    pub ballots: u64,
    /// ω.
    pub width: u64,
    /// Mixes in the chain.
    pub mixes: u64,
    /// Threads that worked.
    pub threads: usize,
    /// The steps, in the order of an election.
    pub steps: Vec<Step>,
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(machine: String, size: Size, threads: usize) -> Self {
        let Size { ballots, width, mixes, .. } = size;
        Self { machine, ballots, width, mixes, threads, steps: Vec::new() }
    }

    /// A step's line.
    #[must_use]
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// For people.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { machine, ballots, width, mixes, threads, steps } = self;
        let mut text = format!(
            "{machine}\n{ballots} ballots of {width} ciphertexts, {mixes} mixes, {threads} threads\n\n\
             step           µs/ballot   floor   ratio   peak MiB   bytes/ballot\n"
        );
        for step in steps {
            text += &format!(
                "{:<14} {:>9.2} {:>7.2} {:>7.2} {:>10.1} {:>14.1}\n",
                step.name,
                step.us_per_ballot,
                step.floor_us,
                step.ratio,
                step.peak_mib,
                step.bytes_per_ballot
            );
        }
        text
    }
}
