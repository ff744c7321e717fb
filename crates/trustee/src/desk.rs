//! A trustee at work: its home, its keys, its board.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use psephos_audit::{BatchView, ProposalView, View};
use psephos_console::{Exit, Failure, Locator, Mode, say};
use psephos_core::Digest;
use psephos_participant::{
    Audited, Home, HomeFile, Offered, Passphrase, Station, Stored, board_failure, open_board,
    open_vault, vault_failure,
};
use psephos_protocol::{BatchIndex, Next, Step, TrusteeAction, TrusteeHome};
use psephos_record::board::{ArchiveBoard, FolderBoard, Overlay, WritableBoard};
use psephos_record::bodies::{BatchMix, Body, Proposal};
use psephos_record::kind::Kind;
use psephos_record::message::{Message, SignedMessage};
use psephos_secrets::Vault;

use crate::answer::Answer;
use crate::cli;
use crate::steps::statement_of;

/// The role's name, and its default home's.
pub const ROLE: &str = "trustee";
/// The proposal as it was joined.
pub const PROPOSAL: &str = "proposal.cbor";
/// The lists made for a board that is not here.
pub const MADE: &str = "made";
/// The invitation's secret, until the enrolment stands.
pub const INVITATION: &str = "invitation";

/// The trustee's home folder.
pub fn place(home: &cli::Home) -> Result<PathBuf, Failure> {
    Home::place(home.home.as_deref(), ROLE)
}

/// Where the board lies.
#[derive(Clone, Copy)]
pub enum Lies<'a> {
    /// Where it lay when the home was last used.
    AsBefore,
    /// There; the home remembers that.
    In(&'a Locator),
    /// In a request that was carried here: it is only read.
    InRequest(&'a Path),
}

impl<'a> From<Option<&'a Locator>> for Lies<'a> {
    fn from(given: Option<&'a Locator>) -> Self {
        given.map_or(Lies::AsBefore, Lies::In)
    }
}

/// A trustee, ready to act.
pub struct Desk {
    pub station: Station,
    pub vault: Vault,
    /// Its index in the proposal.
    pub index: u64,
    pub mode: Mode,
    /// What its owner answers to the proposal, not posted yet.
    pub answer: Option<Answer>,
    file: HomeFile,
    proposal: Proposal,
    proposal_digest: Digest,
}

impl Desk {
    /// Opens the home, its key file and the board it belongs to.
    pub fn open(
        home: &cli::Home,
        board: Lies<'_>,
        mode: Mode,
        passphrase: impl FnOnce() -> Result<Passphrase, Failure>,
    ) -> Result<Desk, Failure> {
        let home = Home::open(&place(home)?)?;
        let mut file: HomeFile = home.read()?;
        let place = || home.folder().display().to_string();
        let damaged = |what: &str| {
            Failure::new(Exit::Io, what).at(place()).advice("restore this home from its backup")
        };
        let Some(index) = file.trustee.filter(|_| file.role == ROLE) else {
            return Err(Failure::usage(format!("this is the home of the {}", file.role))
                .at(place())
                .advice("give a trustee's home"));
        };
        let signed = SignedMessage::decode(&home.load(PROPOSAL)?)
            .map_err(|error| damaged(&format!("the stored proposal is damaged: {error}")))?;
        let proposal = match Message::decode(&signed.message).and_then(|message| message.body()) {
            Ok(Body::Proposal(proposal)) => proposal,
            _ => return Err(damaged("the stored proposal is damaged")),
        };
        let proposal_digest = signed.digest();
        // Interrupted between two proposals, its owner has agreed to neither, and is asked about the stored one.
        if file.agreed && hex::encode(proposal_digest) != file.proposal {
            return Err(damaged("the stored proposal is not the one that was agreed to"));
        }
        file.proposal = hex::encode(proposal_digest);
        let board: Box<dyn WritableBoard> = match board {
            Lies::AsBefore => open_board(&home, &file, None)?,
            Lies::In(given) => open_board(&home, &file, Some(given))?,
            Lies::InRequest(request) => Box::new(carried(&home, request)?),
        };
        let (vault, key) = open_vault(&home, &passphrase()?)?;
        let station = Station::new(home, board, key)?;
        Ok(Desk { station, vault, index, mode, answer: None, file, proposal, proposal_digest })
    }

    /// Whether its owner agrees to the proposal.
    pub fn agreed(&self) -> bool {
        self.file.agreed
    }

    /// Remembers whether its owner agrees to the proposal.
    pub fn note_agreement(&mut self, agreed: bool) -> Result<(), Failure> {
        self.file.agreed = agreed;
        self.station.home().write(&self.file)
    }

    /// Goes over to the proposal that has replaced the one joined; its owner has not agreed to it yet.
    pub fn replace_proposal(
        &mut self,
        message: &[u8],
        standing: &ProposalView,
    ) -> Result<(), Failure> {
        self.note_agreement(false)?;
        let read = SignedMessage::decode(message).map(|signed| signed.digest());
        if read.ok() != Some(standing.digest) {
            return Err(changed_meanwhile());
        }
        self.station.home().store(PROPOSAL, message)?;
        self.file.proposal = hex::encode(standing.digest);
        self.station.home().write(&self.file)?;
        self.proposal = standing.proposal.clone();
        self.proposal_digest = standing.digest;
        Ok(())
    }

    /// The same desk at a board that answers slowly: for rehearsals.
    pub fn slowed(self, milliseconds: u64) -> Desk {
        Desk { station: self.station.slowed(milliseconds), ..self }
    }

    /// The proposal that was joined.
    pub fn proposal(&self) -> (&Digest, &Proposal) {
        (&self.proposal_digest, &self.proposal)
    }

    /// Says what was done, unless asked to be quiet.
    pub fn tell(&self, text: impl AsRef<str>) {
        if self.mode != Mode::Silent {
            say(text);
        }
    }

    /// This trustee's index in the manifest, whose trustees move up where others were left out.
    pub fn place(&self, view: &View) -> u64 {
        view.trustee(&self.station.author()).unwrap_or(self.index)
    }

    /// Audits what is new on the board.
    pub fn audit(&mut self) -> Result<Audited, Failure> {
        self.station.audit_shown(self.mode)
    }

    /// What the protocol says this trustee does next.
    pub fn next(&self, audited: &Audited, patience_is_over: bool) -> Next<TrusteeAction> {
        let Audited { view, report, remedies } = audited;
        let home = TrusteeHome { patience_is_over, ..self.holdings(view) };
        psephos_protocol::trustee(view, report, remedies, &home)
    }

    /// What the next step depends on. A record that waits in the outbox counts as not signed yet: it is
    /// that one which is offered.
    fn holdings(&self, view: &View) -> TrusteeHome {
        let pending = self.station.pending(view).map(|stored| stored.message.counter);
        let outbox = self.station.outbox().all();
        let offered = || outbox.iter().filter(|one| Some(one.message.counter) != pending);
        let signed = offered()
            .filter_map(|stored| Some((stored.message.election, step_of(&stored.message)?)))
            .collect();
        let mixed = offered().flat_map(|stored| mixed_lists(&stored.message)).collect();
        let election = view.election();
        let held = |secret: Secret| -> BTreeSet<Digest> {
            let holds = self.vault.contains(&secret.name(&election));
            holds.then_some(election).into_iter().collect()
        };
        TrusteeHome {
            index: self.index,
            key: self.station.author(),
            proposal_digest: self.proposal_digest,
            proposal: self.proposal.clone(),
            agreed: self.file.agreed,
            signed,
            mixed,
            patience_is_over: false,
            deals: held(Secret::Deal),
            share_keys: held(Secret::ShareKey),
            key_shares: held(Secret::KeyShare),
        }
    }

    /// Does a step. Somebody else's record may come first; then the next audit decides again.
    pub fn act(&mut self, audited: &Audited, action: &TrusteeAction) -> Result<Audited, Failure> {
        let signed = self.sign(&audited.view, action)?;
        self.station.offer(&audited.view, &signed)?;
        self.audit()
    }

    /// What a step signs: the record that waits in the outbox if it is this step's, and otherwise a new one,
    /// which is stored there first.
    pub fn sign(&mut self, view: &View, action: &TrusteeAction) -> Result<SignedMessage, Failure> {
        let waiting = self.station.pending(view).filter(|stored| {
            stored.message.election == view.election() && is_of(&stored.message, action)
        });
        match waiting {
            Some(stored) if self.still_fits(view, stored)? => Ok(stored.signed.clone()),
            _ => {
                let body = self.make(view, action)?;
                self.station.sign(view, &body)
            }
        }
    }

    /// Signs a record that no step of the protocol asks for, and offers it until it stands.
    pub fn post(&mut self, mut audited: Audited, body: &Body) -> Result<Audited, Failure> {
        let signed = self.station.sign(&audited.view, body)?;
        while self.station.offer(&audited.view, &signed)? == Offered::Overtaken {
            audited = self.audit()?;
        }
        self.audit()
    }

    /// A mix or share signed before an interruption must be of the lists that are still the last. Of
    /// other lists another mix is made; shares are given once.
    fn still_fits(&self, view: &View, stored: &Stored) -> Result<bool, Failure> {
        let inputs: Vec<(u64, u64, Digest)> = match stored.message.body() {
            Ok(Body::Mix(mix)) => {
                mix.mixes.iter().map(|mix| (mix.box_index, mix.batch_index, mix.input)).collect()
            }
            Ok(Body::Share(share)) => share
                .lists
                .iter()
                .map(|list| (list.box_index, list.batch_index, list.input))
                .collect(),
            _ => return Ok(true),
        };
        let last = |batch: &BatchView| (batch.box_index, batch.batch_index, batch.last.root);
        let is_mix = step_of(&stored.message) == Some(Step::Mix);
        let due: Vec<_> = if is_mix {
            view.due_batches(self.place(view)).map(last).collect()
        } else {
            view.batches.iter().map(last).collect()
        };
        // One that mixes a part of what is due comes first: no list is ever mixed twice.
        if is_mix {
            return Ok(!inputs.is_empty() && inputs.iter().all(|input| due.contains(input)));
        }
        if inputs == due {
            return Ok(true);
        }
        Err(Failure::usage(
            "the record signed before the interruption is of other lists than the board's last",
        )
        .advice("nothing was offered; speak with the authority and the other trustees"))
    }

    /// Erases secrets that no later step needs: a share-encryption key that outlives its ceremony, or a
    /// deal, could only ever help a thief.
    pub fn erase_spent(&self, view: &View) -> Result<(), Failure> {
        let election = view.election();
        // Until the manifest stands the proposal can be replaced, and the trustee enrols again.
        if view.manifest.is_some() && view.trustee(&self.station.author()).is_some() {
            self.erase(INVITATION)?;
        }
        if view.ceremony.keys.is_some() && !view.ceremony.confirmed.contains(&false) {
            self.erase(&Secret::ShareKey.name(&election))?;
            self.erase(&Secret::Deal.name(&election))?;
        }
        for earlier in view.manifest.iter().flat_map(|standing| &standing.earlier) {
            for secret in [Secret::ShareKey, Secret::Deal, Secret::KeyShare] {
                self.erase(&secret.name(&earlier.election))?;
            }
        }
        Ok(())
    }

    fn erase(&self, name: &str) -> Result<(), Failure> {
        if self.vault.contains(name) {
            self.vault.remove(name).map_err(vault_failure)?;
        }
        Ok(())
    }
}

/// The board showed one proposal to the audit and has another now.
pub fn changed_meanwhile() -> Failure {
    Failure::new(Exit::Invalid, "the board's proposal has changed while it was being read")
        .advice("nothing was signed; somebody alters the board: tell the authority and the others")
}

/// The board in a request, with a folder of the home for the lists that are made for it.
fn carried(home: &Home, request: &Path) -> Result<Overlay<'static>, Failure> {
    let archive = ArchiveBoard::open(request).map_err(board_failure)?;
    let beside = FolderBoard::create(home.make_folder(MADE)?).map_err(board_failure)?;
    Ok(Overlay::with_lists(Box::new(archive), beside))
}

/// A secret of one election in the vault.
#[derive(Clone, Copy, Debug)]
pub enum Secret {
    /// The secret of the share-encryption key.
    ShareKey,
    /// The deal committed to.
    Deal,
    /// The key share.
    KeyShare,
}

impl Secret {
    /// Its name in the vault.
    pub fn name(self, election: &Digest) -> String {
        let kind = match self {
            Secret::ShareKey => "share-key",
            Secret::Deal => "deal",
            Secret::KeyShare => "key-share",
        };
        // Half an election's id tells any two of one trustee's elections apart.
        format!("{kind}-{}", hex::encode(election.first_chunk::<16>().unwrap_or(&[0; 16])))
    }
}

/// The lists that a record is a mix of.
fn mixed_lists(message: &Message) -> Vec<(Digest, BatchIndex, Digest)> {
    let Ok(Body::Mix(mix)) = message.body() else { return Vec::new() };
    let list = |mix: &BatchMix| {
        let batch = BatchIndex { box_index: mix.box_index, batch_index: mix.batch_index };
        (message.election, batch, mix.input)
    };
    mix.mixes.iter().map(list).collect()
}

/// Whether a record is what an action signs; a statement of absence is that of the same lists.
fn is_of(message: &Message, action: &TrusteeAction) -> bool {
    match action {
        TrusteeAction::StateAbsence(absence) => message.body() == Ok(statement_of(absence)),
        action => action.step().is_some() && action.step() == step_of(message),
    }
}

/// The step that a record of this trustee's is.
fn step_of(message: &Message) -> Option<Step> {
    match message.kind().ok()? {
        Kind::Enrol => Some(Step::Enrol),
        Kind::Accept => Some(Step::Accept),
        Kind::DealCommitment => Some(Step::CommitDeal),
        Kind::Deal => Some(Step::Deal),
        Kind::Confirm | Kind::Complain => Some(Step::Confirm),
        Kind::Mix => Some(Step::Mix),
        Kind::Share => Some(Step::Share),
        _ => None,
    }
}
