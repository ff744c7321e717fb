//! Mixes: who may mix what (spec/09-audit.md §9.3, §9.10).

mod chain;
mod judge;

use psephos_core::Digest;
use psephos_record::bodies::{BatchMix, Blob, Mix};

use crate::auditor::{Auditor, Look};
use crate::check::CheckId;
use crate::report::Culprit;
use crate::view::{MixView, Mixer};
use crate::{Progress, Stage};

use chain::Proved;

/// Where a record stands, and what its author had seen.
#[derive(Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) sequence: u64,
    /// SHA3-256 of its file.
    pub(crate) file: Digest,
    /// The last record its author had verified; none if it had verified none.
    pub(crate) knew: Option<u64>,
}

impl Standing {
    /// Whether the author had seen this record.
    pub(crate) fn has_seen(&self, sequence: u64) -> bool {
        self.knew.is_some_and(|knew| knew >= sequence)
    }
}

/// How far the lists of all mixes have been read, in rows.
#[derive(Clone, Copy, Default)]
pub(crate) struct Reading {
    pub(crate) done: u64,
    pub(crate) total: u64,
}

impl Reading {
    /// With so many rows more.
    fn after(self, rows: u64) -> Progress {
        let done = self.done.saturating_add(rows);
        // Lists with bad mixes are read more than once.
        Progress { stage: Stage::Mixes, done, total: self.total.max(done) }
    }
}

/// Why the list of a mix is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dead {
    /// The exclusion in this record takes it out of effect.
    Excluded(u64),
    /// It starts from a list that the exclusion in this record takes out of effect, which its author
    /// had not seen: the trustee mixes again.
    Void(u64),
}

impl Dead {
    /// The record of the exclusion.
    pub(crate) fn by(self) -> u64 {
        match self {
            Dead::Excluded(by) | Dead::Void(by) => by,
        }
    }
}

/// A mix as it stands in a record, without its proof.
pub(crate) struct PostedMix {
    pub(crate) stands: Standing,
    /// Its place in its record.
    item: usize,
    pub(crate) trustee: u64,
    position: u64,
    pub(crate) input: Digest,
    output: Blob,
    pub(crate) dead: Option<Dead>,
    /// What a look at its output has found; none before.
    looked: Option<Look>,
    /// What is known of its proof; none before.
    proved: Option<Proved>,
}

impl PostedMix {
    fn is_readable(&self) -> bool {
        self.looked == Some(Look::Right)
    }
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
        let sequence = stands.sequence;
        let Some(batch) = self.batch_place(mix.box_index, mix.batch_index) else { return };
        let dead = self.rests_on_excluded(batch, &stands, &mix.input, mix.position);
        let no_mixer = match self.mixer(batch, trustee) {
            Mixer::Excluded(by) if !stands.has_seen(by) => {
                return self.pass_over(format!(
                    "the mix in record {sequence} was overtaken by the exclusion of its trustee in record {by}"
                ));
            }
            Mixer::Excluded(by) => {
                Some(format!("record {by} has excluded this trustee from this batch"))
            }
            Mixer::Mixed => Some("this trustee has mixed this batch before".into()),
            // Each exclusion of another trustee leaves one mix with nothing: more are not by mistake.
            Mixer::Due if dead.is_some() && self.void_mixes(batch, trustee) >= self.trustees() => {
                Some("this trustee has mixed lists that are out of effect too often".into())
            }
            Mixer::Due => None,
        };
        if let Some(evidence) = no_mixer {
            let culprit = Culprit::Trustee(trustee);
            self.out_of_place(CheckId::MixIdentity, sequence, &culprit, evidence);
            self.blob_holds(sequence, &culprit, &mix.output);
            return;
        }
        if dead.is_none() {
            self.set_mixer(batch, trustee, Mixer::Mixed);
        } else {
            self.passed_over = true;
        }
        let BatchMix { input, output, position, .. } = *mix;
        if let Some(posted) = self.mixes.get_mut(batch) {
            posted.push(PostedMix {
                stands,
                item,
                trustee,
                position,
                input,
                output,
                dead,
                looked: None,
                proved: None,
            });
        }
        if let Some(view) = self.view.batches.get_mut(batch) {
            let excluded = dead.map(Dead::by);
            view.mixes.push(MixView {
                sequence,
                trustee,
                position,
                input,
                output,
                valid: false,
                readable: true,
                excluded,
            });
        }
    }

    /// How many mixes of a trustee are as if they were not there.
    fn void_mixes(&self, batch: usize, trustee: u64) -> usize {
        let posted = self.mixes.get(batch).map_or(&[][..], Vec::as_slice);
        let is_void = |mix: &&PostedMix| matches!(mix.dead, Some(Dead::Void(_)));
        posted.iter().filter(|mix| mix.trustee == trustee).filter(is_void).count()
    }

    fn trustees(&self) -> usize {
        self.view.description().map_or(0, |description| description.trustees.len())
    }

    /// Whether a mix starts from a list that an exclusion has taken out of effect, through no fault of its
    /// author.
    fn rests_on_excluded(
        &self,
        batch: usize,
        stands: &Standing,
        input: &Digest,
        position: u64,
    ) -> Option<Dead> {
        // The first list was made by no mix.
        let place = position.checked_sub(1)?;
        let seen = (stands.sequence, stands.knew);
        self.excluded_unseen(batch, seen, input, Some(place)).map(Dead::Void)
    }

    /// Whether a list is the first one of its batch, or one that a mix in effect makes.
    pub(crate) fn is_list_in_effect(&self, batch: usize, root: &Digest) -> bool {
        let first = self.view.batches.get(batch).map(|view| view.first.root);
        let mut mixes = self.mixes.get(batch).into_iter().flatten();
        first.as_ref() == Some(root)
            || mixes.any(|mix| mix.dead.is_none() && mix.output.root == *root)
    }

    /// The exclusion, later than what somebody knew, that has taken a list out of effect which was made before
    /// this somebody's record; none while any mix in effect makes it, by one at this place in the chain or
    /// at any.
    pub(crate) fn excluded_unseen(
        &self,
        batch: usize,
        (record, knew): (u64, Option<u64>),
        root: &Digest,
        place: Option<u64>,
    ) -> Option<u64> {
        if place.is_none() && self.view.batches.get(batch)?.first.root == *root {
            return None;
        }
        let makers = self.mixes.get(batch)?.iter().filter(|maker| {
            maker.output.root == *root && place.is_none_or(|place| maker.position == place)
        });
        let mut latest = None;
        for maker in makers {
            let by = maker.dead?.by();
            if maker.stands.sequence < record {
                latest = Some(by);
            }
        }
        latest.filter(|by| knew.is_none_or(|knew| knew < *by))
    }

    /// Takes the mixes of a record out of effect. Their trustee does not mix those batches again.
    pub(crate) fn exclude_mixes(&mut self, sequence: u64, by: u64) {
        for batch in 0..self.mixes.len() {
            let posted = self.mixes.get_mut(batch).into_iter().flatten();
            let excluded: Vec<u64> = posted
                .filter(|mix| mix.stands.sequence == sequence)
                .map(|mix| {
                    mix.dead = Some(Dead::Excluded(by));
                    mix.trustee
                })
                .collect();
            for trustee in excluded {
                self.set_mixer(batch, trustee, Mixer::Excluded(by));
                self.void_what_rests_on_excluded(batch);
            }
        }
    }

    /// Mixes that start from a list which has just gone out of effect: their trustees mix again.
    pub(crate) fn void_what_rests_on_excluded(&mut self, batch: usize) {
        let count = self.mixes.get(batch).map_or(0, Vec::len);
        for index in 0..count {
            let Some(mix) = self.mixes.get(batch).and_then(|posted| posted.get(index)) else {
                continue;
            };
            let (stands, trustee) = (mix.stands, mix.trustee);
            let (input, position) = (mix.input, mix.position);
            if mix.dead.is_none()
                && let Some(dead) = self.rests_on_excluded(batch, &stands, &input, position)
            {
                if let Some(mix) =
                    self.mixes.get_mut(batch).and_then(|posted| posted.get_mut(index))
                {
                    mix.dead = Some(dead);
                }
                if self.mixer(batch, trustee) == Mixer::Mixed {
                    self.set_mixer(batch, trustee, Mixer::Due);
                }
            }
        }
        let dead: Vec<(u64, u64)> = self
            .mixes
            .get(batch)
            .into_iter()
            .flatten()
            .filter_map(|mix| Some((mix.stands.sequence, mix.dead?.by())))
            .collect();
        if let Some(view) = self.view.batches.get_mut(batch) {
            for mix in &mut view.mixes {
                let found = dead.iter().find(|(sequence, _)| *sequence == mix.sequence);
                mix.excluded = found.map(|(_, by)| *by);
            }
        }
    }

    /// Whether a trustee is due to mix a batch.
    pub(crate) fn mixer(&self, batch: usize, trustee: u64) -> Mixer {
        let mixers = self.view.batches.get(batch).map(|view| view.mixers.as_slice());
        let index = usize::try_from(trustee).ok();
        mixers
            .zip(index)
            .and_then(|(mixers, index)| mixers.get(index))
            .copied()
            .unwrap_or(Mixer::Mixed)
    }

    pub(crate) fn set_mixer(&mut self, batch: usize, trustee: u64, state: Mixer) {
        let Ok(index) = usize::try_from(trustee) else { return };
        let Some(view) = self.view.batches.get_mut(batch) else { return };
        let Some(slot) = view.mixers.get_mut(index) else { return };
        let before = std::mem::replace(slot, state);
        let due = &mut self.view.mixes_due;
        match (before, state) {
            (Mixer::Due, Mixer::Mixed | Mixer::Excluded(_)) => *due = due.saturating_sub(1),
            (Mixer::Mixed | Mixer::Excluded(_), Mixer::Due) => *due = due.saturating_add(1),
            _ => {}
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
}
