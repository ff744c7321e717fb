//! The key ceremony (spec/09-audit.md §9.4): everything of it that is public.

use crate::numbered::numbered;
use psephos_core::Digest;
use psephos_core::encodings::Fixed;
use psephos_proofs::key_ceremony::{
    self, CeremonyContext, Complaint, Deal, DealFault, Edge, KeyFault, derive_keys, judge,
    reused_ephemerals, verify_deal, verify_possession,
};
use psephos_record::bodies::{Accept, Complain, Confirm, DealCommitment, deals_digest};

use crate::auditor::{Auditor, check_of};
use crate::check::CheckId;
use crate::report::{Culprit, Failure};
use crate::view::{Ceremony, ComplaintView, ElectionKeys, Phase};

impl Ceremony {
    pub(crate) fn new(trustees: usize) -> Self {
        Self {
            accepts: vec![None; trustees],
            commitments: vec![None; trustees],
            deals: vec![None; trustees],
            confirmed: vec![false; trustees],
            ..Self::default()
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        if self.failed {
            Phase::Failed
        } else if self.accepts.iter().any(Option::is_none) {
            Phase::Acceptance
        } else if self.commitments.iter().any(Option::is_none) {
            Phase::Commitment
        } else if self.deals.iter().any(Option::is_none) {
            Phase::Dealing
        } else if self.confirmed.contains(&false) {
            Phase::Confirmation
        } else {
            Phase::Ready
        }
    }
}

/// A trustee's place in a list, if that is still free.
fn free<T>(list: &mut [Option<T>], trustee: u64) -> Option<&mut Option<T>> {
    let slot = usize::try_from(trustee).ok().and_then(|index| list.get_mut(index))?;
    slot.is_none().then_some(slot)
}

impl Auditor<'_> {
    fn ceremony_context(&self) -> CeremonyContext {
        let attempt = self.view.manifest.as_ref().map_or(0, |view| view.manifest.attempt);
        CeremonyContext { election: self.view.election(), attempt }
    }

    pub(crate) fn accept(&mut self, sequence: u64, trustee: u64, body: Accept) {
        let context = self.ceremony_context();
        let (key, proof) = (body.key, body.proof);
        match free(&mut self.view.ceremony.accepts, trustee) {
            Some(slot) => *slot = Some(body),
            None => return,
        }
        self.findings.count(CheckId::KeyProof, 1);
        self.findings.count(CheckId::GroupMembership, 1);
        if let Err(fault) = verify_possession(&context, trustee, &key, &proof) {
            let evidence = format!("the share-encryption key: {fault}");
            self.convict(check_of(&fault, CheckId::KeyProof), trustee, sequence, evidence);
        }
    }

    pub(crate) fn deal_commitment(&mut self, trustee: u64, body: &DealCommitment) {
        if let Some(slot) = free(&mut self.view.ceremony.commitments, trustee) {
            *slot = Some(body.commitment);
        }
    }

    pub(crate) fn deal(&mut self, sequence: u64, dealer: u64, digest: Digest, deal: Deal) {
        let context = self.ceremony_context();
        let place = usize::try_from(dealer).ok();
        let commitment =
            place.and_then(|place| self.view.ceremony.commitments.get(place).copied().flatten());
        let keys: Vec<_> =
            self.view.ceremony.accepts.iter().flatten().map(|accept| accept.key).collect();
        let threshold = self.threshold();
        let Some(commitment) = commitment else { return };
        match free(&mut self.view.ceremony.deals, dealer) {
            Some(slot) => *slot = Some((digest, deal.clone())),
            None => return,
        }
        self.findings.count(CheckId::KeyCommitment, 1);
        self.findings.count(CheckId::KeyProof, 1);
        self.findings.count(CheckId::KeyEncryption, keys.len() as u64);
        // The commitments and the ephemeral keys.
        self.findings.count(CheckId::ShapeLength, 2);
        self.findings.count(CheckId::GroupMembership, threshold.saturating_add(keys.len() as u64));
        let faults = verify_deal(&context, dealer, threshold, &keys, &commitment, &deal);
        for fault in faults.err().unwrap_or_default() {
            let check = match &fault {
                DealFault::Form(form) => check_of(form, CheckId::KeyProof),
                DealFault::Commitment => CheckId::KeyCommitment,
                DealFault::Knowledge => CheckId::KeyProof,
                DealFault::Encryption { .. } => CheckId::KeyEncryption,
            };
            self.convict(check, dealer, sequence, fault.to_string());
        }
        self.reused_keys(sequence, dealer, &deal);
        self.derive();
    }

    /// Ephemeral keys of this deal that an earlier one, or the deal itself, has used.
    fn reused_keys(&mut self, sequence: u64, dealer: u64, deal: &Deal) {
        let deals = numbered(0, &self.view.ceremony.deals);
        let mut in_order: Vec<(u64, &Deal)> = deals
            .filter(|(other, _)| *other != dealer)
            .filter_map(|(other, deal)| Some((other, &deal.as_ref()?.1)))
            .collect();
        in_order.push((dealer, deal));
        let reuses: Vec<_> = reused_ephemerals(&in_order)
            .into_iter()
            .filter(|reuse| reuse.dealer == dealer)
            .collect();
        for reuse in reuses {
            let evidence = format!(
                "the ephemeral key for trustee {} is the one of trustee {} for trustee {}",
                reuse.recipient, reuse.first_dealer, reuse.first_recipient
            );
            self.convict(CheckId::KeyEncryption, dealer, sequence, evidence);
        }
    }

    /// Derives the election's keys once all deals stand and hold.
    fn derive(&mut self) {
        let ceremony = &self.view.ceremony;
        let deals: Option<Vec<&Deal>> =
            ceremony.deals.iter().map(|deal| deal.as_ref().map(|(_, deal)| deal)).collect();
        let Some(deals) = deals.filter(|_| !ceremony.failed) else { return };
        match derive_keys(self.threshold(), &deals) {
            Ok(key_ceremony::ElectionKeys { public_key, share_keys }) => {
                self.view.ceremony.keys = Some(ElectionKeys { public_key, share_keys });
            }
            Err(fault) => self.no_keys(&fault),
        }
    }

    /// No trustee alone can bring this about without knowing the others' polynomials: a commitment by
    /// hash came first. It is a failure of the attempt all the same.
    fn no_keys(&mut self, fault: &KeyFault) {
        let failure = Failure {
            check: CheckId::GroupMembership,
            culprits: Vec::new(),
            record: None,
            row: None,
            evidence: fault.to_string(),
        };
        self.attempt_failures.push(failure);
        self.view.ceremony.failed = true;
    }

    pub(crate) fn confirm(&mut self, sequence: u64, trustee: u64, body: &Confirm) {
        let deals: Vec<Digest> =
            self.view.ceremony.deals.iter().flatten().map(|(digest, _)| *digest).collect();
        let slot = usize::try_from(trustee).ok();
        match slot.and_then(|index| self.view.ceremony.confirmed.get_mut(index)) {
            Some(confirmed @ false) => *confirmed = true,
            _ => return,
        }
        self.findings.count(CheckId::KeyCommitment, 1);
        if body.deals != deals_digest(&deals) {
            let evidence = "it confirms other deals than those on the board".to_owned();
            self.convict(CheckId::KeyCommitment, trustee, sequence, evidence);
        }
    }

    pub(crate) fn complain(&mut self, sequence: u64, complainer: u64, complaint: Complain) {
        let dealer = complaint.dealer;
        let deal = usize::try_from(dealer)
            .ok()
            .and_then(|index| self.view.ceremony.deals.get(index)?.as_ref())
            .map(|(digest, deal)| (self.memory.place_of_message(digest), deal));
        let Some((place, deal)) = deal else {
            let evidence = format!("there is no deal of a trustee {dealer}");
            return self.convict(CheckId::KeyComplaint, complainer, sequence, evidence);
        };
        let accept = usize::try_from(complainer)
            .ok()
            .and_then(|index| self.view.ceremony.accepts.get(index)?.as_ref());
        let Some(recipient_key) = accept.map(|accept| accept.key) else { return };
        let context = self.ceremony_context();
        // `judge` takes the ephemeral key out of the deal.
        let edge =
            Edge { context, dealer, recipient: complainer, ephemeral: [0; 32], recipient_key };
        let opening = Complaint { point: Fixed(complaint.point), proof: complaint.proof };
        let judgement = judge(&edge, deal, &opening);
        self.findings.count(CheckId::KeyComplaint, 1);
        let convicted = match judgement.verdict {
            key_ceremony::Verdict::Dealer => dealer,
            key_ceremony::Verdict::Complainer => complainer,
        };
        let deal = place.map_or(String::new(), |place| format!(" in record {place}"));
        let evidence = format!(
            "the complaint of trustee {complainer} in record {sequence} about the deal of trustee {dealer}{deal}: {}",
            judgement.reason
        );
        self.view.ceremony.complaints.push(ComplaintView {
            sequence,
            complainer,
            complaint,
            convicted,
        });
        self.convict(CheckId::KeyComplaint, convicted, sequence, evidence);
    }

    pub(crate) fn open(&mut self, sequence: u64) {
        let phase = self.view.ceremony.phase();
        if phase != Phase::Ready {
            if self.view.ceremony.complaints.is_empty() {
                let evidence =
                    format!("the election was opened although {}", crate::phase::name(phase));
                self.out_of_phase(sequence, &Culprit::Authority, evidence);
            } else {
                let evidence = "the election was opened although a complaint stands";
                let culprits = [Culprit::Authority];
                self.fail(CheckId::KeyComplaint, &culprits, Some(sequence), None, evidence);
            }
        }
        if self.view.ceremony.keys.is_none() {
            return self.halt("there is no election key");
        }
        self.view.opened = Some(sequence);
    }

    fn threshold(&self) -> u64 {
        self.view.description().map_or(0, |description| description.threshold)
    }

    fn convict(&mut self, check: CheckId, trustee: u64, sequence: u64, evidence: String) {
        let culprits = vec![Culprit::Trustee(trustee)];
        let record = Some(sequence);
        self.attempt_failures.push(Failure { check, culprits, record, row: None, evidence });
        self.view.ceremony.failed = true;
        if !self.view.ceremony.convicted.contains(&trustee) {
            self.view.ceremony.convicted.push(trustee);
        }
    }

    /// A new manifest starts a new attempt: what went wrong in the last one is told, and weighs no more.
    pub(crate) fn forgive_attempt(&mut self) {
        let Some(view) = &self.view.manifest else { return };
        let attempt = view.manifest.attempt;
        if self.attempt_failures.is_empty() {
            self.findings.warn(format!("attempt {attempt} of the key ceremony was given up"));
        }
        for failure in std::mem::take(&mut self.attempt_failures) {
            let culprits: Vec<_> = failure.culprits.iter().map(Culprit::to_text).collect();
            let who =
                if culprits.is_empty() { "nobody to blame".into() } else { culprits.join(", ") };
            self.findings.warn(format!(
                "attempt {attempt} of the key ceremony failed ({}, {who}): {}",
                failure.check, failure.evidence
            ));
        }
    }
}
