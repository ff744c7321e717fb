//! Bytes to begin with, mostly from the stored elections.

use std::fs;
use std::path::{Path, PathBuf};

use psephos_audit::{Claim, Evidence, Reach, excerpt};
use psephos_record::board::{Board, FolderBoard, write_archive};
use psephos_record::invitation::{Invitation, InvitationSecret};
use psephos_record::kind::Kind;
use psephos_record::message::{Message, Record};
use psephos_testkit::systematic::BOARDS;

fn fixtures() -> PathBuf {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    home.parent().expect("the repository").join("fixtures")
}

/// Every file below a folder whose name ends so.
fn stored(folder: &Path, end: &str) -> Vec<Vec<u8>> {
    let found = |path: PathBuf| match path.is_dir() {
        true => stored(&path, end),
        false if path.to_string_lossy().ends_with(end) => fs::read(&path).into_iter().collect(),
        false => Vec::new(),
    };
    entries(folder).into_iter().flat_map(found).collect()
}

pub fn record_files() -> Vec<Vec<u8>> {
    stored(&fixtures().join("valid").join("troubles").join("board").join("records"), ".cbor")
}

pub fn messages() -> Vec<Vec<u8>> {
    let message = |file: Vec<u8>| Record::decode(&file).ok().map(|record| record.message);
    record_files().into_iter().filter_map(message).collect()
}

pub fn bodies() -> Vec<Vec<u8>> {
    let body = |bytes: Vec<u8>| {
        let message = Message::decode(&bytes).ok()?;
        let kind = message.kind().ok()?;
        let place = Kind::ALL.iter().position(|other| *other == kind)?;
        Some([vec![place as u8], message.body].concat())
    };
    messages().into_iter().filter_map(body).collect()
}

/// Rows of every length that the stored elections have.
pub fn rows() -> Vec<Vec<u8>> {
    let blobs = stored(&fixtures().join("valid").join("troubles").join("board").join("blobs"), "");
    let cut = |blob: Vec<u8>| {
        let lengths = [34, 66, 144 + 64, 144 + 128, 144 + 192];
        lengths.map(|length| blob.get(..length).unwrap_or(&blob).to_vec())
    };
    blobs.into_iter().flat_map(cut).collect()
}

pub fn receipts() -> Vec<Vec<u8>> {
    stored(&fixtures(), ".receipt")
}

pub fn notes() -> Vec<Vec<u8>> {
    let key = b"witness.example/1+f4031348+BIqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c".to_vec();
    stored(&fixtures(), ".notes").into_iter().chain([key]).collect()
}

/// A ballot of one ciphertext with what it was encrypted with, in form only.
pub fn openings() -> Vec<Vec<u8>> {
    let ballot = [&[0xa2, 0x66][..], b"ballot", &[0x58, 208], &[1; 208]].concat();
    vec![[&ballot[..], &[0x6a], b"randomness", &[0x58, 32], &[2; 32]].concat()]
}

pub fn invitations() -> Vec<Vec<u8>> {
    let invitation = Invitation {
        board: "board".into(),
        secret: InvitationSecret::new([7; 32]),
        trustee: 1,
        proposal: [3; 32],
    };
    vec![invitation.to_line().as_bytes().to_vec()]
}

pub fn codes() -> Vec<Vec<u8>> {
    let words = ["abandon"; 24].join(" ");
    vec![words.into_bytes(), b"zoo zoo wrong".to_vec()]
}

pub fn tomls() -> Vec<Vec<u8>> {
    stored(&fixtures().join("elections"), ".toml")
}

pub fn tables() -> Vec<Vec<u8>> {
    stored(&fixtures().join("elections"), ".csv")
}

pub fn blts() -> Vec<Vec<u8>> {
    vec![b"3 1\n-2\n2 1 3 0\n1 2=3 0\n0\n\"Anna\"\n\"Boris\"\n\"Clara\"\n\"Council\"\n".to_vec()]
}

pub fn choices() -> Vec<Vec<u8>> {
    (0..BOARDS.len() as u8).map(|board| vec![board, 0, 1, 2, 3, 0]).collect()
}

/// For each message of each tiny board its own place, and that of the next one.
pub fn replaced() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (board, (_, make)) in BOARDS.iter().enumerate() {
        let files = make().board.records();
        let messages = files.iter().filter_map(|file| Some(Record::decode(file).ok()?.message));
        for (record, message) in messages.enumerate() {
            let chosen = |record| [&[board as u8, record as u8, 0][..], &message].concat();
            seeds.extend([chosen(record), chosen(record + 1)]);
        }
    }
    seeds
}

/// Excerpts of an honest board with a claim that is not true.
pub fn evidence() -> Vec<Vec<u8>> {
    let Ok(board) = FolderBoard::open(fixtures().join("valid").join("honest").join("board")) else {
        return Vec::new();
    };
    let records = board.extent().map_or(0, |extent| extent.records);
    let claim = Claim {
        row: Some(1),
        check: "mix.proof".into(),
        record: records - 1,
        culprits: vec!["trustee 1".into()],
    };
    let mut seeds = Vec::new();
    for record in (0..records).step_by(4) {
        for reach in Reach::ALL {
            let part = excerpt(&board, record, record + 1, reach).expect("a stored board");
            seeds.push(Evidence { failures: vec![claim.clone()], ..part }.encode());
        }
    }
    seeds.push(excerpt(&board, 0, records, Reach::All).expect("a stored board").encode());
    seeds
}

/// Every stored board that can be opened, as a file of evidence.
pub fn corpus() -> Vec<Vec<u8>> {
    let valid = entries(&fixtures().join("valid"));
    let invalid = entries(&fixtures().join("invalid"));
    valid.iter().chain(&invalid).filter_map(|folder| whole(&folder.join("board"))).collect()
}

/// Two stored boards as archives.
pub fn archives() -> Vec<Vec<u8>> {
    let archive = |case: &str| {
        let board = FolderBoard::open(fixtures().join("valid").join(case).join("board")).ok()?;
        let mut bytes = Vec::new();
        write_archive(&board, Path::new(case), &mut bytes, &mut |_, _, _| {}).ok()?;
        Some(bytes)
    };
    ["honest", "mix-list-withheld"].iter().filter_map(|case| archive(case)).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// A whole board as evidence that claims nothing.
fn whole(folder: &Path) -> Option<Vec<u8>> {
    let board = FolderBoard::open(folder).ok()?;
    let records = board.extent().ok()?.records;
    Some(excerpt(&board, 0, records, Reach::All).ok()?.encode())
}
