//! An intake at work on a folder: what it takes, what it refuses, and that every receipt is honoured.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use psephos_audit::{Phase, Polling, derive_intake};
use psephos_core::Digest;
use psephos_core::pairs::pairs;
use psephos_intake::{Accepted, Answer, Closer, Intake, Offer, Refusal, Settings, SharedBoard};
use psephos_proofs::ballot::tracker;
use psephos_record::board::{Board, FolderBoard, Placed};
use psephos_record::bodies::{Policy, Reason};
use psephos_record::message::Record;
use psephos_record::receipt::SignedReceipt;
use psephos_remote::{Files, FilesError, FolderFiles};
use psephos_testkit::{Author, Election, Plan};
use tempfile::TempDir;

/// An open election in a folder, its voters' ballots, and the files beside it.
struct Town {
    folder: TempDir,
    election: Election,
}

impl Town {
    fn open(plan: Plan) -> Town {
        let election = Election::opened(plan);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let town = Town { folder, election };
        town.write();
        town
    }

    /// Writes what the election has on its board into the folder.
    fn write(&self) {
        self.election.board.write_to(self.folder.path()).expect("a board");
    }

    fn board(&self) -> FolderBoard {
        FolderBoard::open(self.folder.path()).expect("a board")
    }

    fn files(&self) -> FolderFiles {
        FolderFiles::new(self.folder.path().to_owned())
    }

    /// A server that posts only when it is told to.
    fn server(&self) -> Intake {
        self.server_on(Arc::new(self.files()), &patient())
    }

    fn server_on(&self, files: Arc<dyn Files>, settings: &Settings) -> Intake {
        let board: SharedBoard = Arc::new(self.board());
        Intake::start(board, files, self.election.key(Author::Intake).clone(), settings)
    }

    fn ballots(&mut self) -> Vec<Vec<u8>> {
        self.election.cast_plan().into_iter().map(|(_, bytes)| bytes).collect()
    }

    /// The trackers of all ballots on the board, in its order.
    fn posted(&self) -> Vec<Digest> {
        let board = self.board();
        let view = psephos_audit::view(&board).expect("a view");
        let polling = Polling::read(&board, &view).expect("an open election");
        let mut trackers = Vec::new();
        for source in polling.sources() {
            source.each(&mut |_, bytes| trackers.push(tracker(bytes))).expect("ballots");
        }
        trackers
    }

    /// The counters of the intake's messages on the board.
    fn counters(&self) -> Vec<u64> {
        let board = self.board();
        let intake = self.election.public_key(Author::Intake);
        let records = 0..board.extent().expect("records").records;
        let messages = records.map(|sequence| {
            let file = board.record(sequence).expect("a record");
            Record::decode(&file).expect("a record").message().expect("a message")
        });
        messages.filter(|message| message.author == intake).map(|message| message.counter).collect()
    }

    /// Asserts that nothing on the board is wrong, and that every ballot counts.
    fn is_sound(&self, ballots: u64) {
        let board = self.board();
        let audit = psephos_audit::audit(&board, &Default::default(), &|_| {}).expect("an audit");
        assert!(audit.report.failures.is_empty(), "{:?}", audit.report.failures);
        let polling = Polling::read(&board, &audit.view).expect("an open election");
        let intake = derive_intake(&polling, &|_| {}).expect("ballots");
        assert_eq!((intake.submitted(), intake.accepted()), (ballots, ballots));
    }
}

fn patient() -> Settings {
    Settings { every: Duration::from_secs(3600), ..Settings::default() }
}

/// Hands in everything at once and waits for the answers.
fn offer_all(intake: &Intake, offers: impl IntoIterator<Item = Offer>) -> Vec<Answer> {
    let waiting: Vec<_> = offers
        .into_iter()
        .map(|offer| {
            let (sender, receiver) = mpsc::channel();
            let offered = intake.offer(offer, move |answer| {
                let _ = sender.send(answer);
            });
            (offered, receiver)
        })
        .collect();
    waiting
        .into_iter()
        .map(|(offered, receiver)| {
            offered?;
            receiver.recv_timeout(Duration::from_secs(60)).expect("an answer")
        })
        .collect()
}

fn offer(intake: &Intake, ballot: &[u8]) -> Answer {
    offer_all(intake, [Offer::Ballot(ballot.to_vec())]).remove(0)
}

fn receipt(answer: Answer) -> SignedReceipt {
    match answer {
        Ok(Accepted::Ballot(receipt)) => receipt,
        other => panic!("{other:?}"),
    }
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort_unstable();
    list
}

/// Ends a server as a power cut would: nothing is posted any more.
fn kill(intake: Intake) {
    std::mem::forget(intake);
}

#[test]
fn every_ballot_is_answered_with_its_receipt_and_posted_once() {
    let mut town = Town::open(Plan::new(3, 2, 40));
    let ballots = town.ballots();
    let intake = town.server();
    let answers = offer_all(&intake, ballots.iter().cloned().map(Offer::Ballot));
    for (ballot, answer) in pairs(&ballots, answers) {
        let signed = receipt(answer);
        assert_eq!(signed.verify(&town.election.public_key(Author::Intake)), Ok(()));
        assert_eq!(signed.content().unwrap().tracker, tracker(ballot));
    }
    assert_eq!(town.posted(), Vec::<Digest>::new());
    // Handed in again, it is the same ballot, before and after it is posted.
    receipt(offer(&intake, &ballots[0]));
    intake.post().expect("posted");
    receipt(offer(&intake, &ballots[0]));
    intake.post().expect("posted");
    let trackers = ballots.iter().map(|ballot| tracker(ballot)).collect();
    // Their order says nothing of when they came.
    assert_eq!(town.posted(), sorted(trackers));
    town.is_sound(40);
    assert_eq!(town.files().list("intake/journal").unwrap(), Vec::<String>::new());
}

#[test]
fn another_server_honours_the_receipts_of_one_that_never_comes_back() {
    let mut town = Town::open(Plan::new(3, 2, 30));
    let ballots = town.ballots();
    let (first, second) = (town.server(), town.server());
    for ballot in &ballots[..10] {
        receipt(offer(&first, ballot));
    }
    for ballot in &ballots[10..20] {
        receipt(offer(&second, ballot));
    }
    kill(first);
    second.post().expect("posted");
    assert_eq!(town.posted().len(), 20);
    kill(second);
    // One that is started on the store alone knows them all.
    let third = town.server();
    for ballot in &ballots {
        receipt(offer(&third, ballot));
    }
    third.post().expect("posted");
    assert_eq!(
        sorted(town.posted()),
        sorted(ballots.iter().map(|ballot| tracker(ballot)).collect())
    );
    town.is_sound(30);
}

#[test]
fn servers_that_post_at_once_never_use_a_counter_or_post_a_ballot_twice() {
    let mut town = Town::open(Plan::new(3, 2, 96));
    let ballots = town.ballots();
    let servers: Vec<Intake> = (0..3).map(|_| town.server()).collect();
    std::thread::scope(|scope| {
        for (server, share) in pairs(&servers, ballots.chunks(32)) {
            scope.spawn(move || {
                for few in share.chunks(4) {
                    for answer in offer_all(server, few.iter().cloned().map(Offer::Ballot)) {
                        receipt(answer);
                    }
                    server.post().expect("posted");
                }
            });
        }
    });
    let counters = town.counters();
    assert_eq!(sorted(counters.clone()), (0..counters.len() as u64).collect::<Vec<_>>());
    assert_eq!(
        sorted(town.posted()),
        sorted(ballots.iter().map(|ballot| tracker(ballot)).collect())
    );
    town.is_sound(96);
}

#[test]
fn what_would_not_count_is_refused_with_the_reason() {
    let mut town = Town::open(Plan::new(3, 2, 4).with_roll(Policy::Last));
    let ballots = town.ballots();
    let intake = town.server();
    let refusal = |bytes: &[u8]| offer(&intake, bytes).expect_err("a refusal");
    assert_eq!(refusal(&ballots[0][1..]), Refusal::Form { length: ballots[0].len() - 1 });
    assert_eq!(refusal(&[]), Refusal::Form { length: 0 });
    let mut altered = ballots[0].clone();
    *altered.last_mut().unwrap() ^= 1;
    assert!(matches!(refusal(&altered), Refusal::Rejected(_)));
    let mut foreign = ballots[0].clone();
    foreign[0] ^= 1;
    assert_eq!(refusal(&foreign), Refusal::Rejected(Reason::Context));
    let votes = town.election.plan.votes[0].clone();
    let stranger = town.election.cast(&votes);
    assert_eq!(refusal(&stranger.bytes), Refusal::Rejected(Reason::Eligibility));

    // The voter's own counter decides, whatever comes first.
    let (box_index, voter) = town.election.voters[1].clone();
    let mut again = |counter| town.election.cast_in(box_index, &votes, &voter, counter);
    let (fifth, third, sixth) = (again(5), again(3), again(6));
    receipt(offer(&intake, &fifth.bytes));
    assert_eq!(refusal(&third.bytes), Refusal::Superseded { first: false });
    receipt(offer(&intake, &sixth.bytes));

    // A challenged ballot never counts; its challenge is taken, a stranger's is not.
    let challenge = town.election.challenge(&third);
    let taken = offer_all(&intake, [Offer::Challenge(challenge)]).remove(0);
    assert!(matches!(taken, Ok(Accepted::Challenge)));
    let strange = town.election.challenge(&stranger);
    assert_eq!(
        offer_all(&intake, [Offer::Challenge(strange)]).remove(0).unwrap_err(),
        Refusal::NoChallenge
    );
    intake.post().expect("posted");
    let view = psephos_audit::view(&town.board()).unwrap();
    assert_eq!((view.ballots.len(), view.challenged.len()), (1, 1));
}

#[test]
fn junk_on_the_board_keeps_no_voter_out() {
    let mut town = Town::open(Plan::new(3, 2, 2).with_roll(Policy::Last));
    let votes = town.election.plan.votes[0].clone();
    let (box_index, voter) = town.election.voters[0].clone();
    // A ballot of that voter with the highest counter, whose proof is another one's.
    let mut junk = town.election.cast_in(box_index, &votes, &voter, u64::MAX).bytes;
    *junk.last_mut().unwrap() ^= 1;
    town.election.take_in_box(box_index, &[junk]);
    town.write();
    let honest = town.election.cast_in(box_index, &votes, &voter, 1).bytes;
    let intake = town.server();
    receipt(offer(&intake, &honest));
    intake.post().expect("posted");
    assert_eq!(town.posted().len(), 2);
}

#[test]
fn a_credential_hands_in_no_more_than_the_limit() {
    let mut town = Town::open(Plan::new(3, 2, 1).with_roll(Policy::Last));
    let votes = town.election.plan.votes[0].clone();
    let (box_index, voter) = town.election.voters[0].clone();
    let few = Settings { per_credential: 3, ..patient() };
    let intake = town.server_on(Arc::new(town.files()), &few);
    for counter in 0..3 {
        receipt(offer(&intake, &town.election.cast_in(box_index, &votes, &voter, counter).bytes));
    }
    let fourth = town.election.cast_in(box_index, &votes, &voter, 3).bytes;
    assert_eq!(offer(&intake, &fourth).unwrap_err(), Refusal::TooMany);
}

#[test]
fn nobody_has_a_receipt_for_a_ballot_behind_the_close() {
    let mut town = Town::open(Plan::new(3, 2, 20));
    let ballots = town.ballots();
    let (first, second) = (town.server(), town.server());
    for ballot in &ballots[..5] {
        receipt(offer(&first, ballot));
    }
    for ballot in &ballots[5..10] {
        receipt(offer(&second, ballot));
    }
    first.close_off().expect("posted");
    assert_eq!(town.posted().len(), 10);
    assert_eq!(offer(&second, &ballots[10]).unwrap_err(), Refusal::Closing);
    assert_eq!(offer(&first, &ballots[11]).unwrap_err(), Refusal::Closing);
    town.is_sound(10);
}

#[test]
fn whoever_goes_on_sending_does_not_keep_the_election_open() {
    let mut town = Town::open(Plan::new(3, 2, 9));
    let ballots = town.ballots();
    let intake = town.server();
    receipt(offer(&intake, &ballots[0]));
    intake.close_off().expect("posted");
    // What was being judged when the closing began is posted, without a receipt; what comes then is not.
    for ballot in &ballots[1..5] {
        assert_eq!(offer(&intake, ballot).unwrap_err(), Refusal::Closing);
    }
    intake.close_off().expect("posted");
    let posted = town.posted().len();
    assert!(posted <= 2, "{posted} are posted");
    for ballot in &ballots[5..] {
        assert_eq!(offer(&intake, ballot).unwrap_err(), Refusal::Closing);
        intake.close_off().expect("posted");
    }
    assert_eq!(town.posted().len(), posted);
}

#[test]
fn whoever_closes_without_the_key_learns_that_ballots_wait() {
    let mut town = Town::open(Plan::new(3, 2, 4));
    let ballots = town.ballots();
    let closer = Closer::new(Arc::new(town.files()));
    assert!(!closer.close_off().unwrap(), "nobody takes in ballots");
    let intake = town.server();
    receipt(offer(&intake, &ballots[0]));
    assert!(closer.close_off().unwrap());
    assert_eq!(offer(&intake, &ballots[1]).unwrap_err(), Refusal::Closing);
    intake.post().expect("posted");
    assert!(!closer.close_off().unwrap());
    assert_eq!(town.posted().len(), 2, "what was durable is posted, receipt or not");
}

#[test]
fn more_than_may_wait_are_told_to_come_back() {
    let mut town = Town::open(Plan::new(3, 2, 60));
    let ballots = town.ballots();
    let few = Settings { waiting: 4, ..patient() };
    let intake = town.server_on(Arc::new(town.files()), &few);
    let answers = offer_all(&intake, ballots.iter().cloned().map(Offer::Ballot));
    let busy = answers.iter().filter(|answer| matches!(answer, Err(Refusal::Busy))).count();
    let taken = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(busy > 0 && taken >= 4 && busy + taken == 60, "{busy} busy, {taken} taken");
    intake.post().expect("posted");
    assert_eq!(town.posted().len(), taken);
}

#[test]
fn before_the_opening_and_behind_the_close_nothing_is_taken() {
    let mut town = Town::open(Plan::new(3, 2, 3));
    let ballots = town.ballots();
    town.election = Election::closed(Plan::new(3, 2, 3));
    town.write();
    assert!(psephos_audit::view(&town.board()).unwrap().phase > Phase::Voting);
    assert_eq!(offer(&town.server(), &ballots[0]).unwrap_err(), Refusal::Ended);

    let empty = tempfile::tempdir().unwrap();
    let board: SharedBoard = Arc::new(FolderBoard::create(empty.path()).unwrap());
    let files = Arc::new(FolderFiles::new(empty.path().to_owned()));
    let key = town.election.key(Author::Intake).clone();
    let intake = Intake::start(board, files, key, &patient());
    assert_eq!(offer(&intake, &ballots[0]).unwrap_err(), Refusal::NotOpen);
}

#[test]
fn a_challenge_that_is_sent_again_is_not_posted_again_and_nobody_sends_too_many() {
    let mut town = Town::open(Plan::new(3, 2, 1).with_roll(Policy::Last));
    let votes = town.election.plan.votes[0].clone();
    let (box_index, voter) = town.election.voters[0].clone();
    let rows: Vec<_> = (0..3)
        .map(|counter| {
            let ballot = town.election.cast_in(box_index, &votes, &voter, counter);
            town.election.challenge(&ballot)
        })
        .collect();
    let few = Settings { per_credential: 2, ..patient() };
    let challenge = |intake: &Intake, row| offer_all(intake, [Offer::Challenge(row)]).remove(0);
    let intake = town.server_on(Arc::new(town.files()), &few);
    for row in [rows[0], rows[0], rows[1], rows[0]] {
        assert!(matches!(challenge(&intake, row), Ok(Accepted::Challenge)));
    }
    assert_eq!(challenge(&intake, rows[2]).unwrap_err(), Refusal::TooMany);
    intake.post().expect("posted");
    drop(intake);
    // Another server knows what stands on the board, whoever sends it.
    let intake = town.server();
    assert!(matches!(challenge(&intake, rows[0]), Ok(Accepted::Challenge)));
    intake.post().expect("posted");
    let view = psephos_audit::view(&town.board()).unwrap();
    let posted: Vec<u64> = view.challenged.iter().map(|record| record.challenged.rows).collect();
    assert_eq!(posted, [2]);
}

#[test]
fn another_key_than_the_election_s_gives_no_receipts() {
    let mut town = Town::open(Plan::new(3, 2, 1));
    let ballots = town.ballots();
    let (board, files) = (Arc::new(town.board()), Arc::new(town.files()));
    let key = town.election.key(Author::Authority).clone();
    let intake = Intake::start(board, files, key, &patient());
    assert_eq!(offer(&intake, &ballots[0]).unwrap_err(), Refusal::Foreign);
}

/// Files on a store that fails now and then, before or after it has done what it was asked.
struct Faulty {
    files: FolderFiles,
    calls: AtomicU64,
    seed: u64,
    is_well: Mutex<bool>,
}

impl Faulty {
    fn new(folder: &Path, seed: u64) -> Faulty {
        let files = FolderFiles::new(folder.to_owned());
        Faulty { files, calls: AtomicU64::new(0), seed, is_well: Mutex::new(false) }
    }

    fn mend(&self) {
        *self.is_well.lock().unwrap() = true;
    }

    fn fails<T>(&self, act: impl FnOnce() -> Result<T, FilesError>) -> Result<T, FilesError> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        let drawn =
            psephos_core::hash::hash("a test", &[&self.seed.to_le_bytes(), &call.to_le_bytes()])[0];
        let error = FilesError {
            place: "the store".to_owned(),
            action: "answer",
            reason: "a made fault".to_owned(),
        };
        match drawn % 24 {
            _ if *self.is_well.lock().unwrap() => act(),
            0 => Err(error),
            1 => act().and(Err(error)),
            _ => act(),
        }
    }
}

impl Files for Faulty {
    fn create(&self, name: &str, bytes: &[u8]) -> Result<Placed, FilesError> {
        self.fails(|| self.files.create(name, bytes))
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, FilesError> {
        self.fails(|| self.files.read(name))
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FilesError> {
        self.fails(|| self.files.list(folder))
    }

    fn remove(&self, name: &str) -> Result<(), FilesError> {
        self.fails(|| self.files.remove(name))
    }
}

#[test]
fn on_a_store_that_fails_every_receipt_is_honoured_and_nothing_is_doubled() {
    for seed in 0..6 {
        let mut town = Town::open(Plan::new(3, 2, 48));
        let ballots = town.ballots();
        let stores: Vec<Arc<Faulty>> = (0..2)
            .map(|index| Arc::new(Faulty::new(town.folder.path(), 2 * seed + index)))
            .collect();
        let mut receipts = Vec::new();
        for (round, few) in ballots.chunks(6).enumerate() {
            let store = &stores[round % 2];
            let server = town.server_on(store.clone(), &patient());
            for ballot in few {
                // As a voter's program does, but not for ever.
                for _ in 0..3 {
                    if let Ok(Accepted::Ballot(_)) = offer(&server, ballot) {
                        receipts.push(tracker(ballot));
                        break;
                    }
                }
            }
            // A failure is reported, and the next call goes on.
            let _ = server.post();
            if round % 3 == 2 { kill(server) } else { drop(server) }
        }
        stores.iter().for_each(|store| store.mend());
        town.server_on(stores[0].clone(), &patient()).post().expect("posted");
        let posted = sorted(town.posted());
        let mut once = posted.clone();
        once.dedup();
        assert_eq!(posted, once, "seed {seed}: a ballot stands twice");
        let lost = receipts.iter().filter(|tracker| !posted.contains(tracker)).count();
        assert_eq!(lost, 0, "seed {seed}: receipts that are not honoured");
        assert!(receipts.len() > 24, "seed {seed}: hardly anything was taken");
        let counters = town.counters();
        assert_eq!(sorted(counters.clone()), (0..counters.len() as u64).collect::<Vec<_>>());
        town.is_sound(posted.len() as u64);
    }
}
