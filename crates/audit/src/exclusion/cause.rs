//! Exclusion for cause: a record that the audit itself refuses has no effect.

use psephos_core::{Digest, Encoding};

use super::docket::Outcome;
use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::log::Place;
use crate::mixes::{Dead, PostedMix};
use crate::report::{Culprit, Found};
use crate::text::quoted;
use crate::view::{ExcludedView, ExclusionView};
use crate::{Excludable, Remedies};

/// What a record that an exclusion names fails beyond what was found when it was read.
#[derive(Default)]
struct Hidden {
    checks: Vec<(CheckId, String)>,
    /// Something about it could not be checked.
    unknown: bool,
}

impl Auditor<'_> {
    fn authority_key(&self) -> Option<Encoding> {
        self.view.proposal.as_ref().map(|proposal| proposal.authority)
    }

    /// Whether an exclusion for cause names this very file.
    pub(crate) fn is_named(&self, place: &Place) -> bool {
        let key = self.authority_key();
        self.docket.charges(place, key.as_ref()).next().is_some()
    }

    /// Looks at a record that exclusions name. If it fails what one of them says, it has no effect and
    /// nothing found of it counts.
    pub(crate) fn try_record(&mut self, place: &Place, file: Result<Vec<u8>, String>) {
        let sequence = place.sequence;
        let before = (self.gap, self.damaged, self.memory.outdates_close);
        let out_of_step = self.is_out_of_step();
        self.docket.on_trial = Some(*place);
        self.findings.open_trial(sequence);
        self.take(place, file);
        let hidden = self.hidden_checks(place);
        let found = self.findings.close_trial();
        self.docket.on_trial = None;
        let uncertain = out_of_step || hidden.unknown;
        let by = self.weigh(place, &found, &hidden, uncertain);
        let Some(&first) = by.first() else {
            return self.findings.absorb(found);
        };
        (self.gap, self.damaged, self.memory.outdates_close) = before;
        self.forget_broken(sequence);
        self.docket.unreadable.remove(&sequence);
        if self.memory.loose.contains(&sequence) {
            self.docket.answer(sequence, first);
        }
        self.exclude_mixes(sequence, first);
        self.exclude_shares(sequence);
        self.docket.excluded.insert(sequence, by);
    }

    /// What the lists and proofs of a mix or share record fail. An exclusion that was audited before was
    /// right then.
    fn hidden_checks(&mut self, place: &Place) -> Hidden {
        let sequence = place.sequence;
        let batches: Vec<usize> =
            (0..self.mixes.len()).filter(|&batch| self.last_mix(batch) == Some(sequence)).collect();
        let shared = self.shares.last().is_some_and(|share| share.sequence == sequence);
        if batches.is_empty() && !shared {
            return Hidden::default();
        }
        let checks = self.granted_checks(place);
        // What was right then may have nothing left to exclude.
        if !checks.is_empty() && !self.passed_over {
            return Hidden { checks, unknown: false };
        }
        let mut hidden = Hidden::default();
        for batch in batches {
            let (checks, unknown) = self.failing_mix_checks(batch, sequence);
            hidden.checks.extend(checks);
            hidden.unknown |= unknown;
        }
        if shared {
            let (checks, unknown) = self.failing_share_checks(sequence);
            hidden.checks.extend(checks);
            hidden.unknown |= unknown;
        }
        hidden
    }

    fn last_mix(&self, batch: usize) -> Option<u64> {
        self.mixes.get(batch)?.last().map(|mix| mix.stands.sequence)
    }

    fn granted_checks(&self, place: &Place) -> Vec<(CheckId, String)> {
        let key = self.authority_key();
        let charges = self.docket.charges(place, key.as_ref());
        let granted = charges.filter(|charge| self.was_verified(charge.exclusion));
        let checks = granted.filter_map(|charge| CheckId::from_id(&charge.check));
        checks.map(|check| (check, "as was checked before".to_owned())).collect()
    }

    /// The exclusions that are right about a record, the first one first.
    fn weigh(
        &mut self,
        place: &Place,
        found: &Found,
        hidden: &Hidden,
        uncertain: bool,
    ) -> Vec<u64> {
        let sequence = place.sequence;
        let key = self.authority_key();
        let mut outcomes = Vec::new();
        for charge in self.docket.charges(place, key.as_ref()) {
            let check = CheckId::from_id(&charge.check)
                .filter(|check| self.docket.is_cause(sequence, *check));
            let unreadable = self.docket.unreadable.contains(&sequence);
            let evidence = check.and_then(|check| evidence(check, found, hidden, unreadable));
            let waits = |check: CheckId| found.waiting.iter().any(|(other, _)| *other == check);
            outcomes.push((
                charge.exclusion,
                match (evidence, check) {
                    (Some(evidence), _) => Outcome::Justified(evidence),
                    (None, _) if self.passed_over => Outcome::Idle,
                    (None, check) if uncertain || check.is_some_and(waits) => Outcome::Undecided,
                    (None, _) => Outcome::Unjustified,
                },
            ));
        }
        let is_right = |outcome: &Outcome| matches!(outcome, Outcome::Justified(_));
        let right =
            outcomes.iter().filter(|(_, o)| is_right(o)).map(|(exclusion, _)| *exclusion).collect();
        self.docket.outcomes.extend(outcomes);
        right
    }

    /// An exclusion for cause in its place.
    pub(crate) fn exclude_for_cause(&mut self, sequence: u64, named: &Place, check: &str) {
        let Place { sequence: named, digest, previous } = *named;
        self.findings.count(CheckId::ExclusionUnjustified, 1);
        let culprits = [Culprit::Authority];
        let record = Some(sequence);
        let stands = !self.is_unposted(named);
        let check =
            CheckId::from_id(check).map_or_else(|| quoted(check), |check| check.to_string());
        let outcome = match self.docket.outcomes.get(&sequence) {
            Some(outcome) if stands => Some(outcome.clone()),
            None if !self.docket.void.contains(&sequence) => None,
            _ if self.memory.in_doubt.is_some_and(|first| first < named) => {
                Some(Outcome::Undecided)
            }
            _ => Some(Outcome::Unjustified),
        };
        match outcome {
            Some(Outcome::Justified(evidence)) => {
                self.docket.confirmed.insert(sequence);
                self.findings.warn(format!(
                    "record {named} is excluded, by record {sequence}: it fails {check} ({evidence})"
                ));
                let excluded = ExcludedView::Record { sequence: named, check };
                self.view.exclusions.push(ExclusionView { sequence, excluded });
            }
            Some(Outcome::Idle) => self.findings.warn(format!(
                "record {sequence} has no effect: record {named}, which it excludes, is passed over"
            )),
            Some(Outcome::Undecided) => {
                let text = format!("whether record {named} fails {check} could not be checked");
                self.docket.undecided.push((named, text));
            }
            Some(Outcome::Unjustified) => {
                let evidence = format!(
                    "it excludes record {named}, which does not fail {check} or cannot be excluded for it"
                );
                self.fail(CheckId::ExclusionUnjustified, &culprits, record, None, evidence);
            }
            None if self.is_out_of_step() || self.is_elsewhere(named, &digest, &previous) => {
                let text = format!("record {named} may have stood elsewhere, or is missing");
                self.findings.not_run(CheckId::ExclusionUnjustified, text);
                self.gap = true;
            }
            None => {
                let evidence = if self.memory.place(&digest).is_some() {
                    format!(
                        "it does not say rightly where the record stands that it excludes: {named}"
                    )
                } else {
                    format!("no record {named} with this digest stands before it")
                };
                self.fail(CheckId::ExclusionUnjustified, &culprits, record, None, evidence);
            }
        }
    }

    /// Whether a record stands in this place behind another file than it was excluded behind: what stands
    /// before it is not what the authority saw, which is nobody's fault.
    fn is_elsewhere(&self, sequence: u64, digest: &Digest, previous: &Digest) -> bool {
        let before = sequence.checked_sub(1).map_or(Some([0; 32]), |place| self.memory.file(place));
        self.memory.file(sequence) == Some(*digest) && before != Some(*previous)
    }

    /// Whether a record holds a message of the authority's in a wrong wrapper that does not stand in a
    /// right one and in its phase.
    fn is_unposted(&self, record: u64) -> bool {
        let has_effect = |message| {
            let place = self.memory.place_of_message(message);
            place.is_some_and(|place| self.docket.is_protected(place))
        };
        self.docket.unposted.get(&record).is_some_and(|message| !has_effect(message))
    }

    /// Whether an exclusion of a record that fails something would be justified.
    fn can_be_excluded(&self, record: u64) -> bool {
        !self.docket.is_protected(record) && !self.is_unposted(record)
    }

    /// Exclusions that put something aside, and turned out not to stand where they may.
    pub(crate) fn void_exclusions(&self) -> Vec<u64> {
        let is_void = |by: &&Vec<u64>| !by.iter().any(|by| self.docket.confirmed.contains(by));
        self.docket.excluded.values().filter(is_void).flatten().copied().collect()
    }

    /// Tells of exclusions that could not be decided.
    pub(crate) fn report_undecided(&mut self) {
        for (named, text) in std::mem::take(&mut self.docket.undecided) {
            // Its list has vanished since; an exclusion for absence has left it out then.
            let mut dead = self.mixes.iter().flatten().filter(|mix| mix.stands.sequence == named);
            let is_out = |mix: &PostedMix| matches!(mix.dead, Some(Dead::Excluded(_)));
            if dead.next().is_some_and(is_out) && dead.all(is_out) {
                self.findings.warn(text);
            } else {
                self.findings.not_run(CheckId::ExclusionUnjustified, text);
                self.gap = true;
            }
        }
    }

    /// What can be done about what has been found so far.
    pub(crate) fn remedies(&self) -> Remedies {
        let mut remedies =
            Remedies { beyond: self.findings.is_unreadable(), ..Remedies::default() };
        let mut named: Vec<(u64, CheckId, &str)> = Vec::new();
        for failure in self.findings.failures() {
            let (check, record) = (failure.check, failure.record);
            match record.filter(|record| self.can_be_excluded(*record)) {
                Some(record) if check == CheckId::BoardBlob => remedies.unread.push(record),
                Some(record) => named.push((record, check, failure.evidence.as_str())),
                None => remedies.beyond = true,
            }
        }
        for (record, text) in self.findings.unreadable_records() {
            if self.docket.unreadable.contains(record) {
                named.push((*record, CheckId::EncodingCanonical, text.as_str()));
            } else if !self.can_be_excluded(*record) {
                remedies.beyond = true;
            } else {
                remedies.unread.push(*record);
            }
        }
        named.sort_unstable();
        named.dedup_by_key(|(record, _, _)| *record);
        remedies.unread.sort_unstable();
        remedies.unread.dedup();
        for (record, check, evidence) in named {
            let Some(digest) = self.memory.file(record) else { continue };
            let before = record.checked_sub(1).and_then(|before| self.memory.file(before));
            let (previous, evidence) = (before.unwrap_or_default(), evidence.to_owned());
            remedies.excludable.push(Excludable { record, check, digest, previous, evidence });
        }
        remedies
    }
}

/// What shows that a record fails a check.
fn evidence(check: CheckId, found: &Found, hidden: &Hidden, unreadable: bool) -> Option<String> {
    if let Some(failure) = found.failures.iter().find(|failure| failure.check == check) {
        return Some(failure.evidence.clone());
    }
    if check == CheckId::EncodingCanonical && unreadable {
        return found.unreadable.first().map(|(_, text)| text.clone());
    }
    let mut more = hidden.checks.iter().chain(&found.excused);
    more.find(|(other, _)| *other == check).map(|(_, evidence)| evidence.clone())
}
