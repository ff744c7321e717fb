//! The server's intake, and what has to happen before the election is closed.

use std::sync::Arc;

use psephos_intake::{Answer, Closer, Intake, Offer, Refusal};
use psephos_remote::Files;
use tokio::sync::oneshot;

use crate::keeper::{self, Gate};

/// Ballots are taken in here.
#[derive(Clone)]
pub struct Polls {
    intake: Arc<Intake>,
}

impl Polls {
    /// Over an intake that works on the server's board.
    pub fn new(intake: Arc<Intake>) -> Polls {
        Polls { intake }
    }

    /// Hands in a ballot or a challenge, and waits until it is durable.
    pub async fn hand_in(&self, offer: Offer) -> Answer {
        let (sender, receiver) = oneshot::channel();
        // Somebody who has gone meanwhile hands in again, and gets the same answer.
        self.intake.offer(offer, move |answer| drop(sender.send(answer)))?;
        receiver.await.unwrap_or(Err(Refusal::Storage))
    }

    /// What it has done so far, and what waits.
    pub fn load(&self) -> psephos_intake::Load {
        self.intake.load()
    }
}

impl Gate for Polls {
    /// Everything that has a receipt goes to the board, and no more receipts are given. Then the record comes too
    /// late, unless nothing was posted; its author reads the board and makes another.
    fn before_close(&self) -> Result<(), keeper::Refusal> {
        self.intake.close_off().map_err(|error| {
            tracing::error!(%error, "the election cannot be closed: ballots wait to be posted");
            later("ballots with receipts have to be posted first, and cannot be")
        })
    }
}

/// Ballots may be taken in by other servers of the store.
pub struct Others {
    closer: Closer,
}

impl Others {
    /// Whose files are these.
    pub fn new(files: Arc<dyn Files>) -> Others {
        Others { closer: Closer::new(files) }
    }
}

impl Gate for Others {
    /// Waits until another server has posted what has a receipt.
    fn before_close(&self) -> Result<(), keeper::Refusal> {
        match self.closer.close_off() {
            Ok(false) => Ok(()),
            Ok(true) => Err(later(
                "another server, which has the intake's key, has yet to post ballots with receipts",
            )),
            Err(error) => {
                tracing::error!(%error, "whether ballots wait to be posted cannot be found out");
                Err(later("whether ballots with receipts wait cannot be found out"))
            }
        }
    }
}

fn later(reason: &str) -> keeper::Refusal {
    keeper::Refusal::Later { reason: reason.to_owned() }
}
