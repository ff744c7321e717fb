//! Boards on a store that speaks S3, as it comes from a package registry.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use psephos_audit::Polling;
use psephos_core::pairs::pairs;
use psephos_intake::{Accepted, Intake, Offer, Settings};
use psephos_proofs::ballot::tracker;
use psephos_record::board::{Board, Placed, WritableBoard};
use psephos_remote::object::{Atomicity, Store, atomicity, open_with};
use psephos_testkit::{Author, Election, Plan};
use psephos_tests::S3;

/// A place on the store, reached as a program reaches it.
fn place(s3: &S3, board: &str) -> Store {
    let variables = s3.environment().map(|(name, value)| (name.to_owned(), value));
    open_with(&s3.url(board), variables.into_iter()).expect("a store")
}

fn copy(election: &Election, store: &Store) {
    let board = store.board();
    for root in election.board.roots() {
        let bytes = election.board.blob(&root).expect("a list");
        assert_eq!(board.put_rows(1, &bytes).expect("stored").root, root);
    }
    for (sequence, file) in election.board.records().iter().enumerate() {
        assert_eq!(board.create_record(sequence as u64, file).expect("stored"), Placed::Here);
    }
}

#[test]
fn two_servers_on_one_store_take_ballots_and_post_each_once() {
    let Some(s3) = S3::start() else { return };
    let mut election = Election::opened(Plan::new(3, 2, 40));
    let store = place(&s3, "race");
    copy(&election, &store);
    assert_eq!(atomicity(&store.files()).expect("an answer"), Atomicity::Refused);

    let settings = Settings { every: Duration::from_secs(3600), ..Settings::default() };
    let key = election.key(Author::Intake).clone();
    let servers: Vec<Intake> = (0..2)
        .map(|_| {
            let (board, files) = (Arc::new(store.board()), Arc::new(store.files()));
            Intake::start(board, files, key.clone(), &settings)
        })
        .collect();
    let ballots: Vec<Vec<u8>> =
        election.cast_plan().into_iter().map(|(_, ballot)| ballot).collect();
    std::thread::scope(|scope| {
        for (server, share) in pairs(&servers, ballots.chunks(20)) {
            scope.spawn(move || {
                for few in share.chunks(5) {
                    few.iter().for_each(|ballot| hand_in(server, ballot));
                    server.post().expect("posted");
                }
            });
        }
    });

    let board = store.board();
    let audit = psephos_audit::audit(&board, &Default::default(), &|_| {}).expect("an audit");
    assert!(audit.report.failures.is_empty(), "{:?}", audit.report.failures);
    let polling = Polling::read(&board, &audit.view).expect("an open election");
    let mut posted = Vec::new();
    for source in polling.sources() {
        source.each(&mut |_, ballot| posted.push(tracker(ballot))).expect("ballots");
    }
    let expected: BTreeSet<_> = ballots.iter().map(|ballot| tracker(ballot)).collect();
    assert_eq!(posted.len(), 40);
    assert_eq!(posted.into_iter().collect::<BTreeSet<_>>(), expected);
    assert_eq!(board.extent().expect("records").beyond_gap, None);
}

fn hand_in(server: &Intake, ballot: &[u8]) {
    let (sender, receiver) = mpsc::channel();
    let answer = move |answer| drop(sender.send(answer));
    server.offer(Offer::Ballot(ballot.to_vec()), answer).expect("there is room");
    let answer = receiver.recv_timeout(Duration::from_secs(60)).expect("an answer");
    assert!(matches!(answer, Ok(Accepted::Ballot(_))), "{answer:?}");
}
