//! From the proposal to the open election.

use std::sync::Arc;

use psephos_proofs::key_ceremony::{CeremonyContext, Deal};
use psephos_prove::key_ceremony::{Received, SealedDeal, accept, receive};
use psephos_record::bodies::{
    Accept, Body, Complain, Confirm, CounterProposal, DealCommitment, Description, Enrol, Manifest,
    Open, Proposal, deals_digest,
};
use psephos_record::invitation::sign_enrolment;

use crate::{Author, Election};

impl Election {
    /// The authority proposes the plan's election.
    pub fn propose(&mut self) -> u64 {
        let intake = self.public_key(Author::Intake);
        let roll = self.put_roll();
        self.propose_description(Description { roll, ..self.plan.description(intake) })
    }

    /// The authority proposes another election, with the plan's trustees.
    pub fn propose_description(&mut self, description: Description) -> u64 {
        let invitations =
            self.invitations.iter().map(|key| key.verifying_key().to_bytes()).collect();
        self.post(Author::Authority, Body::Proposal(Proposal { description, invitations }))
    }

    /// An enrolment as a trustee, under its invitation, of anybody's key.
    #[must_use]
    pub fn enrol_body(&self, trustee: u64, author: Author) -> Enrol {
        let proposal = self.view().proposal.expect("a proposal").digest;
        let key = self.public_key(author);
        let invitation = &self.invitations[trustee as usize];
        Enrol { trustee, invitation: sign_enrolment(invitation, &proposal, trustee, &key) }
    }

    /// A trustee enrols.
    pub fn enrol(&mut self, trustee: u64) -> u64 {
        let author = Author::Trustee(trustee);
        let body = self.enrol_body(trustee, author);
        self.post(author, Body::Enrol(body))
    }

    /// A trustee answers the proposal with another description, or none.
    pub fn counter_propose(&mut self, trustee: u64, description: Option<&Description>) -> u64 {
        let reason = "as the charter has it".to_owned();
        let body = CounterProposal { reason, description: description.cloned() };
        self.post(Author::Trustee(trustee), Body::CounterProposal(body))
    }

    /// The next manifest.
    #[must_use]
    pub fn manifest_body(&self) -> Manifest {
        let view = self.view();
        let proposal = view.proposal.expect("a proposal");
        Manifest {
            keys: view.enrolments.iter().flatten().map(|enrolment| enrolment.key).collect(),
            excluded: Vec::new(),
            attempt: view.manifest.map_or(0, |manifest| manifest.manifest.attempt + 1),
            proposal: proposal.digest,
            description: proposal.proposal.description,
        }
    }

    /// The authority issues the next manifest; a new attempt of the key ceremony begins.
    pub fn issue_manifest(&mut self) -> u64 {
        self.share_encryption.clear();
        self.deals.clear();
        self.key_shares.clear();
        let body = self.manifest_body();
        self.post(Author::Authority, Body::Manifest(body))
    }

    /// The present attempt.
    #[must_use]
    pub fn ceremony_context(&self) -> CeremonyContext {
        let manifest = self.view().manifest.expect("a manifest");
        CeremonyContext { election: manifest.election, attempt: manifest.manifest.attempt }
    }

    /// A trustee's acceptance; its secret is kept.
    pub fn accept_body(&mut self, trustee: u64) -> Accept {
        let context = self.ceremony_context();
        let (secret, acceptance) =
            accept(&context, trustee, &mut self.rng).expect("an honest acceptance");
        self.share_encryption.insert(trustee, Arc::new(secret));
        Accept { key: acceptance.key, proof: acceptance.proof }
    }

    /// A trustee's deal, kept until it is revealed; its commitment.
    pub fn deal_commitment_body(&mut self, trustee: u64) -> DealCommitment {
        let context = self.ceremony_context();
        let keys: Vec<_> =
            self.view().ceremony.accepts.iter().flatten().map(|accept| accept.key).collect();
        let sealed = SealedDeal::new(&context, trustee, self.plan.threshold, &keys, &mut self.rng)
            .expect("an honest deal");
        let commitment = sealed.commitment();
        self.deals.insert(trustee, sealed.reveal());
        DealCommitment { commitment }
    }

    /// The confirmation of the deals on the board; the trustee's share of the key is kept.
    pub fn confirm_body(&mut self, trustee: u64) -> Confirm {
        match self.receive(trustee) {
            Received::Share(share) => self.key_shares.insert(trustee, Arc::new(share)),
            Received::Complaints(_) => None,
        };
        let digests: Vec<_> =
            self.view().ceremony.deals.iter().flatten().map(|(digest, _)| *digest).collect();
        Confirm { deals: deals_digest(&digests) }
    }

    /// What a trustee makes of the deals on the board.
    pub fn receive(&mut self, trustee: u64) -> Received {
        let context = self.ceremony_context();
        let view = self.view();
        let deals: Vec<&Deal> =
            view.ceremony.deals.iter().flatten().map(|(_, deal)| deal).collect();
        let secret = self.share_encryption[&trustee].clone();
        receive(&context, trustee, &secret, &deals, &mut self.rng)
            .expect("deals that can be opened")
    }

    /// The first complaint that a trustee has of the deals on the board.
    pub fn complaint_body(&mut self, trustee: u64) -> Option<Complain> {
        match self.receive(trustee) {
            Received::Share(_) => None,
            Received::Complaints(accusations) => accusations.first().map(|accusation| Complain {
                point: accusation.complaint.point.0,
                proof: accusation.complaint.proof,
                dealer: accusation.dealer,
            }),
        }
    }

    /// Everybody accepts.
    pub fn accept_all(&mut self) {
        for trustee in self.everybody() {
            let body = self.accept_body(trustee);
            self.post(Author::Trustee(trustee), Body::Accept(body));
        }
    }

    /// Everybody commits to a deal.
    pub fn commit_all(&mut self) {
        for trustee in self.everybody() {
            let body = self.deal_commitment_body(trustee);
            self.post(Author::Trustee(trustee), Body::DealCommitment(body));
        }
    }

    /// Everybody deals.
    pub fn deal_all(&mut self) {
        for trustee in self.everybody() {
            let deal = self.deals[&trustee].clone();
            self.post(Author::Trustee(trustee), Body::Deal(deal));
        }
    }

    /// Everybody confirms.
    pub fn confirm_all(&mut self) {
        for trustee in self.everybody() {
            let body = self.confirm_body(trustee);
            self.post(Author::Trustee(trustee), Body::Confirm(body));
        }
    }

    /// A whole honest key ceremony.
    pub fn hold_ceremony(&mut self) {
        self.accept_all();
        self.commit_all();
        self.deal_all();
        self.confirm_all();
    }

    /// The authority opens.
    pub fn open(&mut self) -> u64 {
        self.post(Author::Authority, Body::Open(Open {}))
    }
}
