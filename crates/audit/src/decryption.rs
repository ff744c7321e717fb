//! Decryption shares (spec/09-audit.md §9.4).

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
use crate::auditor::{Auditor, Look, check_of};
use crate::check::CheckId;
use crate::numbered::plural;
use crate::report::Culprit;
use crate::view::{BatchView, ShareView};

/// Batches that a sentence about a share record names.
const NAMED: usize = 5;

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

/// What is wrong with a list of a share record, apart from its proof.
enum ListFault {
    /// It is not of the last good list.
    NotLast,
    /// Its input is a list that somebody's bad mix made, or records are missing.
    Astray,
    /// It has another shape than its input.
    Shape(String),
    /// It, or its input, cannot be read.
    Unreadable,
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
    pub(crate) fn share(&mut self, sequence: u64, knew: Option<u64>, trustee: u64, body: &Share) {
        let culprit = Culprit::Trustee(trustee);
        let culprits = std::slice::from_ref(&culprit);
        let places: Vec<_> =
            body.lists.iter().map(|list| (list.box_index, list.batch_index)).collect();
        if !self.are_batches(&places) {
            let evidence = "its lists are not of batches of the manifest, each once and in order";
            return self.fail(CheckId::ShapeLength, culprits, Some(sequence), None, evidence);
        }
        if self.shares_what_is_out(knew, body) {
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
            let evidence = "this trustee has shared a list of this batch before";
            self.fail(CheckId::DecryptRepeat, culprits, Some(sequence), None, evidence);
            return self.report_share_lists(&share);
        }
        self.shares.push(share);
    }

    /// Whether a list went out of effect while its shares were on their way.
    fn is_out_since(&self, batch: usize, knew: Option<u64>, root: &Digest) -> bool {
        self.excluded_unseen(batch, knew, root, None).is_some()
    }

    /// Whether a list that a record shares went out of effect in this way.
    pub(crate) fn shares_what_is_out(&self, knew: Option<u64>, body: &Share) -> bool {
        body.lists.iter().any(|list| {
            let batch = self.batch_place(list.box_index, list.batch_index);
            batch.is_some_and(|batch| self.is_out_since(batch, knew, &list.input))
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
            lists.any(|list| self.is_out_since(batch, share.knew, &list.input))
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

    fn report_share_lists(&mut self, share: &PostedShare) {
        for list in &share.lists {
            let culprit = Culprit::Trustee(share.trustee);
            self.report_look(share.sequence, &culprit, &list.shares, &list.looked);
        }
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
        true
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

    /// Verifies the proof of a share record, if its lists are as they should be and nobody has yet.
    fn prove_share(&mut self, place: usize) {
        let Some(share) = self.shares.get(place) else { return };
        let batches: Vec<usize> = share.lists.iter().map(|list| list.batch).collect();
        for batch in batches {
            self.settle(batch);
        }
        let Some(share) = self.shares.get(place) else { return };
        if share.proved.is_some()
            || share.lists.iter().any(|l| !self.list_faults(share, l).is_empty())
        {
            return;
        }
        let proved = if self.is_verified(share.sequence) {
            Some(Ok(()))
        } else {
            self.findings.count(CheckId::DecryptProof, 1);
            for list in &share.lists {
                let elements = list.shares.rows.saturating_mul(list.shares.row_length / 32);
                self.findings.count(CheckId::GroupMembership, elements);
            }
            self.check_share(share)
        };
        if let Some(share) = self.shares.get_mut(place) {
            share.proved = proved;
        }
    }

    /// Reports what is wrong with lists of shares.
    pub(crate) fn report_shared_lists(&mut self) {
        let posted = std::mem::take(&mut self.shares);
        for share in &posted {
            self.report_share_lists(share);
        }
        self.shares = posted;
    }

    /// Checks all shares on the board.
    pub(crate) fn verify_shares(&mut self) {
        for place in 0..self.shares.len() {
            self.progress(Stage::Shares, place as u64, self.shares.len() as u64);
            self.prove_share(place);
        }
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

    /// What is wrong with a list: it should be of its batch's last good list, and as long.
    fn list_faults(&self, share: &PostedShare, list: &PostedList) -> Vec<ListFault> {
        let mut faults = Vec::new();
        let Some(view) = self.view.batches.get(list.batch) else {
            return vec![ListFault::Unreadable];
        };
        let (last, width) = (view.last, view.width);
        if list.input != last.root {
            let is_astray = view.mixes.iter().any(|mix| {
                let is_bad = !mix.valid
                    && mix.excluded.is_none()
                    && !self.overtaken.contains(&(list.batch, mix.sequence));
                is_bad && mix.output.root == list.input
            });
            let uncertain = is_astray || self.is_uncertain() || self.was_unsure(share.knew);
            faults.push(if uncertain { ListFault::Astray } else { ListFault::NotLast });
        }
        let due = (last.rows, width.saturating_mul(32));
        if list.input == last.root && (list.shares.rows, list.shares.row_length) != due {
            faults.push(ListFault::Shape(format!(
                "its shares of {}: {} of {}, and there should be {} of {}",
                self.batch_name(view.box_index, view.batch_index),
                plural(list.shares.rows, "row", "rows"),
                plural(list.shares.row_length, "byte", "bytes"),
                due.0,
                due.1
            )));
        }
        if list.looked != Look::Right || !self.is_readable(&last) {
            faults.push(ListFault::Unreadable);
        }
        faults
    }

    /// Whether nothing but its proof can be wrong with a share record; says what is.
    fn report_list_faults(&mut self, share: &PostedShare) -> bool {
        let culprits = [Culprit::Trustee(share.trustee)];
        let record = Some(share.sequence);
        let mut holds = true;
        for list in &share.lists {
            self.findings.count(CheckId::DecryptInput, 1);
            for fault in self.list_faults(share, list) {
                holds = false;
                match fault {
                    ListFault::NotLast => {
                        let evidence = self.not_last(list);
                        self.fail(CheckId::DecryptInput, &culprits, record, None, evidence);
                    }
                    ListFault::Astray => {
                        let text = format!(
                            "record {} shares a list that is not known to be good",
                            share.sequence
                        );
                        self.findings.warn(text.clone());
                        self.findings.not_run(CheckId::DecryptProof, text);
                    }
                    ListFault::Shape(evidence) => {
                        self.fail(CheckId::ShapeLength, &culprits, record, None, evidence);
                    }
                    ListFault::Unreadable => {
                        let text = "a list of shares cannot be read";
                        self.findings.not_run(CheckId::DecryptProof, text);
                    }
                }
            }
        }
        holds
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
    fn share_evidence(&self, share: &PostedShare, error: &ShareError) -> String {
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

    fn not_last(&self, list: &PostedList) -> String {
        let name = self.names_of(std::slice::from_ref(list));
        format!("its shares of {name} are not of the last list")
    }

    /// The batches of these lists, the first few of them.
    fn names_of(&self, lists: &[PostedList]) -> String {
        let views = lists.iter().filter_map(|list| self.view.batches.get(list.batch));
        let names: Vec<String> = views
            .take(NAMED)
            .map(|view| self.batch_name(view.box_index, view.batch_index))
            .collect();
        let more = lists.len().saturating_sub(NAMED);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        names.join("; ") + &rest
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
