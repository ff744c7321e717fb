//! Exclusions, by whoever, and going on from what an audit finds good.

use psephos_record::bodies::{Body, Exclusion, Mix, Unmixed};
use psephos_record::message::file_digest;

use crate::{Author, Election};

impl Election {
    /// The exclusion of a record for failing a check, whether it does or not.
    #[must_use]
    pub fn cause_body(&self, sequence: u64, check: &str) -> Exclusion {
        let files = self.board.records();
        let digest = file_digest(&files[sequence as usize]);
        let before = sequence.checked_sub(1).map(|before| file_digest(&files[before as usize]));
        let (check, previous) = (check.to_owned(), before.unwrap_or_default());
        Exclusion::Cause { check, digest, previous, sequence }
    }

    /// The authority excludes a record for failing a check, whether it does or not.
    pub fn exclude(&mut self, sequence: u64, check: &str) -> u64 {
        let body = self.cause_body(sequence, check);
        self.post(Author::Authority, Body::Exclusion(body))
    }

    /// That a trustee has not mixed the last lists of all batches, as an audit finds them.
    #[must_use]
    pub fn absence_body(&self, trustee: u64) -> Exclusion {
        let unmixed = |batch: &psephos_audit::BatchView| Unmixed {
            box_index: batch.box_index,
            root: batch.last.root,
            batch_index: batch.batch_index,
        };
        Exclusion::Absence {
            batches: self.audit().view.batches.iter().map(unmixed).collect(),
            trustee,
        }
    }

    /// These trustees state that another is absent, and the authority excludes it.
    pub fn exclude_absent(&mut self, trustee: u64, signers: &[u64]) -> u64 {
        let body = self.absence_body(trustee);
        for signer in signers {
            self.post(Author::Trustee(*signer), Body::Exclusion(body.clone()));
        }
        self.post(Author::Authority, Body::Exclusion(body))
    }

    /// A trustee mixes the last good lists, as an audit finds them.
    pub fn mix_last_good(&mut self, trustee: u64) -> u64 {
        let batches = self.audit().view.batches;
        let mixes = batches
            .iter()
            .map(|batch| self.mix_list(batch, trustee, &batch.last, batch.position))
            .collect();
        self.post(Author::Trustee(trustee), Body::Mix(Mix { mixes }))
    }

    /// A trustee shares the last good lists, as an audit finds them.
    pub fn share_last_good(&mut self, trustee: u64) -> u64 {
        let batches = self.audit().view.batches;
        let lists: Vec<_> = batches.into_iter().map(|batch| (batch.clone(), batch.last)).collect();
        let body = self.share_lists(trustee, &lists);
        self.post(Author::Trustee(trustee), Body::Share(body))
    }

    /// The authority publishes what the shares on the board decrypt to that an audit finds valid.
    pub fn publish_audited(&mut self) -> u64 {
        let batches = self.audit().view.batches;
        let plaintexts: Vec<_> = batches.iter().map(|batch| self.decrypt(batch)).collect();
        let body = self.result_with(&plaintexts);
        self.post(Author::Authority, Body::Result(body))
    }
}
