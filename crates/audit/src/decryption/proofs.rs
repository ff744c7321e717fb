//! The proofs of share records: whether they hold, and which row is to blame if not.

use std::collections::BTreeSet;

use psephos_core::pairs::pairs;
use psephos_core::rows::Rows;
use psephos_proofs::Fault;
use psephos_proofs::decryption::{
    RootedList, ShareError, SharedList, Statement, TrusteeShares, find_bad_shares, verify_all,
};
use psephos_record::board::BlobRows;
use psephos_record::bodies::Blob;

use super::plaintexts::{StatedPlaintexts, rooted_shares};
use super::{PostedList, PostedShare};
use crate::auditor::{Auditor, check_of};
use crate::check::CheckId;
use crate::report::Culprit;
use crate::view::BatchView;
use crate::{Progress, Stage};

/// A share list with the list it was made from, ready to be read.
struct Pair<'a> {
    batch: &'a BatchView,
    input: Blob,
    shares: Blob,
    input_rows: BlobRows<'a>,
    share_rows: BlobRows<'a>,
}

/// What was found of share records, and of plaintexts that follow from them.
struct Checked {
    /// By the record's place.
    shares: Vec<(usize, Result<(), ShareError>)>,
    /// Those that are right if the shares are.
    plaintexts: Vec<StatedPlaintexts>,
}

impl Auditor<'_> {
    /// Verifies the proof of a share record, if its lists are as they should be and nobody has yet.
    pub(super) fn prove_share(&mut self, place: usize) {
        self.prove_shares(&[place], &[]);
    }

    /// The same for several records, and for what follows from them: they are of the same lists mostly. Claims
    /// that hold are noted.
    fn prove_shares(&mut self, places: &[usize], claims: &[StatedPlaintexts]) {
        let shares = places.iter().filter_map(|place| self.shares.get(*place));
        let batches: BTreeSet<usize> =
            shares.flat_map(|share| share.lists.iter().map(|list| list.batch)).collect();
        for batch in batches {
            self.settle(batch);
        }
        let mut due = Vec::new();
        for place in places {
            let Some(share) = self.shares.get(*place) else { continue };
            if share.proved.is_some()
                || share.lists.iter().any(|l| !self.list_faults(share, l).is_empty())
            {
                continue;
            }
            if self.is_verified(share.sequence) {
                self.keep_proved(*place, Ok(()));
                continue;
            }
            self.findings.count(CheckId::DecryptProof, 1);
            for list in &share.lists {
                let elements = list.shares.rows.saturating_mul(list.shares.row_length / 32);
                self.findings.count(CheckId::GroupMembership, elements);
            }
            due.push(*place);
        }
        let Checked { shares, plaintexts } = self.check_shares(&due, claims);
        for (place, proved) in shares {
            self.keep_proved(place, proved);
        }
        self.decrypted.extend(plaintexts);
    }

    fn keep_proved(&mut self, place: usize, proved: Result<(), ShareError>) {
        if let Some(share) = self.shares.get_mut(place) {
            share.proved = Some(proved);
        }
    }

    /// Checks all shares on the board.
    pub(crate) fn verify_shares(&mut self) {
        let places: Vec<usize> = (0..self.shares.len()).collect();
        let claims = self.stated_plaintexts();
        self.prove_shares(&places, &claims);
        let posted = std::mem::take(&mut self.shares);
        let mut suspects = Vec::new();
        for share in &posted {
            if !self.report_list_faults(share) {
                continue;
            }
            match &share.proved {
                Some(Ok(())) => self.accept_share(share),
                Some(Err(error)) => suspects.push((share, error.clone())),
                None => self.findings.not_run(
                    CheckId::DecryptProof,
                    "a list, or what the proof is bound to, cannot be told",
                ),
            }
        }
        for (share, error) in suspects {
            self.blame_share(share, &error);
        }
        self.shares = posted;
    }

    /// The first valid share of a batch that stands so far.
    pub(crate) fn first_valid_share(&mut self, batch: usize) -> Option<u64> {
        for place in 0..self.shares.len() {
            let concerned = self
                .shares
                .get(place)
                .is_some_and(|share| share.lists.iter().any(|list| list.batch == batch));
            if concerned {
                self.prove_share(place);
                let share = self.shares.get(place)?;
                let is_good =
                    share.lists.iter().all(|list| self.list_faults(share, list).is_empty());
                if is_good && matches!(share.proved, Some(Ok(()))) {
                    return Some(share.sequence);
                }
            }
        }
        None
    }

    fn accept_share(&mut self, share: &PostedShare) {
        for list in &share.lists {
            let views = self.view.batches.get_mut(list.batch).map(|view| &mut view.shares);
            let index = usize::try_from(share.trustee).ok();
            let view = views.zip(index).and_then(|(views, index)| views.get_mut(index));
            if let Some(Some(view)) = view {
                view.valid = true;
            }
        }
    }

    /// Whether the proofs of these records hold, as far as what they are bound to is known; and the claims
    /// that hold if they do.
    fn check_shares(&self, places: &[usize], claims: &[StatedPlaintexts]) -> Checked {
        let posted = places.iter().filter_map(|place| Some((*place, self.shares.get(*place)?)));
        let opened: Vec<(usize, &PostedShare, Vec<Pair<'_>>)> = posted
            .filter_map(|(place, share)| {
                let lists = share.lists.iter().map(|list| self.pair(list));
                Some((place, share, lists.collect::<Option<_>>()?))
            })
            .collect();
        let (places, statements): (Vec<usize>, Vec<_>) = opened
            .iter()
            .filter_map(|(place, share, lists)| {
                Some((*place, (self.share_statement(share, lists)?, share.proof)))
            })
            .unzip();
        let open: Vec<_> =
            claims.iter().filter_map(|claim| Some((claim, self.open_plaintexts(claim)?))).collect();
        let shares: Vec<_> = open.iter().map(|(_, open)| open.shares()).collect();
        let decryptions: Vec<_> =
            pairs(&open, &shares).map(|((_, open), shares)| open.decryption(shares)).collect();
        let report = self.report_progress;
        let told = |done, total| report(Progress { stage: Stage::Shares, done, total });
        let verified = verify_all(&statements, &decryptions, &told);
        let holding = pairs(open, verified.plaintexts)
            .filter_map(|((claim, _), holds)| holds.then(|| claim.clone()));
        Checked { shares: pairs(places, verified.shares).collect(), plaintexts: holding.collect() }
    }

    fn share_statement<'s>(
        &self,
        share: &PostedShare,
        lists: &'s [Pair<'_>],
    ) -> Option<Statement<'s>> {
        let index = usize::try_from(share.trustee).ok()?;
        Some(Statement {
            election: self.election()?,
            close: self.view.close.as_ref()?.digest,
            trustee: share.trustee,
            trustee_key: *self.view.trustee_key(share.trustee)?,
            share_key: *self.view.ceremony.keys.as_ref()?.share_keys.get(index)?,
            lists: lists.iter().map(Pair::shared).collect(),
        })
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
            ShareError::Proof(Fault::Equation) => {
                let lists = self.bad_rows(share);
                let culprits = std::slice::from_ref(&culprit);
                let (check, record) = (CheckId::DecryptProof, Some(sequence));
                for (name, rows) in &lists {
                    // A row's number alone does not say of which of the record's lists it is.
                    let evidence = format!(
                        "the proof of its shares does not hold; in {name} this row is not what the others' \
                         shares imply"
                    );
                    for row in rows {
                        self.fail(check, culprits, record, Some(*row), evidence.as_str());
                    }
                }
                if lists.is_empty() {
                    let evidence = self.share_evidence(share, error);
                    self.fail(check, culprits, record, None, evidence);
                }
            }
            ShareError::Shares { fault, .. } | ShareError::Proof(fault) => {
                let row = match (error, fault) {
                    (
                        ShareError::Shares { .. },
                        Fault::NonCanonical { index, .. } | Fault::Membership { index, .. },
                    ) => Some(*index),
                    _ => None,
                };
                let check = check_of(fault, CheckId::DecryptProof);
                let evidence = self.share_evidence(share, error);
                self.fail(check, std::slice::from_ref(&culprit), Some(sequence), row, evidence);
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

    /// What is wrong with a share record, in words.
    pub(super) fn share_evidence(&self, share: &PostedShare, error: &ShareError) -> String {
        match error {
            ShareError::Shares { list, fault } => {
                let list = share.lists.get(*list..).unwrap_or_default();
                format!(
                    "its shares of {}: {fault}",
                    self.names_of(list.get(..1).unwrap_or_default())
                )
            }
            ShareError::Proof(Fault::Equation) => {
                format!("the proof of its shares of {} does not hold", self.names_of(&share.lists))
            }
            ShareError::Proof(fault) => {
                format!("the proof of its shares of {}: {fault}", self.names_of(&share.lists))
            }
            ShareError::Input { .. } | ShareError::Rows { .. } => error.to_string(),
        }
    }

    /// The rows in which shares differ from what threshold many valid ones imply, with the batch in which
    /// they do.
    fn bad_rows(&self, share: &PostedShare) -> Vec<(String, Vec<u64>)> {
        let lists = share.lists.iter().map(|list| {
            let rows = self.bad_rows_of(share.trustee, list).unwrap_or_default();
            (self.names_of(std::slice::from_ref(list)), rows)
        });
        lists.filter(|(_, rows)| !rows.is_empty()).collect()
    }

    fn bad_rows_of(&self, trustee: u64, list: &PostedList) -> Option<Vec<u64>> {
        let view = self.view.batches.get(list.batch)?;
        let threshold = self.view.description()?.threshold;
        let quorum = view.quorum(threshold)?;
        let quorum: Vec<(u64, Blob)> =
            quorum.iter().map(|(other, share)| (*other, share.shares)).collect();
        let opened = self.open_shares(&quorum)?;
        let good = rooted_shares(&opened);
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
