//! What one client may take, so that the others have something left.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;
use crate::shares::{Client, Share, Shares, Spent};

/// Limits of a server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// Connections of one address at a time; 0 does not count addresses, for a server behind a proxy.
    pub connections_per_address: usize,
    /// Requests of each kind that are worked on at a time, without those that wait for a body or for events.
    pub requests: usize,
    /// Bytes that are held in memory at a time.
    pub rooms: Rooms,
    /// Bytes of lists that one author may have under way.
    pub upload_bytes: u64,
    /// Records that one author may send in a row.
    pub author_records: u32,
    /// How long it takes until such an author may send one more.
    pub author_rest: Duration,
    /// How long a client may take for the head of a request.
    pub head: Duration,
    /// How long a client may send nothing of a body, or take nothing of an answer.
    pub stall: Duration,
    /// How long an upload that nobody goes on with is kept.
    pub upload_age: Duration,
    /// How often the board is looked at for records that others have appended.
    pub look: Duration,
    /// How often the storage is tried out.
    pub probe: Duration,
}

/// Bytes of each kind that are held in memory at a time, so that none of them takes the room of another.
#[derive(Clone, Copy, Debug)]
pub struct Rooms {
    /// Ballots and challenges.
    pub ballots: u64,
    /// Records, messages and notes of up to a mebibyte.
    pub messages: u64,
    /// Parts of lists.
    pub parts: u64,
    /// Whatever is longer.
    pub long: u64,
    /// Answers.
    pub answers: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 10_000,
            connections_per_address: 256,
            requests: 512,
            rooms: Rooms {
                ballots: 64 << 20,
                messages: 64 << 20,
                parts: 128 << 20,
                long: 256 << 20,
                answers: 256 << 20,
            },
            upload_bytes: 1 << 36,
            author_records: 100,
            author_rest: Duration::from_secs(5),
            head: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            upload_age: Duration::from_secs(2 * 24 * 60 * 60),
            look: Duration::from_millis(500),
            probe: Duration::from_secs(5),
        }
    }
}

/// What bytes are held for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A ballot or a challenge.
    Ballot,
    /// A record, a message, a note, or the outline of a list.
    Message,
    /// A part of a list.
    Part,
    /// An answer.
    Answer,
}

/// A message that is longer has a room of its own, and so has every other body that is longer than a part.
const SHORT: u64 = 1 << 20;
/// No part of a list is longer.
const PART: u64 = crate::uploads::PART_LENGTH;

/// Bodies and answers that are held in memory.
pub struct Memory {
    ballots: Arc<Shares>,
    messages: Arc<Shares>,
    parts: Arc<Shares>,
    long: Arc<Shares>,
    answers: Arc<Shares>,
}

/// Memory that is taken until this is dropped.
pub type Held = Share;

impl Memory {
    /// These rooms, all empty. One client has a quarter of each, and half of the one for what is long: what is
    /// longest fits in there.
    pub fn new(rooms: Rooms) -> Memory {
        Memory {
            ballots: Shares::new(rooms.ballots, rooms.ballots / 4),
            messages: Shares::new(rooms.messages, rooms.messages / 4),
            parts: Shares::new(rooms.parts, rooms.parts / 4),
            long: Shares::new(rooms.long, rooms.long / 2),
            answers: Shares::new(rooms.answers, rooms.answers / 4),
        }
    }

    /// Takes room for the first bytes of something that will have `length` bytes.
    pub fn hold(
        &self,
        client: Client,
        purpose: Purpose,
        length: u64,
        first: u64,
    ) -> Result<Held, Problem> {
        let room = match purpose {
            Purpose::Ballot => &self.ballots,
            Purpose::Message if length <= SHORT => &self.messages,
            Purpose::Part if length <= PART => &self.parts,
            Purpose::Answer if length <= PART => &self.answers,
            _ => &self.long,
        };
        room.take(client, first).map_err(Problem::from)
    }
}

impl From<Spent> for Problem {
    fn from(spent: Spent) -> Problem {
        match spent {
            Spent::All => Problem::busy("the server holds as many bytes as it may", 1),
            Spent::Own => {
                Problem::busy("the server holds as many bytes of your address as it may", 1)
            }
        }
    }
}

/// Requests that are worked on at a time: reading, ballots and everything else do not take each other's places.
pub struct Turns {
    reading: Arc<Semaphore>,
    ballots: Arc<Semaphore>,
    writing: Arc<Semaphore>,
}

/// A request that is worked on until this is dropped.
pub type Turn = OwnedSemaphorePermit;

impl Turns {
    /// So many of each kind.
    pub fn new(requests: usize) -> Turns {
        let some = || Arc::new(Semaphore::new(requests));
        Turns { reading: some(), ballots: some(), writing: some() }
    }

    /// One of what is sent, once it is there.
    pub fn take(&self, purpose: Purpose) -> Result<Turn, Problem> {
        let turns = match purpose {
            Purpose::Answer => &self.reading,
            Purpose::Ballot => &self.ballots,
            Purpose::Message | Purpose::Part => &self.writing,
        };
        let turn = Arc::clone(turns).try_acquire_owned();
        turn.map_err(|_| Problem::busy("the server works on as many requests as it may", 1))
    }
}
