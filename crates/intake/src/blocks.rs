//! Blocks: signed records, and which files of the journal they put on the board.

use std::collections::{BTreeMap, BTreeSet};

use ed25519_dalek::SigningKey;
use psephos_audit::View;
use psephos_core::Encoding;
use psephos_proofs::ballot::{BallotLayout, CHALLENGE_LENGTH, box_of, tracker};
use psephos_record::board::{Placed, WritableBoard};
use psephos_record::bodies::{Ballots, Body, Challenged};
use psephos_record::cbor;
use psephos_record::message::{Message, SignedMessage, VERSION};
use psephos_record::signature::sign;
use psephos_remote::Files;
use serde::{Deserialize, Serialize};

use crate::journal::Group;
use crate::known::name_of;
use crate::{IntakeError, now};

/// Where the files lie, numbered from 0: so of all servers one makes the next.
const FOLDER: &str = "intake/blocks";

/// The longest file in bytes.
const LIMIT: usize = 128 << 20;

/// What one posting puts on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Block {
    /// The files of the journal that it holds all of.
    pub covers: BTreeSet<String>,
    /// The records, with consecutive counters.
    pub messages: Vec<SignedMessage>,
}

/// All blocks of a store, by number.
#[derive(Default)]
pub(crate) struct Blocks {
    read: BTreeMap<u64, Block>,
    /// The counter above all that they have used.
    next_counter: u64,
}

impl Blocks {
    /// Reads the blocks that were made since the last call.
    pub fn catch_up(&mut self, files: &dyn Files) -> Result<(), IntakeError> {
        for name in files.list(FOLDER)? {
            let damaged = |reason: String| IntakeError::Damaged { name: name.clone(), reason };
            let number = name.rsplit('/').next().and_then(|number| number.parse().ok());
            let number: u64 = number.ok_or_else(|| damaged("its name is no number".to_owned()))?;
            if self.read.contains_key(&number) {
                continue;
            }
            let bytes = files.read(&name)?.unwrap_or_default();
            let not_one = |error: cbor::DecodeError| damaged(error.to_string());
            let block: Block = cbor::decode(&bytes, LIMIT).map_err(not_one)?;
            for signed in &block.messages {
                let Message { counter, .. } = Message::decode(&signed.message).map_err(not_one)?;
                self.next_counter = self.next_counter.max(counter.saturating_add(1));
            }
            self.read.insert(number, block);
        }
        Ok(())
    }

    /// The blocks, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Block> {
        self.read.values()
    }

    /// The number of the next block.
    pub fn next(&self) -> u64 {
        self.read.last_key_value().map_or(0, |(number, _)| number.saturating_add(1))
    }

    /// The counter above all that blocks have used.
    pub fn next_counter(&self) -> u64 {
        self.next_counter
    }

    /// Whether a file of the journal is in one.
    pub fn cover(&self, name: &str) -> bool {
        self.read.values().any(|block| block.covers.contains(name))
    }

    /// Makes the next block durable. Nobody has seen its messages before: if another server was faster, they are
    /// thrown away, and their counters are the other one's.
    pub fn create(files: &dyn Files, first: u64, block: &Block) -> Result<Placed, IntakeError> {
        Ok(files.create(&format!("{FOLDER}/{first:020}"), &cbor::encode(block))?)
    }
}

/// The bodies that put groups on the board, their lists being there already: a record for each box, and one for
/// challenges. Ballots stand in the order of their trackers, which tells nobody when they came.
pub(crate) fn bodies(
    board: &dyn WritableBoard,
    layouts: &[BallotLayout],
    groups: &[Group],
    is_posted: &dyn Fn(u128) -> bool,
) -> Result<Vec<Body>, IntakeError> {
    let mut boxes: BTreeMap<u64, BTreeMap<[u8; 32], &[u8]>> = BTreeMap::new();
    let mut challenges: BTreeSet<&[u8]> = BTreeSet::new();
    for group in groups {
        for ballot in &group.ballots {
            let tracker = tracker(ballot);
            if let Some(box_index) = box_of(ballot)
                && !is_posted(name_of(&tracker))
            {
                boxes.entry(box_index).or_default().insert(tracker, ballot);
            }
        }
        challenges.extend(group.challenges.iter().map(|row| row.as_slice()));
    }
    let mut bodies = Vec::new();
    for (box_index, ballots) in boxes {
        let index = usize::try_from(box_index).ok();
        let Some(layout) = index.and_then(|index| layouts.get(index)) else { continue };
        let length = layout.row_length() as u64;
        let ballots = board.put_blob(length, &mut |out| {
            ballots.values().try_for_each(|ballot| out.write_all(ballot))
        })?;
        bodies.push(Body::Ballots(Ballots { box_index, ballots }));
    }
    if !challenges.is_empty() {
        let challenged = board.put_blob(CHALLENGE_LENGTH as u64, &mut |out| {
            challenges.iter().try_for_each(|row| out.write_all(row))
        })?;
        bodies.push(Body::Challenged(Challenged { challenged }));
    }
    Ok(bodies)
}

/// Signs bodies with consecutive counters.
pub(crate) fn sign_all(
    bodies: &[Body],
    view: &View,
    first: u64,
    key: &SigningKey,
) -> Vec<SignedMessage> {
    let author: Encoding = key.verifying_key().to_bytes();
    let counted = bodies.iter().enumerate();
    let message = |(index, body): (usize, &Body)| Message {
        body: body.encode(),
        head: view.head,
        kind: body.kind().name().to_owned(),
        time: now(),
        author,
        counter: first.saturating_add(index as u64),
        version: VERSION,
        election: view.election_for(body.kind()),
    };
    counted.map(|numbered| sign(message(numbered), key)).collect()
}
