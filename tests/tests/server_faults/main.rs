//! Elections through board servers among accidents: servers and programs killed at any instant, connections cut and
//! slowed, a disk that is full. Each time every receipt is honoured, each ballot stands once, and the audit is VALID.
//!
//! `PSEPHOS_SERVER_FAULTS_SEED=N` draws the same accidents again, `PSEPHOS_SERVER_FAULTS_ELECTIONS=N` holds so many
//! elections of each kind; `-- --nocapture` shows how many accidents there were.

mod network;
mod servers;
mod storm;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use network::{Network, Weather};
use psephos_audit::Polling;
use psephos_proofs::ballot::tracker;
use psephos_record::board::FolderBoard;
use psephos_remote::object::open_with;
use psephos_tests::disk::Disk;
use psephos_tests::script::{BALLOTS, TERMS, play, receipts};
use psephos_tests::{Election, Outcome, S3, copy_board, programs};
use servers::{Place, Servers};
use storm::Storm;

/// The longest life of a server: some steps of the election fit into it.
const LIFE: Duration = Duration::from_millis(900);
/// The same on an object store, where a server takes longer to start.
const LIFE_ON_A_STORE: Duration = Duration::from_millis(4000);
/// Nobody kills it.
const FOREVER: Duration = Duration::from_secs(1 << 30);
/// Kills of one step before it is brought to its end.
const KILLS: u64 = 3;

/// Holds elections, each with a seed of its own.
fn elections(hold: impl Fn(u64)) {
    let number = |name| std::env::var(name).ok().and_then(|value| value.parse().ok());
    let seed = number("PSEPHOS_SERVER_FAULTS_SEED").unwrap_or(u64::from(std::process::id()));
    for seed in seed..seed + number("PSEPHOS_SERVER_FAULTS_ELECTIONS").unwrap_or(1) {
        println!("PSEPHOS_SERVER_FAULTS_SEED={seed}");
        hold(seed);
    }
}

#[test]
fn a_server_and_every_program_may_be_killed() {
    elections(|seed| {
        let election = Election::new(TERMS, 3);
        let servers = Servers::start(1, &Place::folder(&election), LIFE, seed);
        let mut storm = Storm::killing(KILLS, seed);
        let network = Network::to(&servers.addresses, Weather::Fair, seed);
        let election = held(election, &network, &mut storm);
        println!("{} kills of the server, {} of other programs", servers.stop(), storm.kills);
        honoured(&election, &election.board());
    });
}

#[test]
fn two_servers_of_one_object_store_may_be_killed_and_have_nothing_but_the_store() {
    let Some(s3) = S3::start() else { return };
    elections(|seed| {
        let election = Election::new(TERMS, 3);
        let place = Place::bucket(&election, &s3, &format!("killed-{seed}"));
        let servers = Servers::start(2, &place, LIFE_ON_A_STORE, seed);
        let mut storm = Storm::killing(KILLS, seed);
        let network = Network::to(&servers.addresses, Weather::Fair, seed);
        let election = held(election, &network, &mut storm);
        println!("{} kills of two servers, {} of other programs", servers.stop(), storm.kills);
        let copy = election.path("copy");
        let store = open_with(place.store(), place.environment()).expect("a store");
        copy_board(&store.board(), &copy);
        honoured(&election, &copy);
    });
}

#[test]
fn connections_may_be_cut_and_slow() {
    elections(|seed| {
        let election = Election::new(TERMS, 3);
        let servers = Servers::start(1, &Place::folder(&election), FOREVER, seed);
        let network = Network::to(&servers.addresses, Weather::Rough, seed);
        let election = held(election, &network, &mut Storm::killing(0, seed));
        let (cut, slow) = network.accidents();
        println!("{cut} connections cut, {slow} slow");
        assert!(cut > 0 && slow > 0, "nothing happened");
        servers.stop();
        honoured(&election, &election.board());
    });
}

#[test]
fn the_servers_disk_may_be_full_at_times() {
    elections(|seed| {
        let election = Election::new(TERMS, 3);
        fs::create_dir(election.board()).expect("a folder");
        let Some(disk) = Disk::mount(&election.board()) else { return };
        let servers = Servers::start(1, &Place::folder(&election), FOREVER, seed);
        let network = Network::to(&servers.addresses, Weather::Fair, seed);
        let mut storm = Storm::filling(&disk, seed);
        let election = held(election, &network, &mut storm);
        println!("the disk was full {} times", storm.floods);
        assert!(storm.floods > 0, "nothing happened");
        servers.stop();
        honoured(&election, &election.board());
    });
}

/// The election, after it was held over the network.
fn held(mut election: Election, network: &Network, storm: &mut Storm<'_>) -> Election {
    election.serve_at(&format!("http://{}", network.address));
    play(&election, storm);
    assert_eq!(storm.receipts, BALLOTS as u64);
    election
}

/// Asserts that the election's board is VALID, holds to every receipt, and has each ballot once.
fn honoured(election: &Election, board: &Path) {
    let given: Vec<PathBuf> = fs::read_dir(receipts(election))
        .expect("receipts")
        .map(|entry| entry.expect("a receipt").path())
        .collect();
    assert_eq!(given.len(), BALLOTS);
    let mut verify = programs().command("psephos-verifier");
    verify.arg(board).arg("--json");
    for receipt in &given {
        verify.arg("--receipt").arg(receipt);
    }
    let report = Outcome::of(verify.output().expect("it starts")).exits(0).json();
    assert_eq!(report["verdict"], "VALID");
    let posted = posted(board);
    let once: BTreeSet<_> = posted.iter().collect();
    assert_eq!((posted.len(), once.len()), (BALLOTS, BALLOTS), "each ballot stands once");
}

/// The trackers of all ballots on the board.
fn posted(board: &Path) -> Vec<[u8; 32]> {
    let board = FolderBoard::open(board).expect("a board");
    let view = psephos_audit::view(&board).expect("a view");
    let mut trackers = Vec::new();
    for source in Polling::read(&board, &view).expect("an election").sources() {
        source.each(&mut |_, ballot| trackers.push(tracker(ballot))).expect("ballots");
    }
    trackers
}
