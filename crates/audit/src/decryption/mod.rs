//! Decryption shares (spec/09-audit.md §9.4): the records, and what takes them out of effect.

mod lists;
mod plaintexts;
mod proofs;

use psephos_core::Digest;
use psephos_proofs::decryption::ShareError;
use psephos_proofs::sigma::Dleq;
use psephos_record::bodies::{BatchShare, Blob, Share};

use crate::auditor::{Auditor, Look, check_of};
use crate::check::CheckId;
use crate::report::Culprit;
use crate::view::ShareView;
use lists::ListFault;
pub(crate) use plaintexts::StatedPlaintexts;

/// A `share` record.
pub(crate) struct PostedShare {
    pub(crate) sequence: u64,
    pub(crate) trustee: u64,
    /// The last record its author had verified.
    knew: Option<u64>,
    proof: Dleq,
    lists: Vec<PostedList>,
    /// Whether its proof holds; none before it was verified.
    proved: Option<Result<(), ShareError>>,
}

struct PostedList {
    /// The batch's place in the view.
    batch: usize,
    input: Digest,
    shares: Blob,
    looked: Look,
}

impl Auditor<'_> {
    pub(crate) fn share(&mut self, sequence: u64, knew: Option<u64>, trustee: u64, body: &Share) {
        let culprit = Culprit::Trustee(trustee);
        let culprits = std::slice::from_ref(&culprit);
        let places: Vec<_> =
            body.lists.iter().map(|list| (list.box_index, list.batch_index)).collect();
        if !self.are_batches(&places) {
            let evidence = "its lists are not of batches of the manifest, each once and in order";
            return self.fail(CheckId::ShapeLength, culprits, Some(sequence), None, evidence);
        }
        if self.shares_what_is_out((sequence, knew), body) {
            return self.pass_over_share(sequence);
        }
        let mut lists = Vec::with_capacity(body.lists.len());
        let mut repeated = false;
        for list in &body.lists {
            let BatchShare { box_index, batch_index, input, shares } = *list;
            let Some(batch) = self.batch_place(box_index, batch_index) else { continue };
            self.findings.count(CheckId::DecryptRepeat, 1);
            let looked = self.look(sequence, &shares);
            let slot = usize::try_from(trustee).ok().and_then(|index| {
                self.view.batches.get_mut(batch).and_then(|view| view.shares.get_mut(index))
            });
            match slot {
                Some(slot @ None) => {
                    let readable = looked == Look::Right;
                    *slot = Some(ShareView { sequence, input, shares, valid: false, readable });
                }
                _ => repeated = true,
            }
            lists.push(PostedList { batch, input, shares, looked });
        }
        let share = PostedShare { sequence, trustee, knew, proof: body.proof, lists, proved: None };
        if repeated {
            let evidence = "this trustee has shared a list of this batch before".to_owned();
            self.out_of_place(CheckId::DecryptRepeat, sequence, &culprit, evidence);
            return self.report_share_lists(&share);
        }
        self.shares.push(share);
    }

    /// Whether a list went out of effect while its shares were on their way.
    fn is_out_since(&self, batch: usize, seen: (u64, Option<u64>), root: &Digest) -> bool {
        self.excluded_unseen(batch, seen, root, None).is_some()
    }

    /// Whether a list that a record shares went out of effect in this way.
    pub(crate) fn shares_what_is_out(&self, seen: (u64, Option<u64>), body: &Share) -> bool {
        body.lists.iter().any(|list| {
            let batch = self.batch_place(list.box_index, list.batch_index);
            batch.is_some_and(|batch| self.is_out_since(batch, seen, &list.input))
        })
    }

    fn pass_over_share(&mut self, sequence: u64) {
        self.pass_over(format!(
            "record {sequence} shares a list that an exclusion, which its author had not seen, has taken \
             out of effect; it has no effect either"
        ));
    }

    /// Shares of lists that have just gone out of effect: their trustees share again.
    pub(crate) fn withdraw_shares(&mut self, batch: usize) {
        let is_out = |share: &PostedShare| {
            let mut lists = share.lists.iter().filter(|list| list.batch == batch);
            lists.any(|list| self.is_out_since(batch, (share.sequence, share.knew), &list.input))
        };
        let out: Vec<u64> =
            self.shares.iter().filter(|share| is_out(share)).map(|share| share.sequence).collect();
        for sequence in out {
            self.exclude_shares(sequence);
            for slot in self.view.batches.iter_mut().flat_map(|view| &mut view.shares) {
                if slot.as_ref().is_some_and(|share| share.sequence == sequence) {
                    *slot = None;
                }
            }
            self.pass_over_share(sequence);
        }
    }

    /// Takes the shares of a record out of effect. Their trustee does not share those batches again.
    pub(crate) fn exclude_shares(&mut self, sequence: u64) {
        self.shares.retain(|share| share.sequence != sequence);
    }

    /// The checks that a share record fails, with the evidence; and whether something about it could
    /// not be checked.
    pub(crate) fn failing_share_checks(&mut self, sequence: u64) -> (Vec<(CheckId, String)>, bool) {
        let place = index_of(&self.shares, sequence);
        self.prove_share(place);
        let (mut checks, mut unknown) = (Vec::new(), false);
        let Some(share) = self.shares.get(place) else { return (checks, unknown) };
        for list in &share.lists {
            if let Look::Misstated(evidence) = &list.looked {
                checks.push((CheckId::ShapeLength, evidence.clone()));
            }
            for fault in self.list_faults(share, list) {
                match fault {
                    ListFault::NotLast => {
                        checks.push((CheckId::DecryptInput, self.not_last(list)));
                    }
                    ListFault::Shape(evidence) => checks.push((CheckId::ShapeLength, evidence)),
                    ListFault::Astray | ListFault::Unreadable => unknown = true,
                }
            }
        }
        match &share.proved {
            Some(Err(error @ (ShareError::Shares { fault, .. } | ShareError::Proof(fault)))) => {
                let evidence = self.share_evidence(share, error);
                checks.push((check_of(fault, CheckId::DecryptProof), evidence));
            }
            Some(Ok(())) => {}
            // The proof of what is wrong in itself is not looked at.
            None => unknown |= checks.is_empty(),
            Some(Err(_)) => unknown = true,
        }
        (checks, unknown)
    }

    /// The record in which a trustee shares this list of a batch.
    pub(crate) fn share_of(&self, batch: usize, trustee: u64, input: &Digest) -> Option<u64> {
        let is_of = |list: &PostedList| list.batch == batch && list.input == *input;
        let mut shares = self.shares.iter().filter(|share| share.trustee == trustee);
        shares.find(|share| share.lists.iter().any(is_of)).map(|share| share.sequence)
    }

    /// Takes shares that cannot be read out of effect; `false` if they can be read.
    pub(crate) fn leave_out_unreadable_share(&mut self, sequence: u64) -> bool {
        let place = index_of(&self.shares, sequence);
        let Some(share) = self.shares.get(place) else { return true };
        let is_readable =
            |list: &PostedList| matches!(list.looked, Look::Right | Look::Misstated(_));
        if share.lists.iter().all(is_readable) {
            return false;
        }
        self.exclude_shares(sequence);
        self.unread_shares.insert(sequence);
        true
    }
}

fn index_of(posted: &[PostedShare], sequence: u64) -> usize {
    posted.partition_point(|share| share.sequence < sequence)
}
