//! Decryption shares (spec/09-audit.md §3.7).

use psephos_core::Digest;
use psephos_core::rows::Rows;
use psephos_proofs::Fault;
use psephos_proofs::decryption::{
    RootedList, ShareError, SharedList, Statement, TrusteeShares, find_bad_shares, verify,
};
use psephos_proofs::sigma::Dleq;
use psephos_record::board::BlobRows;
use psephos_record::bodies::{BatchShare, Blob, Share};

use crate::Stage;
use crate::auditor::Auditor;
use crate::check::CheckId;
use crate::report::Culprit;
use crate::view::{BatchView, ShareView};

/// A `share` record.
pub(crate) struct PostedShare {
    sequence: u64,
    trustee: u64,
    proof: Dleq,
    lists: Vec<PostedList>,
}

struct PostedList {
    /// The batch's place in the view.
    batch: usize,
    input: Digest,
    shares: Blob,
    readable: bool,
}

/// A share list with the list it was made from, ready to be read.
struct Pair<'a> {
    batch: &'a BatchView,
    input: Blob,
    shares: Blob,
    input_rows: BlobRows<'a>,
    share_rows: BlobRows<'a>,
}

impl Auditor<'_> {
    pub(crate) fn share(&mut self, sequence: u64, trustee: u64, body: &Share) {
        let culprit = Culprit::Trustee(trustee);
        let culprits = std::slice::from_ref(&culprit);
        let places: Vec<_> =
            body.lists.iter().map(|list| (list.box_index, list.batch_index)).collect();
        if !self.are_batches(&places) {
            let evidence = "its lists are not of batches of the manifest, each once and in order";
            return self.fail(CheckId::ShapeLength, culprits, Some(sequence), None, evidence);
        }
        let mut lists = Vec::with_capacity(body.lists.len());
        let mut repeated = false;
        for list in &body.lists {
            let BatchShare { box_index, batch_index, input, shares } = *list;
            let Some(batch) = self.batch_place(box_index, batch_index) else { continue };
            self.findings.count(CheckId::DecryptRepeat, 1);
            let readable = self.blob_holds(sequence, &culprit, &shares);
            let slot = usize::try_from(trustee).ok().and_then(|index| {
                self.view.batches.get_mut(batch).and_then(|view| view.shares.get_mut(index))
            });
            match slot {
                Some(slot @ None) => {
                    *slot = Some(ShareView { sequence, input, shares, valid: false })
                }
                _ => repeated = true,
            }
            lists.push(PostedList { batch, input, shares, readable });
        }
        if repeated {
            let evidence = "this trustee has shared a list of this batch before";
            return self.fail(CheckId::DecryptRepeat, culprits, Some(sequence), None, evidence);
        }
        self.shares.push(PostedShare { sequence, trustee, proof: body.proof, lists });
    }

    /// Checks all shares on the board.
    pub(crate) fn verify_shares(&mut self) {
        let posted = std::mem::take(&mut self.shares);
        let mut suspects = Vec::new();
        for (index, share) in posted.iter().enumerate() {
            self.progress(Stage::Shares, index as u64, posted.len() as u64);
            if self.is_of_last_lists(share) {
                self.verify_share(share, &mut suspects);
            }
        }
        for (index, fault) in suspects {
            if let Some(share) = posted.get(index_of(&posted, index)) {
                self.blame_share(share, &fault);
            }
        }
        self.shares = posted;
    }

    /// Whether every list of a share record is of its batch's last good list, and as long.
    fn is_of_last_lists(&mut self, share: &PostedShare) -> bool {
        let culprits = [Culprit::Trustee(share.trustee)];
        let record = Some(share.sequence);
        let mut holds = true;
        for list in &share.lists {
            let Some(view) = self.view.batches.get(list.batch) else { return false };
            let (last, width) = (view.last, view.width);
            let is_astray = view.mixes.iter().any(|mix| {
                let is_bad = !mix.valid && !self.overtaken.contains(&(list.batch, mix.sequence));
                is_bad && mix.output.root == list.input
            });
            self.findings.count(CheckId::DecryptInput, 1);
            if list.input != last.root {
                holds = false;
                if is_astray || self.is_uncertain() {
                    let text = format!(
                        "record {} shares a list that is not known to be good",
                        share.sequence
                    );
                    self.findings.warn(text.clone());
                    self.findings.not_run(CheckId::DecryptProof, text);
                } else {
                    let evidence = "it is not of the last list";
                    self.fail(CheckId::DecryptInput, &culprits, record, None, evidence);
                }
            }
            let due = (last.rows, width.saturating_mul(32));
            if (list.shares.rows, list.shares.row_length) != due {
                holds = false;
                let evidence = format!(
                    "{} rows of {} bytes, and there should be {} of {}",
                    list.shares.rows, list.shares.row_length, due.0, due.1
                );
                self.fail(CheckId::ShapeLength, &culprits, record, None, evidence);
            }
            if !list.readable || !self.is_readable(&last) {
                holds = false;
                self.findings.not_run(CheckId::DecryptProof, "a list of shares cannot be read");
            }
        }
        holds
    }

    fn verify_share(&mut self, share: &PostedShare, suspects: &mut Vec<(u64, ShareError)>) {
        if !self.is_verified(share.sequence) {
            self.findings.count(CheckId::DecryptProof, 1);
            for list in &share.lists {
                let elements = list.shares.rows.saturating_mul(list.shares.row_length / 32);
                self.findings.count(CheckId::GroupMembership, elements);
            }
            match self.check_share(share) {
                Some(Ok(())) => {}
                Some(Err(error)) => return suspects.push((share.sequence, error)),
                None => {
                    return self.findings.not_run(CheckId::DecryptProof, "a list cannot be read");
                }
            }
        }
        for list in &share.lists {
            let views = self.view.batches.get_mut(list.batch).map(|view| &mut view.shares);
            let index = usize::try_from(share.trustee).ok();
            let view = views.zip(index).and_then(|(views, index)| views.get_mut(index));
            if let Some(Some(view)) = view {
                view.valid = true;
            }
        }
    }

    fn check_share(&self, share: &PostedShare) -> Option<Result<(), ShareError>> {
        let pairs: Vec<Pair<'_>> =
            share.lists.iter().map(|list| self.pair(list)).collect::<Option<_>>()?;
        let lists = pairs.iter().map(Pair::shared).collect();
        let index = usize::try_from(share.trustee).ok()?;
        let statement = Statement {
            election: self.election()?,
            close: self.view.close.as_ref()?.digest,
            trustee: share.trustee,
            trustee_key: *self.view.trustee_key(share.trustee)?,
            share_key: *self.view.ceremony.keys.as_ref()?.share_keys.get(index)?,
            lists,
        };
        Some(verify(&statement, &share.proof))
    }

    fn pair(&self, list: &PostedList) -> Option<Pair<'_>> {
        let batch = self.view.batches.get(list.batch)?;
        Some(Pair {
            batch,
            input: batch.last,
            shares: list.shares,
            input_rows: self.rows(&batch.last)?,
            share_rows: self.rows(&list.shares)?,
        })
    }

    /// Says what is wrong with a share record, and in which row if enough others are right.
    fn blame_share(&mut self, share: &PostedShare, error: &ShareError) {
        let culprit = Culprit::Trustee(share.trustee);
        let sequence = share.sequence;
        match error {
            ShareError::Shares { list, fault } => {
                let row = match fault {
                    Fault::NonCanonical { index, .. } | Fault::Membership { index, .. } => {
                        Some(*index)
                    }
                    _ => None,
                };
                let what = format!("list {} of its shares", list.saturating_add(1));
                self.fail_for(fault, CheckId::DecryptProof, &culprit, sequence, row, &what);
            }
            ShareError::Proof(Fault::Equation) => {
                let rows = self.bad_rows(share);
                let evidence = "the proof of its shares does not hold";
                let culprits = std::slice::from_ref(&culprit);
                for row in &rows {
                    self.fail(
                        CheckId::DecryptProof,
                        culprits,
                        Some(sequence),
                        Some(*row),
                        evidence,
                    );
                }
                if rows.is_empty() {
                    self.fail(CheckId::DecryptProof, culprits, Some(sequence), None, evidence);
                }
            }
            ShareError::Proof(fault) => {
                let what = "the proof of its shares";
                self.fail_for(fault, CheckId::DecryptProof, &culprit, sequence, None, what);
            }
            ShareError::Input { .. } => {
                self.findings.not_run(CheckId::DecryptProof, error.to_string());
            }
            ShareError::Rows { .. } => {
                self.findings.unreadable(format!("record {sequence}: {error}"));
                self.findings.not_run(CheckId::DecryptProof, error.to_string());
            }
        }
    }

    /// The rows in which shares differ from what threshold many valid ones imply.
    fn bad_rows(&self, share: &PostedShare) -> Vec<u64> {
        let mut rows = Vec::new();
        for list in &share.lists {
            rows.extend(self.bad_rows_of(share.trustee, list).unwrap_or_default());
        }
        rows
    }

    fn bad_rows_of(&self, trustee: u64, list: &PostedList) -> Option<Vec<u64>> {
        let view = self.view.batches.get(list.batch)?;
        let threshold = self.view.description()?.threshold;
        let quorum = view.quorum(threshold)?;
        let opened: Vec<(u64, Digest, BlobRows<'_>)> = quorum
            .iter()
            .map(|(other, share)| Some((*other, share.shares.root, self.rows(&share.shares)?)))
            .collect::<Option<_>>()?;
        let good: Vec<TrusteeShares<'_>> = opened
            .iter()
            .map(|(trustee, root, rows)| TrusteeShares {
                trustee: *trustee,
                shares: RootedList { root: *root, rows },
            })
            .collect();
        let rows = self.rows(&list.shares)?;
        let shares = RootedList { root: list.shares.root, rows: &rows };
        let width = usize::try_from(view.width).ok()?;
        let cells = find_bad_shares(width, TrusteeShares { trustee, shares }, &good).ok()?;
        let mut rows: Vec<u64> = cells.into_iter().map(|cell| cell.row).collect();
        rows.dedup();
        Some(rows)
    }
}

impl Pair<'_> {
    fn shared(&self) -> SharedList<'_> {
        SharedList {
            box_index: self.batch.box_index,
            batch_index: self.batch.batch_index,
            width: self.batch.width,
            input: RootedList { root: self.input.root, rows: &self.input_rows as &dyn Rows },
            shares: RootedList { root: self.shares.root, rows: &self.share_rows as &dyn Rows },
        }
    }
}

fn index_of(posted: &[PostedShare], sequence: u64) -> usize {
    posted.partition_point(|share| share.sequence < sequence)
}
