//! Who may write what, and when (spec/09-audit.md §9.3). A record out of its phase has no effect.

use psephos_core::Encoding;
use psephos_record::bodies::{Body, Exclusion, SignOff};
use psephos_record::kind::Kind;

use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::log::Entry;
use crate::mixes::Standing;
use crate::overtaken::outdates_close;
use crate::report::Culprit;
use crate::view::{Phase, View};

impl View {
    /// How far the records lead, whatever proofs in mixes and shares are worth.
    pub(crate) fn phase_so_far(&self) -> Phase {
        if self.seal.is_some() {
            Phase::Sealed
        } else if self.result.is_some() {
            Phase::Published
        } else if self.close.is_some() {
            if self.mixes_due > 0 { Phase::Mixing } else { Phase::Sharing }
        } else if self.opened.is_some() {
            Phase::Voting
        } else if self.manifest.is_some() {
            self.ceremony.phase()
        } else if self.proposal.is_some() {
            Phase::Enrolment
        } else {
            Phase::Empty
        }
    }
}

/// Whether a record may stand in this phase.
pub(crate) fn may_stand(body: &Body, phase: Phase) -> bool {
    match body.kind() {
        Kind::Proposal => phase <= Phase::Enrolment,
        Kind::Enrol | Kind::CounterProposal => phase == Phase::Enrolment,
        Kind::Manifest => (Phase::Enrolment..=Phase::Ready).contains(&phase),
        Kind::Accept => phase == Phase::Acceptance,
        Kind::DealCommitment => phase == Phase::Commitment,
        Kind::Deal => phase == Phase::Dealing,
        Kind::Confirm => phase == Phase::Confirmation,
        // One conviction does not silence others who have something to complain of.
        Kind::Complain => matches!(phase, Phase::Confirmation | Phase::Failed),
        // Opening over a complaint or an unfinished ceremony is judged by what is missing.
        Kind::Open => (Phase::Acceptance..=Phase::Ready).contains(&phase),
        Kind::RollAmend => (Phase::Acceptance..=Phase::Voting).contains(&phase),
        Kind::Ballots | Kind::Challenged | Kind::Waiver | Kind::Close => phase == Phase::Voting,
        // A mix after everybody has mixed is a second one, which is judged as that.
        Kind::Mix => (Phase::Mixing..=Phase::Published).contains(&phase),
        Kind::Share => (Phase::Sharing..=Phase::Published).contains(&phase),
        Kind::Result => matches!(phase, Phase::Sharing | Phase::Tallying),
        Kind::SignOff => (Phase::Acceptance..=Phase::Published).contains(&phase),
        Kind::Seal => phase == Phase::Published,
        Kind::Exclusion => match body {
            Body::Exclusion(Exclusion::Absence { .. }) => {
                (Phase::Mixing..=Phase::Published).contains(&phase)
            }
            // What is found after the seal can be excluded there too.
            _ => phase >= Phase::Enrolment,
        },
    }
}

pub(crate) fn is_of_ceremony(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Accept | Kind::DealCommitment | Kind::Deal | Kind::Confirm | Kind::Complain
    )
}

/// Whose a kind of record is.
enum Writer {
    /// Whoever has the key that the record itself introduces.
    Anybody,
    /// The authority, once there is one.
    Proposer,
    Authority,
    /// The key that takes in ballots, for which the authority answers.
    Intake,
    Trustee,
    /// The authority or a trustee.
    Party,
}

fn writer(kind: Kind) -> Writer {
    match kind {
        Kind::Enrol => Writer::Anybody,
        Kind::Proposal => Writer::Proposer,
        Kind::Accept
        | Kind::DealCommitment
        | Kind::Deal
        | Kind::Confirm
        | Kind::Complain
        | Kind::Mix
        | Kind::Share
        | Kind::SignOff
        | Kind::CounterProposal => Writer::Trustee,
        Kind::Ballots | Kind::Challenged => Writer::Intake,
        Kind::Exclusion => Writer::Party,
        _ => Writer::Authority,
    }
}

impl Auditor<'_> {
    /// Lets a record have its effect, if it may.
    pub(crate) fn apply(&mut self, entry: Entry) {
        let kind = entry.body.kind();
        if self.halted.is_some() {
            return;
        }
        let author = self.culprit(&entry.author);
        self.findings.count(CheckId::BoardPhase, 1);
        let phase = self.view.phase_so_far();
        self.unsure = self.was_unsure(entry.knew);
        let attempt = self.earlier_attempt(&entry, kind);
        let is_trustee = match attempt {
            Some(attempt) => attempt.keys.contains(&entry.author),
            // Whoever has enrolled under the proposal may answer it, whatever becomes of that trustee.
            None if kind == Kind::CounterProposal => self.enrolled_as(&entry.author).is_some(),
            None => matches!(author, Culprit::Trustee(_)),
        };
        let is_late = attempt.is_some();
        if !is_late && !self.is_of_this_election(&entry, kind)
            || !self.is_entitled(&entry, kind, &author, is_trustee)
        {
            return;
        }
        if is_late {
            let text = format!("record {} came too late for its attempt", entry.sequence);
            return self.pass_over(text);
        }
        if let Body::Enrol(body) = &entry.body
            && (!self.is_invited(entry.sequence, &entry.author, body)
                || self.is_second_enrolment(&entry, body))
        {
            return;
        }
        if self.is_done_before(&entry, kind, &author) || self.is_outdated_close(&entry) {
            return;
        }
        if self.reopens_what_is_sealed(&entry.body) {
            let evidence = "it excludes something of a sealed election".to_owned();
            return self.out_of_phase(entry.sequence, &author, evidence);
        }
        if !may_stand(&entry.body, phase) {
            if self.is_overtaken(&entry, &author, phase) {
                return;
            }
            let evidence = format!("a record of kind {kind} cannot stand here: {}", name(phase));
            return self.out_of_phase(entry.sequence, &author, evidence);
        }
        self.act(entry, &author);
    }

    fn act(&mut self, entry: Entry, author: &Culprit) {
        // The authority cannot take back what it has itself put into effect.
        let is_own = *author == Culprit::Authority || entry.body.kind() == Kind::Proposal;
        if outdates_close(entry.body.kind()) {
            self.memory.outdates_close = Some(entry.sequence);
        }
        let Entry { sequence, digest, message_digest, author: key, knew, time, election, body } =
            entry;
        let body = match body {
            Body::Manifest(body) => {
                if self.manifest(sequence, message_digest, body) {
                    self.docket.protect(sequence);
                }
                return;
            }
            body => body,
        };
        if is_own {
            self.docket.protect(sequence);
        }
        if is_of_ceremony(body.kind()) {
            self.memory.ceremonies.insert((key, body.kind(), election), sequence);
        }
        match (body, author) {
            (Body::Proposal(body), _) => self.proposal(sequence, message_digest, key, body),
            (Body::Enrol(body), _) => self.enrol(sequence, key, &body),
            (Body::CounterProposal(body), _) => self.counter_proposal(sequence, &key, body),
            (Body::Accept(body), Culprit::Trustee(trustee)) => {
                self.accept(sequence, *trustee, body)
            }
            (Body::DealCommitment(body), Culprit::Trustee(trustee)) => {
                self.deal_commitment(*trustee, &body);
            }
            (Body::Deal(body), Culprit::Trustee(trustee)) => {
                self.deal(sequence, *trustee, message_digest, body);
            }
            (Body::Confirm(body), Culprit::Trustee(trustee)) => {
                self.confirm(sequence, *trustee, &body);
            }
            (Body::Complain(body), Culprit::Trustee(trustee)) => {
                self.complain(sequence, *trustee, body);
            }
            (Body::Open(_), _) => self.open(sequence),
            (Body::RollAmend(body), _) => self.roll_amend(sequence, body),
            (Body::Ballots(body), _) => self.ballots(sequence, time, &body),
            (Body::Challenged(body), _) => self.challenged(sequence, body.challenged),
            (Body::Waiver(body), _) => self.waiver(sequence, body),
            (Body::Close(body), _) => {
                self.closed_early(sequence, time);
                self.close(sequence, digest, body);
            }
            (Body::Mix(body), Culprit::Trustee(trustee)) => {
                self.mix(Standing { sequence, file: digest, knew }, *trustee, body);
            }
            (Body::Share(body), Culprit::Trustee(trustee)) => {
                self.share(sequence, knew, *trustee, &body);
            }
            (Body::Exclusion(body), author) => {
                self.exclusion(Standing { sequence, file: digest, knew }, author, &body);
            }
            (Body::Result(body), _) => self.result(sequence, body),
            (Body::SignOff(SignOff { head }), Culprit::Trustee(trustee)) => {
                self.sign_off(sequence, *trustee, head);
            }
            (Body::Seal(body), _) => self.seal(sequence, &body),
            // `is_entitled` has refused everything else.
            _ => {}
        }
    }

    /// A message made for another election, or for a proposal that has been replaced since.
    fn is_of_this_election(&mut self, entry: &Entry, kind: Kind) -> bool {
        if entry.election == self.view.election_for(kind) {
            return true;
        }
        if self.is_of_an_earlier_proposal(entry) {
            self.pass_over(format!("record {} came too late for its proposal", entry.sequence));
            return false;
        }
        let evidence = "its message was made for another election";
        self.gap = true;
        self.fail(CheckId::BoardChain, &[], Some(entry.sequence), None, evidence);
        false
    }

    fn is_entitled(
        &mut self,
        entry: &Entry,
        kind: Kind,
        author: &Culprit,
        is_trustee: bool,
    ) -> bool {
        let (entitled, whose) = match writer(kind) {
            Writer::Anybody => (true, ""),
            // Who proposes first is the authority.
            Writer::Proposer => {
                (self.view.proposal.is_none() || self.is_authority(&entry.author), "the authority")
            }
            Writer::Authority => (self.is_authority(&entry.author), "the authority"),
            Writer::Intake => (self.is_intake(&entry.author), "the intake key"),
            Writer::Trustee => (is_trustee, "a trustee"),
            // Trustees state absence only.
            Writer::Party => match &entry.body {
                Body::Exclusion(Exclusion::Absence { .. }) => {
                    (is_trustee || self.is_authority(&entry.author), "the authority or a trustee")
                }
                _ => (self.is_authority(&entry.author), "the authority"),
            },
        };
        if entitled {
            return true;
        }
        self.leaves_open(author);
        let culprits = std::slice::from_ref(author);
        let record = Some(entry.sequence);
        if kind == Kind::Mix && self.view.close.is_some() {
            let evidence = format!("a mix by {}, who is no trustee", author.to_text());
            self.fail(CheckId::MixIdentity, culprits, record, None, evidence);
            return false;
        }
        let named = if matches!(author, Culprit::Author(_)) { &[][..] } else { culprits };
        let evidence = format!(
            "a record of kind {kind} must be signed by {whose}, and is signed by {}",
            author.to_text()
        );
        self.fail(CheckId::BoardSignature, named, record, None, evidence);
        false
    }

    fn is_authority(&self, key: &Encoding) -> bool {
        self.view.proposal.as_ref().is_some_and(|proposal| proposal.authority == *key)
    }

    fn is_intake(&self, key: &Encoding) -> bool {
        self.view.description().is_some_and(|description| description.intake == *key)
    }

    /// After the seal an exclusion can only name what the seal does not.
    fn reopens_what_is_sealed(&self, body: &Body) -> bool {
        let Body::Exclusion(Exclusion::Cause { sequence, .. }) = body else { return false };
        self.view.sealed.is_some_and(|last| *sequence <= last)
    }

    /// Reports a record out of phase, unless what went before it is missing or without effect and
    /// nobody can be blamed for that.
    pub(crate) fn out_of_phase(&mut self, sequence: u64, author: &Culprit, evidence: String) {
        self.out_of_place(CheckId::BoardPhase, sequence, author, evidence);
    }

    /// As [`Auditor::out_of_phase`], where nobody is to blame.
    pub(crate) fn misplaced(&mut self, sequence: u64, evidence: String) {
        if self.is_out_of_step() {
            let text =
                format!("record {sequence} depends on records that are missing or not valid");
            return self.findings.not_run_at(sequence, CheckId::BoardPhase, text);
        }
        self.fail(CheckId::BoardPhase, &[], Some(sequence), None, evidence);
    }

    /// A fault of place, as far as can be said.
    pub(crate) fn out_of_place(
        &mut self,
        check: CheckId,
        sequence: u64,
        author: &Culprit,
        evidence: String,
    ) {
        if !self.is_out_of_step() {
            self.leaves_open(author);
            let culprits = std::slice::from_ref(author);
            return self.fail(check, culprits, Some(sequence), None, evidence);
        }
        if self.is_in_step() {
            self.findings.excuse(sequence, check, evidence);
        }
        let text = format!("record {sequence} depends on records that are missing or not valid");
        self.findings.not_run_at(sequence, check, text);
        self.gap = true;
    }

    fn sign_off(&mut self, sequence: u64, trustee: u64, head: psephos_core::Digest) {
        match self.memory.place(&head) {
            Some(place) => {
                self.view.sign_offs.push((sequence, trustee, head));
                self.findings.warn(format!(
                    "trustee {trustee} states that its own audit up to record {place} was VALID"
                ));
            }
            None => {
                let evidence = "it vouches for a record that is not before it on this board";
                let culprits: &[Culprit] =
                    if self.is_out_of_step() { &[] } else { &[Culprit::Trustee(trustee)] };
                self.fail(CheckId::BoardChain, culprits, Some(sequence), None, evidence);
            }
        }
    }
}

/// What the election waits for, for people.
pub(crate) fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Empty => "there is no proposal yet",
        Phase::Enrolment => "trustees are enrolling",
        Phase::Acceptance => "trustees are accepting the manifest",
        Phase::Commitment => "trustees are committing to their deals",
        Phase::Dealing => "trustees are dealing",
        Phase::Confirmation => "trustees are checking the deals",
        Phase::Failed => "this attempt of the key ceremony has failed",
        Phase::Ready => "the key ceremony is complete and the election not open",
        Phase::Voting => "the election is open",
        Phase::Mixing => "the election is closed and not every trustee has mixed",
        Phase::Sharing => "every trustee has mixed and there are not enough shares",
        Phase::Tallying => "there are enough shares and no result",
        Phase::Published => "the result is published",
        Phase::Sealed => "the election is sealed",
    }
}
