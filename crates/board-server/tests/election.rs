//! A whole election, record by record through the server, and what it refuses on the way.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use common::{Served, folder, outline, read, run};
use psephos_audit::{FAILURES_LISTED, Options, Verdict, audit};
use psephos_board_server::{Gate, Limits, Refusal, Stored};
use psephos_record::board::{Board, MemoryBoard, WritableBoard};
use psephos_record::bodies::{Body, Open, Seal, SignOff};
use psephos_record::kind::Kind;
use psephos_record::message::{Message, Record, SignedMessage, file_digest};
use psephos_record::signature::sign;
use psephos_testkit::{Author, Election, Plan};

/// A message of somebody in a made election, signed and not appended.
fn signed(election: &mut Election, author: Author, body: &Body) -> SignedMessage {
    let message = election.message(author, body);
    sign(message, election.key(author))
}

fn kind(board: &dyn Board, sequence: u64) -> Kind {
    Record::decode(&board.record(sequence).unwrap()).unwrap().message().unwrap().kind().unwrap()
}

#[test]
fn an_election_that_is_sent_message_by_message_is_the_same_and_valid() {
    run(async {
        let spool = folder();
        let served = Served::new(spool.path());
        let election = Election::complete(Plan::new(3, 2, 5));
        for sequence in 0..election.board.extent().unwrap().records {
            let answer = served.replay(&election.board, sequence).await.is(201);
            assert_eq!(answer.json()["sequence"], sequence);
            // Whoever has lost the answer sends the message again.
            let again = served.replay(&election.board, sequence).await.is(200);
            assert_eq!(again.json(), answer.json());
        }
        let audited = audit(&*served.store, &Options::default(), &|_| {}).unwrap();
        assert_eq!(audited.report.verdict, Verdict::Valid, "{}", audited.report.to_json());
        assert_eq!(audited.view.head, election.view().head);

        let status = served.ask("GET", "/api/v1/status", &[]).await.is(200).json();
        assert_eq!(status["phase"], "sealed");
        for batch in status["batches"].as_array().unwrap() {
            assert_eq!(batch["cycle"], "published");
            assert!(batch["inbox"]["rows"].as_u64() > Some(0) && batch["outbox"].is_object());
        }
        let sealed = election.board.extent().unwrap().records - 1;
        let listed = served.ask("GET", "/api/v1/records?from=1&limit=3", &[]).await.is(200).json();
        assert_eq!(listed["total"], sealed + 1);
        let numbers: Vec<_> = listed["records"].as_array().unwrap().iter().collect();
        assert_eq!(numbers.len(), 3);
        assert_eq!(numbers[0]["sequence"], 1);
        for sequence in [0, sealed] {
            let file =
                served.ask("GET", &format!("/records/{sequence:08}.cbor"), &[]).await.is(200);
            assert_eq!(file.body, election.board.record(sequence).unwrap());
        }
    });
}

#[test]
fn records_are_put_whole_where_they_belong_or_not_at_all() {
    run(async {
        let spool = folder();
        let served = Served::new(spool.path());
        let election = Election::enrolled(Plan::new(3, 2, 5));
        let file = |sequence| election.board.record(sequence).unwrap();
        let path = |sequence: u64| format!("/records/{sequence:08}.cbor");
        served.ask("PUT", &path(1), &file(1)).await.is(409);
        let first = served.ask("PUT", &path(0), &file(0)).await;
        // The roll has to be there before the record that names it.
        if first.status == 424 {
            served.replay(&election.board, 0).await.is(201);
        }
        served.ask("PUT", &path(0), &file(0)).await.is(412);
        assert_eq!(served.ask("PUT", &path(1), &file(2)).await.check(), "board.chain");
        served.ask("PUT", &path(1), &file(1)).await.is(201);
        // Made for another place: its wrapper names another file before it.
        let mut moved = Record::decode(&file(2)).unwrap();
        moved.previous = [7; 32];
        assert_eq!(served.ask("PUT", &path(2), &moved.encode()).await.check(), "board.chain");
        assert_eq!(served.ask("PUT", &path(2), &file(2)[1..]).await.check(), "encoding.canonical");
        let mut forged = Record::decode(&file(2)).unwrap();
        forged.signature.0[3] ^= 1;
        assert_eq!(served.ask("PUT", &path(2), &forged.encode()).await.check(), "board.signature");
        assert_eq!(served.store.extent().unwrap().records, 2);
        served.ask("PUT", &path(2), &file(2)).await.is(201);
    });
}

#[test]
fn an_author_that_sends_too_many_records_waits_and_nobody_else_does() {
    run(async {
        let spool = folder();
        let mut election = Election::opened(Plan::new(3, 2, 5));
        let limits = Limits { author_records: 3, ..Limits::default() };
        let served = Served::limited(Arc::new(election.board.clone()), spool.path(), limits);
        let mut vouch = |trustee, record| {
            let head = file_digest(&election.board.record(record).unwrap());
            let body = Body::SignOff(SignOff { head });
            signed(&mut election, Author::Trustee(trustee), &body).encode()
        };
        let first = vouch(0, 0);
        served.ask("POST", "/api/v1/messages", &first).await.is(201);
        for record in 1..3 {
            served.ask("POST", "/api/v1/messages", &vouch(0, record)).await.is(201);
        }
        let refused = served.ask("POST", "/api/v1/messages", &vouch(0, 3)).await.is(429);
        let wait = refused.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap();
        assert!((1..=6).contains(&wait), "{wait}");
        // What stands is told again, and others go on.
        served.ask("POST", "/api/v1/messages", &first).await.is(200);
        served.ask("POST", "/api/v1/messages", &vouch(1, 3)).await.is(201);
        let again = served.ask("POST", "/api/v1/messages", &vouch(1, 3)).await.is(422).json();
        assert!(again["detail"].as_str().unwrap().contains("already"), "{again}");
    });
}

#[test]
fn a_board_that_has_many_failures_takes_no_more_of_them() {
    run(async {
        let spool = folder();
        let mut election = Election::opened(Plan::new(3, 2, 5));
        for _ in 0..FAILURES_LISTED + 1 {
            election.post(Author::Authority, Body::Open(Open {}));
        }
        let served = Served::of(Arc::new(election.board.clone()), spool.path());
        let open = signed(&mut election, Author::Authority, &Body::Open(Open {}));
        let refused = served.ask("POST", "/api/v1/messages", &open.encode()).await;
        assert_eq!(refused.check(), "board.phase");
        let head = election.view().head;
        let vouched = Body::SignOff(SignOff { head });
        let vouched = signed(&mut election, Author::Trustee(0), &vouched);
        served.ask("POST", "/api/v1/messages", &vouched.encode()).await.is(201);
    });
}

#[test]
fn what_is_unsigned_or_out_of_phase_is_refused_with_the_check_that_says_so() {
    run(async {
        let spool = folder();
        let mut election = Election::opened(Plan::new(3, 2, 5));
        let served = Served::of(Arc::new(election.board.clone()), spool.path());
        let records = served.store.extent().unwrap().records;
        let seal = Body::Seal(Seal { head: [0; 32], records });
        let sign_off = Body::SignOff(SignOff { head: election.view().head });
        let head = election.view().head;
        let mut elsewhere = election.message(Author::Trustee(0), &sign_off);
        elsewhere.head = [9; 32];
        let elsewhere = sign(elsewhere, election.key(Author::Trustee(0)));
        let mut broken = signed(&mut election, Author::Trustee(0), &sign_off);
        broken.signature.0[0] ^= 1;
        let open = Body::Open(Open {});
        let offers = [
            (signed(&mut election, Author::Stranger, &sign_off), "board.signature"),
            (signed(&mut election, Author::Trustee(0), &open), "board.signature"),
            (signed(&mut election, Author::Authority, &seal), "board.phase"),
            (signed(&mut election, Author::Authority, &open), "board.phase"),
            (elsewhere, "board.chain"),
            (broken, "board.signature"),
        ];
        for (offer, check) in offers {
            let answer = served.ask("POST", "/api/v1/messages", &offer.encode()).await;
            assert_eq!(answer.check(), check);
        }
        for nonsense in [&b""[..], b"\xa0", b"not cbor at all", &[0xff; 70_000]] {
            let answer = served.ask("POST", "/api/v1/messages", nonsense).await;
            assert_eq!(answer.check(), "encoding.canonical");
        }
        assert_eq!(served.store.extent().unwrap().records, records);
        assert_eq!(served.app.keeper().outline().unwrap().view.head, head);
    });
}

#[test]
fn two_messages_under_one_counter_do_not_both_stand() {
    run(async {
        let spool = folder();
        let mut election = Election::opened(Plan::new(3, 2, 5));
        let served = Served::of(Arc::new(election.board.clone()), spool.path());
        let body = Body::SignOff(SignOff { head: election.view().head });
        let first = election.message(Author::Trustee(1), &body);
        let mut second = first.clone();
        second.time += 1;
        let offer =
            |message: &Message| sign(message.clone(), election.key(Author::Trustee(1))).encode();
        served.ask("POST", "/api/v1/messages", &offer(&first)).await.is(201);
        let answer = served.ask("POST", "/api/v1/messages", &offer(&second)).await;
        assert_eq!(answer.check(), "board.equivocation");
    });
}

#[test]
fn a_proof_of_somebodys_fault_is_let_in() {
    // A complaint convicts its dealer, and a board that kept it out would protect the culprit.
    run(async {
        let spool = folder();
        let served = Served::new(spool.path());
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../fixtures/valid/ceremony-failed-and-held-again/board"
        );
        let board = psephos_record::board::FolderBoard::open(folder).unwrap();
        let records = board.extent().unwrap().records;
        let complains = |sequence: &u64| kind(&board, *sequence) == Kind::Complain;
        assert!((0..records).any(|sequence| complains(&sequence)));
        for sequence in 0..records {
            served.replay(&board, sequence).await.is(201);
        }
    });
}

/// Counts how often it is asked, and lets nothing pass.
#[derive(Default)]
struct Shut(AtomicU64);

impl Gate for Shut {
    fn before_close(&self) -> Result<(), Refusal> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(Refusal::Later { reason: "ballots are still posted".into() })
    }
}

#[test]
fn what_has_to_happen_before_the_election_is_closed_happens_before_it() {
    run(async {
        let spool = folder();
        let served = Served::new(spool.path());
        let gate = Arc::new(Shut::default());
        served.app.keeper().set_gate(Arc::clone(&gate) as Arc<dyn Gate>);
        let election = Election::closed(Plan::new(3, 2, 5));
        let records = election.board.extent().unwrap().records;
        let close = (0..records).find(|place| kind(&election.board, *place) == Kind::Close);
        for sequence in 0..close.unwrap() {
            served.replay(&election.board, sequence).await.is(201);
        }
        assert_eq!(gate.0.load(Ordering::Relaxed), 0);
        let answer = served.replay(&election.board, close.unwrap()).await.is(503);
        assert!(answer.headers.contains_key("retry-after"));
        assert_eq!(served.store.extent().unwrap().records, close.unwrap());
        assert!(gate.0.load(Ordering::Relaxed) > 0);
    });
}

#[test]
fn what_closes_a_board_that_has_changed_since_is_refused_and_holds_up_nobody() {
    run(async {
        let spool = folder();
        let mut election = Election::voted(Plan::new(3, 2, 3));
        let close = Body::Close(election.close_body(&[]));
        let outdated = signed(&mut election, Author::Authority, &close);
        let head = election.view().head;
        election.take_in(&[]);
        let served = Served::of(Arc::new(election.board.clone()), spool.path());
        let gate = Arc::new(Shut::default());
        served.app.keeper().set_gate(Arc::clone(&gate) as Arc<dyn Gate>);
        served.ask("POST", "/api/v1/messages", &outdated.encode()).await.is(422);
        for (sequence, status) in [(2, 412), (election.view().records, 422), (99_999_999, 409)] {
            let file = Record::wrap(outdated.clone(), sequence, head).encode();
            served.ask("PUT", &format!("/records/{sequence:08}.cbor"), &file).await.is(status);
        }
        assert_eq!(gate.0.load(Ordering::Relaxed), 0, "receipts are given on");
    });
}

#[test]
fn ballots_are_found_by_their_trackers() {
    run(async {
        let spool = folder();
        let election = Election::closed(Plan::new(3, 2, 5));
        let served = Served::of(Arc::new(election.board.clone()), spool.path());
        let following = tokio::spawn(follow(&served));
        let record = &election.view().ballots[0];
        let ballots = read(&election.board, &record.ballots.root);
        let row = usize::try_from(record.ballots.row_length).unwrap();
        let tracker = psephos_proofs::ballot::tracker(&ballots[..row]);
        let path = format!("/api/v1/trackers/{}", hex::encode(tracker));
        let mut answer = served.ask("GET", &path, &[]).await;
        for _ in 0..100 {
            if answer.status == 200 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            answer = served.ask("GET", &path, &[]).await;
        }
        let found = answer.is(200).json();
        assert_eq!((&found["record"], &found["row"]), (&record.sequence.into(), &0.into()));
        assert!(["accepted", "rejected"].contains(&found["status"].as_str().unwrap()));
        served.ask("GET", &path.replace(&path[20..24], "0000"), &[]).await.is(404);
        following.abort();
    });
}

/// The server's own looking at the board.
fn follow(served: &Served) -> impl Future<Output = ()> + Send + 'static {
    Arc::clone(&served.app).follow()
}

#[test]
fn an_upload_survives_a_restart_and_takes_nothing_wrong() {
    run(async {
        let spool = folder();
        let store = Arc::new(MemoryBoard::new());
        let mut election = Election::opened(Plan::new(3, 2, 5));
        let served = Served::of(Arc::new(election.board.clone()), spool.path());
        // Three parts; whether the rows are ballots is not the server's to say.
        let ballots = Body::Ballots(psephos_record::bodies::Ballots {
            box_index: 0,
            ballots: {
                let bytes: Vec<u8> = (0..17u32 << 20).map(|place| (place / 7) as u8).collect();
                store.put_rows(1 << 10, &bytes).unwrap()
            },
        });
        let Body::Ballots(named) = &ballots else { unreachable!() };
        let bytes = read(&*store, &named.ballots.root);
        let (root, leaves) = outline(&bytes);
        let path = format!("/api/v1/uploads/{}", hex::encode(root));

        // Nobody uploads what no record names.
        served.ask("PUT", &path, &leaves).await.is(404);
        let offer = signed(&mut election, Author::Intake, &ballots).encode();
        let answer = served.ask("POST", "/api/v1/messages", &offer).await.is(424);
        assert_eq!(answer.missing(), [root]);
        served.ask("GET", &path, &[]).await.is(404);

        let mut wrong = leaves.clone();
        wrong[40] ^= 1;
        served.ask("PUT", &path, &wrong).await.is(422);
        served.ask("PUT", &path, &leaves[..leaves.len() - 32]).await.is(422);
        served.ask("PUT", &path, &[&leaves[..], &[0; 32]].concat()).await.is(413);
        let begun = served.ask("PUT", &path, &leaves).await.is(200).json();
        assert_eq!(
            begun,
            serde_json::json!({ "part_length": 8 << 20, "parts": 3, "missing": [[0, 3]] })
        );

        let part = |number: usize| &bytes[number << 23..bytes.len().min((number + 1) << 23)];
        let mut damaged = part(1).to_vec();
        damaged[(3 << 16) + 5] ^= 1;
        let refused = served.ask("PUT", &format!("{path}/1"), &damaged).await.is(422);
        assert!(refused.json()["detail"].as_str().unwrap().contains("chunk 131 "));
        served.ask("PUT", &format!("{path}/1"), &part(1)[1..]).await.is(422);
        served.ask("PUT", &format!("{path}/2"), part(1)).await.is(413);
        for nowhere in ["3", "99999999999999999999", "x"] {
            served.ask("PUT", &format!("{path}/{nowhere}"), part(2)).await.is(404);
        }
        served.ask("PUT", &format!("{path}/1"), part(1)).await.is(204);
        served.ask("POST", &format!("{path}/complete"), &[]).await.is(409);

        // Another server takes up where this one was.
        let again = Served::of(Arc::clone(&served.store), spool.path());
        let progress = again.ask("GET", &path, &[]).await.is(200).json();
        assert_eq!(progress["missing"], serde_json::json!([[0, 1], [2, 1]]));
        for number in [2, 0, 1] {
            again.ask("PUT", &format!("{path}/{number}"), part(number)).await.is(204);
        }
        again.ask("POST", &format!("{path}/complete"), &[]).await.is(204);
        again.ask("POST", &format!("{path}/complete"), &[]).await.is(204);
        assert_eq!(std::fs::read_dir(spool.path()).unwrap().count(), 0, "the parts are gone");
        assert_eq!(read(&*again.store, &root), bytes);
        let stands = again.ask("POST", "/api/v1/messages", &offer).await;
        assert!([201, 422].contains(&stands.status.as_u16()), "{stands:?}");
    });
}

#[test]
fn the_intake_appends_without_uploads() {
    run(async {
        let spool = folder();
        let mut election = Election::opened(Plan::new(3, 2, 5));
        let served = Served::of(Arc::new(election.board.clone()), spool.path());
        let body = Body::SignOff(SignOff { head: election.view().head });
        let offer = signed(&mut election, Author::Trustee(0), &body);
        let keeper = Arc::clone(served.app.keeper());
        let placement = keeper.append(offer.clone(), &Stored).unwrap();
        assert!(!placement.stood);
        assert!(keeper.append(offer, &Stored).unwrap().stood);
    });
}
