//! Servers of one board, each killed at random and started again.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use chacha20::ChaCha20Rng;
use psephos_tests::script::intake_key;
use psephos_tests::{Election, S3, programs};
use rand_core::{Rng, SeedableRng};
use tempfile::TempDir;

/// Where the servers find their board, and what they need to take in its ballots.
#[derive(Clone)]
pub struct Place {
    store: String,
    environment: Vec<(&'static str, String)>,
    key: PathBuf,
    passphrase: PathBuf,
}

impl Place {
    /// The election's board in its folder.
    pub fn folder(election: &Election) -> Place {
        let store = election.board().display().to_string();
        Place {
            store,
            environment: Vec::new(),
            key: intake_key(election),
            passphrase: election.path("passphrase"),
        }
    }

    /// A board on an object store.
    pub fn bucket(election: &Election, s3: &S3, board: &str) -> Place {
        let environment = s3.environment().to_vec();
        Place { store: s3.url(board), environment, ..Place::folder(election) }
    }

    /// Its URL, or its folder.
    pub fn store(&self) -> &str {
        &self.store
    }

    /// What reaches it, as variables.
    pub fn environment(&self) -> impl Iterator<Item = (String, String)> {
        self.environment.iter().map(|(name, value)| ((*name).to_owned(), value.clone()))
    }

    /// Starts a server. On an object store it has nothing but the store: its spool is a new one.
    fn serve(&self, address: SocketAddr) -> (Child, TempDir) {
        let spool = tempfile::tempdir().expect("a temporary folder");
        let mut command = programs().command("psephos-board");
        command.args(["serve", "--quiet", "--per-address=0", "--every=1", "--store", &self.store]);
        // It ends with the test, however that ends.
        command.arg("--leash").stdin(Stdio::piped()).arg("--listen").arg(address.to_string());
        if !self.environment.is_empty() {
            command.arg("--spool").arg(spool.path());
        }
        if self.key.is_file() {
            command.arg("--intake-key").arg(&self.key);
            command.arg("--passphrase-file").arg(&self.passphrase);
        }
        command.envs(self.environment());
        let child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn();
        (child.expect("it starts"), spool)
    }
}

/// Some servers of one place.
pub struct Servers {
    /// Where each listens, whenever it lives.
    pub addresses: Vec<SocketAddr>,
    stop: Arc<AtomicBool>,
    kills: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
}

impl Servers {
    /// Starts `count` servers, none of which lives longer than `life` at a time.
    pub fn start(count: usize, place: &Place, life: Duration, seed: u64) -> Servers {
        // Nobody waits for a server that is still being built.
        programs();
        let mut servers = Servers {
            addresses: (0..count).map(|_| free_address()).collect(),
            stop: Arc::default(),
            kills: Arc::default(),
            threads: Vec::new(),
        };
        for (number, address) in servers.addresses.iter().copied().enumerate() {
            let (stop, kills) = (Arc::clone(&servers.stop), Arc::clone(&servers.kills));
            let (place, random) = (place.clone(), ChaCha20Rng::seed_from_u64(seed + number as u64));
            let lives = move || live(address, &place, life, random, &stop, &kills);
            servers.threads.push(thread::spawn(lives));
        }
        servers.addresses.iter().for_each(await_first);
        servers
    }

    /// No more kills; how many there were.
    pub fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| thread.join().expect("no server has failed"));
        self.kills.load(Ordering::Relaxed)
    }
}

/// One server's lives, until it is told to stop.
fn live(
    address: SocketAddr,
    place: &Place,
    life: Duration,
    mut random: ChaCha20Rng,
    stop: &AtomicBool,
    kills: &AtomicU64,
) {
    while !stop.load(Ordering::Relaxed) {
        let has_key = place.key.is_file();
        let (mut server, _spool) = place.serve(address);
        let life = life.mul_f64(f64::from(random.next_u32()) / f64::from(u32::MAX));
        let begun = Instant::now();
        // One that was started without the key is killed as soon as there is one.
        while begun.elapsed() < life
            && has_key == place.key.is_file()
            && !stop.load(Ordering::Relaxed)
        {
            let ended = server.try_wait().expect("it can be asked");
            assert!(ended.is_none(), "the server has ended by itself: {ended:?}");
            thread::sleep(Duration::from_millis(5));
        }
        server.kill().expect("killed");
        server.wait().expect("it ends");
        kills.fetch_add(1, Ordering::Relaxed);
    }
}

/// Waits until somebody listens for the first time.
fn await_first(address: &SocketAddr) {
    let begun = Instant::now();
    while TcpStream::connect(address).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(60), "no server starts");
        thread::sleep(Duration::from_millis(5));
    }
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}
