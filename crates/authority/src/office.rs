//! The authority at work: its home, its key, its board.

use std::thread;
use std::time::Duration;

use ed25519_dalek::SigningKey;
use psephos_audit::{Phase, View};
use psephos_console::arguments::{Place, Waiting};
use psephos_console::{Failure, Locator, Mode, leash, say};
use psephos_participant::{
    Audited, Home, Offered, Passphrase, Station, open_board, open_vault, refusal_failure,
    signing_key,
};
use psephos_protocol::{AuthorityAction, Awaited, Next};
use psephos_record::board::WritableBoard;
use psephos_record::bodies::Body;
use psephos_record::kind::Kind;
use psephos_record::message::Message;
use psephos_secrets::Vault;

use crate::cli::{self, Acting};

/// The role's name, and its default home's.
pub const ROLE: &str = "authority";
/// The name of the intake's key in the home, and of its outbox.
pub const INTAKE: &str = "intake";

/// The authority, ready to act.
pub struct Office {
    pub station: Station,
    pub mode: Mode,
    quiet: bool,
}

impl Office {
    /// Opens the home, its key file and the board it belongs to; `place` says where that lies now.
    pub fn enter(acting: &Acting, place: &Place) -> Result<Office, Failure> {
        let (home, board, _, key) = open(acting, place.board.as_ref())?;
        let station = Station::new(home, board, key)?.slowed(place.slow_board);
        Ok(Office::new(station, acting))
    }

    /// As [`Office::enter`], with the vault of its keys.
    pub fn enter_with_vault(
        acting: &Acting,
        board: Option<&Locator>,
    ) -> Result<(Office, Vault), Failure> {
        let (home, board, vault, key) = open(acting, board)?;
        Ok((Office::new(Station::new(home, board, key)?, acting), vault))
    }

    /// As [`Office::enter`], to act with the key that takes in ballots.
    pub fn enter_intake(acting: &Acting, place: &Place) -> Result<Office, Failure> {
        let (home, board, vault, _) = open(acting, place.board.as_ref())?;
        let key = signing_key(&vault, INTAKE)?;
        let station = Station::with_outbox(home, board, key, INTAKE)?.slowed(place.slow_board);
        Ok(Office::new(station, acting))
    }

    /// An office whose home has just been made.
    pub fn new(station: Station, acting: &Acting) -> Office {
        Office { station, mode: Mode::detect(acting.quiet), quiet: acting.quiet }
    }

    /// Says what was done, unless asked to be quiet.
    pub fn tell(&self, text: impl AsRef<str>) {
        if !self.quiet {
            say(text);
        }
    }

    /// Says who is awaited now, and for what.
    pub fn tell_next(&self, view: &View) {
        let awaited = psephos_protocol::awaited(view);
        if !awaited.is_empty() {
            self.tell(format!("Next: {}.", list(&awaited)));
        }
    }

    /// Audits the board and offers what was signed but is not on it, until nothing of that kind is left.
    pub fn settle(&mut self) -> Result<Audited, Failure> {
        loop {
            let audited = self.station.audit_shown(self.mode)?;
            let view = &audited.view;
            let offered = match self.station.pending(view) {
                Some(stored) if due(&stored.message, view) => {
                    Some(self.station.offer(view, &stored.signed)?)
                }
                _ => None,
            };
            if offered.is_none() {
                return Ok(audited);
            }
        }
    }

    /// Signs a record and offers it. Overtaken by somebody else's, it stays in the outbox, and the next
    /// [`Office::settle`] offers it again if it is still due.
    pub fn post(&mut self, view: &View, body: &Body) -> Result<Audited, Failure> {
        let signed = self.station.sign(view, body)?;
        match self.station.offer(view, &signed)? {
            Offered::Stands | Offered::Overtaken => self.settle(),
        }
    }

    /// What the protocol says the authority does next.
    pub fn next(&self, audited: &Audited) -> Result<Next<AuthorityAction>, Failure> {
        let Audited { view, report, remedies } = audited;
        match psephos_protocol::authority(view, report, remedies) {
            Next::Refuse(refusal) => Err(refusal_failure(&refusal, self.station.board())),
            next => Ok(next),
        }
    }
}

/// Opens everything that an office needs.
fn open(
    acting: &Acting,
    board: Option<&Locator>,
) -> Result<(Home, Box<dyn WritableBoard>, Vault, SigningKey), Failure> {
    if acting.leash {
        leash();
    }
    let home = Home::open(&place(&acting.home)?)?;
    let file = home.read()?;
    if file.role != ROLE {
        let failure = Failure::usage(format!("this is the home of a {}", file.role));
        return Err(failure.at(home.folder().display().to_string()));
    }
    let board = open_board(&home, &file, board)?;
    let passphrase = Passphrase::obtain(acting.key_file.passphrase_file.as_deref())?;
    let (vault, key) = open_vault(&home, &passphrase)?;
    Ok((home, board, vault, key))
}

/// The authority's home folder.
pub fn place(home: &cli::Home) -> Result<std::path::PathBuf, Failure> {
    Home::place(home.home.as_deref(), ROLE)
}

/// Whether a record signed earlier may still be added. Others may have written since: a seal names the head.
fn due(message: &Message, view: &View) -> bool {
    let Ok(body) = message.body() else { return false };
    match body {
        Body::Proposal(_) => {
            view.phase <= Phase::Enrolment && message.election == view.election_for(Kind::Proposal)
        }
        Body::Manifest(_) => matches!(view.phase, Phase::Enrolment | Phase::Failed),
        Body::Open(_) => view.phase == Phase::Ready,
        Body::RollAmend(_) => (Phase::Acceptance..=Phase::Voting).contains(&view.phase),
        Body::Ballots(_) | Body::Challenged(_) | Body::Waiver(_) => view.phase == Phase::Voting,
        // It names every ballot of the board that it was made for: none may have come since.
        Body::Close(_) => view.phase == Phase::Voting && message.head == view.head,
        Body::Result(_) => view.phase == Phase::Tallying,
        Body::Seal(seal) => view.phase == Phase::Published && seal.head == view.head,
        _ => false,
    }
}

/// Waits until the board grows, telling once whom for.
pub struct Wait {
    every: Duration,
    told: Vec<Awaited>,
}

impl Wait {
    pub fn new(waiting: &Waiting) -> Wait {
        Wait { every: Duration::from_secs_f64(waiting.every), told: Vec::new() }
    }

    /// Returns when there is something new on the board.
    pub fn on(&mut self, office: &Office, awaited: &[Awaited]) -> Result<(), Failure> {
        if self.told != awaited {
            office.tell(format!("waiting for {}", list(awaited)));
            self.told = awaited.to_vec();
        }
        while !office.station.has_news()? {
            thread::sleep(self.every);
        }
        Ok(())
    }
}

/// "trustee 1 to enrol, trustee 3 to enrol"
pub fn list(awaited: &[Awaited]) -> String {
    let words: Vec<String> = awaited.iter().map(Awaited::to_string).collect();
    if words.is_empty() { "nobody".to_owned() } else { words.join(", ") }
}
