//! What is wrong with the lists of a share record, apart from its proof.

use super::{PostedList, PostedShare};
use crate::auditor::{Auditor, Look};
use crate::check::CheckId;
use crate::numbered::plural;
use crate::report::Culprit;

/// Batches that a sentence about a share record names.
const NAMED: usize = 5;

/// What is wrong with a list of a share record, apart from its proof.
pub(super) enum ListFault {
    /// It is not of the last good list.
    NotLast,
    /// Its input is a list that somebody's bad mix made, or records are missing.
    Astray,
    /// It has another shape than its input.
    Shape(String),
    /// It, or its input, cannot be read.
    Unreadable,
}

impl Auditor<'_> {
    pub(super) fn report_share_lists(&mut self, share: &PostedShare) {
        for list in &share.lists {
            let culprit = Culprit::Trustee(share.trustee);
            self.report_look(share.sequence, &culprit, &list.shares, &list.looked);
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

    /// What is wrong with a list: it should be of its batch's last good list, and as long.
    pub(super) fn list_faults(&self, share: &PostedShare, list: &PostedList) -> Vec<ListFault> {
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
        // What cannot be read may be the last list.
        if list.looked != Look::Right || !self.without_their_list(list.batch).is_empty() {
            faults.push(ListFault::Unreadable);
        }
        faults
    }

    /// Whether nothing but its proof can be wrong with a share record; says what is.
    pub(super) fn report_list_faults(&mut self, share: &PostedShare) -> bool {
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

    pub(super) fn not_last(&self, list: &PostedList) -> String {
        let name = self.names_of(std::slice::from_ref(list));
        format!("its shares of {name} are not of the last list")
    }

    /// The batches of these lists, the first few of them.
    pub(super) fn names_of(&self, lists: &[PostedList]) -> String {
        let views = lists.iter().filter_map(|list| self.view.batches.get(list.batch));
        let names: Vec<String> = views
            .take(NAMED)
            .map(|view| self.batch_name(view.box_index, view.batch_index))
            .collect();
        let more = lists.len().saturating_sub(NAMED);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        names.join("; ") + &rest
    }
}
