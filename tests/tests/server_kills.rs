//! An election through a board server, while that and every program are killed at any instant.
//!
//! `PSEPHOS_SERVER_KILLS_SEED=N` draws the same instants again; `-- --nocapture` shows how many kills there were.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chacha20::ChaCha20Rng;
use psephos_audit::Polling;
use psephos_proofs::ballot::tracker;
use psephos_record::board::FolderBoard;
use psephos_remote::{HandedIn, Polls};
use psephos_tests::script::{BALLOTS, Hand, Step, TERMS, intake_key, play};
use psephos_tests::{Election, Outcome, programs};
use rand_core::{Rng, SeedableRng};

/// The longest life of a server, in milliseconds: some steps of the election fit into it.
const LIFE: u64 = 900;
/// Kills of one step before it is brought to its end.
const KILLS: u64 = 3;
/// When a step is killed at the latest, in milliseconds: most take less.
const LATEST: u64 = 400;

/// Starts a server, kills it, and starts it again, until it is told to stop.
struct Supervisor {
    stop: Arc<AtomicBool>,
    kills: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Supervisor {
    fn start(
        address: String,
        board: PathBuf,
        key: PathBuf,
        passphrase: PathBuf,
        seed: u64,
    ) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let kills = Arc::new(AtomicU64::new(0));
        let thread = {
            let (stop, kills) = (Arc::clone(&stop), Arc::clone(&kills));
            thread::spawn(move || {
                let mut random = ChaCha20Rng::seed_from_u64(seed);
                while !stop.load(Ordering::Relaxed) {
                    let mut server = serve(&address, &board, &key, &passphrase);
                    let life = Duration::from_millis(random.next_u64() % LIFE);
                    let begun = Instant::now();
                    // The last server lives until the election is over.
                    while begun.elapsed() < life && !stop.load(Ordering::Relaxed) {
                        thread::sleep(Duration::from_millis(5));
                    }
                    let ended = server.try_wait().expect("it can be asked");
                    assert!(ended.is_none(), "the server has ended by itself: {ended:?}");
                    server.kill().expect("killed");
                    server.wait().expect("it ends");
                    kills.fetch_add(1, Ordering::Relaxed);
                }
            })
        };
        Self { stop, kills, thread: Some(thread) }
    }

    /// No more kills; how many there were.
    fn stop(mut self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().expect("a thread").join().expect("no server has failed");
        self.kills.load(Ordering::Relaxed)
    }
}

fn serve(address: &str, board: &Path, key: &Path, passphrase: &Path) -> Child {
    let mut command: Command = programs().command("psephos-board");
    command.args(["serve", "--quiet", "--per-address=0", "--every=1", "--listen", address]);
    command.arg("--store").arg(board);
    if key.is_file() {
        command.arg("--intake-key").arg(key).arg("--passphrase-file").arg(passphrase);
    }
    command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().expect("it starts")
}

/// Kills every step some times, then brings it to its end.
struct Storm {
    random: ChaCha20Rng,
    kills: u64,
    receipts: u64,
}

impl Hand for Storm {
    fn take(&mut self, _: &Election, step: &Step) -> Outcome {
        for _ in 0..self.random.next_u64() % (KILLS + 1) {
            let mut command = step.command();
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = step.spawn(command);
            thread::sleep(Duration::from_millis(self.random.next_u64() % LATEST));
            // It may have come to its end by itself.
            let _ = child.kill();
            let status = child.wait().expect("it ends");
            self.kills += u64::from(status.code().is_none());
        }
        step.run()
    }

    fn hand_in(&mut self, url: &str, ballots: &Path, receipts: &Path) {
        fs::create_dir_all(receipts).expect("a folder");
        let polls = Polls::at(url).expect("a URL");
        let bytes = fs::read(ballots).expect("ballots");
        // All ballots of this election have one length, and begin with its id.
        let id = &bytes[..32];
        let length = (33..bytes.len()).find(|at| bytes[*at..].starts_with(id));
        for ballot in bytes.chunks(length.unwrap_or(bytes.len())) {
            let HandedIn::Taken(receipt) = polls.ballot(ballot).expect("an answer in the end")
            else {
                panic!("the server takes in no ballots")
            };
            let name = format!("{}.receipt", hex::encode(tracker(ballot)));
            fs::write(receipts.join(name), receipt).expect("written");
            self.receipts += 1;
        }
    }
}

#[test]
fn an_election_whose_server_and_programs_are_killed_is_valid_and_honours_every_receipt() {
    let seed = std::env::var("PSEPHOS_SERVER_KILLS_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
    println!("PSEPHOS_SERVER_KILLS_SEED={seed}");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);

    let mut election = Election::new(TERMS, 3);
    election.serve_at(&format!("http://{address}"));
    let (board, key) = (election.board(), intake_key(&election));
    let passphrase = election.path("passphrase");
    let supervisor = Supervisor::start(address, board, key, passphrase, seed);
    let mut storm = Storm { random: ChaCha20Rng::seed_from_u64(!seed), kills: 0, receipts: 0 };
    play(&election, &mut storm);
    let servers = supervisor.stop();
    let Storm { kills, receipts, .. } = storm;
    println!("{servers} kills of the server, {kills} of other programs, {receipts} receipts");

    let given: Vec<PathBuf> = fs::read_dir(psephos_tests::script::receipts(&election))
        .expect("receipts")
        .map(|entry| entry.expect("a receipt").path())
        .collect();
    assert_eq!(given.len(), BALLOTS);
    let mut verify = programs().command("psephos-verifier");
    verify.arg(election.board()).arg("--json");
    for receipt in &given {
        verify.arg("--receipt").arg(receipt);
    }
    let report = Outcome::of(verify.output().expect("it starts")).exits(0).json();
    assert_eq!(report["verdict"], "VALID");
    let posted = posted(&election);
    let once: BTreeSet<_> = posted.iter().collect();
    assert_eq!((posted.len(), once.len()), (BALLOTS, BALLOTS), "each ballot stands once");
}

/// The trackers of all ballots on the board.
fn posted(election: &Election) -> Vec<[u8; 32]> {
    let board = FolderBoard::open(election.board()).expect("a board");
    let view = psephos_audit::view(&board).expect("a view");
    let mut trackers = Vec::new();
    for source in Polling::read(&board, &view).expect("an election").sources() {
        source.each(&mut |_, ballot| trackers.push(tracker(ballot))).expect("ballots");
    }
    trackers
}
