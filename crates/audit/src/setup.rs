//! Proposal, enrolments, manifest and pins (spec/09-audit.md §9.4).

use crate::numbered::{numbered, plural};
use psephos_core::{Digest, Encoding};
use psephos_record::bodies::{
    Body, CounterProposal, Description, Enrol, Manifest, Policy, Proposal,
};
use psephos_record::invitation::verify_enrolment;

use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::log::Entry;
use crate::report::Culprit;
use crate::text::quoted;
use crate::view::{
    Ceremony, CounterProposalView, EarlierAttempt, EarlierProposal, Enrolment, ManifestView,
    ProposalView,
};

impl Auditor<'_> {
    pub(crate) fn proposal(
        &mut self,
        sequence: u64,
        digest: Digest,
        authority: Encoding,
        proposal: Proposal,
    ) {
        let trustees = proposal.description.trustees.len();
        if proposal.invitations.len() != trustees {
            let evidence = format!(
                "{} for {}",
                plural(proposal.invitations.len() as u64, "invitation", "invitations"),
                plural(trustees as u64, "trustee", "trustees")
            );
            let culprits = [Culprit::Authority];
            self.fail(CheckId::SetupParameters, &culprits, Some(sequence), None, evidence);
            self.halt("the proposal cannot be used");
        }
        self.parameters(sequence, &proposal.description);
        let earlier = self.replaced(sequence);
        self.view.enrolments = vec![None; trustees];
        self.view.counter_proposals = vec![None; trustees];
        self.view.proposal = Some(ProposalView { sequence, digest, authority, proposal, earlier });
    }

    /// The proposals that a new one replaces, with who had enrolled under them.
    fn replaced(&mut self, sequence: u64) -> Vec<EarlierProposal> {
        let Some(before) = self.view.proposal.take() else { return Vec::new() };
        self.findings.warn(format!(
            "record {sequence} replaces the proposal of record {}: the trustees enrolled anew",
            before.sequence
        ));
        let enrolled = self.view.enrolments.iter().flatten().map(|enrolment| enrolment.key);
        let last = EarlierProposal {
            digest: before.digest,
            replaced: sequence,
            invitations: before.proposal.invitations,
            enrolled: enrolled.collect(),
        };
        before.earlier.into_iter().chain([last]).collect()
    }

    /// Whether this is what somebody invited sent to a proposal without knowing that another one had replaced
    /// it: an enrolment that its invitation signs, or a counter-proposal of somebody enrolled.
    pub(crate) fn is_of_an_earlier_proposal(&self, entry: &Entry) -> bool {
        let Some(standing) = &self.view.proposal else { return false };
        let is_its = |earlier: &&EarlierProposal| {
            earlier.digest == entry.election
                && entry.knew.is_some_and(|knew| knew < earlier.replaced)
        };
        let Some(earlier) = standing.earlier.iter().find(is_its) else { return false };
        match &entry.body {
            Body::Enrol(Enrol { trustee, invitation }) => {
                let place = usize::try_from(*trustee).ok();
                let key = place.and_then(|place| earlier.invitations.get(place));
                let digest = &earlier.digest;
                key.is_some_and(|key| {
                    verify_enrolment(key, digest, *trustee, &entry.author, invitation).is_ok()
                })
            }
            Body::CounterProposal(_) => earlier.enrolled.contains(&entry.author),
            _ => false,
        }
    }

    /// A trustee answers the proposal: the authority may change it, or go on. Until that trustee accepts the
    /// manifest it is bound to nothing.
    pub(crate) fn counter_proposal(
        &mut self,
        sequence: u64,
        key: &Encoding,
        body: CounterProposal,
    ) {
        let Some(standing) = &self.view.proposal else { return };
        let agrees = body.description.as_ref() == Some(&standing.proposal.description);
        let place = self.enrolled_as(key);
        let Some(slot) = place.and_then(|place| self.view.counter_proposals.get_mut(place)) else {
            return;
        };
        let what = match &body.description {
            None => "declines the proposal",
            Some(_) if agrees => "agrees to the proposal after all",
            Some(_) => "proposes another election",
        };
        let (reason, trustee) = (quoted(&body.reason), place.unwrap_or_default());
        *slot = (!agrees).then_some(CounterProposalView { sequence, counter: body });
        self.findings
            .warn(format!("record {sequence}: trustee {trustee} {what}; its reason: {reason}"));
    }

    fn parameters(&mut self, sequence: u64, description: &Description) {
        self.findings.count(CheckId::SetupParameters, 1);
        let culprits = [Culprit::Authority];
        if let Err(error) = description.check() {
            let evidence = error.to_string();
            self.fail(CheckId::SetupParameters, &culprits, Some(sequence), None, evidence);
        }
        if description.check_frame().is_err() {
            self.halt("the election's parameters cannot be used");
        }
        if let Some(roll) = &description.roll {
            self.blob_holds(sequence, &Culprit::Authority, roll);
        }
    }

    /// Which trustee of the proposal that stands has enrolled with this key.
    pub(crate) fn enrolled_as(&self, key: &Encoding) -> Option<usize> {
        let is_its = |enrolment: &Option<Enrolment>| {
            enrolment.as_ref().is_some_and(|enrolment| enrolment.key == *key)
        };
        self.view.enrolments.iter().position(is_its)
    }

    /// Whether an enrolment is of a trustee there is, and signed by the key of its invitation.
    pub(crate) fn is_invited(&mut self, sequence: u64, key: &Encoding, body: &Enrol) -> bool {
        let Some(proposal) = &self.view.proposal else { return true };
        let place = usize::try_from(body.trustee).ok();
        let invited = place.and_then(|place| proposal.proposal.invitations.get(place));
        let Some(invited) = invited else {
            let culprit = self.culprit(key);
            let evidence = format!("there is no trustee {}", body.trustee);
            self.leaves_open(&culprit);
            self.fail(CheckId::SetupIdentity, &[culprit], Some(sequence), None, evidence);
            return false;
        };
        let (trustee, signature) = (body.trustee, &body.invitation);
        if verify_enrolment(invited, &proposal.digest, trustee, key, signature).is_ok() {
            return true;
        }
        let evidence = format!(
            "the enrolment as trustee {trustee} is not signed by the key it was invited with"
        );
        self.gap = true;
        self.fail(CheckId::BoardSignature, &[], Some(sequence), None, evidence);
        false
    }

    /// Whether its trustee has enrolled before: nobody is to blame, as the trustee held the invitation and so
    /// did the authority, which made it. What was sent before the first one was known is passed over.
    pub(crate) fn is_second_enrolment(&mut self, entry: &Entry, body: &Enrol) -> bool {
        let Some(proposal) = &self.view.proposal else { return false };
        let proposed = proposal.sequence;
        let place = usize::try_from(body.trustee).ok();
        let first = place.and_then(|place| self.view.enrolments.get(place).copied().flatten());
        let Some(Enrolment { sequence: first, .. }) = first else { return false };
        let sequence = entry.sequence;
        if entry.knew.is_some_and(|knew| (proposed..first).contains(&knew)) {
            self.pass_over(format!(
                "record {sequence} comes too late, which its author could not know, and has no effect: this \
                 trustee has enrolled, in record {first}"
            ));
        } else {
            let evidence =
                "this trustee has enrolled before, and the authority knew the invitation too";
            self.misplaced(sequence, evidence.to_owned());
            self.gap = true;
        }
        true
    }

    pub(crate) fn enrol(&mut self, sequence: u64, key: Encoding, body: &Enrol) {
        let place = usize::try_from(body.trustee).ok();
        let slot = place.and_then(|place| self.view.enrolments.get_mut(place));
        if let Some(slot) = slot {
            *slot = Some(Enrolment { sequence, key });
        }
    }

    /// Takes a manifest; whether it was in its phase.
    pub(crate) fn manifest(&mut self, sequence: u64, election: Digest, manifest: Manifest) -> bool {
        let next = match &self.view.manifest {
            Some(view) => view.manifest.attempt.saturating_add(1),
            None => 0,
        };
        let awaited = |(index, enrolment): (u64, &Option<Enrolment>)| {
            enrolment.is_none() && !manifest.excluded.contains(&index)
        };
        if numbered(0, &self.view.enrolments).any(awaited) {
            let evidence = "a manifest before every trustee in it has enrolled".into();
            self.out_of_phase(sequence, &Culprit::Authority, evidence);
            self.halt("the manifest came before its time");
            return false;
        }
        if manifest.attempt != next {
            let evidence = format!("it says attempt {}, and should say {next}", manifest.attempt);
            self.out_of_phase(sequence, &Culprit::Authority, evidence);
            return false;
        }
        self.identity(sequence, &manifest);
        let proposed = self.view.proposal.as_ref().map(|view| &view.proposal.description);
        if proposed != Some(&manifest.description) {
            let description = manifest.description.clone();
            self.parameters(sequence, &description);
        }
        self.left_out(&manifest);
        self.forgive_attempt();
        let earlier = match self.view.manifest.take() {
            Some(ManifestView { election, manifest, earlier, .. }) => {
                let last = EarlierAttempt { election, replaced: sequence, keys: manifest.keys };
                earlier.into_iter().chain([last]).collect()
            }
            None => Vec::new(),
        };
        self.view.ceremony = Ceremony::new(manifest.keys.len());
        // An amendment is of the election whose id it carries.
        self.view.amendments.clear();
        self.view.manifest = Some(ManifestView { sequence, election, manifest, earlier });
        true
    }

    /// The manifest is the proposal with the keys that were enrolled, each of one trustee.
    fn identity(&mut self, sequence: u64, manifest: &Manifest) {
        self.findings.count(CheckId::SetupIdentity, 1);
        let Some(proposal) = &self.view.proposal else { return };
        let mut evidence = Vec::new();
        if manifest.proposal != proposal.digest {
            evidence.push("it names another proposal".to_owned());
        }
        let proposed = &proposal.proposal.description;
        if manifest.description != proposed.without(&manifest.excluded) {
            evidence.push("it describes another election than the proposal".to_owned());
        }
        let increasing = manifest.excluded.is_sorted_by(|left, right| left < right);
        let last = manifest.excluded.last().copied().unwrap_or(0);
        if !increasing || last >= proposed.trustee_count() {
            evidence.push("the trustees it leaves out are not trustees in order".to_owned());
        }
        let enrolled: Vec<_> = numbered(0, &self.view.enrolments)
            .filter(|(index, _)| !manifest.excluded.contains(index))
            .filter_map(|(_, enrolment)| Some(enrolment.as_ref()?.key))
            .collect();
        if manifest.keys != enrolled {
            evidence.push("its keys are not those that the trustees enrolled".to_owned());
        }
        for (index, key) in numbered(0, &manifest.keys) {
            let same =
                numbered(0, &manifest.keys).find(|(other, same)| *other < index && *same == key);
            if let Some((other, _)) = same {
                evidence.push(format!("trustees {other} and {index} have the same key"));
            }
            if *key == proposal.authority {
                evidence.push(format!("trustee {index} has the authority's key"));
            }
            if *key == manifest.description.intake {
                evidence.push(format!("trustee {index} has the intake's key"));
            }
        }
        let trustees = manifest.description.trustees.len();
        if manifest.keys.len() != trustees {
            evidence.push(format!(
                "{} for {}",
                plural(manifest.keys.len() as u64, "key", "keys"),
                plural(trustees as u64, "trustee", "trustees")
            ));
            self.halt("the manifest cannot be used");
        }
        for evidence in evidence {
            let culprits = [Culprit::Authority];
            self.fail(CheckId::SetupIdentity, &culprits, Some(sequence), None, evidence);
        }
    }

    /// Tells of trustees that were invited and take no part.
    fn left_out(&mut self, manifest: &Manifest) {
        let Some(proposal) = &self.view.proposal else { return };
        let names = &proposal.proposal.description.trustees;
        for (index, name) in numbered(0, names) {
            if manifest.excluded.contains(&index) {
                self.findings.warn(format!(
                    "attempt {} of the key ceremony was begun without {name}, trustee {index} of the \
                     proposal; the others moved up",
                    manifest.attempt
                ));
            }
        }
    }

    /// The digests of the seal and of the last record that it names: what comes after changes nothing.
    fn sealed_heads(&self) -> Vec<Digest> {
        let places = self.view.seal.into_iter().chain(self.view.sealed);
        places.filter_map(|place| self.memory.file(place)).collect()
    }

    /// What the auditor knows from elsewhere, and what follows from the manifest alone.
    pub(crate) fn pins(&mut self) {
        let election = self.view.manifest.as_ref().map(|manifest| manifest.election);
        let head = (self.view.records > 0).then_some(self.view.head);
        let sealed = self.sealed_heads();
        for pin in self.options.expect.clone() {
            self.findings.count(CheckId::SetupIdentity, 1);
            if Some(pin) != election && Some(pin) != head && !sealed.contains(&pin) {
                let evidence = format!(
                    "{} is expected, which is neither the election's id nor the digest of the last record, \
                     of the seal or of the last record that it names",
                    hex::encode(pin)
                );
                self.fail(CheckId::SetupIdentity, &[], None, None, evidence);
            }
        }
        if self.options.expect.is_empty() {
            self.findings.warn(
                "nothing was pinned: that this is the election you mean, and all of its record, rests on \
                 where you got it; compare its id and head with a trustee's, then use --expect",
            );
        }
        let Some(description) = self.view.description() else { return };
        let bounded = description.batches().any(|placed| placed.batch.bits.is_some());
        let (minimum, is_open) = (description.minimum > 0, description.policy == Policy::Open);
        if is_open {
            self.findings.warn(
                "this election is open: there is no roll, so anybody could vote, any number of times, and \
                 nothing on the board tells a voter's ballot from one that the authority or anybody else \
                 has added",
            );
        }
        // Nothing but a manifest rules anything out.
        if self.view.manifest.is_none() {
            return;
        }
        if is_open {
            self.findings.not_applicable(CheckId::SetupRoll);
            self.findings.not_applicable(CheckId::IntakeIneligible);
        }
        if !minimum {
            self.findings.not_applicable(CheckId::IntakeMinimum);
        }
        if bounded {
            self.findings.demand(CheckId::BallotRange);
        } else {
            self.findings.not_applicable(CheckId::BallotRange);
        }
    }
}
