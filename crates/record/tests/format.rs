//! Expected: every body fits `spec/board.cddl`, and what the code writes is what `spec/vectors/records.json`
//! states. `UPDATE_VECTORS=1` writes the file anew.

mod common;

use cddl_cat::validate_cbor_bytes;
use proptest::prelude::*;
use psephos_ballot::{Contest, ContestResult, Method, Round, Tally, Tie};
use psephos_core::encodings::{Encodings, Fixed};
use psephos_core::tree;
use psephos_proofs::shuffle;
use psephos_proofs::sigma::{Dleq, Schnorr};
use psephos_record::bodies::*;
use psephos_record::invitation::{Invitation, InvitationSecret};
use psephos_record::kind::Kind;
use psephos_record::message::{Message, Record};
use psephos_record::words::words;
use psephos_record::{cbor, signature};
use serde_json::{Value, json};

fn cddl() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/board.cddl")).unwrap()
}

fn fits(rule: &str, bytes: &[u8], cddl: &str) {
    if let Err(error) = validate_cbor_bytes(rule, cddl, bytes) {
        panic!("{rule}: {error}\n{:?}", serde_cbor::from_slice::<serde_cbor::Value>(bytes));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn bodies_fit_the_cddl(body in common::body(), head in common::digest()) {
        let cddl = cddl();
        fits(body.kind().name(), &body.encode(), &cddl);
        let signed = signature::sign(common::message(&body, 0, head), &common::key(1));
        fits("message", &signed.message, &cddl);
        fits("signed-message", &signed.encode(), &cddl);
        fits("record", &Record::wrap(signed, 3, head).encode(), &cddl);
    }
}

/// The CDDL says no less than the decoder where it can: an added, a missing and a renamed field do not fit.
#[test]
fn the_cddl_refuses_other_fields() {
    let cddl = cddl();
    for body in samples() {
        let value: serde_cbor::Value = serde_cbor::from_slice(&body.encode()).unwrap();
        let serde_cbor::Value::Map(fields) = value else { panic!("a body is a map") };
        let refused = |fields| {
            let bytes = serde_cbor::to_vec(&serde_cbor::Value::Map(fields)).unwrap();
            assert!(
                validate_cbor_bytes(body.kind().name(), &cddl, &bytes).is_err(),
                "{}",
                body.kind()
            );
        };
        let text = |text: &str| serde_cbor::Value::Text(text.into());
        let mut more = fields.clone();
        more.insert(text("more"), text("x"));
        refused(more);
        for key in fields.keys() {
            let mut fewer = fields.clone();
            fewer.remove(key);
            refused(fewer);
        }
    }
}

fn blob(byte: u8) -> Blob {
    Blob { root: [byte; 32], rows: 1000, row_length: 64 }
}

fn schnorr(byte: u8) -> Schnorr {
    Schnorr { commitment: [byte; 32], response: [byte + 1; 32] }
}

fn dleq(byte: u8) -> Dleq {
    Dleq { commitment: [byte; 32], image_commitment: [byte + 1; 32], response: [byte + 2; 32] }
}

fn list(byte: u8, length: usize) -> Encodings {
    Encodings(vec![[byte; 32]; length])
}

fn description() -> Description {
    let contest = |id: &str, method| Contest {
        id: id.into(),
        seats: 1,
        title: "Who?".into(),
        method,
        write_ins: None,
        candidates: vec!["Ada".into(), "Bo".into()],
    };
    Description {
        roll: Some(Blob { root: [81; 32], rows: 1000, row_length: 40 }),
        boxes: vec![BallotBox {
            id: "all".into(),
            merge: None,
            batches: vec![Batch { id: "all".into(), bits: None, width: 1, contests: vec![0, 1] }],
        }],
        mixes: 2,
        opens: Some(1_800_000_000),
        suite: Suite::default(),
        title: "An example".into(),
        closes: Some(1_800_086_400),
        intake: [82; 32],
        policy: Policy::Last,
        minimum: 10,
        contests: vec![
            contest("mayor", Method::Irv { max_ranks: 2 }),
            contest("clerk", Method::Plurality { max_marks: 1 }),
        ],
        trustees: vec!["Ann".into(), "Ben".into(), "Cy".into()],
        threshold: 2,
    }
}

fn proof() -> shuffle::Proof {
    let fixed = |byte| Fixed([byte; 32]);
    shuffle::Proof {
        powers: list(1, 4),
        product: shuffle::product::ProductProof {
            zero: shuffle::zero::ZeroProof {
                left: list(2, 2),
                right: list(3, 2),
                diagonals: list(4, 8),
                left_blind: fixed(5),
                right_blind: fixed(6),
                left_opening: fixed(7),
                right_opening: fixed(8),
                diagonal_opening: fixed(9),
            },
            columns: fixed(10),
            partial: list(11, 2),
            single_value: shuffle::single_value::SingleValueProof {
                mask: fixed(12),
                linear: fixed(13),
                values: list(14, 2),
                constant: fixed(15),
                products: list(16, 0),
                steps_opening: fixed(17),
                values_opening: fixed(18),
            },
        },
        multiexp: shuffle::multiexp::MultiexpProof {
            masks: list(19, 7),
            blinds: list(20, 1),
            factors: list(21, 1),
            openings: list(22, 1),
            response: list(23, 2),
            diagonals: list(24, 14),
            mask_values: list(25, 1),
            mask_openings: list(26, 1),
        },
        exponents: list(27, 4),
    }
}

fn results() -> Vec<ContestResult> {
    let round = |votes, elected, eliminated| Round { votes, elected, exhausted: 4, eliminated };
    let result = |id: &str, ties, tally, elected| ContestResult {
        id: id.into(),
        ties,
        blank: 4,
        tally,
        texts: None,
        ballots: 1000,
        elected,
        invalid: 1,
        cells_sha256: [28; 32],
    };
    let rounds = vec![
        round(vec![Some(500), Some(495)], vec![], vec![1]),
        round(vec![Some(995), None], vec![0], vec![]),
    ];
    let ties = vec![Tie { lost: vec![1], tied: vec![0, 1], round: 0, earlier: None }];
    vec![
        result("mayor", ties, Tally::Irv { rounds }, vec![0]),
        result("clerk", vec![], Tally::Plurality { votes: vec![500, 495] }, vec![0]),
    ]
}

/// One body of every kind. The values are fillers: the formats are right, nothing verifies.
fn samples() -> Vec<Body> {
    let share = |byte: u8| EncryptedShare {
        ephemeral: Fixed([byte; 32]),
        knowledge: schnorr(byte + 1),
        ciphertext: Fixed([byte + 3; 48]),
    };
    let mix = |batch_index, proof| BatchMix {
        box_index: 0,
        batch_index,
        input: [31; 32],
        proof,
        output: blob(32),
        position: 0,
    };
    let shares = BatchShare { box_index: 0, batch_index: 0, input: [33; 32], shares: blob(34) };
    let result =
        BatchResult { box_index: 0, batch_index: 0, trustees: vec![0, 2], plaintexts: blob(35) };
    let accepted = CloseBatch { box_index: 0, list: blob(36), batch_index: 0 };
    let rejected = Blob { root: tree::root(&[]), rows: 0, row_length: 24 };
    vec![
        Body::Proposal(Proposal { description: description(), invitations: vec![[41; 32]; 3] }),
        Body::Enrol(Enrol { trustee: 1, invitation: Fixed([42; 64]) }),
        Body::Manifest(Manifest {
            keys: vec![[43; 32]; 3],
            attempt: 1,
            excluded: vec![3],
            proposal: [44; 32],
            description: description(),
        }),
        Body::Accept(Accept { key: [45; 32], proof: schnorr(46) }),
        Body::DealCommitment(DealCommitment { commitment: [47; 32] }),
        Body::Deal(Deal {
            shares: vec![share(48), share(52), share(56)],
            knowledge: schnorr(60),
            commitments: list(62, 2),
        }),
        Body::Confirm(Confirm { deals: deals_digest(&[[63; 32], [64; 32], [65; 32]]) }),
        Body::Complain(Complain { point: [66; 32], proof: dleq(67), dealer: 2 }),
        Body::Open(Open {}),
        Body::RollAmend(RollAmend {
            added: vec![RollEntry { box_index: 0, credential: [83; 32] }],
            reason: "A letter was lost".into(),
            removed: vec![[84; 32]],
        }),
        Body::Ballots(Ballots { box_index: 0, ballots: blob(70) }),
        Body::Challenged(Challenged { challenged: Blob { row_length: 128, ..blob(85) } }),
        Body::Waiver(Waiver { box_index: 0, reason: "The island has nine voters".into() }),
        Body::Close(Close { batches: vec![accepted], rejected, submitted: 1000 }),
        Body::Mix(Mix { mixes: vec![mix(0, Some(proof())), mix(1, None)] }),
        Body::Share(Share { lists: vec![shares], proof: dleq(71) }),
        Body::Exclusion(Exclusion::Absence {
            batches: vec![Unmixed { box_index: 0, root: [86; 32], batch_index: 0 }],
            trustee: 2,
        }),
        Body::Exclusion(Exclusion::Cause {
            check: "mix.proof".into(),
            digest: [87; 32],
            previous: [88; 32],
            sequence: 20,
        }),
        Body::Result(ElectionResult { batches: vec![result], contests: results() }),
        Body::SignOff(SignOff { head: [74; 32] }),
        Body::Seal(Seal { head: [75; 32], records: 24 }),
    ]
}

#[test]
fn there_is_a_sample_of_every_kind() {
    let mut kinds: Vec<Kind> = samples().iter().map(Body::kind).collect();
    kinds.dedup();
    assert_eq!(kinds, common::kinds_with_bodies());
}

fn derived() -> Value {
    let bodies: Vec<Value> = samples()
        .iter()
        .map(|body| json!({ "kind": body.kind().name(), "body": hex::encode(body.encode()) }))
        .collect();

    let key = common::key(7);
    let seal = Body::Seal(Seal { head: [75; 32], records: 24 });
    let message = Message { election: [76; 32], ..common::message(&seal, 5, [75; 32]) };
    let record = Record::wrap(signature::sign(message, &key), 24, [75; 32]);
    let file = record.encode();

    let invitation = Invitation {
        board: "/srv/board".into(),
        secret: InvitationSecret::new([77; 32]),
        trustee: 1,
        proposal: [78; 32],
    };
    let invited = invitation.secret.signing_key();
    let enrolment = psephos_record::invitation::sign_enrolment(&invited, &[78; 32], 1, &[79; 32]);
    let entry = RollEntry { box_index: 258, credential: [83; 32] };
    json!({
        "page": "08-board.md",
        "bodies": bodies,
        "record": {
            "author's seed": hex::encode([7; 32]),
            "message": hex::encode(&record.message),
            "message digest": hex::encode(record.message_digest()),
            "file": hex::encode(&file),
            "file digest": hex::encode(psephos_record::message::file_digest(&file)),
        },
        "invitation": {
            "content": hex::encode(cbor::encode(&invitation)),
            "line": *invitation.to_line(),
            "new key": hex::encode([79; 32]),
            "signature of the enrolment": hex::encode(enrolment.0),
        },
        "rejected row": hex::encode(
            Rejected { sequence: 9, row: 258, reason: Reason::Duplicate.code() }.to_bytes()),
        "roll row": hex::encode(entry.to_bytes()),
        "words": { "digest": hex::encode(tree::root(&[])), "words": words(&tree::root(&[])) },
    })
}

#[test]
fn vectors() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/vectors/records.json");
    let derived = derived();
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(path, serde_json::to_string_pretty(&derived).unwrap() + "\n").unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), derived, "{path}");
}

#[test]
fn reasons_and_rows_read_back() {
    for reason in Reason::ALL {
        assert_eq!(Reason::from_code(reason.code()), Some(reason));
    }
    assert_eq!(Reason::from_code(8), None);
    assert_eq!(Reason::from_code(u64::MAX), None);
    let row = Rejected { sequence: 1, row: u64::MAX, reason: 7 };
    assert_eq!(Rejected::from_bytes(&row.to_bytes()), row);
    let entry = RollEntry { box_index: u64::MAX - 1, credential: [3; 32] };
    assert_eq!(RollEntry::from_bytes(&entry.to_bytes()), entry);
}
