//! An election in the making: a board in memory and everybody's secrets.

use std::collections::BTreeMap;
use std::sync::Arc;

use chacha20::ChaCha20Rng;
use ed25519_dalek::SigningKey;
use psephos_audit::{Audit, Options, View, audit, view};
use psephos_core::hash::plain;
use psephos_core::rows::read_all;
use psephos_core::{Digest, Encoding};
use psephos_proofs::ElectionContext;
use psephos_proofs::key_ceremony::Deal;
use psephos_record::board::{BlobRows, MemoryBoard, WritableBoard};
use psephos_record::bodies::{Blob, Body, Seal};
use psephos_record::message::{Message, Record, VERSION, file_digest, message_digest};
use psephos_record::signature::sign;
use psephos_secrets::{KeyShare, ShareEncryptionKey};
use rand_core::{Rng, SeedableRng};

use crate::Plan;
use crate::roll::{self, Voter};

/// When the first record says that it was made; each further one says a minute later.
const START: u64 = 1_800_000_000;

/// Who signs a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// The authority.
    Authority,
    /// Whoever takes in ballots, for whom the authority answers.
    Intake,
    /// A trustee, from 0.
    Trustee(u64),
    /// Somebody the election does not know.
    Stranger,
}

/// An election in the making. Clones share nothing that changes, and continue with the same randomness.
pub struct Election {
    /// What it is to look like.
    pub plan: Plan,
    /// The board so far.
    pub board: MemoryBoard,
    /// The source of all further randomness.
    pub rng: ChaCha20Rng,
    /// The voters on the roll, if there is one: the box of each and the credential's secret.
    pub voters: Vec<Voter>,
    authority: SigningKey,
    intake: SigningKey,
    stranger: SigningKey,
    pub(crate) invitations: Vec<SigningKey>,
    trustees: Vec<SigningKey>,
    counters: BTreeMap<Encoding, u64>,
    time: u64,
    /// Share-encryption keys of this attempt, by trustee.
    pub share_encryption: BTreeMap<u64, Arc<ShareEncryptionKey>>,
    /// Deals of this attempt, by dealer.
    pub deals: BTreeMap<u64, Deal>,
    /// Shares of the election key, by trustee.
    pub key_shares: BTreeMap<u64, Arc<KeyShare>>,
}

/// A source that continues where another one stands.
pub(crate) fn continued(rng: &ChaCha20Rng) -> ChaCha20Rng {
    let mut copy = ChaCha20Rng::from_seed(rng.get_seed());
    copy.set_word_pos(rng.get_word_pos());
    copy
}

impl Clone for Election {
    fn clone(&self) -> Self {
        Self {
            plan: self.plan.clone(),
            board: self.board.clone(),
            rng: continued(&self.rng),
            voters: self.voters.clone(),
            authority: self.authority.clone(),
            intake: self.intake.clone(),
            stranger: self.stranger.clone(),
            invitations: self.invitations.clone(),
            trustees: self.trustees.clone(),
            counters: self.counters.clone(),
            time: self.time,
            share_encryption: self.share_encryption.clone(),
            deals: self.deals.clone(),
            key_shares: self.key_shares.clone(),
        }
    }
}

impl Election {
    /// An empty board and keys for everybody.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(plan.seed);
        let mut key = || {
            let mut seed = [0; 32];
            rng.fill_bytes(&mut seed);
            SigningKey::from_bytes(&seed)
        };
        let (authority, stranger) = (key(), key());
        let invitations = (0..plan.trustees).map(|_| key()).collect();
        let trustees = (0..plan.trustees).map(|_| key()).collect();
        let intake = SigningKey::from_bytes(&plain(&authority.to_bytes()));
        Self {
            voters: roll::voters(&plan),
            plan,
            board: MemoryBoard::new(),
            rng,
            authority,
            intake,
            stranger,
            invitations,
            trustees,
            counters: BTreeMap::new(),
            time: START,
            share_encryption: BTreeMap::new(),
            deals: BTreeMap::new(),
            key_shares: BTreeMap::new(),
        }
    }

    /// A whole honest election.
    #[must_use]
    pub fn complete(plan: Plan) -> Self {
        let mut election = Self::published(plan);
        election.seal();
        election
    }

    /// An honest election up to the result.
    #[must_use]
    pub fn published(plan: Plan) -> Self {
        let mut election = Self::shared(plan);
        election.publish();
        election
    }

    /// An honest election up to the shares of everybody.
    #[must_use]
    pub fn shared(plan: Plan) -> Self {
        let mut election = Self::mixed(plan);
        election.share_all();
        election
    }

    /// An honest election up to the mixes of everybody.
    #[must_use]
    pub fn mixed(plan: Plan) -> Self {
        let mut election = Self::closed(plan);
        election.mix_all();
        election
    }

    /// An honest election that has been closed.
    #[must_use]
    pub fn closed(plan: Plan) -> Self {
        let mut election = Self::voted(plan);
        election.close();
        election
    }

    /// An honest election that is open, with the plan's ballots taken in.
    #[must_use]
    pub fn voted(plan: Plan) -> Self {
        let mut election = Self::opened(plan);
        election.take_in_plan();
        election
    }

    /// An honest election that is open.
    #[must_use]
    pub fn opened(plan: Plan) -> Self {
        let mut election = Self::enrolled(plan);
        election.issue_manifest();
        election.hold_ceremony();
        election.open();
        election
    }

    /// An honest election whose trustees have enrolled.
    #[must_use]
    pub fn enrolled(plan: Plan) -> Self {
        let mut election = Self::new(plan);
        election.propose();
        for trustee in election.everybody() {
            election.enrol(trustee);
        }
        election
    }

    /// Everything from the next manifest to the seal, honestly.
    pub fn conclude(&mut self) {
        self.issue_manifest();
        self.run();
    }

    /// As [`Election::conclude`], without a trustee that was invited: those behind it move up.
    pub fn go_on_without(&mut self, trustee: u64) {
        let mut body = self.manifest_body();
        body.excluded = vec![trustee];
        body.description = body.description.without(&body.excluded);
        self.post(Author::Authority, Body::Manifest(body));
        self.trustees.remove(trustee as usize);
        self.plan.trustees -= 1;
        self.run();
    }

    /// Everything from the acceptances to the seal, honestly.
    pub fn run(&mut self) {
        self.hold_ceremony();
        self.run_from_open();
    }

    /// Everything from the opening to the seal, honestly.
    pub fn run_from_open(&mut self) {
        self.open();
        self.take_in_plan();
        self.close();
        self.finish();
    }

    /// Everything from the mixes to the seal, honestly.
    pub fn finish(&mut self) {
        self.mix_all();
        self.share_all();
        self.publish();
        self.seal();
    }

    /// Every trustee.
    pub fn everybody(&self) -> std::ops::Range<u64> {
        0..self.plan.trustees
    }

    /// The signing key of an author.
    #[must_use]
    pub fn key(&self, author: Author) -> &SigningKey {
        match author {
            Author::Authority => &self.authority,
            Author::Intake => &self.intake,
            Author::Trustee(index) => &self.trustees[index as usize],
            Author::Stranger => &self.stranger,
        }
    }

    /// The public half of an author's signing key.
    #[must_use]
    pub fn public_key(&self, author: Author) -> Encoding {
        self.key(author).verifying_key().to_bytes()
    }

    /// What the board says, taking every proof for granted.
    #[must_use]
    pub fn view(&self) -> View {
        view(&self.board).expect("a board in memory can be read")
    }

    /// Audits the board without pins.
    #[must_use]
    pub fn audit(&self) -> Audit {
        self.audit_with(&Options::default())
    }

    /// Audits the board.
    #[must_use]
    pub fn audit_with(&self, options: &Options) -> Audit {
        audit(&self.board, options, &|_| {}).expect("a board in memory can be read")
    }

    /// The election's id and key.
    #[must_use]
    pub fn context(&self) -> ElectionContext {
        let view = self.view();
        let public_key = view.ceremony.keys.as_ref().expect("the ceremony is complete").public_key;
        ElectionContext { election: view.election(), public_key }
    }

    /// The next message of an author, as an honest one would write it, not yet signed.
    pub fn message(&mut self, author: Author, body: &Body) -> Message {
        let view = self.view();
        let key = self.public_key(author);
        let counter = self.counters.entry(key).or_default();
        let message = Message {
            body: body.encode(),
            head: view.head,
            kind: body.kind().name().into(),
            time: self.time,
            author: key,
            counter: *counter,
            version: VERSION,
            election: view.election_for(body.kind()),
        };
        *counter += 1;
        self.time += 60;
        message
    }

    /// Signs and appends a record, whatever it says, and returns its place.
    pub fn post(&mut self, author: Author, body: Body) -> u64 {
        let message = self.message(author, &body);
        self.append(author, message)
    }

    /// Signs a message and appends it, whatever it says, where an honest appender might refuse.
    pub fn append(&mut self, author: Author, message: Message) -> u64 {
        let signed = sign(message, self.key(author));
        let mut files = self.board.records();
        let sequence = files.len() as u64;
        let previous = files.last().map_or([0; 32], |file| file_digest(file));
        files.push(Record::wrap(signed, sequence, previous).encode());
        self.board.set_records(files);
        sequence
    }

    /// SHA3-256 of a record's message.
    #[must_use]
    pub fn message_digest(&self, sequence: u64) -> Digest {
        let file = &self.board.records()[sequence as usize];
        let record = Record::decode(file).expect("a record of this board");
        message_digest(&record.message)
    }

    /// Stores rows.
    pub fn put(&self, row_length: u64, rows: &[u8]) -> Blob {
        self.board.put_rows(row_length, rows).expect("whole rows")
    }

    /// Reads rows.
    #[must_use]
    pub fn read(&self, blob: &Blob) -> Vec<u8> {
        read_all(&self.rows(blob)).expect("a blob of this board")
    }

    /// A blob's rows.
    #[must_use]
    pub fn rows(&self, blob: &Blob) -> BlobRows<'_> {
        BlobRows::new(&self.board, blob).expect("a blob of this board")
    }

    /// The authority seals.
    pub fn seal(&mut self) -> u64 {
        let view = self.view();
        self.post(Author::Authority, Body::Seal(Seal { head: view.head, records: view.records }))
    }
}
