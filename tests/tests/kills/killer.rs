//! Kills a step again and again before it brings it to its end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use chacha20::ChaCha20Rng;
use psephos_tests::ledger::{Ledger, Nonces, blobs};
use psephos_tests::script::{Hand, Step};
use psephos_tests::{Election, Outcome};
use rand_core::{Rng, SeedableRng};

use crate::watch::Watch;
use crate::world::World;

/// Kills in one course of events; then the step is brought to its end, and another course is begun.
const IN_A_ROW: u64 = 3;
/// A step that ends before it is killed is tried again so often, for every kill that is wanted.
const TRIES: u64 = 4;
/// Between two looks at a program that is left alone.
const LOOK: Duration = Duration::from_micros(200);

/// What a step takes when nothing disturbs it.
struct Undisturbed {
    name: String,
    time: Duration,
    changes: u64,
}

/// Runs every step undisturbed, and measures it.
#[derive(Default)]
pub struct Pace {
    steps: Vec<Undisturbed>,
}

impl Hand for Pace {
    fn take(&mut self, election: &Election, step: &Step) -> Outcome {
        let mut watch = Watch::begin(election, step);
        let mut command = step.command();
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let begun = Instant::now();
        let mut child = step.spawn(command);
        let mut changes = 0;
        while child.try_wait().expect("it can be asked").is_none() {
            changes = watch.look();
        }
        let time = begun.elapsed();
        self.steps.push(Undisturbed { name: step.name.clone(), time, changes });
        Outcome::of(child.wait_with_output().expect("it has ended"))
    }
}

/// When a program is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    After(Duration),
    AtChange(u64),
}

/// Kills every step.
pub struct Killer {
    pace: Vec<Undisturbed>,
    taken: usize,
    each: u64,
    random: ChaCha20Rng,
    ledger: Ledger,
    nonces: Nonces,
    killed: BTreeMap<String, u64>,
}

impl Killer {
    /// Kills about `kills` times in all.
    pub fn new(pace: Pace, seed: u64, kills: u64) -> Killer {
        Killer {
            each: kills.div_ceil(pace.steps.len() as u64),
            pace: pace.steps,
            taken: 0,
            random: ChaCha20Rng::seed_from_u64(seed),
            ledger: Ledger::default(),
            nonces: Nonces::default(),
            killed: BTreeMap::new(),
        }
    }

    /// What was signed in the course of events that was gone on with.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The numbers, a line for each kind of step.
    pub fn summary(&self) -> String {
        let kills: u64 = self.killed.values().sum();
        let mut text = String::new();
        for (name, kills) in &self.killed {
            writeln!(text, "  {kills:5}  {name}").expect("written");
        }
        let compared = self.nonces.count();
        write!(
            text,
            "{kills} kills, 0 records lost, 0 corrupted; {compared} random commitments, none of them twice"
        )
        .expect("written");
        text
    }

    /// An instant between the start and the time that the step takes, or the moment after a change on disk.
    fn draw(&mut self) -> Moment {
        let pace = &self.pace[self.taken];
        let random = self.random.next_u64();
        match random % 2 {
            0 => Moment::AtChange(1 + (random >> 1) % pace.changes.max(1)),
            _ => {
                let share = (random >> 1) as f64 / (u64::MAX >> 1) as f64;
                Moment::After(pace.time.mul_f64(share))
            }
        }
    }

    /// Starts the step and kills it at an instant; false when it ended before.
    fn kill(&mut self, election: &Election, step: &Step) -> bool {
        let instant = self.draw();
        let mut watch = Watch::begin(election, step);
        let mut command = step.command();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let begun = Instant::now();
        let mut child = step.spawn(command);
        let is_killed = loop {
            if child.try_wait().expect("it can be asked").is_some() {
                break false;
            }
            let is_time = match instant {
                Moment::After(delay) => begun.elapsed() >= delay,
                Moment::AtChange(number) => watch.look() >= number,
            };
            if is_time {
                break true;
            }
            if let Moment::After(_) = instant {
                thread::sleep(LOOK);
            }
        };
        // On the way to its end by itself it may still get there first: then nothing was killed.
        let _ = child.kill();
        let status = child.wait().expect("it ends");
        is_killed && status.code().is_none()
    }

    /// Looks at all that lies on disk.
    fn look(&mut self, election: &Election, step: &Step, before: &BTreeSet<PathBuf>) {
        self.ledger.look(election, &mut self.nonces);
        if step.name.contains("mix") {
            let made: Vec<PathBuf> = lists(election, step).difference(before).cloned().collect();
            self.nonces.note_mixed(&made);
        }
    }

    /// One course of events: some kills, then the step's end.
    fn course(&mut self, election: &Election, step: &Step, left: &mut u64) -> Outcome {
        let (before, board) = (lists(election, step), board(election));
        for _ in 0..IN_A_ROW.min(*left) {
            if !self.kill(election, step) {
                break;
            }
            *left -= 1;
            *self.killed.entry(step.name.clone()).or_default() += 1;
            self.look(election, step, &before);
        }
        let outcome = step.run();
        self.look(election, step, &before);
        if step.name == "verifier" {
            assert!(board == self::board(election), "the verifier has changed the board");
        }
        outcome
    }
}

impl Hand for Killer {
    fn take(&mut self, election: &Election, step: &Step) -> Outcome {
        assert_eq!(step.name, self.pace[self.taken].name, "the steps are the same ones");
        let (world, ledger) = (World::keep(election), self.ledger.clone());
        let mut left = self.each;
        let mut outcome = self.course(election, step, &mut left);
        for _ in 0..self.each * TRIES {
            if left == 0 {
                break;
            }
            world.again();
            self.ledger = ledger.clone();
            outcome = self.course(election, step, &mut left);
        }
        self.taken += 1;
        outcome
    }
}

/// Every file of the board, if there is one.
fn board(election: &Election) -> Vec<(PathBuf, Vec<u8>)> {
    if election.board().is_dir() { election.files() } else { Vec::new() }
}

/// The lists on the board and those made for it.
fn lists(election: &Election, step: &Step) -> BTreeSet<PathBuf> {
    let mut found = blobs(&election.board());
    if let Some(home) = &step.home {
        found.extend(blobs(&election.path(home).join("made")));
    }
    found.into_iter().collect()
}
