//! The faults that can be injected, and what they mean.

use std::fmt;
use std::str::FromStr;

use psephos_console::Failure;

use super::advice::Advice;

/// Fewest trustees of a rehearsal with faults, unless it is said how many there are.
const FEWEST: u64 = 3;

/// What one trustee does wrong, or what happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It is gone when mixing begins.
    AbsentMixer,
    /// It posts a mix whose proof does not hold.
    BadMix,
    /// Its deal holds a wrong share for another trustee.
    BadDealing,
    /// It posts partial decryptions that do not hold.
    BadShare,
    /// It never decrypts.
    SilentDecryptor,
    /// Its program is killed while it mixes, and started again.
    KilledMixer,
}

/// The parts of an election in which a trustee acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Dealing,
    Mixing,
    Decryption,
}

impl Deed {
    const ALL: [Deed; 6] = [
        Deed::AbsentMixer,
        Deed::BadMix,
        Deed::BadDealing,
        Deed::BadShare,
        Deed::SilentDecryptor,
        Deed::KilledMixer,
    ];

    fn name(self) -> &'static str {
        match self {
            Deed::AbsentMixer => "absent-mixer",
            Deed::BadMix => "bad-mix",
            Deed::BadDealing => "bad-dealing",
            Deed::BadShare => "bad-share",
            Deed::SilentDecryptor => "silent-decryptor",
            Deed::KilledMixer => "killed-mixer",
        }
    }

    /// The parts of the election that the deed settles: another deed in one of them contradicts it.
    fn parts(self) -> &'static [Part] {
        match self {
            // Whose deal is bad is left out of all that follows.
            Deed::BadDealing => &[Part::Dealing, Part::Mixing, Part::Decryption],
            // Whoever is gone stays away; who is killed does everything in the end.
            Deed::AbsentMixer | Deed::KilledMixer => &[Part::Mixing, Part::Decryption],
            Deed::BadMix => &[Part::Mixing],
            Deed::BadShare | Deed::SilentDecryptor => &[Part::Decryption],
        }
    }
}

/// A fault, as `--fault` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A trustee's, by its number in the proposal.
    Of(Deed, u64),
    /// The board answers slowly.
    SlowBoard,
}

impl Fault {
    /// What is injected, in words.
    pub fn what(self) -> String {
        let Fault::Of(deed, trustee) = self else {
            return "every program waits at each reading and writing of the board".to_owned();
        };
        let does = match deed {
            Deed::AbsentMixer => "takes part in the key ceremony and is gone when mixing begins",
            Deed::BadMix => "posts a mix in which a vote is replaced, so that its proof fails",
            Deed::BadDealing => "deals a key share to another trustee that is wrong",
            Deed::BadShare => "decrypts with another key than its own, so that its proof fails",
            Deed::SilentDecryptor => "mixes and never decrypts",
            Deed::KilledMixer => "is killed in the middle of its mix and started again",
        };
        format!("trustee {trustee} {does}")
    }

    /// What to do when it happens in an election.
    pub fn advice(self) -> Advice {
        Advice::on(self)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Of(deed, trustee) => write!(f, "{}:{trustee}", deed.name()),
            Fault::SlowBoard => f.write_str("slow-board"),
        }
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Fault, String> {
        if text == "slow-board" {
            return Ok(Fault::SlowBoard);
        }
        let (name, trustee) = text.split_once(':').unwrap_or((text, ""));
        let Some(deed) = Deed::ALL.into_iter().find(|deed| deed.name() == name) else {
            let names: Vec<String> =
                Deed::ALL.into_iter().map(|deed| format!("{}:N", deed.name())).collect();
            return Err(format!("there are {} and slow-board", names.join(", ")));
        };
        match trustee.parse() {
            Ok(trustee) if trustee < 32 => Ok(Fault::Of(deed, trustee)),
            _ => Err(format!("name the trustee, from 0 to 31: {name}:0")),
        }
    }
}

/// All faults of a rehearsal.
#[derive(Debug)]
pub struct Plan {
    faults: Vec<Fault>,
}

impl Plan {
    /// Takes faults that do not contradict each other.
    pub fn new(faults: &[Fault]) -> Result<Plan, Failure> {
        for (place, fault) in faults.iter().enumerate() {
            if let Some(other) = faults.iter().take(place).find(|other| contradict(**other, *fault))
            {
                return Err(Failure::usage(format!("{other} and {fault} contradict each other"))
                    .advice("a trustee has one fault in each part of the election"));
            }
        }
        Ok(Plan { faults: faults.to_vec() })
    }

    /// The faults, in the order of the command line.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// How many trustees there have to be: so many that each one named is there.
    pub fn needs(&self) -> Option<u64> {
        let named = self.faults.iter().map(|fault| match fault {
            Fault::Of(_, trustee) => trustee.saturating_add(1),
            Fault::SlowBoard => 0,
        });
        named.max().map(|needed| needed.max(FEWEST))
    }

    /// Whether so many trustees can have these faults, with so many ballots to mix.
    pub fn check(&self, trustees: u64, ballots: usize) -> Result<(), Failure> {
        let is_bad_mix = |fault: &Fault| matches!(fault, Fault::Of(Deed::BadMix, _));
        if ballots == 0 && self.faults.iter().any(is_bad_mix) {
            return Err(Failure::usage("without a ballot no mix can be bad")
                .advice("give --ballots with at least one"));
        }
        let is_absent = |fault: &&Fault| matches!(fault, Fault::Of(_, who) if *who >= trustees);
        if let Some(fault) = self.faults.iter().find(is_absent) {
            return Err(Failure::usage(format!(
                "--fault {fault} names a trustee that there is not"
            ))
            .advice(format!(
                "with --trustees {trustees} the last one is trustee {}",
                trustees - 1
            )));
        }
        if (0..trustees).all(|trustee| self.has(Deed::BadDealing, trustee)) {
            return Err(Failure::usage("every trustee would deal badly")
                .advice("leave one that can notice it"));
        }
        Ok(())
    }

    /// Whether a trustee, by its number in the proposal, has this fault.
    pub fn has(&self, deed: Deed, trustee: u64) -> bool {
        self.faults.contains(&Fault::Of(deed, trustee))
    }

    /// What becomes of a trustee's turn to mix.
    pub fn at_mixing(&self, trustee: u64) -> Option<Deed> {
        // First what becomes of the mix itself: a bad mixer can be a silent decryptor as well.
        Deed::ALL.into_iter().find(|deed| *deed != Deed::BadDealing && self.has(*deed, trustee))
    }

    /// Whether a trustee's own program decrypts.
    pub fn decrypts(&self, trustee: u64) -> bool {
        let not = [Deed::BadDealing, Deed::AbsentMixer, Deed::BadShare, Deed::SilentDecryptor];
        !not.into_iter().any(|deed| self.has(deed, trustee))
    }

    /// Whether a trustee's own program is stopped when the key ceremony is over: its turn comes in another
    /// way.
    pub fn is_replaced(&self, trustee: u64) -> bool {
        self.at_mixing(trustee).is_some()
    }

    /// Whether the board is slow.
    pub fn is_slow(&self) -> bool {
        self.faults.contains(&Fault::SlowBoard)
    }
}

fn contradict(one: Fault, other: Fault) -> bool {
    match (one, other) {
        (Fault::Of(one, trustee), Fault::Of(other, same)) => {
            trustee == same && one.parts().iter().any(|part| other.parts().contains(part))
        }
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(faults: &[&str]) -> Result<Plan, Failure> {
        let faults: Vec<Fault> = faults.iter().map(|text| text.parse().unwrap()).collect();
        Plan::new(&faults)
    }

    #[test]
    fn faults_are_read_as_they_are_written() {
        for text in ["absent-mixer:2", "bad-mix:1", "bad-dealing:31", "bad-share:0", "slow-board"] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
        for text in ["", "bad-mix", "bad-mix:", "bad-mix:x", "bad-mix:32", "bad-mix:-1", "slow"] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_trustee_has_one_fault_in_each_part() {
        for pair in [
            ["bad-mix:1", "absent-mixer:1"],
            ["bad-dealing:1", "silent-decryptor:1"],
            ["bad-share:1", "silent-decryptor:1"],
            ["killed-mixer:1", "bad-share:1"],
            ["bad-mix:1", "bad-mix:1"],
            ["slow-board", "slow-board"],
        ] {
            assert!(plan(&pair).is_err(), "{pair:?}");
        }
        for pair in [
            ["bad-mix:1", "silent-decryptor:1"],
            ["bad-mix:1", "bad-mix:2"],
            ["killed-mixer:0", "slow-board"],
        ] {
            assert!(plan(&pair).is_ok(), "{pair:?}");
        }
        assert_eq!(
            plan(&["silent-decryptor:1", "bad-mix:1"]).unwrap().at_mixing(1),
            Some(Deed::BadMix)
        );
    }

    #[test]
    fn there_are_as_many_trustees_as_are_named() {
        assert_eq!(plan(&[]).unwrap().needs(), None);
        assert_eq!(plan(&["slow-board"]).unwrap().needs(), Some(3));
        assert_eq!(plan(&["bad-dealing:3", "bad-mix:0"]).unwrap().needs(), Some(4));
        assert!(plan(&["bad-mix:3"]).unwrap().check(3, 1).is_err());
        assert!(plan(&["bad-mix:2"]).unwrap().check(3, 0).is_err());
        assert!(plan(&["bad-mix:2"]).unwrap().check(3, 1).is_ok());
        assert!(plan(&["bad-dealing:0"]).unwrap().check(1, 1).is_err());
    }
}
