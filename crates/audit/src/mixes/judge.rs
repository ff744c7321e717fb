//! What every mix of a batch is worth: the chain of good lists, blame, quorum (spec/09-audit.md §9.4).

use psephos_core::pairs::pairs;
use psephos_proofs::Fault;
use psephos_proofs::shuffle::MixFault;
use psephos_record::bodies::Blob;

use super::chain::{Link, Links, List, Proved};
use super::{Dead, PostedMix, Reading};
use crate::auditor::{Auditor, Look, check_of};
use crate::check::CheckId;
use crate::report::Culprit;
use crate::view::Phase;

/// What is said of a mix.
enum Remark {
    Fails {
        check: CheckId,
        row: Option<u64>,
        evidence: String,
    },
    /// It stands in the wrong place, unless something before it is missing.
    Unchained(String),
    NotRun(String),
    Warning(String),
}

/// What a mix is worth.
#[derive(Default)]
struct Judged {
    /// It is in the chain of good lists.
    valid: bool,
    /// It does not fail, as far as can be said, and starts from a bad list.
    astray: bool,
    /// Another one, which its author had not seen, came before it.
    overtaken: bool,
    remarks: Vec<Remark>,
}

impl Judged {
    fn unchained(&mut self, evidence: impl Into<String>) {
        self.remarks.push(Remark::Unchained(evidence.into()));
    }
}

/// What all mixes of a batch amount to.
struct Judgement {
    mixes: Vec<Judged>,
    last: Blob,
    position: u64,
}

/// A mix with what it starts from.
struct Judging<'a> {
    posted: &'a [PostedMix],
    links: &'a Links,
    judged: Vec<Judged>,
    /// Index of the last good list.
    good: usize,
    position: u64,
}

impl Auditor<'_> {
    /// Checks all mixes of a batch that stand so far and finds the last good list, and says nothing yet.
    pub(crate) fn settle(&mut self, batch: usize) {
        let mut posted = self.mixes.get_mut(batch).map(std::mem::take).unwrap_or_default();
        self.prove(batch, &mut posted);
        if let Some(judgement) = self.judge(batch, &posted)
            && let Some(view) = self.view.batches.get_mut(batch)
        {
            view.last = judgement.last;
            view.position = judgement.position;
            for (mix, judged) in pairs(&posted, &judgement.mixes) {
                if judged.overtaken {
                    self.overtaken.insert((batch, mix.stands.sequence));
                }
                let shown = view.mixes.iter_mut().find(|view| view.sequence == mix.stands.sequence);
                if let Some(shown) = shown {
                    shown.valid = judged.valid;
                    shown.readable = mix.is_readable();
                }
            }
        }
        if let Some(slot) = self.mixes.get_mut(batch) {
            *slot = posted;
        }
    }

    /// The checks that the mix of a record fails, with the evidence; and whether something about it
    /// could not be checked.
    pub(crate) fn failing_mix_checks(
        &mut self,
        batch: usize,
        sequence: u64,
    ) -> (Vec<(CheckId, String)>, bool) {
        self.settle(batch);
        let mut checks = Vec::new();
        let Some(posted) = self.mixes.get(batch) else { return (checks, false) };
        let Some(judgement) = self.judge(batch, posted) else { return (checks, false) };
        let mut unknown = !self.without_their_list(batch).is_empty();
        for (mix, judged) in pairs(posted, judgement.mixes) {
            // A mix that starts from an excluded list is as if it were not there.
            if mix.stands.sequence != sequence || mix.dead.is_some() {
                continue;
            }
            match &mix.looked {
                Some(Look::Misstated(evidence)) => {
                    checks.push((CheckId::ShapeLength, evidence.clone()));
                }
                Some(Look::Right) => {}
                _ => unknown = true,
            }
            for remark in judged.remarks {
                match remark {
                    Remark::Fails { check, evidence, .. } => checks.push((check, evidence)),
                    Remark::Unchained(_) if self.is_unchained_in_doubt(mix) => unknown = true,
                    Remark::Unchained(evidence) => checks.push((CheckId::MixChain, evidence)),
                    Remark::NotRun(_) => unknown = true,
                    Remark::Warning(_) => {}
                }
            }
        }
        (checks, unknown)
    }

    /// The records whose list of a batch is missing or damaged, as far as they were looked at: `close` for the
    /// first one, and mixes in effect.
    pub(crate) fn without_their_list(&self, batch: usize) -> Vec<u64> {
        let first = self.view.batches.get(batch).filter(|view| !self.is_readable(&view.first));
        let close = first.and(self.view.close.as_ref()).map(|close| close.sequence);
        let is_there = |look: &Look| matches!(look, Look::Right | Look::Misstated(_));
        let mixes = self.mixes.get(batch).into_iter().flatten().filter(|mix| mix.dead.is_none());
        let lost = mixes.filter(|mix| mix.looked.as_ref().is_some_and(|look| !is_there(look)));
        close.into_iter().chain(lost.map(|mix| mix.stands.sequence)).collect()
    }

    /// Checks all mixes on the board, batch by batch, and reports.
    pub(crate) fn verify_mixes(&mut self) {
        let batches = self.mixes.len();
        self.reading_mixes = Reading { done: 0, total: self.rows_of_mixes() };
        for batch in 0..batches {
            self.settle(batch);
        }
        for batch in 0..batches {
            self.report_unreadable_lists(batch);
        }
        for batch in 0..batches {
            let posted = self.mixes.get_mut(batch).map(std::mem::take).unwrap_or_default();
            if let Some(judgement) = self.judge(batch, &posted) {
                self.report_mixes(batch, &posted, judgement);
            }
            if let Some(slot) = self.mixes.get_mut(batch) {
                *slot = posted;
            }
        }
    }

    /// The rows of all lists from each batch's first to its last.
    fn rows_of_mixes(&self) -> u64 {
        let batches = self.mixes.iter().enumerate();
        let rows = batches.filter_map(|(batch, mixes)| {
            let lists = (!mixes.is_empty()).then(|| mixes.len().saturating_add(1) as u64)?;
            Some(self.view.batches.get(batch)?.first.rows.saturating_mul(lists))
        });
        rows.fold(0, u64::saturating_add)
    }

    fn report_unreadable_lists(&mut self, batch: usize) {
        let found: Vec<_> = self
            .mixes
            .get(batch)
            .into_iter()
            .flatten()
            .filter(|mix| mix.dead.is_none())
            .filter_map(|mix| {
                Some((mix.stands.sequence, mix.trustee, mix.output, mix.looked.clone()?))
            })
            .collect();
        for (sequence, trustee, output, found) in found {
            self.report_look(sequence, &Culprit::Trustee(trustee), &output, &found);
        }
    }

    fn judge(&self, batch: usize, posted: &[PostedMix]) -> Option<Judgement> {
        let first = self.view.batches.get(batch)?.first;
        let links = self.links(batch, first, posted);
        let mut judging =
            Judging { posted, links: &links, judged: Vec::new(), good: 0, position: 0 };
        for (index, (mix, link)) in pairs(posted, &links.links).enumerate() {
            let judged = judging.judge(index, mix, *link);
            judging.judged.push(judged);
        }
        let last = links.lists.get(judging.good).map_or(first, |list| list.blob);
        Some(Judgement { mixes: judging.judged, last, position: judging.position })
    }

    fn report_mixes(&mut self, batch: usize, posted: &[PostedMix], judgement: Judgement) {
        for (mix, judged) in pairs(posted, judgement.mixes) {
            if mix.dead.is_none() {
                self.findings.count(CheckId::MixChain, 1);
                self.findings.count(CheckId::MixShape, 1);
            }
            if judged.astray {
                self.astray.push((batch, mix.trustee));
            }
            for remark in judged.remarks {
                self.report_mix(mix, remark);
            }
        }
    }

    fn report_mix(&mut self, mix: &PostedMix, remark: Remark) {
        let (sequence, culprits) = (mix.stands.sequence, [Culprit::Trustee(mix.trustee)]);
        match remark {
            Remark::Fails { check, row, evidence } => {
                self.fail(check, &culprits, Some(sequence), row, evidence);
            }
            Remark::Unchained(_) if self.is_unchained_in_doubt(mix) => {
                let text =
                    format!("mix {sequence} depends on records that are missing or not valid");
                self.findings.not_run(CheckId::MixChain, text);
            }
            Remark::Unchained(evidence) => {
                self.fail(CheckId::MixChain, &culprits, Some(sequence), None, evidence);
            }
            Remark::NotRun(text) => self.findings.not_run(CheckId::MixProof, text),
            Remark::Warning(text) => self.findings.warn(text),
        }
    }

    /// Whether a mix may be out of its place through nobody's fault.
    fn is_unchained_in_doubt(&self, mix: &PostedMix) -> bool {
        self.is_uncertain() || self.was_unsure(mix.stands.knew)
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
            if self.is_unjudged(batch) {
                self.findings.not_run(CheckId::MixQuorum, "mixes could not be judged");
                continue;
            }
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

impl Judging<'_> {
    fn judge(&mut self, index: usize, mix: &PostedMix, link: Link) -> Judged {
        let mut judged = Judged::default();
        let sequence = mix.stands.sequence;
        match mix.dead {
            Some(Dead::Excluded(_)) => return judged,
            Some(Dead::Void(by)) => {
                judged.remarks.push(Remark::Warning(format!(
                    "the mix in record {sequence} starts from a list that record {by} excludes, and \
                     leads nowhere; its trustee may mix again"
                )));
                return judged;
            }
            None => {}
        }
        if !link.is_shaped {
            judged.remarks.push(self.misshapen(mix));
        }
        let Some(from) = link.from else {
            judged.unchained("its input is no list of this batch");
            return judged;
        };
        if let Some(dead) = self.list(from).and_then(|list| list.dead) {
            judged.unchained(format!("its input is a list that record {} excludes", dead.by()));
            return judged;
        }
        let holds = link.is_shaped && proof_holds(mix, &mut judged);
        let fails = !link.is_shaped || matches!(mix.proved, Some(Proved::Fails(_)));
        if !link.in_place {
            let stated = mix.position;
            judged.unchained(format!("it says position {stated}, where its input is not"));
        } else if self.is_same(from, self.good) {
            if holds {
                self.good = index.saturating_add(1);
                self.position = self.position.saturating_add(1);
                judged.valid = true;
            }
        } else if !self.is_passed_over(from) {
            judged.astray = !fails;
            judged.remarks.push(Remark::Warning(format!(
                "the mix in record {sequence} starts from a list that is not known to be good, and leads \
                 nowhere"
            )));
        } else if self.is_overtaken(mix) {
            judged.overtaken = true;
            judged.astray = !fails;
            judged.remarks.push(Remark::Warning(format!(
                "the mix in record {sequence} was overtaken by another, and leads nowhere"
            )));
        } else {
            judged.unchained("its input is not the last good list");
        }
        judged
    }

    fn list(&self, index: usize) -> Option<&List> {
        self.links.lists.get(index)
    }

    /// Whether two records make the same list: of the same root, at the same place.
    fn is_same(&self, left: usize, right: usize) -> bool {
        let name = |index| self.list(index).map(|list| (list.blob.root, list.place));
        name(left) == name(right)
    }

    fn misshapen(&self, mix: &PostedMix) -> Remark {
        let (output, first) = (mix.output, self.list(0).map_or(mix.output, |list| list.blob));
        let evidence = format!(
            "{} rows of {} bytes out, and {} rows of {} bytes in",
            output.rows, output.row_length, first.rows, first.row_length
        );
        Remark::Fails { check: CheckId::MixShape, row: None, evidence }
    }

    /// Whether a list, which is not the last good one, is an earlier good one: the first, or a valid
    /// mix's. Who saw an overtaken mix has seen the one that came before it too.
    fn is_passed_over(&self, list: usize) -> bool {
        let is_known = |judged: &Judged| judged.valid || judged.overtaken;
        let mut judged = self.judged.iter().enumerate();
        // List i + 1 is what mix i made.
        self.is_same(list, 0)
            || judged
                .any(|(mix, judged)| is_known(judged) && self.is_same(list, mix.saturating_add(1)))
    }

    /// Whether the mix that made the last good list came while this one was on its way.
    fn is_overtaken(&self, mix: &PostedMix) -> bool {
        let maker = self.good.checked_sub(1).and_then(|index| self.posted.get(index));
        maker.is_some_and(|maker| !mix.stands.has_seen(maker.stands.sequence))
    }
}

/// Whether the proof of a mix holds; remarks on it where it does not.
fn proof_holds(mix: &PostedMix, judged: &mut Judged) -> bool {
    let (check, row, evidence) = match mix.proved.unwrap_or(Proved::Unknown) {
        Proved::Holds => return true,
        Proved::Unknown => {
            let text = format!("the mix in record {} could not be checked", mix.stands.sequence);
            judged.remarks.push(Remark::NotRun(text));
            return false;
        }
        Proved::Fails(fault @ MixFault::Lists) => (CheckId::MixShape, None, fault.to_string()),
        Proved::Fails(MixFault::Proof(fault)) => {
            let row = match fault {
                Fault::Membership { field: "output", index }
                | Fault::NonCanonical { field: "output", index } => Some(index),
                _ => None,
            };
            (check_of(&fault, CheckId::MixProof), row, format!("the shuffle proof: {fault}"))
        }
    };
    judged.remarks.push(Remark::Fails { check, row, evidence });
    false
}
