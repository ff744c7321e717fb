//! Exclusion for absence: what threshold many trustees state and the authority confirms.

use std::collections::BTreeMap;

use psephos_core::Digest;
use psephos_record::bodies::Unmixed;

use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::mixes::{Dead, Standing};
use crate::numbered::plural;
use crate::report::Culprit;
use crate::view::{AbsenceView, ExcludedView, ExclusionView, Mixer};

/// That a batch waits for a trustee's mix of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim {
    /// The batch's place in the view.
    batch: usize,
    trustee: u64,
    root: Digest,
}

/// Who has stated what, each with the newest record that says so.
pub(super) type Statements = BTreeMap<Claim, BTreeMap<u64, Standing>>;

/// What becomes of an exclusion in one batch.
enum Answer {
    /// The trustee is excluded.
    Absent,
    /// So is the mix in this record, which its witnesses had seen and could not read.
    Unread(u64),
    /// Those witnesses had seen the trustee's share, and could not read it.
    ShareUnread(u64),
    /// No effect, and nobody's fault.
    Idle(String),
    /// The same, by what lists say.
    Overtaken(String),
    Unjustified {
        evidence: String,
        /// Trustees whose statement was wrong when they made it.
        guilty: Vec<u64>,
    },
}

/// Who says that a trustee is absent.
struct Witnesses {
    authority: Standing,
    /// By trustee, of each the newest.
    stated: BTreeMap<u64, Standing>,
    /// How many are needed.
    threshold: u64,
}

impl Witnesses {
    fn who(&self, is_meant: impl Fn(&Standing) -> bool) -> Vec<u64> {
        let meant = self.stated.iter().filter(|(_, stands)| is_meant(stands));
        meant.map(|(signer, _)| *signer).collect()
    }

    /// Whether the authority and enough of them had seen a record.
    fn had_seen(&self, sequence: u64) -> bool {
        let seen = self.who(|stands| stands.has_seen(sequence)).len() as u64;
        self.authority.has_seen(sequence) && seen >= self.threshold
    }
}

impl Auditor<'_> {
    /// The batches of an exclusion for absence; none when it names what there is not.
    fn claims(&self, trustee: u64, batches: &[Unmixed]) -> Option<Vec<Claim>> {
        let places: Vec<_> =
            batches.iter().map(|batch| (batch.box_index, batch.batch_index)).collect();
        let trustees = self.view.description().map_or(0, |found| found.trustee_count());
        if trustee >= trustees || !self.are_batches(&places) {
            return None;
        }
        let claim = |unmixed: &Unmixed| {
            let batch = self.batch_place(unmixed.box_index, unmixed.batch_index)?;
            Some(Claim { batch, trustee, root: unmixed.root })
        };
        batches.iter().map(claim).collect()
    }

    /// A trustee or the authority says that a trustee is absent.
    pub(crate) fn absence(
        &mut self,
        stands: Standing,
        author: &Culprit,
        trustee: u64,
        batches: &[Unmixed],
    ) {
        let sequence = stands.sequence;
        let Some(claims) = self.claims(trustee, batches) else {
            let evidence =
                "it names no trustee, or not batches of the manifest, each once and in order";
            let culprits = std::slice::from_ref(author);
            return self.fail(CheckId::ShapeLength, culprits, Some(sequence), None, evidence);
        };
        match author {
            Culprit::Trustee(signer) => self.state_absence(&stands, *signer, &claims),
            _ => self.exclude_absent(&stands, trustee, &claims),
        }
    }

    fn state_absence(&mut self, stands: &Standing, signer: u64, claims: &[Claim]) {
        for claim in claims {
            self.docket.statements.entry(*claim).or_default().insert(signer, *stands);
            let Some(batch) = self.view.batches.get(claim.batch) else { continue };
            self.view.absences.push(AbsenceView {
                sequence: stands.sequence,
                signer,
                trustee: claim.trustee,
                box_index: batch.box_index,
                batch_index: batch.batch_index,
                root: claim.root,
            });
        }
    }

    fn exclude_absent(&mut self, stands: &Standing, trustee: u64, claims: &[Claim]) {
        let by = stands.sequence;
        let mut excluded = 0u64;
        self.findings.count(CheckId::ExclusionUnjustified, claims.len() as u64);
        for claim in claims {
            match self.weigh_absence(stands, claim) {
                Answer::Absent if self.lacks_a_list(claim.batch) => {
                    self.absent_as_far_as_known(stands, claim);
                }
                Answer::Absent => {
                    self.set_mixer(claim.batch, trustee, Mixer::Excluded(by));
                    excluded = excluded.saturating_add(1);
                }
                Answer::Unread(mix) => {
                    self.leave_out(claim, mix, by);
                    excluded = excluded.saturating_add(1);
                }
                Answer::ShareUnread(share) => self.leave_out_share(claim, share, by),
                Answer::Idle(text) => self.findings.warn(text),
                Answer::Overtaken(text) => {
                    // With all lists it might exclude.
                    self.gap |= self.lacks_a_list(claim.batch);
                    self.findings.warn(text);
                }
                Answer::Unjustified { evidence, .. } if self.is_batch_uncertain(claim.batch) => {
                    self.leave_undecided(by, &evidence);
                }
                Answer::Unjustified { evidence, guilty } => {
                    let mut culprits = vec![Culprit::Authority];
                    let guilty = guilty.into_iter().filter(|signer| self.was_sure(claim, *signer));
                    culprits.extend(guilty.map(Culprit::Trustee));
                    self.fail(CheckId::ExclusionUnjustified, &culprits, Some(by), None, evidence);
                }
            }
        }
        if excluded > 0 {
            let batches = plural(excluded, "batch", "batches");
            self.findings.warn(format!(
                "trustee {trustee} is excluded from mixing, for absence, in {batches} (record {by})"
            ));
            let excluded = ExcludedView::Trustee { trustee, batches: excluded };
            self.view.exclusions.push(ExclusionView { sequence: by, excluded });
        }
    }

    /// The trustee's mix is awaited, unless a list that cannot be read is the last good one.
    fn absent_as_far_as_known(&mut self, stands: &Standing, claim: &Claim) {
        let by = stands.sequence;
        let lost = self.without_their_list(claim.batch);
        if let Some(mix) = lost.into_iter().find(|record| !stands.has_seen(*record)) {
            self.gap = true;
            return self.findings.warn(format!(
                "record {by} has no effect: it was overtaken by record {mix}, whose list cannot be read"
            ));
        }
        self.leave_undecided(by, "a list of the batch cannot be read");
    }

    /// The trustee may be excluded or not, and what follows may be in its place or not.
    fn leave_undecided(&mut self, by: u64, why: &str) {
        let text = format!("whether record {by} is justified: {why}");
        self.findings.not_run(CheckId::ExclusionUnjustified, text);
        self.gap = true;
    }

    /// Whether a witness knew all of this board when it stated something.
    fn was_sure(&self, claim: &Claim, signer: u64) -> bool {
        let statement = self.docket.statements.get(claim).and_then(|stated| stated.get(&signer));
        statement.is_none_or(|stands| !self.was_unsure(stands.knew))
    }

    fn lacks_a_list(&self, batch: usize) -> bool {
        !self.without_their_list(batch).is_empty()
    }

    /// Whether which list of a batch is the last good one may not be known.
    fn is_batch_uncertain(&self, batch: usize) -> bool {
        self.is_out_of_step() || self.lacks_a_list(batch)
    }

    fn leave_out(&mut self, claim: &Claim, mix: u64, by: u64) {
        let posted = self.mixes.get_mut(claim.batch).into_iter().flatten();
        for mix in posted.filter(|posted| posted.stands.sequence == mix) {
            mix.dead = Some(Dead::Excluded(by));
        }
        self.set_mixer(claim.batch, claim.trustee, Mixer::Excluded(by));
        self.void_what_rests_on_excluded(claim.batch);
        self.withdraw_shares(claim.batch);
        self.findings.warn(format!(
            "a mix in record {mix} is left out: its list could not be read (record {by})"
        ));
    }

    fn leave_out_share(&mut self, claim: &Claim, share: u64, by: u64) {
        let number = claim.trustee;
        let left_out = self.leave_out_unreadable_share(share);
        self.findings.warn(if left_out {
            format!("the shares in record {share} are left out: they cannot be read (record {by})")
        } else {
            format!("record {by} has no effect: the shares of trustee {number} can be read")
        });
    }

    fn weigh_absence(&mut self, stands: &Standing, claim: &Claim) -> Answer {
        let by = stands.sequence;
        if let Mixer::Excluded(before) = self.mixer(claim.batch, claim.trustee) {
            let number = claim.trustee;
            return Answer::Idle(format!(
                "record {by} has no effect: record {before} has excluded trustee {number} before"
            ));
        }
        let witnesses = Witnesses {
            authority: *stands,
            stated: self.docket.statements.get(claim).cloned().unwrap_or_default(),
            threshold: self.view.description().map_or(u64::MAX, |found| found.threshold),
        };
        if let Some(share) = self.share_of(claim.batch, claim.trustee, &claim.root)
            && witnesses.had_seen(share)
        {
            return Answer::ShareUnread(share);
        }
        // Before shares are asked for: whether one is valid could depend on when its list got lost.
        if let Some((mix, input)) = self.standing_mix(claim.batch, claim.trustee)
            && input == claim.root
            && witnesses.had_seen(mix)
        {
            return Answer::Unread(mix);
        }
        self.settle(claim.batch);
        self.weigh_lists(claim, &witnesses)
    }

    /// Whether a trustee's mix is awaited, by what stands in its batch.
    fn weigh_lists(&mut self, claim: &Claim, witnesses: &Witnesses) -> Answer {
        let (by, number) = (witnesses.authority.sequence, claim.trustee);
        let idle = |why: &str| Answer::Overtaken(format!("record {by} has no effect: {why}"));
        let stated = witnesses.stated.len() as u64;
        if stated < witnesses.threshold {
            let evidence = format!(
                "{stated} trustees state before it that trustee {number} has not mixed this list, and {} are \
                 needed",
                witnesses.threshold
            );
            return Answer::Unjustified { evidence, guilty: Vec::new() };
        }
        if let Some(share) = self.first_valid_share(claim.batch) {
            if !witnesses.authority.has_seen(share) {
                return idle(&format!("it was overtaken by the share in record {share}"));
            }
            let evidence = format!("the valid share in record {share} stands before it");
            let guilty = witnesses.who(|stands| stands.has_seen(share));
            return Answer::Unjustified { evidence, guilty };
        }
        if let Some((mix, _)) = self.standing_mix(claim.batch, claim.trustee) {
            return idle(&format!("the mix of trustee {number} stands in record {mix}"));
        }
        let Some(view) = self.view.batches.get(claim.batch) else { return idle("no such batch") };
        if view.last.root == claim.root {
            return Answer::Absent;
        }
        let mut lists = view.mixes.iter().map(|mix| mix.output.root);
        let is_a_list = view.first.root == claim.root || lists.any(|root| root == claim.root);
        let last = view.mixes.iter().rev().find(|mix| mix.valid).map(|mix| mix.sequence);
        if let Some(last) = last
            && is_a_list
            && !witnesses.authority.has_seen(last)
        {
            return idle(&format!("it was overtaken by the mix in record {last}"));
        }
        let evidence = "it does not name the last good list".to_owned();
        let guilty = witnesses.who(|stands| self.was_wrong(claim, stands, last));
        Answer::Unjustified { evidence, guilty }
    }

    /// Whether a statement that does not name the last good list was wrong when it was made.
    fn was_wrong(&self, claim: &Claim, stands: &Standing, last: Option<u64>) -> bool {
        if self
            .excluded_unseen(claim.batch, (stands.sequence, stands.knew), &claim.root, None)
            .is_some()
        {
            return false;
        }
        let is_in_effect = self.is_list_in_effect(claim.batch, &claim.root);
        !is_in_effect || last.is_some_and(|last| stands.has_seen(last))
    }

    /// The mix of a trustee that stands in a batch, and its input.
    fn standing_mix(&self, batch: usize, trustee: u64) -> Option<(u64, Digest)> {
        let mut posted = self.mixes.get(batch)?.iter();
        let mix = posted.find(|mix| mix.trustee == trustee && mix.dead.is_none())?;
        Some((mix.stands.sequence, mix.input))
    }
}
