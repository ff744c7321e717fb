//! Altering a finished board and sealing it again as well as a forger with keys could.
//!
//! Digests, blob roots, the chain, heads and signatures are made anew, so that the checks themselves have to
//! answer, not the hashes. What no forger can make anew stays: proofs, and the signatures of keys not at hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use psephos_core::{Digest, Encoding, tree};
use psephos_proofs::key_ceremony::{CeremonyContext, Deal, deal_commitment};
use psephos_record::board::MemoryBoard;
use psephos_record::bodies::{Blob, Body, DealCommitment, Enrol, Seal, deals_digest};
use psephos_record::invitation::{sign_enrolment, verify_enrolment};
use psephos_record::message::{Message, Record, SignedMessage, file_digest, message_digest};
use psephos_record::signature::sign_bytes;

use crate::{Author, Election};

/// What is done to a record's file once it is wrapped.
type FileChange = Arc<dyn Fn(&mut Vec<u8>) + Send + Sync>;

/// A board taken apart. Alter it, then put it together with [`Reseal::seal`].
#[derive(Clone)]
pub struct Reseal {
    board: MemoryBoard,
    keys: BTreeMap<Encoding, SigningKey>,
    entries: Vec<Entry>,
    blobs: BTreeMap<Digest, Vec<u8>>,
    /// Whether later records name the new digest of an altered manifest or proposal; on at first.
    pub propagate_election: bool,
}

/// A record of the board taken apart.
#[derive(Clone)]
struct Entry {
    signed: SignedMessage,
    /// Who signed the original.
    author: Option<Encoding>,
    /// What it was before anything was altered; none for one put in.
    original: Option<Original>,
    change: Option<FileChange>,
}

/// A record before anything was altered.
#[derive(Clone, Copy)]
struct Original {
    sequence: u64,
    message: Digest,
    file: Digest,
}

impl Reseal {
    /// Takes an election's board apart, with everybody's keys at hand.
    ///
    /// # Panics
    /// When a record does not decode: alter boards, not ruins.
    #[must_use]
    pub fn of(election: &Election) -> Self {
        let others = [Author::Authority, Author::Intake, Author::Stranger];
        let mut keys: Vec<&SigningKey> = others.map(|author| election.key(author)).to_vec();
        keys.extend(election.everybody().map(|index| election.key(Author::Trustee(index))));
        keys.extend(&election.invitations);
        Self::new(&election.board, keys.into_iter().cloned())
    }

    /// Takes a board apart, with these keys at hand.
    ///
    /// # Panics
    /// As [`Reseal::of`].
    #[must_use]
    pub fn new(board: &MemoryBoard, keys: impl IntoIterator<Item = SigningKey>) -> Self {
        let entry = |file: &Vec<u8>| {
            let record = Record::decode(file).expect("a record");
            let author = record.message().expect("a message").author;
            let (sequence, message) = (record.sequence, record.message_digest());
            let original = Some(Original { sequence, message, file: file_digest(file) });
            let signed = record.unwrap_message();
            Entry { signed, author: Some(author), original, change: None }
        };
        let keys = keys.into_iter().map(|key| (key.verifying_key().to_bytes(), key)).collect();
        Self {
            board: board.clone(),
            keys,
            entries: board.records().iter().map(entry).collect(),
            blobs: BTreeMap::new(),
            propagate_election: true,
        }
    }

    /// Forgets a key: the signatures of its altered records will not verify.
    #[must_use]
    pub fn without_key(mut self, key: &Encoding) -> Self {
        self.keys.remove(key);
        self
    }

    /// How many records there are.
    #[must_use]
    pub fn records(&self) -> usize {
        self.entries.len()
    }

    /// A record's message as it now is.
    ///
    /// # Panics
    /// When it no longer decodes.
    #[must_use]
    pub fn message(&self, sequence: usize) -> Message {
        Message::decode(&self.entries[sequence].signed.message).expect("a message")
    }

    /// Alters a record's message, all but its body's meaning.
    pub fn alter_message(
        &mut self,
        sequence: usize,
        alter: impl FnOnce(&mut Message),
    ) -> &mut Self {
        let mut message = self.message(sequence);
        alter(&mut message);
        self.entries[sequence].signed.message = message.encode();
        self
    }

    /// Alters a record's body.
    ///
    /// # Panics
    /// When it no longer decodes.
    pub fn alter_body(&mut self, sequence: usize, alter: impl FnOnce(&mut Body)) -> &mut Self {
        self.alter_message(sequence, |message| {
            let mut body = message.body().expect("a body");
            alter(&mut body);
            message.kind = body.kind().name().into();
            message.body = body.encode();
        })
    }

    /// Alters a message's bytes, whether or not they decode then.
    pub fn alter_bytes(&mut self, sequence: usize, alter: impl FnOnce(&mut Vec<u8>)) -> &mut Self {
        alter(&mut self.entries[sequence].signed.message);
        self
    }

    /// Alters a record's file once it is wrapped: what nobody signs. The next record names the altered one.
    pub fn alter_file(
        &mut self,
        sequence: usize,
        change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static,
    ) -> &mut Self {
        self.entries[sequence].change = Some(Arc::new(change));
        self
    }

    /// Alters a blob's bytes; the records that name it will name the new ones, with their number of rows.
    ///
    /// # Panics
    /// When there is no such blob.
    pub fn alter_blob(&mut self, root: &Digest, alter: impl FnOnce(&mut Vec<u8>)) -> &mut Self {
        let stored = || self.board.blob(root).expect("a blob of this board");
        let mut bytes = self.blobs.remove(root).unwrap_or_else(stored);
        alter(&mut bytes);
        self.blobs.insert(*root, bytes);
        self
    }

    /// Leaves out all records but the first ones.
    pub fn truncate(&mut self, records: usize) -> &mut Self {
        self.entries.truncate(records);
        self
    }

    /// Has the author post the same once more, under its next counter, knowing the first time.
    pub fn repeat(&mut self, sequence: usize) -> &mut Self {
        let mut message = self.message(sequence);
        let author = message.author;
        let own = self.entries.iter().filter_map(|entry| {
            Message::decode(&entry.signed.message).ok().filter(|message| message.author == author)
        });
        message.counter = own.map(|message| message.counter + 1).max().unwrap_or_default();
        if let Some(original) = self.entries[sequence].original {
            message.head = original.file;
        }
        self.insert(sequence + 1, &message)
    }

    /// Lets a record stand twice, as it is.
    pub fn double(&mut self, sequence: usize) -> &mut Self {
        self.entries.insert(sequence, self.entries[sequence].clone());
        self
    }

    /// Leaves a record out.
    pub fn remove(&mut self, sequence: usize) -> &mut Self {
        self.entries.remove(sequence);
        self
    }

    /// Exchanges two records.
    pub fn swap(&mut self, one: usize, other: usize) -> &mut Self {
        self.entries.swap(one, other);
        self
    }

    /// Puts a message in; it is signed with its author's key.
    pub fn insert(&mut self, sequence: usize, message: &Message) -> &mut Self {
        let signed = SignedMessage {
            message: message.encode(),
            signature: psephos_core::encodings::Fixed([0; 64]),
        };
        let author = Some(message.author);
        let entry = Entry { signed, author, original: None, change: None };
        self.entries.insert(sequence, entry);
        self
    }

    /// Puts the board together: every blob under its root, every record behind the one before it, every
    /// reference following what it refers to, every altered message signed by whoever's key is at hand.
    #[must_use]
    pub fn seal(&self) -> MemoryBoard {
        let board = self.board.clone();
        let mut sealing =
            Sealing { reseal: self, renamed: BTreeMap::new(), ceremony: Ceremony::default() };
        for (old, bytes) in &self.blobs {
            let root = tree::root(bytes);
            board.remove_blob(old);
            board.set_blob(root, bytes.clone());
            sealing.renamed.insert(*old, root);
        }
        let mut files: Vec<Vec<u8>> = Vec::new();
        for (sequence, entry) in self.entries.iter().enumerate() {
            let previous = files.last().map(|file| file_digest(file)).unwrap_or_default();
            let signed = sealing.sign(sequence, entry);
            let mut file = Record::wrap(signed, sequence as u64, previous).encode();
            if let Some(change) = &entry.change {
                change(&mut file);
            }
            if let Some(original) = entry.original {
                sealing.renamed.insert(original.file, file_digest(&file));
            }
            files.push(file);
        }
        board.set_records(files);
        board
    }
}

/// What is known while records are sealed one after the other.
struct Sealing<'a> {
    reseal: &'a Reseal,
    /// Digests of before with those of now.
    renamed: BTreeMap<Digest, Digest>,
    ceremony: Ceremony,
}

/// What the derived values of a key ceremony follow from, before and now.
#[derive(Default)]
struct Ceremony {
    /// The proposal's digest before and now, and its invitation keys.
    proposal: Option<(Digest, Digest, Vec<Encoding>)>,
    before: Option<CeremonyContext>,
    now: Option<CeremonyContext>,
    trustees: Vec<Encoding>,
    deals: BTreeMap<Encoding, (Digest, Digest)>,
}

impl Sealing<'_> {
    fn sign(&mut self, sequence: usize, entry: &Entry) -> SignedMessage {
        let mut message = rename(&entry.signed.message, &self.renamed);
        let mut author = entry.author;
        if let Ok(mut decoded) = Message::decode(&message)
            && decoded.encode() == message
        {
            self.derive(sequence, &mut decoded);
            message = decoded.encode();
            author =
                Some(decoded.author).filter(|key| self.reseal.keys.contains_key(key)).or(author);
            self.learn(entry, &decoded, &message);
        }
        let is_unaltered =
            entry.original.is_some_and(|original| original.message == message_digest(&message));
        match author.and_then(|author| self.reseal.keys.get(&author)) {
            Some(key) if !is_unaltered => sign_bytes(message, key),
            _ => SignedMessage { message, signature: entry.signed.signature },
        }
    }

    /// Makes anew what a body derives from others.
    fn derive(&self, sequence: usize, message: &mut Message) {
        let Ok(mut body) = message.body() else { return };
        match &mut body {
            Body::Enrol(enrol) => self.enrol(enrol, &message.author),
            Body::DealCommitment(commitment) => self.commit(commitment, &message.author),
            // A count that was right before is right again; a wrong one stays as it is.
            Body::Seal(Seal { records, .. }) => {
                let before = self.reseal.entries[sequence].original;
                if before.is_some_and(|original| original.sequence == *records) {
                    *records = sequence as u64;
                }
            }
            _ => {}
        }
        for blob in blobs(&mut body) {
            let altered = self.reseal.blobs.values().find(|bytes| tree::root(bytes) == blob.root);
            if let Some(rows) =
                altered.and_then(|bytes| (bytes.len() as u64).checked_div(blob.row_length))
            {
                blob.rows = rows;
            }
        }
        message.body = body.encode();
    }

    /// An invitation's signature that was right before is right again; a wrong one stays as it is.
    fn enrol(&self, enrol: &mut Enrol, author: &Encoding) {
        let Some((before, now, invitations)) = &self.ceremony.proposal else { return };
        let index = usize::try_from(enrol.trustee).ok();
        let Some(invited) = index.and_then(|index| invitations.get(index)) else { return };
        let right = verify_enrolment(invited, before, enrol.trustee, author, &enrol.invitation);
        if let (Some(key), Ok(())) = (self.reseal.keys.get(invited), right) {
            enrol.invitation = sign_enrolment(key, now, enrol.trustee, author);
        }
    }

    /// A commitment that was right before is right again; a wrong one stays as it is.
    fn commit(&self, commitment: &mut DealCommitment, author: &Encoding) {
        let (Some(before), Some(now)) = (self.ceremony.before, self.ceremony.now) else { return };
        let Some(dealer) = self.ceremony.trustees.iter().position(|key| key == author) else {
            return;
        };
        let dealer = dealer as u64;
        let (Some(old), Some(new)) = (self.deal_before(author), self.deal_now(author)) else {
            return;
        };
        if commitment.commitment == deal_commitment(&before, dealer, &old) {
            commitment.commitment = deal_commitment(&now, dealer, &new);
        }
    }

    fn deal_before(&self, author: &Encoding) -> Option<Deal> {
        let files = self.reseal.board.records();
        files.iter().find_map(|file| deal_of(&Record::decode(file).ok()?.message, author))
    }

    fn deal_now(&self, author: &Encoding) -> Option<Deal> {
        self.reseal.entries.iter().find_map(|entry| deal_of(&entry.signed.message, author))
    }

    /// Notes what later records refer to.
    fn learn(&mut self, entry: &Entry, message: &Message, bytes: &[u8]) {
        let now = message_digest(bytes);
        let before = entry.original.map_or(now, |original| original.message);
        match message.body() {
            Ok(Body::Proposal(proposal)) => {
                self.ceremony.proposal = Some((before, now, proposal.invitations));
                self.rename_election(before, now);
            }
            Ok(Body::Manifest(manifest)) => {
                let context = |election| CeremonyContext { election, attempt: manifest.attempt };
                let trustees = manifest.keys.clone();
                let proposal = self.ceremony.proposal.take();
                self.ceremony = Ceremony {
                    proposal,
                    before: Some(context(before)),
                    now: Some(context(now)),
                    trustees,
                    deals: BTreeMap::new(),
                };
                self.rename_election(before, now);
            }
            Ok(Body::Deal(_)) => {
                self.ceremony.deals.insert(message.author, (before, now));
                let all =
                    self.ceremony.trustees.iter().map(|key| self.ceremony.deals.get(key).copied());
                if let Some(all) = all.collect::<Option<Vec<_>>>() {
                    let (before, now): (Vec<Digest>, Vec<Digest>) = all.into_iter().unzip();
                    self.renamed.insert(deals_digest(&before), deals_digest(&now));
                }
            }
            _ => {}
        }
    }

    fn rename_election(&mut self, before: Digest, now: Digest) {
        if self.reseal.propagate_election {
            self.renamed.insert(before, now);
        }
    }
}

fn deal_of(message: &[u8], author: &Encoding) -> Option<Deal> {
    let message = Message::decode(message).ok().filter(|message| message.author == *author)?;
    match message.body() {
        Ok(Body::Deal(deal)) => Some(deal),
        _ => None,
    }
}

/// Replaces every renamed digest, wherever it stands.
fn rename(bytes: &[u8], renamed: &BTreeMap<Digest, Digest>) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let mut at = 0;
    while let Some(window) = bytes.get_mut(at..at + 32) {
        let found = <&Digest>::try_from(&*window).ok().and_then(|window| renamed.get(window));
        at += match found {
            Some(digest) => {
                window.copy_from_slice(digest);
                32
            }
            None => 1,
        };
    }
    bytes
}

/// Every blob that a body names.
pub(crate) fn blobs(body: &mut Body) -> Vec<&mut Blob> {
    match body {
        Body::Proposal(proposal) => proposal.description.roll.iter_mut().collect(),
        Body::Manifest(manifest) => manifest.description.roll.iter_mut().collect(),
        Body::Ballots(ballots) => vec![&mut ballots.ballots],
        Body::Challenged(body) => vec![&mut body.challenged],
        Body::Close(close) => {
            let lists = close.batches.iter_mut().map(|batch| &mut batch.list);
            lists.chain([&mut close.rejected]).collect()
        }
        Body::Mix(mix) => mix.mixes.iter_mut().map(|mix| &mut mix.output).collect(),
        Body::Share(share) => share.lists.iter_mut().map(|list| &mut list.shares).collect(),
        Body::Result(result) => {
            result.batches.iter_mut().map(|batch| &mut batch.plaintexts).collect()
        }
        _ => Vec::new(),
    }
}

/// Sequences and digests of the files before, as whoever can write the folder would put them right. A file
/// that is no record stays as it is.
#[must_use]
pub fn relink(files: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut previous = [0; 32];
    let relinked = files.into_iter().enumerate().map(|(sequence, file)| {
        let file = match Record::decode(&file) {
            Ok(record) => Record { sequence: sequence as u64, previous, ..record }.encode(),
            Err(_) => file,
        };
        previous = file_digest(&file);
        file
    });
    relinked.collect()
}
