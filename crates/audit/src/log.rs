//! Reading the log: encoding, chain, signatures, equivocation (spec/09-audit.md §9.4).

use std::collections::{BTreeMap, BTreeSet};

use psephos_core::{Digest, Encoding};
use psephos_record::board::BoardError;
use psephos_record::bodies::Body;
use psephos_record::cbor::DecodeError;
use psephos_record::kind::Kind;
use psephos_record::message::{Message, Record, file_digest};

use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::exclusion::Docket;
use crate::report::Culprit;
use crate::view::{Contribution, Phase};
use crate::{AuditError, Stage};

/// A record that is well formed, signed and in its place.
pub(crate) struct Entry {
    pub(crate) sequence: u64,
    /// SHA3-256 of the file.
    pub(crate) digest: Digest,
    /// SHA3-256 of the message.
    pub(crate) message_digest: Digest,
    pub(crate) author: Encoding,
    pub(crate) election: Digest,
    /// What its author says the time was.
    pub(crate) time: u64,
    /// The last record the author had verified; none if it had verified none.
    pub(crate) knew: Option<u64>,
    pub(crate) body: Body,
}

/// A place in the log.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) sequence: u64,
    /// SHA3-256 of the file.
    pub(crate) digest: Digest,
    /// SHA3-256 of the file before it.
    pub(crate) previous: Digest,
}

/// What must be remembered of every record.
#[derive(Default)]
pub(crate) struct Memory {
    /// Places of the records by the digests of their files.
    heads: BTreeMap<Digest, u64>,
    /// Places of the messages by their digests.
    messages: BTreeMap<Digest, u64>,
    /// Who signed what under which counter: the message's digest and place.
    counters: BTreeMap<(Encoding, u64), (Digest, u64)>,
    /// Places of the authority's messages, in their order.
    own: Vec<u64>,
    /// Digests of all files that were read.
    files: Vec<Digest>,
    /// How far the election had come, behind every record.
    phases: Vec<Phase>,
    /// The first record behind which others may seem out of place through nobody's fault.
    pub(crate) in_doubt: Option<u64>,
    /// The first record in effect of each kind of the key ceremony, by its author and election.
    pub(crate) ceremonies: BTreeMap<(Encoding, Kind, Digest), u64>,
    /// The last record in effect before which no `close` may have been made.
    pub(crate) outdates_close: Option<u64>,
    /// Files that do not name the file before them.
    pub(crate) loose: BTreeSet<u64>,
    /// Digest of the last record that was read.
    pub(crate) head: Digest,
}

impl Memory {
    /// The place of the record with this digest.
    pub(crate) fn place(&self, digest: &Digest) -> Option<u64> {
        self.heads.get(digest).copied()
    }

    /// The authority's records before this one, the last one first.
    pub(crate) fn own_before(&self, sequence: u64) -> impl Iterator<Item = u64> {
        self.own.iter().rev().copied().filter(move |own| *own < sequence)
    }

    /// The place of the message with this digest.
    pub(crate) fn place_of_message(&self, digest: &Digest) -> Option<u64> {
        self.messages.get(digest).copied()
    }

    /// How far the election had come behind this record.
    pub(crate) fn phase(&self, sequence: u64) -> Option<Phase> {
        self.phases.get(usize::try_from(sequence).ok()?).copied()
    }

    /// The digest of a record's file.
    pub(crate) fn file(&self, sequence: u64) -> Option<Digest> {
        self.files.get(usize::try_from(sequence).ok()?).copied()
    }
}

impl Auditor<'_> {
    /// Reads the whole log in order and applies every record that may have an effect.
    pub(crate) fn read_log(&mut self) -> Result<(), AuditError> {
        let extent = self.board.extent()?;
        if let Some((records, head)) = self.options.verified
            && (extent.records < records || (records == 0 && head != [0; 32]))
        {
            return Err(AuditError::NotAContinuation { records, expected: head, found: None });
        }
        if let Some(found) = extent.beyond_gap {
            let evidence =
                format!("record {} is missing, but record {found} is there", extent.records);
            self.chain_failure(None, evidence);
        }
        let void = std::mem::take(&mut self.docket.void);
        self.docket = Docket::of(self.board, extent.records, void)?;
        let mut previous = [0; 32];
        for sequence in 0..extent.records {
            self.progress(Stage::Records, sequence, extent.records);
            let (digest, file) = self.read_record(sequence)?;
            self.compare_with_verified(sequence, digest)?;
            self.memory.head = digest;
            let place = Place { sequence, digest, previous };
            if self.is_named(&place) {
                self.try_record(&place, file);
            } else {
                self.take(&place, file);
            }
            self.memory.heads.insert(digest, sequence);
            self.memory.files.push(digest);
            self.memory.phases.push(self.view.phase_so_far());
            (self.unsure, self.passed_over) = (false, false);
            if self.memory.in_doubt.is_none() && self.is_out_of_step() {
                self.memory.in_doubt = Some(sequence);
            }
            previous = digest;
        }
        self.view.records = extent.records;
        self.view.head = previous;
        self.report_undecided();
        Ok(())
    }

    /// A record's file with its digest, or why it is not read.
    fn read_record(&self, sequence: u64) -> Result<(Digest, Result<Vec<u8>, String>), AuditError> {
        match self.board.record(sequence) {
            Ok(file) => Ok((file_digest(&file), Ok(file))),
            Err(error @ BoardError::RecordTooLarge { .. }) => {
                Ok((self.board.record_digest(sequence)?, Err(error.to_string())))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Lets a record have its effect, if it may.
    pub(crate) fn take(&mut self, place: &Place, file: Result<Vec<u8>, String>) {
        match file {
            Ok(file) => {
                if let Some(entry) = self.admit(place, &file) {
                    let Entry { author, time, knew, .. } = entry;
                    let kind = entry.body.kind();
                    self.apply(entry);
                    let (sequence, passed_over) = (place.sequence, self.passed_over);
                    let posted = Contribution { sequence, kind, author, time, knew, passed_over };
                    self.view.contributions.push(posted);
                }
            }
            Err(text) => self.unreadable_file(place.sequence, text),
        }
    }

    fn compare_with_verified(&self, sequence: u64, digest: Digest) -> Result<(), AuditError> {
        match self.options.verified {
            Some((records, head)) if sequence.checked_add(1) == Some(records) && head != digest => {
                let found = Some(digest);
                Err(AuditError::NotAContinuation { records, expected: head, found })
            }
            _ => Ok(()),
        }
    }

    /// Checks everything about a record but what it says. `None` when it has no effect.
    fn admit(&mut self, place: &Place, file: &[u8]) -> Option<Entry> {
        let Place { sequence, digest, .. } = *place;
        let record = match Record::decode(file) {
            Ok(record) => record,
            Err(error) => return self.undecodable(sequence, &error),
        };
        let is_linked = self.is_linked(place, &record);
        let message = match record.message() {
            Ok(message) => message,
            Err(error) => {
                self.undecodable_message(&record, sequence, &error);
                return None;
            }
        };
        self.findings.count(CheckId::BoardSignature, 1);
        if let Err(error) = record.verify(&message) {
            self.gap = true;
            let claim = self.culprit(&message.author).to_text();
            let evidence = format!("{error}; the author it claims is {claim}");
            self.fail(CheckId::BoardSignature, &[], Some(sequence), None, evidence);
            return None;
        }
        let message_digest = record.message_digest();
        let is_authoritys = self.culprit(&message.author) == Culprit::Authority;
        if !is_linked {
            // In a wrong wrapper a message is not yet posted.
            if is_authoritys {
                self.docket.unposted.insert(sequence, message_digest);
            }
            return None;
        }
        let knew = self.linked(sequence, message_digest, &message)?;
        let counted = self.answers_for_its_counter(sequence, message_digest, &message);
        let takes_ballots = matches!(message.kind(), Ok(Kind::Ballots | Kind::Challenged));
        // The authority cannot take back what it has signed.
        if is_authoritys && (counted.is_none() || takes_ballots && message.body().is_err()) {
            self.docket.protect(sequence);
        }
        counted?;
        self.findings.count(CheckId::EncodingCanonical, 1);
        let body = match message.body() {
            Ok(body) => body,
            Err(error) => {
                let culprit = self.culprit(&message.author);
                self.leaves_open(&culprit);
                let check = match error {
                    DecodeError::Form { .. } => CheckId::ShapeLength,
                    _ => CheckId::EncodingCanonical,
                };
                self.fail(check, &[culprit], Some(sequence), None, format!("its body: {error}"));
                return None;
            }
        };
        let Message { author, election, time, .. } = message;
        Some(Entry { sequence, digest, message_digest, author, election, time, knew, body })
    }

    /// Whether the wrapper, which nobody has signed, is of this place.
    fn is_linked(&mut self, place: &Place, record: &Record) -> bool {
        self.findings.count(CheckId::BoardChain, 1);
        let evidence = if record.sequence != place.sequence {
            format!("it says that it is record {}", record.sequence)
        } else if record.previous != place.previous {
            "it does not name the record before it".into()
        } else {
            return true;
        };
        self.memory.loose.insert(place.sequence);
        self.chain_failure(Some(place.sequence), evidence);
        false
    }

    /// Nothing can be said of what this file holds.
    fn unreadable_file(&mut self, sequence: u64, text: String) {
        self.gap = true;
        self.memory.loose.insert(sequence);
        self.findings.unreadable_record(sequence, text);
        self.docket.unreadable.insert(sequence);
    }

    fn undecodable(&mut self, sequence: u64, error: &DecodeError) -> Option<Entry> {
        self.gap = true;
        self.memory.loose.insert(sequence);
        match error {
            DecodeError::Incomplete | DecodeError::TooLarge { .. } => {
                let text = format!("record {sequence} cannot be read: {error}");
                self.unreadable_file(sequence, text);
            }
            DecodeError::NotCanonical { .. } | DecodeError::Form { .. } => {
                // Whoever wrapped the message wrote this, and it is not signed.
                let evidence = error.to_string();
                self.fail(CheckId::EncodingCanonical, &[], Some(sequence), None, evidence);
            }
        }
        None
    }

    /// A message that is not canonical is its author's fault, if it can be read at all and is signed.
    fn undecodable_message(&mut self, record: &Record, sequence: u64, error: &DecodeError) {
        let author = record.author_of_refused();
        let culprits: Vec<Culprit> = author.iter().map(|author| self.culprit(author)).collect();
        match culprits.first() {
            Some(author) => self.leaves_open(author),
            None => self.gap = true,
        }
        let evidence = format!("its message: {error}");
        self.fail(CheckId::EncodingCanonical, &culprits, Some(sequence), None, evidence);
    }

    /// A message stands once, and its author knew an earlier record of this board or none.
    /// Anybody can wrap a message, so neither convicts its author.
    fn linked(&mut self, sequence: u64, digest: Digest, message: &Message) -> Option<Option<u64>> {
        if let Some(first) = self.memory.messages.get(&digest) {
            let evidence = format!("its message stands already, in record {first}");
            self.chain_failure(Some(sequence), evidence);
            return None;
        }
        self.memory.messages.insert(digest, sequence);
        // Only the first record can be written knowing none: any other names the history it belongs to.
        if sequence == 0 && message.head == [0; 32] {
            return Some(None);
        }
        let knew = self.memory.place(&message.head);
        if knew.is_none() {
            let evidence =
                "its message was written knowing a record that is not before it on this board";
            self.chain_failure(Some(sequence), evidence.into());
        }
        knew.map(Some)
    }

    fn answers_for_its_counter(
        &mut self,
        sequence: u64,
        digest: Digest,
        message: &Message,
    ) -> Option<()> {
        self.findings.count(CheckId::BoardEquivocation, 1);
        let next = self.view.counters.entry(message.author).or_default();
        *next = (*next).max(message.counter.saturating_add(1));
        let key = (message.author, message.counter);
        if let Some((other, first)) = self.memory.counters.get(&key) {
            let evidence = format!(
                "two messages with counter {}: {} in record {first} and {} in record {sequence}",
                message.counter,
                hex::encode(other),
                hex::encode(digest),
            );
            let culprit = self.culprit(&message.author);
            self.leaves_open(&culprit);
            self.fail(CheckId::BoardEquivocation, &[culprit], Some(sequence), None, evidence);
            return None;
        }
        self.memory.counters.insert(key, (digest, sequence));
        if self.culprit(&message.author) == Culprit::Authority {
            self.memory.own.push(sequence);
        }
        Some(())
    }

    fn chain_failure(&mut self, sequence: Option<u64>, evidence: String) {
        self.gap = true;
        self.fail(CheckId::BoardChain, &[], sequence, None, evidence);
    }

    /// Who a key belongs to, as far as the board says so far.
    pub(crate) fn culprit(&self, key: &Encoding) -> Culprit {
        let authority = self.view.proposal.as_ref().map(|proposal| &proposal.authority);
        let intake = self.view.description().map(|description| &description.intake);
        match self.view.trustee(key) {
            // The authority answers for the key that takes in ballots.
            _ if authority == Some(key) || intake == Some(key) => Culprit::Authority,
            Some(trustee) => Culprit::Trustee(trustee),
            None => Culprit::Author(*key),
        }
    }
}
