//! What one client may take, so that the others have something left.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

/// Limits of a server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// Connections of one address at a time; 0 does not count them, for a server behind a proxy.
    pub connections_per_address: usize,
    /// Requests that are worked on at a time, without those that wait for events.
    pub requests: usize,
    /// Bytes of bodies that are held in memory at a time.
    pub memory: usize,
    /// Bytes of lists that one author may have under way.
    pub upload_bytes: u64,
    /// How long a client may take for the head of a request.
    pub head: Duration,
    /// How long a client may send nothing of a body, or take nothing of an answer.
    pub stall: Duration,
    /// How long an upload that nobody goes on with is kept.
    pub upload_age: Duration,
    /// How often the board is looked at for records that others have appended.
    pub look: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 10_000,
            connections_per_address: 256,
            requests: 512,
            memory: 1 << 29,
            upload_bytes: 1 << 36,
            head: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            upload_age: Duration::from_secs(2 * 24 * 60 * 60),
            look: Duration::from_millis(500),
        }
    }
}

/// Slowest pace at which a body may come, in bytes a second, once the stall's time has passed.
pub const PACE: u64 = 16 << 10;

/// Bodies that are held in memory, counted in pieces.
#[derive(Clone, Debug)]
pub struct Memory {
    pieces: Arc<Semaphore>,
}

/// What one piece of memory stands for.
const PIECE: usize = 1 << 12;

/// Memory that is taken until this is dropped.
pub type Held = OwnedSemaphorePermit;

impl Memory {
    /// Room for this many bytes.
    pub fn new(bytes: usize) -> Memory {
        Memory { pieces: Arc::new(Semaphore::new(bytes / PIECE)) }
    }

    /// Takes room for a body, if there is any.
    pub fn hold(&self, bytes: u64) -> Result<Held, Problem> {
        let pieces = u32::try_from(bytes / PIECE as u64 + 1).unwrap_or(u32::MAX);
        let held = Arc::clone(&self.pieces).try_acquire_many_owned(pieces);
        held.map_err(|_| Problem::busy("the server holds as many bytes as it may", 1))
    }
}
