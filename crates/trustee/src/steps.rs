//! Making what a step publishes. Secrets are in the vault before anything that rests on them is signed;
//! a permutation lives for one mix and is never stored.

use psephos_audit::{CloseView, View};
use psephos_console::{Exit, Failure, Progress, plural};
use psephos_core::Digest;
use psephos_core::pairs::pairs;
use psephos_core::rows::read_all;
use psephos_participant::{board_failure, entropy, vault_failure};
use psephos_proofs::decryption::{RootedList, SharedList, Statement};
use psephos_proofs::key_ceremony::{CeremonyContext, Deal};
use psephos_proofs::{BatchContext, ElectionContext};
use psephos_protocol::{Absence, BatchIndex, TrusteeAction};
use psephos_prove::decryption::{PartialDecryptions, prove_decryptions};
use psephos_prove::key_ceremony::{Received, SealedDeal, accept, receive};
use psephos_prove::shuffle::{Turn, mix};
use psephos_record::board::{BlobRows, WritableBoard};
use psephos_record::bodies::{
    Accept, BatchMix, BatchShare, Blob, Body, Complain, Confirm, DealCommitment, Enrol, Exclusion,
    Mix, Share, Unmixed, deals_digest,
};
use psephos_record::cbor;
use psephos_record::invitation::{InvitationSecret, sign_enrolment};
use psephos_record::words::words;
use psephos_secrets::{KeyShare, Permutation, ShareEncryptionKey};
use rayon::prelude::*;

use crate::desk::{Desk, INVITATION, Secret};

/// Longest stored deal in bytes: 32 commitments and 32 shares take less than a tenth.
const DEAL_LIMIT: usize = 1 << 20;

impl Desk {
    /// The body of the record that a step signs.
    pub fn make(&self, view: &View, action: &TrusteeAction) -> Result<Body, Failure> {
        match action {
            TrusteeAction::Enrol => self.enrol(view),
            TrusteeAction::Accept => self.accept(view),
            TrusteeAction::CommitDeal => self.commit_deal(view),
            TrusteeAction::Deal => self.stored_deal(view).map(Body::Deal),
            TrusteeAction::ConfirmOrComplain => self.confirm_or_complain(view),
            TrusteeAction::Mix { batches } => self.mix(view, batches),
            TrusteeAction::StateAbsence(absence) => Ok(self.state_absence(absence)),
            TrusteeAction::Share { lists } => self.share(view, lists),
        }
    }

    fn enrol(&self, view: &View) -> Result<Body, Failure> {
        let seed = self.secret(INVITATION)?;
        let invitation = InvitationSecret::new(seed).signing_key();
        let place = usize::try_from(self.index).ok();
        let invited = view
            .proposal
            .as_ref()
            .zip(place)
            .and_then(|(standing, place)| standing.proposal.invitations.get(place));
        // An enrolment under another key would stand on the board as a fault.
        if invited != Some(&invitation.verifying_key().to_bytes()) {
            return Err(Failure::usage(
                "the invitation in this home is not that of the proposal that stands",
            )
            .advice(
                "somebody else may have been invited in this place; if you are, ask the authority for \
                 the new line, and `psephos-trustee join` with it",
            ));
        }
        let (proposal, key) = (self.proposal().0, self.station.author());
        let invitation = sign_enrolment(&invitation, proposal, self.index, &key);
        Ok(Body::Enrol(Enrol { trustee: self.index, invitation }))
    }

    fn accept(&self, view: &View) -> Result<Body, Failure> {
        let context = ceremony(view)?;
        let (secret, acceptance) =
            accept(&context, self.place(view), &mut entropy()).map_err(prover_failure)?;
        self.keep(Secret::ShareKey, view, &*secret.to_bytes())?;
        self.tell(format!("accepting the manifest {}", hex::encode(context.election)));
        self.tell(format!("  {}", words(&context.election)));
        Ok(Body::Accept(Accept { key: acceptance.key, proof: acceptance.proof }))
    }

    fn commit_deal(&self, view: &View) -> Result<Body, Failure> {
        let context = ceremony(view)?;
        let keys: Vec<_> =
            view.ceremony.accepts.iter().flatten().map(|accept| accept.key).collect();
        let threshold = view.description().map_or(0, |description| description.threshold);
        let sealed = SealedDeal::new(&context, self.place(view), threshold, &keys, &mut entropy())
            .map_err(prover_failure)?;
        self.keep(Secret::Deal, view, &cbor::encode(sealed.deal()))?;
        self.tell("committing to a deal of key shares");
        Ok(Body::DealCommitment(DealCommitment { commitment: sealed.commitment() }))
    }

    fn stored_deal(&self, view: &View) -> Result<Deal, Failure> {
        let name = Secret::Deal.name(&view.election());
        let bytes = self.vault.get(&name).map_err(vault_failure)?;
        cbor::decode(&bytes, DEAL_LIMIT)
            .map_err(|error| damaged(&format!("the stored deal is damaged: {error}")))
    }

    fn confirm_or_complain(&self, view: &View) -> Result<Body, Failure> {
        let context = ceremony(view)?;
        let key = self.secret(&Secret::ShareKey.name(&view.election()))?;
        let key = ShareEncryptionKey::from_bytes(&key)
            .ok_or_else(|| damaged("the stored share-encryption secret is no scalar"))?;
        let posted: Vec<&(Digest, Deal)> = view.ceremony.deals.iter().flatten().collect();
        let deals: Vec<&Deal> = posted.iter().map(|(_, deal)| deal).collect();
        let received = receive(&context, self.place(view), &key, &deals, &mut entropy())
            .map_err(prover_failure)?;
        match received {
            Received::Share(share) => {
                self.keep(Secret::KeyShare, view, &*share.to_bytes())?;
                let digests: Vec<Digest> = posted.iter().map(|(digest, _)| *digest).collect();
                self.tell("every key share received is right: confirming");
                Ok(Body::Confirm(Confirm { deals: deals_digest(&digests) }))
            }
            Received::Complaints(accusations) => {
                let accusation = accusations
                    .first()
                    .ok_or_else(|| Failure::internal("a complaint about nobody"))?;
                let dealer = accusation.dealer;
                self.tell(format!("the key share from trustee {dealer} is wrong: complaining"));
                Ok(Body::Complain(Complain {
                    point: accusation.complaint.point.0,
                    proof: accusation.complaint.proof,
                    dealer,
                }))
            }
        }
    }

    /// Batches are mixed side by side: small ones alone would leave most cores idle.
    fn mix(&self, view: &View, batches: &[BatchIndex]) -> Result<Body, Failure> {
        let (election, close) = (self.election(view)?, closed(view)?);
        let mut lists = Vec::with_capacity(batches.len());
        for index in batches {
            let batch = batch_of(view, *index)?;
            let turn = Turn {
                context: batch_context(election, close, *index),
                position: batch.position,
                prover: self.place(view),
                prover_key: self.station.author(),
                width: batch.width,
            };
            lists.push((turn, batch.last));
        }
        let rows = lists.iter().map(|(_, last)| last.rows).sum();
        let text = match lists.len() {
            1 => format!("mixing {}", plural(rows, "ballot", "ballots")),
            batches => format!("mixing {} in {batches} batches", plural(rows, "row", "rows")),
        };
        let bar = Progress::start(self.mode, text, None);
        let board = self.station.board();
        let mixes: Result<Vec<BatchMix>, Failure> =
            lists.par_iter().map(|(turn, last)| mix_list(board, turn, last)).collect();
        bar.finish("shuffled, re-encrypted and proved");
        Ok(Body::Mix(Mix { mixes: mixes? }))
    }

    fn state_absence(&self, absence: &Absence) -> Body {
        self.tell(format!("stating that trustee {} has not mixed", absence.trustee));
        statement_of(absence)
    }

    fn share(&self, view: &View, lists: &[BatchIndex]) -> Result<Body, Failure> {
        let (election, close) = (self.election(view)?, closed(view)?);
        let share = self.secret(&Secret::KeyShare.name(&view.election()))?;
        let share = KeyShare::from_bytes(&share)
            .ok_or_else(|| damaged("the stored key share is no scalar"))?;
        let share_key = self.share_key(view)?;
        if share.public() != share_key {
            return Err(damaged("the stored key share is not this election's"));
        }
        let board = self.station.board();
        let bar = Progress::start(self.mode, "decrypting in part", None);
        let mut inputs = Vec::with_capacity(lists.len());
        let mut posted = Vec::with_capacity(lists.len());
        let mut decryptions = Vec::with_capacity(lists.len());
        for index in lists {
            let batch = batch_of(view, *index)?;
            let input = BlobRows::new(board, &batch.last).map_err(board_failure)?;
            let rooted = RootedList { root: batch.last.root, rows: &input };
            let made = PartialDecryptions::new(&share, rooted).map_err(prover_failure)?;
            let shares = board.put_rows(batch.width * 32, made.rows()).map_err(board_failure)?;
            decryptions.push(made);
            inputs.push((
                input,
                BlobRows::new(board, &shares).map_err(board_failure)?,
                batch.width,
            ));
            posted.push(BatchShare {
                box_index: index.box_index,
                batch_index: index.batch_index,
                input: batch.last.root,
                shares,
            });
        }
        let shared = pairs(&inputs, &posted).map(|((input, shares, width), list)| SharedList {
            box_index: list.box_index,
            batch_index: list.batch_index,
            width: *width,
            input: RootedList { root: list.input, rows: input },
            shares: RootedList { root: list.shares.root, rows: shares },
        });
        let statement = Statement {
            election,
            close: close.digest,
            trustee: self.place(view),
            trustee_key: self.station.author(),
            share_key,
            lists: shared.collect(),
        };
        let proof = prove_decryptions(&statement, decryptions, &share, &mut entropy())
            .map_err(prover_failure)?;
        bar.finish("multiplied and proved");
        Ok(Body::Share(Share { lists: posted, proof }))
    }

    fn election(&self, view: &View) -> Result<ElectionContext, Failure> {
        let keys = view.ceremony.keys.as_ref().ok_or_else(|| missing("election key"))?;
        Ok(ElectionContext { election: view.election(), public_key: keys.public_key })
    }

    fn share_key(&self, view: &View) -> Result<[u8; 32], Failure> {
        let keys = view.ceremony.keys.as_ref();
        let place = usize::try_from(self.place(view)).ok();
        keys.zip(place)
            .and_then(|(keys, place)| keys.share_keys.get(place).copied())
            .ok_or_else(|| missing("share key"))
    }

    fn keep(&self, secret: Secret, view: &View, bytes: &[u8]) -> Result<(), Failure> {
        self.vault.put(&secret.name(&view.election()), bytes).map_err(vault_failure)
    }

    fn secret(&self, name: &str) -> Result<[u8; 32], Failure> {
        let bytes = self.vault.get(name).map_err(vault_failure)?;
        bytes.as_slice().try_into().map_err(|_| damaged("a stored secret has another length"))
    }
}

/// What a trustee signs about another one that is absent.
pub fn statement_of(absence: &Absence) -> Body {
    let Absence { trustee, batches } = absence;
    let unmixed = |(batch, root): &(BatchIndex, Digest)| Unmixed {
        box_index: batch.box_index,
        root: *root,
        batch_index: batch.batch_index,
    };
    let batches = batches.iter().map(unmixed).collect();
    Body::Exclusion(Exclusion::Absence { batches, trustee: *trustee })
}

fn ceremony(view: &View) -> Result<CeremonyContext, Failure> {
    let standing = view.manifest.as_ref().ok_or_else(|| missing("manifest"))?;
    Ok(CeremonyContext { election: standing.election, attempt: standing.manifest.attempt })
}

fn closed(view: &View) -> Result<&CloseView, Failure> {
    view.close.as_ref().ok_or_else(|| missing("close record"))
}

/// Shuffles one list and stores what becomes of it.
fn mix_list(board: &dyn WritableBoard, turn: &Turn, last: &Blob) -> Result<BatchMix, Failure> {
    let input = BlobRows::new(board, last).map_err(board_failure)?;
    let input =
        read_all(&input).map_err(|error| Failure::new(Exit::Unreadable, error.to_string()))?;
    let mut source = entropy();
    let permutation = Permutation::random(last.rows as usize, &mut source);
    let mixed = mix(turn, &input, &permutation, &mut source)
        .map_err(|error| Failure::internal(error.to_string()))?;
    let output = board.put_rows(last.row_length, &mixed.output).map_err(board_failure)?;
    if output.root != mixed.statement.output {
        return Err(Failure::internal("the stored list is not the one that was proved"));
    }
    Ok(BatchMix {
        box_index: turn.context.box_index,
        batch_index: turn.context.batch_index,
        input: last.root,
        proof: mixed.proof,
        output,
        position: turn.position,
    })
}

fn batch_of(view: &View, index: BatchIndex) -> Result<&psephos_audit::BatchView, Failure> {
    let found = view
        .batches
        .iter()
        .find(|batch| batch.box_index == index.box_index && batch.batch_index == index.batch_index);
    found.ok_or_else(|| missing("batch"))
}

fn batch_context(election: ElectionContext, close: &CloseView, index: BatchIndex) -> BatchContext {
    BatchContext {
        election,
        close: close.digest,
        box_index: index.box_index,
        batch_index: index.batch_index,
    }
}

fn missing(what: &str) -> Failure {
    Failure::internal(format!("a step is due without a {what}"))
}

fn damaged(what: &str) -> Failure {
    Failure::new(Exit::Io, what).advice("restore this home from its backup")
}

fn prover_failure(error: psephos_prove::ProveError) -> Failure {
    match error {
        psephos_prove::ProveError::Rows(error) => Failure::new(Exit::Unreadable, error.to_string()),
        error => Failure::internal(error.to_string()),
    }
}
