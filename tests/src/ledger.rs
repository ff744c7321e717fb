//! What must hold on disk at any instant, and what was ever signed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use psephos_core::Digest;
use psephos_core::hash::plain;
use psephos_core::tree::root;
use psephos_proofs::shuffle::Proof;
use psephos_record::answer::Answer;
use psephos_record::bodies::{Body, NamedList};
use psephos_record::message::{Message, Record, SignedMessage, file_digest};
use psephos_record::receipt::SignedReceipt;
use psephos_record::signature;
use psephos_record::statement::SignedDestruction;

use crate::Election;

/// The course of one election: it only ever grows.
#[derive(Clone, Default)]
pub struct Ledger {
    /// Every message ever signed, on the board or not, by author and counter.
    signed: BTreeMap<([u8; 32], u64), Vec<u8>>,
    /// The board's records as they were first seen.
    records: Vec<Vec<u8>>,
}

impl Ledger {
    /// Looks at everything on disk, and notes in `nonces` what was drawn at random.
    pub fn look(&mut self, election: &Election, nonces: &mut Nonces) {
        if election.board().join("records").is_dir() {
            self.look_at_board(&election.board(), nonces);
        }
        for home in files(election.path("")).into_iter().filter(|path| path.is_dir()) {
            for outbox in ["outbox", "intake"] {
                let messages =
                    files(home.join(outbox)).into_iter().filter(|path| ends(path, "cbor"));
                messages.for_each(|path| {
                    let signed = SignedMessage::decode(&read(&path)).expect("a whole message");
                    self.note(&signed, nonces);
                });
            }
            for notes in files(&home).iter().filter(|path| ends(path, "json")) {
                serde_json::from_slice::<serde_json::Value>(&read(notes)).expect("whole notes");
            }
            blobs(&home.join("made"));
        }
        carried(election);
    }

    /// The records of the board, in their order.
    pub fn kinds(&self) -> Vec<String> {
        let kind = |file: &Vec<u8>| {
            let record = Record::decode(file).expect("a record");
            record.message().expect("a message").kind
        };
        self.records.iter().map(kind).collect()
    }

    fn look_at_board(&mut self, board: &Path, nonces: &mut Nonces) {
        for path in files(board) {
            let name = name(&path);
            let known = ["records", "blobs"].contains(&name) || name.starts_with(".incoming-");
            assert!(known, "{name} on the board");
        }
        let found = files(board.join("records"));
        assert!(found.len() >= self.records.len(), "records are lost");
        let mut previous = [0; 32];
        for (sequence, path) in found.iter().enumerate() {
            assert_eq!(name(path), format!("{sequence:08}.cbor"));
            let file = read(path);
            match self.records.get(sequence) {
                Some(before) => assert!(*before == file, "record {sequence} has changed"),
                None => {
                    self.look_at_record(board, sequence as u64, previous, &file, nonces);
                    self.records.push(file.clone());
                }
            }
            previous = file_digest(&file);
        }
        blobs(board);
    }

    fn look_at_record(
        &mut self,
        board: &Path,
        sequence: u64,
        previous: Digest,
        file: &[u8],
        nonces: &mut Nonces,
    ) {
        let record = Record::decode(file).expect("a whole record");
        assert_eq!((record.sequence, record.previous), (sequence, previous));
        let signed = record.unwrap_message();
        let twice = self
            .records
            .iter()
            .any(|before| Record::decode(before).expect("a record").message == signed.message);
        assert!(!twice, "record {sequence} stands twice");
        let body = self.note(&signed, nonces);
        for NamedList { blob, .. } in body.lists() {
            let length = fs::metadata(board.join("blobs").join(hex::encode(blob.root)));
            assert_eq!(length.expect("the record's blob").len(), blob.rows * blob.row_length);
        }
    }

    /// Nobody ever signs two different messages under one counter.
    fn note(&mut self, signed: &SignedMessage, nonces: &mut Nonces) -> Body {
        let message = Message::decode(&signed.message).expect("a whole message");
        signature::verify(&message.author, &signed.message, &signed.signature.0).expect("signed");
        let place = (message.author, message.counter);
        let before = self.signed.entry(place).or_insert_with(|| signed.message.clone());
        assert!(*before == signed.message, "counter {} is used twice", message.counter);
        let body = message.body().expect("a whole body");
        nonces.note(&message.body, &body);
        body
    }
}

/// What must be fresh in every statement.
///
/// A sigma protocol answers z = w + c·x, where T = w·G is sent first. Two statements have different challenges c,
/// so that a nonce w used in both gives x away: z − z' = (c − c')·x. Whoever uses w twice sends the same T
/// twice, as T follows from w (and the fixed G) alone. So no T in common between any two different statements
/// ever signed shows that no nonce was used for both. The same goes for the commitments of the shuffle argument
/// (their randomness hides the permutation), for the ephemeral keys of a deal (one that is used for two shares
/// encrypts both under one key), for the polynomial's commitments (a second deal with the same coefficient), and
/// for re-encryptions: A' = A + r·G, and the same A' of one A says that r is the same.
///
/// Statements are told apart by their whole bodies: the same one may be signed again, with its proof.
#[derive(Default)]
pub struct Nonces {
    proofs: BTreeMap<[u8; 32], Digest>,
    rows: BTreeMap<[u8; 32], String>,
}

impl Nonces {
    fn note(&mut self, bytes: &[u8], body: &Body) {
        let statement = plain(bytes);
        for fresh in fresh(body) {
            let before = *self.proofs.entry(fresh).or_insert(statement);
            assert!(before == statement, "two statements share {}", hex::encode(fresh));
        }
    }

    /// Notes the lists of a mix, whether a record names them or not: every row is made anew.
    pub fn note_mixed(&mut self, lists: &[PathBuf]) {
        for path in lists {
            let list = name(path).to_owned();
            for row in read(path).as_chunks::<64>().0 {
                let half = *row.first_chunk::<32>().expect("half a ciphertext");
                let before = self.rows.entry(half).or_insert_with(|| list.clone());
                assert!(*before == list, "two mixes share {}", hex::encode(half));
            }
        }
    }

    /// How many commitments and rows were compared.
    pub fn count(&self) -> usize {
        self.proofs.len() + self.rows.len()
    }
}

/// The blobs of a board or of what was made for one: each whole, under its own root.
pub fn blobs(board: &Path) -> Vec<PathBuf> {
    let found = files(board.join("blobs"));
    for path in &found {
        assert_eq!(name(path), hex::encode(root(&read(path))), "a blob under another's name");
    }
    found
}

/// The group elements in a body that follow from randomness alone.
fn fresh(body: &Body) -> Vec<[u8; 32]> {
    match body {
        Body::Accept(accept) => vec![accept.key, accept.proof.commitment],
        Body::Deal(deal) => {
            let shares = deal.shares.iter();
            let mut found: Vec<[u8; 32]> =
                shares.flat_map(|share| [share.ephemeral.0, share.knowledge.commitment]).collect();
            found.push(deal.knowledge.commitment);
            found.extend(&deal.commitments.0);
            found
        }
        Body::Complain(complain) => vec![complain.proof.commitment],
        Body::Mix(mix) => {
            mix.mixes.iter().filter_map(|mix| mix.proof.as_ref()).flat_map(committed).collect()
        }
        Body::Share(share) => vec![share.proof.commitment, share.proof.image_commitment],
        _ => Vec::new(),
    }
}

/// Every commitment of a shuffle argument.
fn committed(proof: &Proof) -> Vec<[u8; 32]> {
    let (product, multiexp) = (&proof.product, &proof.multiexp);
    let lists = [
        &proof.powers,
        &proof.exponents,
        &product.partial,
        &product.zero.diagonals,
        &multiexp.masks,
        &multiexp.blinds,
        &multiexp.diagonals,
    ];
    let single = [
        &product.columns,
        &product.zero.left_blind,
        &product.zero.right_blind,
        &product.single_value.mask,
        &product.single_value.linear,
        &product.single_value.constant,
    ];
    let mut found: Vec<[u8; 32]> = lists.into_iter().flat_map(|list| list.0.clone()).collect();
    found.extend(single.map(|one| one.0));
    found
}

/// Files that are carried or handed out: each is whole, if it is there.
fn carried(election: &Election) {
    for path in files(election.path("")) {
        if ends(&path, "answer") {
            assert!(Answer::read(&read(&path)[..]).is_ok(), "half an answer");
        } else if ends(&path, "statement") {
            assert!(SignedDestruction::decode(&read(&path)).is_ok(), "half a statement");
        }
    }
    for path in files(election.path("receipts")).iter().filter(|path| ends(path, "receipt")) {
        let receipt = SignedReceipt::decode(&read(path));
        assert!(receipt.is_ok(), "half a receipt: {}", path.display());
    }
}

/// What lies in a folder, sorted; nothing, if it is not there.
pub fn files(folder: impl AsRef<Path>) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    found.sort();
    found
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("a name")
}

fn ends(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).expect("readable")
}
