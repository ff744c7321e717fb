//! Reading the log: encoding, chain, signatures, equivocation (spec/09-audit.md §3.1).

use std::collections::BTreeMap;

use psephos_core::{Digest, Encoding};
use psephos_record::board::BoardError;
use psephos_record::bodies::Body;
use psephos_record::cbor::DecodeError;
use psephos_record::message::{Message, Record, file_digest};
use serde::Deserialize;

use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::report::Culprit;
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
    /// The last record the author had verified; none if it had verified none.
    pub(crate) knew: Option<u64>,
    pub(crate) body: Body,
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
}

impl Memory {
    /// The place of the record with this digest.
    pub(crate) fn place(&self, digest: &Digest) -> Option<u64> {
        self.heads.get(digest).copied()
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
        let mut previous = [0; 32];
        for sequence in 0..extent.records {
            self.progress(Stage::Records, sequence, extent.records);
            let file = match self.board.record(sequence) {
                Ok(file) => file,
                Err(error @ BoardError::RecordTooLarge { .. }) => {
                    // Its digest is unknown, so nothing that follows can be linked to it.
                    self.findings.unreadable(error.to_string());
                    self.gap = true;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let digest = file_digest(&file);
            self.compare_with_verified(sequence, digest)?;
            if let Some(entry) = self.admit(sequence, digest, previous, &file) {
                self.apply(entry);
            }
            self.memory.heads.insert(digest, sequence);
            previous = digest;
        }
        self.view.records = extent.records;
        self.view.head = previous;
        Ok(())
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
    fn admit(
        &mut self,
        sequence: u64,
        digest: Digest,
        previous: Digest,
        file: &[u8],
    ) -> Option<Entry> {
        let record = match Record::decode(file) {
            Ok(record) => record,
            Err(error) => return self.undecodable(sequence, &error),
        };
        self.findings.count(CheckId::BoardChain, 1);
        if record.sequence != sequence {
            let evidence = format!("it says that it is record {}", record.sequence);
            self.chain_failure(Some(sequence), evidence);
        } else if record.previous != previous {
            self.chain_failure(Some(sequence), "it does not name the record before it".into());
        }
        let message = match record.message() {
            Ok(message) => message,
            Err(error) => {
                self.gap = true;
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
        let knew = self.linked(sequence, message_digest, &message)?;
        self.answers_for_its_counter(sequence, message_digest, &message)?;
        self.findings.count(CheckId::EncodingCanonical, 1);
        let body = match message.body() {
            Ok(body) => body,
            Err(error) => {
                let culprit = self.culprit(&message.author);
                let check = CheckId::EncodingCanonical;
                self.fail(check, &[culprit], Some(sequence), None, format!("its body: {error}"));
                return None;
            }
        };
        let Message { author, election, .. } = message;
        Some(Entry { sequence, digest, message_digest, author, election, knew, body })
    }

    fn undecodable(&mut self, sequence: u64, error: &DecodeError) -> Option<Entry> {
        self.gap = true;
        match error {
            DecodeError::Incomplete | DecodeError::TooLarge { .. } => {
                self.findings.unreadable(format!("record {sequence} cannot be read: {error}"));
            }
            DecodeError::NotCanonical { .. } => {
                // Whoever wrapped the message wrote this, and it is not signed.
                let evidence = error.to_string();
                self.fail(CheckId::EncodingCanonical, &[], Some(sequence), None, evidence);
            }
        }
        None
    }

    /// A message that is not canonical is its author's fault, if it can be read at all and is signed.
    fn undecodable_message(&mut self, record: &Record, sequence: u64, error: &DecodeError) {
        let mut reader = serde_cbor::Deserializer::from_slice(&record.message);
        let read = Message::deserialize(&mut reader).ok();
        let signed = read.filter(|message| record.verify(message).is_ok());
        let culprits: Vec<Culprit> =
            signed.iter().map(|message| self.culprit(&message.author)).collect();
        let evidence = format!("its message: {error}");
        self.fail(CheckId::EncodingCanonical, &culprits, Some(sequence), None, evidence);
    }

    /// A message stands once, and its author knew an earlier record of this board or none.
    /// Anybody can wrap a message, so neither convicts its author.
    fn linked(&mut self, sequence: u64, digest: Digest, message: &Message) -> Option<Option<u64>> {
        if let Some(first) = self.memory.messages.get(&digest) {
            let evidence = format!("its message stands already, in record {first}");
            self.fail(CheckId::BoardChain, &[], Some(sequence), None, evidence);
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
            self.fail(CheckId::BoardEquivocation, &[culprit], Some(sequence), None, evidence);
            return None;
        }
        self.memory.counters.insert(key, (digest, sequence));
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
