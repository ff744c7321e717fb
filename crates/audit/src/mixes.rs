//! Mixes: chain, identity, shape, proofs, quorum (spec/09-audit.md §3.6).

use psephos_core::Digest;
use psephos_core::pairs::pairs;
use psephos_core::rows::Rows;
use psephos_proofs::shuffle::{
    ChainError, Mix as ProvedMix, MixFault, Proof, Statement, verify_chain,
};
use psephos_proofs::{BatchContext, Fault};
use psephos_record::bodies::{BatchMix, Blob, Body, Mix};
use psephos_record::message::{Record, file_digest};

use crate::Stage;
use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::report::Culprit;
use crate::view::{MixView, Phase};

/// About how many bytes of proofs of further batches are kept from one reading of a record.
const AHEAD: usize = 4 << 20;

/// Where a record stands, and what its author had seen.
#[derive(Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) sequence: u64,
    /// SHA3-256 of its file.
    pub(crate) file: Digest,
    /// The last record its author had verified; none if it had verified none.
    pub(crate) knew: Option<u64>,
}

/// A mix as it stands in a record, without its proof.
pub(crate) struct PostedMix {
    pub(crate) sequence: u64,
    /// SHA3-256 of its record's file.
    file: Digest,
    /// The last record its author had verified.
    knew: Option<u64>,
    /// Its place in its record.
    item: usize,
    pub(crate) trustee: u64,
    position: u64,
    input: Digest,
    output: Blob,
    readable: bool,
}

/// A list of a batch: the first one, or what a mix made.
#[derive(Clone, Copy)]
struct List {
    blob: Blob,
    /// Whether the mix that made it can be checked at all.
    usable: bool,
}

/// What is known of a mix's proof.
#[derive(Clone, PartialEq)]
enum Proved {
    Holds,
    Fails(MixFault),
    /// Nothing can be said: a list cannot be read or opened.
    Unknown,
}

/// How a mix stands to its batch's lists.
#[derive(Clone, Copy, PartialEq)]
enum Link {
    /// Its input is the list with this index.
    To(usize),
    /// Its input is no list of the batch, or its shape is wrong: it makes no good list.
    Broken,
}

impl Auditor<'_> {
    pub(crate) fn mix(&mut self, stands: Standing, trustee: u64, body: Mix) {
        let sequence = stands.sequence;
        let culprit = Culprit::Trustee(trustee);
        let mut places = Vec::with_capacity(body.mixes.len());
        for mix in &body.mixes {
            places.push((mix.box_index, mix.batch_index));
        }
        if !self.are_batches(&places) {
            let evidence = "its batches are not batches of the manifest, each once and in order";
            return self.fail(CheckId::ShapeLength, &[culprit], Some(sequence), None, evidence);
        }
        self.findings.count(CheckId::MixIdentity, 1);
        for (item, mix) in body.mixes.into_iter().enumerate() {
            self.post_mix(stands, item, trustee, &mix);
        }
    }

    fn post_mix(&mut self, stands: Standing, item: usize, trustee: u64, mix: &BatchMix) {
        let Standing { sequence, file, knew } = stands;
        let culprit = Culprit::Trustee(trustee);
        let Some(batch) = self.batch_place(mix.box_index, mix.batch_index) else { return };
        let posted = self.mixes.get(batch).map_or(&[][..], Vec::as_slice);
        let repeated = posted.iter().any(|other| other.trustee == trustee);
        if repeated {
            let evidence = "this trustee has mixed this batch before";
            let culprits = std::slice::from_ref(&culprit);
            self.fail(CheckId::MixIdentity, culprits, Some(sequence), None, evidence);
        }
        let readable = self.blob_holds(sequence, &culprit, &mix.output);
        if repeated {
            return;
        }
        let BatchMix { input, output, position, .. } = *mix;
        if let Some(posted) = self.mixes.get_mut(batch) {
            posted.push(PostedMix {
                sequence,
                file,
                knew,
                item,
                trustee,
                position,
                input,
                output,
                readable,
            });
        }
        if let Some(view) = self.view.batches.get_mut(batch) {
            view.mixes.push(MixView { sequence, trustee, position, input, output, valid: false });
        }
    }

    /// Whether these are batches of the manifest, strictly in its order; at least one.
    pub(crate) fn are_batches(&self, places: &[(u64, u64)]) -> bool {
        let known = |place: &(u64, u64)| self.batch_place(place.0, place.1).is_some();
        !places.is_empty() && places.iter().all(known) && places.is_sorted_by(|a, b| a < b)
    }

    pub(crate) fn batch_place(&self, box_index: u64, batch_index: u64) -> Option<usize> {
        let place = (box_index, batch_index);
        self.view
            .batches
            .binary_search_by_key(&place, |batch| (batch.box_index, batch.batch_index))
            .ok()
    }

    /// Checks all mixes on the board, batch by batch.
    pub(crate) fn verify_mixes(&mut self) {
        let batches = self.mixes.len();
        for batch in 0..batches {
            self.progress(Stage::Mixes, batch as u64, batches as u64);
            let posted = self.mixes.get_mut(batch).map(std::mem::take).unwrap_or_default();
            self.verify_batch_mixes(batch, &posted);
            if let Some(slot) = self.mixes.get_mut(batch) {
                *slot = posted;
            }
        }
    }

    fn verify_batch_mixes(&mut self, batch: usize, posted: &[PostedMix]) {
        let Some(first) = self.view.batches.get(batch).map(|view| view.first) else { return };
        let mut lists = vec![List { blob: first, usable: self.is_readable(&first) }];
        let mut links = Vec::with_capacity(posted.len());
        for mix in posted {
            let link = self.link(&lists, mix);
            let usable = link != Link::Broken && mix.readable;
            lists.push(List { blob: mix.output, usable });
            links.push(link);
        }
        let proved = self.prove_all(batch, posted, &lists, &links);
        self.judge_chain(batch, posted, &lists, &links, &proved);
    }

    /// The list a mix starts from. A bad mix may name a good list as its own output: of several lists
    /// with one root it is one that can be read, and of those the newest.
    fn link(&mut self, lists: &[List], mix: &PostedMix) -> Link {
        let culprits = [Culprit::Trustee(mix.trustee)];
        let record = Some(mix.sequence);
        self.findings.count(CheckId::MixChain, 1);
        let named = lists.iter().enumerate().filter(|(_, list)| list.blob.root == mix.input);
        let Some((from, _)) = named.max_by_key(|(index, list)| (list.usable, *index)) else {
            let evidence = "its input is no list of this batch";
            self.unchained(mix, evidence);
            return Link::Broken;
        };
        self.findings.count(CheckId::MixShape, 1);
        let first = lists.first().map_or(mix.output, |list| list.blob);
        if (mix.output.rows, mix.output.row_length) != (first.rows, first.row_length) {
            let evidence = format!(
                "{} rows of {} bytes out, and {} rows of {} bytes in",
                mix.output.rows, mix.output.row_length, first.rows, first.row_length
            );
            self.fail(CheckId::MixShape, &culprits, record, None, evidence);
            return Link::Broken;
        }
        Link::To(from)
    }

    fn unchained(&mut self, mix: &PostedMix, evidence: &str) {
        if self.is_uncertain() {
            let text =
                format!("mix {} depends on records that are missing or not valid", mix.sequence);
            return self.findings.not_run(CheckId::MixChain, text);
        }
        let culprits = [Culprit::Trustee(mix.trustee)];
        self.fail(CheckId::MixChain, &culprits, Some(mix.sequence), None, evidence);
    }

    /// Verifies the proofs of everything new, as few and as long chains as there are.
    fn prove_all(
        &mut self,
        batch: usize,
        posted: &[PostedMix],
        lists: &[List],
        links: &[Link],
    ) -> Vec<Proved> {
        let mut proved = vec![Proved::Unknown; posted.len()];
        let mut chain: Vec<usize> = Vec::new();
        for (index, (mix, link)) in pairs(posted, links).enumerate() {
            if self.is_verified(mix.sequence) && *link != Link::Broken {
                if let Some(slot) = proved.get_mut(index) {
                    *slot = Proved::Holds;
                }
                continue;
            }
            let Link::To(from) = *link else { continue };
            let usable = mix.readable && lists.get(from).is_some_and(|list| list.usable);
            if !usable {
                continue;
            }
            // List i + 1 is what mix i made.
            if chain.last().is_some_and(|last| last.saturating_add(1) != from) {
                self.prove_chain(batch, posted, lists, links, &chain, &mut proved);
                chain.clear();
            }
            chain.push(index);
        }
        self.prove_chain(batch, posted, lists, links, &chain, &mut proved);
        proved
    }

    fn prove_chain(
        &mut self,
        batch: usize,
        posted: &[PostedMix],
        lists: &[List],
        links: &[Link],
        chain: &[usize],
        proved: &mut [Proved],
    ) {
        let Some(&first) = chain.first() else { return };
        let mixes: Vec<&PostedMix> = chain.iter().filter_map(|index| posted.get(*index)).collect();
        let Some(Link::To(from)) = links.get(first).copied() else { return };
        let start = lists.get(from).map(|list| list.blob);
        let blobs: Vec<Blob> =
            start.into_iter().chain(mixes.iter().map(|mix| mix.output)).collect();
        let rows: Vec<_> = blobs.iter().filter_map(|blob| self.rows(blob)).collect();
        let rows: Vec<&dyn Rows> = rows.iter().map(|rows| rows as &dyn Rows).collect();
        let proofs: Option<Vec<Option<Proof>>> =
            mixes.iter().map(|mix| self.proof_of(mix)).collect();
        let Some(proofs) = proofs else { return };
        let statements: Option<Vec<Statement>> =
            mixes.iter().map(|mix| self.statement_of(batch, mix)).collect();
        let Some(statements) = statements.filter(|list| list.len() == proofs.len()) else { return };
        let claims: Vec<ProvedMix<'_>> =
            pairs(statements, proofs.iter().map(Option::as_ref)).collect();
        self.findings.count(CheckId::MixProof, claims.len() as u64);
        self.findings.count(CheckId::ShapeLength, claims.len() as u64);
        for (statement, _) in &claims {
            let elements = statement.rows.saturating_mul(statement.width).saturating_mul(2);
            self.findings.count(CheckId::GroupMembership, elements);
        }
        let answer = verify_chain(&claims, &rows, &[self.view.head]);
        for (place, index) in chain.iter().enumerate() {
            if let Some(slot) = proved.get_mut(*index) {
                *slot = outcome(&answer, place);
            }
        }
        if let Err(ChainError::Refused(refusal)) = &answer
            && let Some(fault) = &refusal.input
        {
            self.bad_input(from, fault);
        }
        if let Err(error @ (ChainError::Rows { .. } | ChainError::NoChain)) = &answer {
            self.findings.unreadable(format!("mixes could not be checked: {error}"));
        }
    }

    /// The first list is the authority's; any other was found bad when it was made.
    fn bad_input(&mut self, list: usize, fault: &Fault) {
        if let (0, Some(close)) = (list, self.view.close.as_ref().map(|close| close.sequence)) {
            let what = "the accepted list";
            self.fail_for(fault, CheckId::MixProof, &Culprit::Authority, close, None, what);
        }
    }

    /// Reads the proof from the record again: proofs are too long to be kept. `None` when the record
    /// is no longer the one whose signature was verified, which has been reported then.
    fn proof_of(&mut self, mix: &PostedMix) -> Option<Option<Proof>> {
        if let Some(proof) = self.proofs.remove(&(mix.sequence, mix.item)) {
            return Some(proof);
        }
        let file = self.board.record(mix.sequence).ok();
        let same = file.filter(|file| file_digest(file) == mix.file);
        let length = same.as_ref().map_or(0, Vec::len);
        let body = same.and_then(|file| Record::decode(&file).ok()?.message().ok()?.body().ok());
        let Some(Body::Mix(body)) = body else {
            let text = format!("record {} changed while the board was audited", mix.sequence);
            self.findings.unreadable(text);
            return None;
        };
        // A record of many batches is not read again for each: those that come next are kept.
        let kept = AHEAD.saturating_mul(body.mixes.len()).checked_div(length).unwrap_or(0);
        let sequence = mix.sequence;
        self.proofs.retain(|(other, _), _| *other != sequence);
        let mut proofs = body.mixes.into_iter().map(|mix| mix.proof).enumerate().skip(mix.item);
        let (_, proof) = proofs.next()?;
        self.proofs.extend(proofs.take(kept).map(|(item, proof)| ((sequence, item), proof)));
        Some(proof)
    }

    fn statement_of(&self, batch: usize, mix: &PostedMix) -> Option<Statement> {
        let view = self.view.batches.get(batch)?;
        Some(Statement {
            context: BatchContext {
                election: self.election()?,
                close: self.view.close.as_ref()?.digest,
                box_index: view.box_index,
                batch_index: view.batch_index,
            },
            position: mix.position,
            prover: mix.trustee,
            prover_key: *self.view.trustee_key(mix.trustee)?,
            rows: view.first.rows,
            width: view.width,
            input: mix.input,
            output: mix.output.root,
        })
    }

    /// Follows the good lists from mix to mix and says of every mix what it is worth.
    fn judge_chain(
        &mut self,
        batch: usize,
        posted: &[PostedMix],
        lists: &[List],
        links: &[Link],
        proved: &[Proved],
    ) {
        let (mut good, mut position) = (0, 0u64);
        for (index, ((mix, link), proof)) in pairs(pairs(posted, links), proved).enumerate() {
            let made = index.saturating_add(1);
            let holds = match proof {
                Proved::Holds => true,
                Proved::Fails(fault) => {
                    self.failed_mix(mix, *fault);
                    false
                }
                Proved::Unknown => {
                    if *link != Link::Broken {
                        let text =
                            format!("the mix in record {} could not be checked", mix.sequence);
                        self.findings.not_run(CheckId::MixProof, text);
                    }
                    false
                }
            };
            let root = |place: usize| lists.get(place).map(|list| list.blob.root);
            match link {
                // Empty lists all have one root.
                Link::To(from) if root(*from) == root(good) => {
                    if mix.position != position {
                        let stated = mix.position;
                        let evidence =
                            format!("it says position {stated}, and stands at {position}");
                        self.unchained(mix, &evidence);
                    }
                    if holds {
                        good = made;
                        position = position.saturating_add(1);
                        self.accept_mix(batch, mix);
                    }
                }
                Link::To(_) if self.is_passed_over(batch, posted, lists, mix.input) => {
                    if is_overtaken(posted, good, mix) {
                        self.overtaken.insert((batch, mix.sequence));
                        if holds {
                            self.astray.push((batch, mix.trustee));
                        }
                        self.findings.warn(format!(
                            "the mix in record {} was overtaken by another, and leads nowhere",
                            mix.sequence
                        ));
                    } else {
                        self.unchained(mix, "its input is not the last good list");
                    }
                }
                Link::To(_) => {
                    if holds {
                        self.astray.push((batch, mix.trustee));
                    }
                    self.findings.warn(format!(
                        "the mix in record {} starts from a list that is not known to be good, and \
                         leads nowhere",
                        mix.sequence
                    ));
                }
                Link::Broken => {}
            }
        }
        let last = lists.get(good).map(|list| list.blob);
        if let (Some(blob), Some(view)) = (last, self.view.batches.get_mut(batch)) {
            view.last = blob;
            view.position = position;
        }
    }

    /// Whether a root, which is not that of the last good list, is that of an earlier good one: the
    /// first, or a valid mix's. Who saw an overtaken mix has seen the one that came before it too.
    fn is_passed_over(
        &self,
        batch: usize,
        posted: &[PostedMix],
        lists: &[List],
        root: Digest,
    ) -> bool {
        let Some(view) = self.view.batches.get(batch) else { return false };
        let is_valid =
            |sequence| view.mixes.iter().any(|mix| mix.sequence == sequence && mix.valid);
        let is_known = |maker: &PostedMix| {
            is_valid(maker.sequence) || self.overtaken.contains(&(batch, maker.sequence))
        };
        // List i + 1 is what mix i made.
        lists.first().is_some_and(|first| first.blob.root == root)
            || posted.iter().any(|maker| maker.output.root == root && is_known(maker))
    }

    fn accept_mix(&mut self, batch: usize, mix: &PostedMix) {
        let views = self.view.batches.get_mut(batch).map(|view| &mut view.mixes);
        let view =
            views.and_then(|views| views.iter_mut().find(|view| view.sequence == mix.sequence));
        if let Some(view) = view {
            view.valid = true;
        }
    }

    fn failed_mix(&mut self, mix: &PostedMix, fault: MixFault) {
        let culprit = Culprit::Trustee(mix.trustee);
        match fault {
            MixFault::Lists => {
                let evidence = fault.to_string();
                self.fail(CheckId::MixShape, &[culprit], Some(mix.sequence), None, evidence);
            }
            MixFault::Proof(fault) => {
                let row = match fault {
                    Fault::Membership { field: "output", index }
                    | Fault::NonCanonical { field: "output", index } => Some(index),
                    _ => None,
                };
                let sequence = mix.sequence;
                self.fail_for(
                    &fault,
                    CheckId::MixProof,
                    &culprit,
                    sequence,
                    row,
                    "the shuffle proof",
                );
            }
        }
    }

    /// As many valid mixes as the manifest demands, once decryption has begun.
    pub(crate) fn mix_quorum(&mut self, phase: Phase) {
        let Some(description) = self.view.description() else { return };
        let (needed, trustees) = (description.mixes, description.trustee_count());
        let has_begun =
            phase > Phase::Mixing && (phase > Phase::Tallying || !self.shares.is_empty());
        if !has_begun || self.is_uncertain() {
            return self.findings.not_run(CheckId::MixQuorum, "mixing is not complete");
        }
        for batch in 0..self.view.batches.len() {
            self.findings.count(CheckId::MixQuorum, 1);
            let Some(view) = self.view.batches.get(batch) else { continue };
            let valid: Vec<u64> =
                view.mixes.iter().filter(|mix| mix.valid).map(|mix| mix.trustee).collect();
            if (valid.len() as u64) < needed {
                // A good mix on a bad list fails for another's fault.
                let excused = |trustee: &u64| self.astray.contains(&(batch, *trustee));
                let missing: Vec<Culprit> = (0..trustees)
                    .filter(|trustee| !valid.contains(trustee) && !excused(trustee))
                    .map(Culprit::Trustee)
                    .collect();
                let evidence = format!("{} valid mixes, and {needed} are needed", valid.len());
                self.fail(CheckId::MixQuorum, &missing, None, None, evidence);
            }
        }
    }
}

/// Whether the mix that made list `good` came while this one was on its way.
fn is_overtaken(posted: &[PostedMix], good: usize, mix: &PostedMix) -> bool {
    let maker = good.checked_sub(1).and_then(|index| posted.get(index));
    maker.is_some_and(|maker| mix.knew.is_none_or(|knew| knew < maker.sequence))
}

fn outcome(answer: &Result<(), ChainError>, place: usize) -> Proved {
    match answer {
        Ok(()) => Proved::Holds,
        Err(ChainError::Refused(refusal)) => {
            match refusal.mixes.iter().find(|(index, _)| *index == place) {
                Some((_, fault)) => Proved::Fails(*fault),
                None if refusal.unchecked.contains(&place) => Proved::Unknown,
                None => Proved::Holds,
            }
        }
        Err(ChainError::Rows { .. } | ChainError::NoChain) => Proved::Unknown,
    }
}
