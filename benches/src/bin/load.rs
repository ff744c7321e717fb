//! A board server under load, over the loopback: ballots with durable receipts, and readers of events.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use futures_util::StreamExt;
use futures_util::future::join_all;
use psephos_audit::view;
use psephos_benches::election::Poll;
use psephos_benches::floor::Size;
use psephos_benches::machine;
use psephos_console::{CommandLine, Exit, Failure, count, run};
use psephos_participant::{Passphrase, write_key};
use psephos_record::board::{Board, WritableBoard, open_board};
use psephos_record::receipt::SignedReceipt;
use psephos_remote::object;
use psephos_testkit::Author;
use rayon::prelude::*;
use tempfile::TempDir;
use tokio::task::JoinSet;

const EXAMPLES: &str = "Examples:
  cargo build --release
  cargo run --release -p psephos-benches --bin load                            100,000 ballots, in a folder
  cargo run --release -p psephos-benches --bin load -- --readers 5000          while 5,000 follow the events
  cargo run --release -p psephos-benches --bin load -- --store s3://boards/load

psephos-board must lie beside this program. Server, voters and readers share this machine's cores.";

/// Hands in ballots to a board server on this machine, each on its own, and measures how long the receipts take.
///
/// A receipt is given when its ballot is durable. In the end every receipt is verified, and every ballot is looked
/// for on the board.
#[derive(Parser)]
#[command(name = "load", version, after_help = EXAMPLES)]
struct Arguments {
    /// How many ballots.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1..=1 << 22))]
    ballots: u64,
    /// How many voters hand in at a time, each over a connection of its own.
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    voters: u64,
    /// How many readers follow the events meanwhile.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=20_000))]
    readers: u64,
    /// Where the board lies: a folder that is new or empty, or an object store's URL [default: a folder that is
    /// removed]
    #[arg(long, value_name = "DIR|URL")]
    store: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

impl CommandLine for Arguments {}

/// Seconds between two blocks of ballots.
const EVERY: &str = "2";
/// How long the last ballots may take to the board.
const PATIENCE: Duration = Duration::from_secs(120);

fn main() -> ExitCode {
    run(|arguments: Arguments| {
        // A provider that somebody has set already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Runtime::new().map_err(fault)?;
        let scene = Scene::set(&arguments)?;
        runtime.block_on(load(&arguments, &scene))
    })
}

fn fault(error: impl ToString) -> Failure {
    Failure::internal(error.to_string())
}

async fn load(arguments: &Arguments, scene: &Scene) -> Result<Exit, Failure> {
    let ballots: Vec<Vec<u8>> = {
        let all = scene.poll.ballots(arguments.ballots);
        all.chunks(scene.poll.layout.row_length()).map(<[u8]>::to_vec).collect()
    };
    let server = Server::start(scene)?;
    let heard = Arc::new(AtomicU64::new(0));
    let mut readers = follow(&server.url, scene.records, arguments.readers, &heard).await?;
    let (took, mut times, receipts) = hand_in(&server.url, arguments.voters, ballots).await?;
    let intake = scene.poll.election.public_key(Author::Intake);
    let is_good = |receipt: &Vec<u8>| {
        SignedReceipt::decode(receipt).is_ok_and(|signed| signed.verify(&intake).is_ok())
    };
    if !receipts.par_iter().all(is_good) {
        return Err(Failure::internal("a receipt does not verify"));
    }
    let (records, begun) = (scene.await_posted(arguments.ballots).await?, scene.records);
    let events = (records - begun) * arguments.readers;
    await_heard(&heard, events).await?;
    readers.abort_all();
    times.sort_unstable();
    let at = |part: f64| {
        let index = ((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1));
        times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    let rate = arguments.ballots as f64 / took.as_secs_f64();
    if arguments.json {
        let text = serde_json::json!({
            "machine": machine::name(),
            "ballots": arguments.ballots,
            "voters": arguments.voters,
            "readers": arguments.readers,
            "store": scene.store,
            "ballots_per_second": rate,
            "milliseconds": { "median": at(0.5), "p99": at(0.99), "most": at(1.0) },
            "events_heard": heard.load(Ordering::Relaxed),
        });
        println!("{text:#}");
    } else {
        println!("{}", machine::name());
        println!(
            "{} ballots by {} voters at a time, {} readers, on {}",
            count(arguments.ballots),
            count(arguments.voters),
            count(arguments.readers),
            scene.store
        );
        println!(
            "{rate:.0} a second; a receipt takes {:.1} ms (median), {:.1} ms (99th percentile), {:.1} ms at most",
            at(0.5),
            at(0.99),
            at(1.0)
        );
        println!(
            "{} records of blocks reached every reader; all receipts verify, all ballots stand on the board",
            count(records - begun)
        );
    }
    Ok(Exit::Valid)
}

/// An open election on a board, and the key that takes in its ballots.
struct Scene {
    poll: Poll,
    folder: TempDir,
    store: String,
    /// Records on the board before the first ballot.
    records: u64,
}

impl Scene {
    fn set(arguments: &Arguments) -> Result<Scene, Failure> {
        let size =
            Size { ballots: arguments.ballots, width: 1, mixes: 2, trustees: 3, threshold: 2 };
        let poll = Poll::open(size);
        let folder = tempfile::tempdir().map_err(fault)?;
        let own = || folder.path().join("board").display().to_string();
        let store = arguments.store.clone().unwrap_or_else(own);
        let records = poll.election.board.extent().map_err(fault)?.records;
        let scene = Scene { poll, folder, store, records };
        scene.publish()?;
        std::fs::write(scene.path("passphrase"), "load").map_err(fault)?;
        let passphrase = Passphrase::obtain(Some(&scene.path("passphrase")))?;
        let key = scene.poll.election.key(Author::Intake);
        write_key(&scene.path("intake.key"), key, &passphrase, true)?;
        Ok(scene)
    }

    /// Copies the election's board to where it is served from.
    fn publish(&self) -> Result<(), Failure> {
        let from = &self.poll.election.board;
        if !self.is_remote() {
            return from.write_to(Path::new(&self.store)).map(drop).map_err(fault);
        }
        let board = object::open(&self.store)?.board();
        for root in from.roots() {
            board.put_rows(1, &from.blob(&root).unwrap_or_default()).map_err(fault)?;
        }
        for (sequence, file) in from.records().iter().enumerate() {
            board.create_record(sequence as u64, file).map_err(fault)?;
        }
        Ok(())
    }

    fn is_remote(&self) -> bool {
        self.store.contains("://")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// How many records and how many ballots stand on the board.
    fn posted(&self) -> Result<(u64, u64), Failure> {
        let view = view(&*self.board()?).map_err(fault)?;
        let ballots = view.ballots.iter().map(|record| record.ballots.rows).sum();
        Ok((view.records, ballots))
    }

    fn board(&self) -> Result<Box<dyn Board>, Failure> {
        match self.is_remote() {
            true => Ok(Box::new(object::open(&self.store)?.board())),
            false => open_board(Path::new(&self.store)).map_err(fault),
        }
    }

    /// Waits until all ballots stand on the board; how many records there are then.
    async fn await_posted(&self, ballots: u64) -> Result<u64, Failure> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let (records, posted) = tokio::task::block_in_place(|| self.posted())?;
            if posted == ballots {
                return Ok(records);
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Err(Failure::internal("ballots with receipts are not on the board"))
    }
}

/// The server, which ends with this value.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(scene: &Scene) -> Result<Server, Failure> {
        let own = std::env::current_exe().map_err(fault)?;
        let program = own.with_file_name("psephos-board");
        let started = Command::new(&program)
            .args([
                "serve",
                "--quiet",
                "--listen",
                "127.0.0.1:0",
                "--every",
                EVERY,
                "--store",
                &scene.store,
            ])
            .arg("--spool")
            .arg(scene.path("spool"))
            .args(["--per-address", "0", "--intake-key"])
            .arg(scene.path("intake.key"))
            .arg("--passphrase-file")
            .arg(scene.path("passphrase"))
            .stdout(Stdio::piped())
            .spawn();
        let mut child = started.map_err(|error| {
            Failure::io("start", &program, &error).advice("build it first: cargo build --release")
        })?;
        let mut line = String::new();
        let output = child.stdout.take().ok_or_else(|| Failure::internal("no output"))?;
        BufReader::new(output).read_line(&mut line).map_err(fault)?;
        let url = line.split_whitespace().find(|word| word.starts_with("http://"));
        let url = url.ok_or_else(|| Failure::internal(format!("no address in {line:?}")))?;
        Ok(Server { url: url.trim_end_matches(['/', '.']).to_owned(), child })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn client() -> Result<reqwest::Client, Failure> {
    reqwest::Client::builder().no_proxy().build().map_err(fault)
}

/// Readers that count the events they are told, each over a connection of its own.
async fn follow(
    url: &str,
    first: u64,
    readers: u64,
    heard: &Arc<AtomicU64>,
) -> Result<JoinSet<()>, Failure> {
    let mut following = JoinSet::new();
    let mut opening = Vec::new();
    for _ in 0..readers {
        let client = client()?;
        let url = format!("{url}/api/v1/events?from={first}");
        opening.push(async move { client.get(url).send().await?.error_for_status() });
    }
    for response in join_all(opening).await {
        let mut body = response.map_err(fault)?.bytes_stream();
        let heard = Arc::clone(heard);
        following.spawn(async move {
            while let Some(Ok(piece)) = body.next().await {
                let ids = piece.windows(3).filter(|bytes| *bytes == b"id:").count();
                heard.fetch_add(ids as u64, Ordering::Relaxed);
            }
        });
    }
    Ok(following)
}

async fn await_heard(heard: &AtomicU64, events: u64) -> Result<(), Failure> {
    let begun = Instant::now();
    while heard.load(Ordering::Relaxed) < events {
        if begun.elapsed() > PATIENCE {
            let heard = heard.load(Ordering::Relaxed);
            return Err(Failure::internal(format!("readers heard {heard} of {events} events")));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}

/// How long it all took, how long each receipt took, and the receipts.
type Taken = (Duration, Vec<Duration>, Vec<Vec<u8>>);

/// Voters who hand in one ballot after the other.
async fn hand_in(url: &str, voters: u64, ballots: Vec<Vec<u8>>) -> Result<Taken, Failure> {
    let share = ballots.len().div_ceil(voters as usize);
    let begun = Instant::now();
    let mut voting = JoinSet::new();
    for ballots in ballots.chunks(share).map(<[Vec<u8>]>::to_vec) {
        let (client, url) = (client()?, format!("{url}/api/v1/ballots"));
        voting.spawn(async move {
            let mut taken = Vec::with_capacity(ballots.len());
            for ballot in ballots {
                let begun = Instant::now();
                let receipt = cast(&client, &url, ballot).await?;
                taken.push((begun.elapsed(), receipt));
            }
            Ok::<_, reqwest::Error>(taken)
        });
    }
    let (mut times, mut receipts) = (Vec::new(), Vec::new());
    while let Some(taken) = voting.join_next().await {
        for (time, receipt) in taken.map_err(fault)?.map_err(fault)? {
            times.push(time);
            receipts.push(receipt);
        }
    }
    Ok((begun.elapsed(), times, receipts))
}

/// Hands in a ballot; comes back as long as the server asks to.
async fn cast(
    client: &reqwest::Client,
    url: &str,
    ballot: Vec<u8>,
) -> Result<Vec<u8>, reqwest::Error> {
    loop {
        let response = client.post(url).body(ballot.clone()).send().await?;
        if response.status() == reqwest::StatusCode::SERVICE_UNAVAILABLE {
            tokio::time::sleep(Duration::from_millis(200)).await;
            continue;
        }
        return Ok(response.error_for_status()?.bytes().await?.to_vec());
    }
}
