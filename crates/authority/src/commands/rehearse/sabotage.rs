//! Records that a trustee's program would never make, made in its place with its throwaway home.
//!
//! The trustee's program itself has no way to misbehave: here its keys are used by somebody else.

use std::path::Path;

use psephos_audit::{BatchView, CloseView, Phase, View};
use psephos_console::{Exit, Failure, Locator};
use psephos_core::group;
use psephos_core::pairs::pairs;
use psephos_core::rows::read_all;
use psephos_participant::{
    Home, OUTGOING, Offered, Passphrase, Station, audit_failure, board_failure, entropy, open_vault,
};
use psephos_proofs::decryption::{RootedList, SharedList, Statement};
use psephos_proofs::key_ceremony::{CeremonyContext, Deal};
use psephos_proofs::{BatchContext, ElectionContext};
use psephos_prove::decryption::{PartialDecryptions, prove_decryptions};
use psephos_prove::key_ceremony::{SealedDeal, accept};
use psephos_prove::shuffle::{Turn, mix};
use psephos_record::board::BlobRows;
use psephos_record::bodies::{Accept, BatchMix, BatchShare, Body, DealCommitment, Mix, Share};
use psephos_remote::open_writable;
use psephos_secrets::{KeyShare, Permutation, SecretScalar};

/// Somebody at a trustee's machine.
pub struct StandIn {
    station: Station,
    /// The bad deal committed to.
    deal: Option<Deal>,
}

impl StandIn {
    /// Enters the trustee's home, whose own program must not be running.
    pub fn enter(home: &Path, passphrase: &Path, board: &Locator) -> Result<StandIn, Failure> {
        let home = Home::open(home)?;
        let (_, key) = open_vault(&home, &Passphrase::obtain(Some(passphrase))?)?;
        let board = open_writable(board, &home.path(OUTGOING)).map_err(board_failure)?;
        Ok(StandIn { station: Station::new(home, board, key)?, deal: None })
    }

    /// Does what is due in the key ceremony, with a wrong share for the trustee `victim`. The secrets are
    /// not kept: whoever deals badly takes no part in what follows.
    pub fn deal_badly(&mut self, view: &View, victim: u64) -> Result<(), Failure> {
        let Some((context, place)) = self.ceremony(view) else { return Ok(()) };
        let lacks = |done: Option<bool>| done == Some(false);
        let (ceremony, at) = (&view.ceremony, place as usize);
        match view.phase {
            Phase::Acceptance if lacks(ceremony.accepts.get(at).map(Option::is_some)) => {
                let (_, acceptance) = accept(&context, place, &mut entropy()).map_err(unmade)?;
                let body = Accept { key: acceptance.key, proof: acceptance.proof };
                self.post(view, &Body::Accept(body))?;
            }
            Phase::Commitment if lacks(ceremony.commitments.get(at).map(Option::is_some)) => {
                let deal = bad_deal(view, &context, place, victim)?;
                let commitment = SealedDeal::resume(&context, place, deal.clone()).commitment();
                self.deal = Some(deal);
                self.post(view, &Body::DealCommitment(DealCommitment { commitment }))?;
            }
            Phase::Dealing if lacks(ceremony.deals.get(at).map(Option::is_some)) => {
                if let Some(deal) = self.deal.take() {
                    self.post(view, &Body::Deal(deal))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The attempt under way, and this trustee's place in it; none when there is none or it is left out.
    fn ceremony(&self, view: &View) -> Option<(CeremonyContext, u64)> {
        let standing = view.manifest.as_ref()?;
        let place = view.trustee(&self.station.author())?;
        let attempt = standing.manifest.attempt;
        Some((CeremonyContext { election: standing.election, attempt }, place))
    }

    /// Mixes what is due, as it should be, or (`bad`) with a vote replaced in every list after it was
    /// proved. Returns the record's place.
    pub fn mix(&mut self, view: &View, bad: bool) -> Result<u64, Failure> {
        let prover = self.place(view)?;
        let mixes: Result<Vec<BatchMix>, Failure> = view
            .due_batches(prover)
            .map(|batch| self.mix_batch(view, prover, batch, bad))
            .collect();
        self.post(view, &Body::Mix(Mix { mixes: mixes? }))
    }

    fn mix_batch(
        &self,
        view: &View,
        prover: u64,
        batch: &BatchView,
        bad: bool,
    ) -> Result<BatchMix, Failure> {
        let (board, last, close) = (self.station.board(), &batch.last, closed(view)?);
        let input = BlobRows::new(board, last).map_err(board_failure)?;
        let input = read_all(&input).map_err(unread)?;
        let (box_index, batch_index) = (batch.box_index, batch.batch_index);
        let election = election(view)?;
        let turn = Turn {
            context: BatchContext { election, close: close.digest, box_index, batch_index },
            position: batch.position,
            prover,
            prover_key: self.station.author(),
            width: batch.width,
        };
        let mut source = entropy();
        let permutation = Permutation::random(last.rows as usize, &mut source);
        let mixed = mix(&turn, &input, &permutation, &mut source)
            .map_err(|error| Failure::internal(error.to_string()))?;
        let mut rows = mixed.output;
        if bad {
            replace_a_vote(&mut rows)?;
        }
        let output = board.put_rows(last.row_length, &rows).map_err(board_failure)?;
        let (input, position) = (last.root, batch.position);
        Ok(BatchMix { box_index, batch_index, input, proof: mixed.proof, output, position })
    }

    /// Decrypts every list with another key than the trustee's. Returns the record's place.
    pub fn share_badly(&mut self, view: &View) -> Result<u64, Failure> {
        let trustee = self.place(view)?;
        let wrong = KeyShare::new(SecretScalar::random(&mut entropy()));
        let board = self.station.board();
        let (mut lists, mut posted, mut made) = (Vec::new(), Vec::new(), Vec::new());
        for batch in &view.batches {
            let input = BlobRows::new(board, &batch.last).map_err(board_failure)?;
            let rooted = RootedList { root: batch.last.root, rows: &input };
            let part = PartialDecryptions::new(&wrong, rooted).map_err(unmade)?;
            let shares = board.put_rows(batch.width * 32, part.rows()).map_err(board_failure)?;
            posted.push(BatchShare {
                box_index: batch.box_index,
                batch_index: batch.batch_index,
                input: batch.last.root,
                shares,
            });
            lists.push((input, BlobRows::new(board, &shares).map_err(board_failure)?));
            made.push(part);
        }
        let shared = pairs(&view.batches, pairs(&lists, &posted));
        let statement = Statement {
            election: election(view)?,
            close: closed(view)?.digest,
            trustee,
            trustee_key: self.station.author(),
            share_key: wrong.public(),
            lists: shared
                .map(|(batch, ((input, shares), list))| SharedList {
                    box_index: list.box_index,
                    batch_index: list.batch_index,
                    width: batch.width,
                    input: RootedList { root: list.input, rows: input },
                    shares: RootedList { root: list.shares.root, rows: shares },
                })
                .collect(),
        };
        let proof = prove_decryptions(&statement, made, &wrong, &mut entropy()).map_err(unmade)?;
        drop(statement);
        self.post(view, &Body::Share(Share { lists: posted, proof }))
    }

    fn place(&self, view: &View) -> Result<u64, Failure> {
        view.trustee(&self.station.author())
            .ok_or_else(|| Failure::internal("a stand-in for a trustee that there is not"))
    }

    /// Signs a record and offers it until it stands; returns its place.
    fn post(&mut self, view: &View, body: &Body) -> Result<u64, Failure> {
        let signed = self.station.sign(view, body)?;
        let mut offered = self.station.offer(view, &signed)?;
        let mut place = view.records;
        while offered == Offered::Overtaken {
            let view = psephos_audit::view(self.station.board()).map_err(audit_failure)?;
            place = view.records;
            offered = self.station.offer(&view, &signed)?;
        }
        Ok(place)
    }
}

/// A deal whose encrypted share for `victim` does not open.
fn bad_deal(
    view: &View,
    context: &CeremonyContext,
    place: u64,
    victim: u64,
) -> Result<Deal, Failure> {
    let keys: Vec<_> = view.ceremony.accepts.iter().flatten().map(|accept| accept.key).collect();
    let threshold = view.description().map_or(0, |description| description.threshold);
    let sealed = SealedDeal::new(context, place, threshold, &keys, &mut entropy());
    let mut deal = sealed.map_err(unmade)?.reveal();
    let share = usize::try_from(victim).ok().and_then(|victim| deal.shares.get_mut(victim));
    match share.and_then(|share| share.ciphertext.0.first_mut()) {
        Some(byte) => *byte ^= 1,
        None => return Err(Failure::internal("a bad deal with nobody to notice it")),
    }
    Ok(deal)
}

/// Adds a group element to the first ciphertext's second half, which makes it one of another vote.
fn replace_a_vote(rows: &mut [u8]) -> Result<(), Failure> {
    // Without a row there is nothing to replace; the list is as good as any.
    let Some(half) = rows.get_mut(32..64) else { return Ok(()) };
    let encoding = <&[u8; 32]>::try_from(&*half)
        .map_err(|_| Failure::internal("half a ciphertext is not 32 bytes"))?;
    let element = group::decode(encoding).map_err(|error| Failure::internal(error.to_string()))?;
    half.copy_from_slice(&group::encode(&(element + group::base())));
    Ok(())
}

fn election(view: &View) -> Result<ElectionContext, Failure> {
    let keys = view.ceremony.keys.as_ref();
    let keys = keys.ok_or_else(|| Failure::internal("a turn to mix without an election key"))?;
    Ok(ElectionContext { election: view.election(), public_key: keys.public_key })
}

fn closed(view: &View) -> Result<&CloseView, Failure> {
    view.close.as_ref().ok_or_else(|| Failure::internal("a turn to mix before the close"))
}

fn unread(error: psephos_core::rows::RowsError) -> Failure {
    Failure::new(Exit::Unreadable, error.to_string())
}

fn unmade(error: psephos_prove::ProveError) -> Failure {
    Failure::internal(error.to_string())
}
