//! The lists of a batch and the proofs of the mixes between them (spec/09-audit.md §9.6).

use psephos_core::pairs::pairs;
use psephos_core::rows::Rows;
use psephos_proofs::BatchContext;
use psephos_proofs::shuffle::{
    ChainError, Mix as ProvedMix, MixFault, Proof, Statement, verify_chain_told,
};
use psephos_record::bodies::{Blob, Body};
use psephos_record::message::{Record, file_digest};

use super::{Dead, PostedMix};
use crate::auditor::Auditor;
use crate::check::CheckId;

/// About how many bytes of proofs of further batches are kept from one reading of a record.
const AHEAD: usize = 4 << 20;

/// A list of a batch: the first one, or what a mix made.
#[derive(Clone, Copy)]
pub(super) struct List {
    pub(super) blob: Blob,
    /// How many mixes lead to it, by what its maker says.
    pub(super) place: u64,
    /// Whether the mix that made it can be checked at all.
    pub(super) usable: bool,
    /// The exclusion that takes it out of effect.
    pub(super) dead: Option<Dead>,
}

/// What is known of a mix's proof.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Proved {
    Holds,
    Fails(MixFault),
    /// Nothing can be said: a list cannot be read or opened.
    Unknown,
}

/// How a mix stands to its batch's lists.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Link {
    /// Index of the list that it starts from.
    pub(super) from: Option<usize>,
    /// Whether that list is at the place in the chain that the mix says.
    pub(super) in_place: bool,
    /// Whether its output has the shape of the batch's lists.
    pub(super) is_shaped: bool,
}

/// The lists of a batch, and what each mix starts from. List 0 is the first one, list i + 1 what mix i
/// made.
pub(super) struct Links {
    pub(super) lists: Vec<List>,
    pub(super) links: Vec<Link>,
}

impl Links {
    /// `shape` is that of the batch's first list, where that can be told.
    pub(super) fn of(
        first: Blob,
        usable: bool,
        shape: Option<(u64, u64)>,
        posted: &[PostedMix],
    ) -> Self {
        let mut lists = vec![List { blob: first, place: 0, usable, dead: None }];
        let mut links = Vec::with_capacity(posted.len());
        for mix in posted {
            let link = link(&lists, shape, mix);
            let leads_on = link.from.is_some() && link.is_shaped;
            let usable = leads_on && mix.is_readable() && mix.dead.is_none();
            let place = mix.position.saturating_add(1);
            lists.push(List { blob: mix.output, place, usable, dead: mix.dead });
            links.push(link);
        }
        Self { lists, links }
    }
}

/// The list a mix starts from: lists are told apart by their roots and their places in the chain, since
/// a mix may leave its list as it is. A bad mix may name a good list as its own output: of several lists
/// it is one that can be read, and of those the newest.
fn link(lists: &[List], shape: Option<(u64, u64)>, mix: &PostedMix) -> Link {
    let named = lists.iter().enumerate().filter(|(_, list)| list.blob.root == mix.input);
    let found = named.max_by_key(|(index, list)| {
        (list.place == mix.position, list.usable, list.dead.is_none(), *index)
    });
    Link {
        from: found.map(|(index, _)| index),
        in_place: found.is_some_and(|(_, list)| list.place == mix.position),
        is_shaped: shape.is_none_or(|shape| shape == (mix.output.rows, mix.output.row_length)),
    }
}

/// A run of mixes, each of the list that the one before it made.
struct Run<'a> {
    batch: usize,
    posted: &'a [PostedMix],
    links: &'a Links,
    mixes: Vec<usize>,
}

impl Run<'_> {
    /// Index of the list that the first mix starts from.
    fn start(&self) -> Option<usize> {
        self.links.links.get(*self.mixes.first()?)?.from
    }
}

impl Auditor<'_> {
    /// Looks at the outputs and verifies the proofs of all mixes of a batch that are new, as few and as
    /// long chains as there are.
    pub(super) fn prove(&mut self, batch: usize, posted: &mut [PostedMix]) {
        let Some(first) = self.view.batches.get(batch).map(|view| view.first) else { return };
        for mix in posted.iter_mut().filter(|mix| mix.dead.is_none() && mix.looked.is_none()) {
            mix.looked = Some(self.look(mix.stands.sequence, &mix.output));
        }
        let links = self.links(batch, first, posted);
        let mut found = Vec::new();
        let mut run = Run { batch, posted, links: &links, mixes: Vec::new() };
        for (index, (mix, link)) in pairs(posted.iter(), &links.links).enumerate() {
            if mix.dead.is_some() || mix.proved.is_some() {
                continue;
            }
            let Some(from) = link.from.filter(|_| link.is_shaped) else { continue };
            if self.is_verified(mix.stands.sequence) {
                found.push((index, Proved::Holds));
                continue;
            }
            if !mix.is_readable() || !links.lists.get(from).is_some_and(|list| list.usable) {
                continue;
            }
            // List i + 1 is what mix i made.
            if run.mixes.last().is_some_and(|last| last.saturating_add(1) != from) {
                found.extend(self.prove_run(&run));
                run.mixes.clear();
            }
            run.mixes.push(index);
        }
        found.extend(self.prove_run(&run));
        for (index, proved) in found {
            if let Some(mix) = posted.get_mut(index) {
                mix.proved = Some(proved);
            }
        }
    }

    pub(super) fn links(&self, batch: usize, first: Blob, posted: &[PostedMix]) -> Links {
        // What `close` misstates is not the trustees' fault.
        let is_misstated = self.misstated.contains(&batch);
        let shape = (!is_misstated).then_some((first.rows, first.row_length));
        Links::of(first, self.is_readable(&first) && !is_misstated, shape, posted)
    }

    fn prove_run(&mut self, run: &Run<'_>) -> Vec<(usize, Proved)> {
        let mut proved: Vec<(usize, Proved)> =
            run.mixes.iter().map(|index| (*index, Proved::Unknown)).collect();
        let Some(answer) = self.verify_run(run) else { return proved };
        for (place, (_, proved)) in proved.iter_mut().enumerate() {
            *proved = outcome(&answer, place);
        }
        if let Err(ChainError::Refused(refusal)) = &answer
            && refusal.input.is_some()
            && run.start() == Some(0)
        {
            self.unjudged.insert(run.batch);
        }
        if let Err(error @ (ChainError::Rows { .. } | ChainError::NoChain)) = &answer {
            self.findings.unreadable(format!("mixes could not be checked: {error}"));
        }
        proved
    }

    fn verify_run(&mut self, run: &Run<'_>) -> Option<Result<(), ChainError>> {
        let mixes: Vec<&PostedMix> =
            run.mixes.iter().filter_map(|index| run.posted.get(*index)).collect();
        let start = run.links.lists.get(run.start()?).map(|list| list.blob);
        let blobs: Vec<Blob> =
            start.into_iter().chain(mixes.iter().map(|mix| mix.output)).collect();
        let rows: Vec<_> = blobs.iter().filter_map(|blob| self.rows(blob)).collect();
        let rows: Vec<&dyn Rows> = rows.iter().map(|rows| rows as &dyn Rows).collect();
        let proofs: Vec<Option<Proof>> =
            mixes.iter().map(|mix| self.proof_of(mix)).collect::<Option<_>>()?;
        let statements: Vec<Statement> =
            mixes.iter().map(|mix| self.statement_of(run.batch, mix)).collect::<Option<_>>()?;
        let claims: Vec<ProvedMix<'_>> =
            pairs(statements, proofs.iter().map(Option::as_ref)).collect();
        self.findings.count(CheckId::MixProof, claims.len() as u64);
        self.findings.count(CheckId::ShapeLength, claims.len() as u64);
        for (statement, _) in &claims {
            let elements = statement.rows.saturating_mul(statement.width).saturating_mul(2);
            self.findings.count(CheckId::GroupMembership, elements);
        }
        // What has been read so far fixes all proofs and lists that share this sum.
        let (report, reading) = (self.report_progress, self.reading_mixes);
        let told = |done| report(reading.after(done));
        let verified = verify_chain_told(&claims, &rows, &[self.memory.head], &told);
        let read = rows.iter().map(|rows| rows.count()).fold(0, u64::saturating_add);
        self.reading_mixes.done = reading.done.saturating_add(read);
        Some(verified)
    }

    /// Reads the proof from the record again: proofs are too long to be kept. `None` when the record
    /// is no longer the one whose signature was verified, which has been reported then.
    fn proof_of(&mut self, mix: &PostedMix) -> Option<Option<Proof>> {
        let sequence = mix.stands.sequence;
        if let Some(proof) = self.proofs.remove(&(sequence, mix.item)) {
            return Some(proof);
        }
        let file = self.board.record(sequence).ok();
        let same = file.filter(|file| file_digest(file) == mix.stands.file);
        let length = same.as_ref().map_or(0, Vec::len);
        let body = same.and_then(|file| Record::decode(&file).ok()?.message().ok()?.body().ok());
        let Some(Body::Mix(body)) = body else {
            let text = format!("record {sequence} changed while the board was audited");
            self.findings.unreadable(text);
            return None;
        };
        // A record of many batches is not read again for each: those that come next are kept.
        let kept = AHEAD.saturating_mul(body.mixes.len()).checked_div(length).unwrap_or(0);
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
