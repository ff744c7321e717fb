//! Whoever runs the programs: kills each some times, or lets the servers' disk be full for a while.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use chacha20::ChaCha20Rng;
use psephos_proofs::ballot::tracker;
use psephos_remote::{HandedIn, Polls};
use psephos_tests::disk::Disk;
use psephos_tests::script::{Hand, Step};
use psephos_tests::{Election, Outcome};
use rand_core::{Rng, SeedableRng};

/// When a step is killed at the latest, in milliseconds: most take less.
const LATEST: u64 = 400;
/// Pages that are left on a disk that is full, at most.
const PAGES: u64 = 8;
/// How long the disk stays full at most, in milliseconds.
const FULL: u64 = 1500;

/// Brings every step to its end, among accidents.
pub struct Storm<'a> {
    random: ChaCha20Rng,
    most_kills: u64,
    disk: Option<&'a Disk>,
    /// Programs that were killed.
    pub kills: u64,
    /// How often the disk was full.
    pub floods: u64,
    /// Receipts that were given.
    pub receipts: u64,
}

impl<'a> Storm<'a> {
    /// Kills each program at most so many times.
    pub fn killing(most_kills: u64, seed: u64) -> Storm<'a> {
        let random = ChaCha20Rng::seed_from_u64(seed);
        Storm { random, most_kills, disk: None, kills: 0, floods: 0, receipts: 0 }
    }

    /// Lets this disk be full at times.
    pub fn filling(disk: &'a Disk, seed: u64) -> Storm<'a> {
        Storm { disk: Some(disk), ..Storm::killing(0, seed) }
    }

    /// Does something, at every third time with a disk that is full at first.
    fn flooded<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let Some(disk) = self.disk.filter(|_| self.random.next_u64().is_multiple_of(3)) else {
            return work();
        };
        self.floods += 1;
        disk.fill(self.random.next_u64() % PAGES);
        let full = Duration::from_millis(self.random.next_u64() % FULL);
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(full);
                disk.free();
            });
            work()
        })
    }

    fn kill_some(&mut self, step: &Step) {
        for _ in 0..self.random.next_u64() % (self.most_kills + 1) {
            let mut command = step.command();
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = step.spawn(command);
            thread::sleep(Duration::from_millis(self.random.next_u64() % LATEST));
            // It may have come to its end by itself.
            let _ = child.kill();
            let status = child.wait().expect("it ends");
            self.kills += u64::from(status.code().is_none());
        }
    }
}

impl Hand for Storm<'_> {
    fn take(&mut self, _: &Election, step: &Step) -> Outcome {
        self.kill_some(step);
        self.flooded(|| step.run())
    }

    fn hand_in(&mut self, url: &str, ballots: &Path, receipts: &Path) {
        fs::create_dir_all(receipts).expect("a folder");
        let polls = Polls::at(url).expect("a URL");
        let bytes = fs::read(ballots).expect("ballots");
        // All ballots of this election have one length, and begin with its id.
        let id = &bytes[..32];
        let length = (33..bytes.len()).find(|at| bytes[*at..].starts_with(id));
        for ballot in bytes.chunks(length.unwrap_or(bytes.len())) {
            let answer = self.flooded(|| polls.ballot(ballot)).expect("an answer in the end");
            let HandedIn::Taken(receipt) = answer else { panic!("the server takes in no ballots") };
            let name = format!("{}.receipt", hex::encode(tracker(ballot)));
            fs::write(receipts.join(name), receipt).expect("written");
            self.receipts += 1;
        }
    }
}
