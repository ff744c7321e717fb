//! Uploads in every order, with damage and restarts between: what comes to the board is the list, or nothing.

mod common;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use common::{Served, folder, outline, read, run};
use proptest::prelude::*;
use psephos_core::Digest;
use psephos_record::board::{MemoryBoard, WritableBoard};
use psephos_record::bodies::{Ballots, Body};
use psephos_record::signature::sign;
use psephos_testkit::{Author, Election, Plan};

const PART: usize = 8 << 20;
const PARTS: usize = 3;

#[derive(Clone, Debug)]
enum Act {
    Begin,
    Put(usize),
    /// One bit is wrong.
    PutDamaged(usize, usize),
    /// The last byte is missing.
    PutShort(usize),
    Complete,
    Restart,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        1 => Just(Act::Begin),
        4 => (0..PARTS).prop_map(Act::Put),
        2 => (0..PARTS, any::<usize>()).prop_map(|(part, bit)| Act::PutDamaged(part, bit)),
        1 => (0..PARTS).prop_map(Act::PutShort),
        2 => Just(Act::Complete),
        1 => Just(Act::Restart),
    ]
}

/// A list, the board that awaits it, and the message that names it.
struct Awaited {
    bytes: Vec<u8>,
    root: Digest,
    outline: Vec<u8>,
    board: MemoryBoard,
    offer: Vec<u8>,
}

fn awaited() -> &'static Awaited {
    static AWAITED: OnceLock<Awaited> = OnceLock::new();
    AWAITED.get_or_init(|| {
        let bytes: Vec<u8> =
            (0..(2 * PART + 1024) as u32).map(|place| (place / 11 + place) as u8).collect();
        let mut election = Election::opened(Plan::new(3, 2, 5));
        let ballots = MemoryBoard::new().put_rows(1 << 10, &bytes).unwrap();
        let message =
            election.message(Author::Intake, &Body::Ballots(Ballots { box_index: 0, ballots }));
        let offer = sign(message, election.key(Author::Intake)).encode();
        let (root, outline) = outline(&bytes);
        Awaited { bytes, root, outline, board: election.board.clone(), offer }
    })
}

async fn play(acts: &[Act]) {
    let Awaited { bytes, root, outline, board, offer } = awaited();
    let spool = folder();
    let mut served = Served::of(Arc::new(board.clone()), spool.path());
    let path = format!("/api/v1/uploads/{}", hex::encode(root));
    served.ask("POST", "/api/v1/messages", offer).await.is(424);
    let part = |number: usize| &bytes[number * PART..bytes.len().min((number + 1) * PART)];
    let (mut begun, mut there, mut stored) = (false, BTreeSet::new(), false);
    for act in acts {
        let put = |number: usize| format!("{path}/{number}");
        match act {
            Act::Begin => {
                // Once the list is on the board nobody awaits it any more.
                let status = if stored { 404 } else { 200 };
                served.ask("PUT", &path, outline).await.is(status);
                begun = !stored;
            }
            Act::Put(number) => {
                let status = if begun { 204 } else { 404 };
                served.ask("PUT", &put(*number), part(*number)).await.is(status);
                if begun {
                    there.insert(*number);
                }
            }
            Act::PutDamaged(number, bit) => {
                let mut damaged = part(*number).to_vec();
                let place = bit / 8 % damaged.len();
                damaged[place] ^= 1 << (bit % 8);
                // What is there already is kept, whatever comes.
                let status = match (begun, there.contains(number)) {
                    (false, _) => 404,
                    (true, true) => 204,
                    (true, false) => 422,
                };
                served.ask("PUT", &put(*number), &damaged).await.is(status);
            }
            Act::PutShort(number) => {
                let short = &part(*number)[1..];
                let status = match (begun, there.contains(number)) {
                    (false, _) => 404,
                    (true, true) => 204,
                    (true, false) => 422,
                };
                served.ask("PUT", &put(*number), short).await.is(status);
            }
            Act::Complete => {
                let is_whole = begun && there.len() == PARTS;
                let status = match (is_whole || stored, begun) {
                    (true, _) => 204,
                    (false, true) => 409,
                    (false, false) => 404,
                };
                served.ask("POST", &format!("{path}/complete"), &[]).await.is(status);
                if is_whole {
                    (begun, stored) = (false, true);
                    there.clear();
                }
            }
            Act::Restart => {
                served = Served::of(Arc::clone(&served.store), spool.path());
                if !stored {
                    // Whoever comes back sends the message again, and hears what is missing.
                    served.ask("POST", "/api/v1/messages", offer).await.is(424);
                }
            }
        }
        assert_eq!(served.store.blob_length(root).unwrap().is_some(), stored);
    }
    if stored {
        assert!(read(&*served.store, root) == *bytes);
        served.ask("POST", "/api/v1/messages", offer).await.is(201);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn what_comes_to_the_board_is_the_list_or_nothing(
        mut acts in proptest::collection::vec(act(), 0..12),
        ends in any::<bool>(),
    ) {
        if ends {
            // Most orders drawn blindly never get to the end.
            acts.extend([Act::Begin, Act::Put(1), Act::Put(2), Act::Restart, Act::Put(0), Act::Complete]);
        }
        run(play(&acts));
    }
}
