//! A batch after `close`: its lists, mixes and shares.

use psephos_core::Digest;
use psephos_record::bodies::Blob;

use crate::numbered::numbered;

/// A batch after `close`.
#[derive(Clone, Debug)]
pub struct BatchView {
    /// Index of the box.
    pub box_index: u64,
    /// Index of the batch in its box.
    pub batch_index: u64,
    /// Elements in a row.
    pub width: u64,
    /// The accepted ballots' rows, sorted.
    pub first: Blob,
    /// The list after the last valid mix: what is mixed or shared next.
    pub last: Blob,
    /// How many valid mixes lead to `last`, which is the next mix's position.
    pub position: u64,
    /// All mixes on the board.
    pub mixes: Vec<MixView>,
    /// Whether a mix is due, by trustee.
    pub mixers: Vec<Mixer>,
    /// Shares by trustee; the first of each.
    pub shares: Vec<Option<ShareView>>,
}

/// How a trustee stands to a batch after `close`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mixer {
    /// Its mix is due.
    #[default]
    Due,
    /// Its mix stands, valid or not.
    Mixed,
    /// The exclusion in this record takes it out.
    Excluded(u64),
}

/// A mix of one batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MixView {
    /// Its record's place on the board.
    pub sequence: u64,
    /// Who mixed.
    pub trustee: u64,
    /// Its place in the chain, from 0.
    pub position: u64,
    /// The root of its input.
    pub input: Digest,
    /// Its output.
    pub output: Blob,
    /// Whether it is in the chain of good lists and its proof holds (or held when it was verified).
    pub valid: bool,
    /// Whether its output was there and matched its root when it was last looked at.
    pub readable: bool,
    /// The exclusion that takes it out of effect, or the list it starts from.
    pub excluded: Option<u64>,
}

/// A trustee's partial decryptions of one batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareView {
    /// Its record's place on the board.
    pub sequence: u64,
    /// The root of the list that was decrypted.
    pub input: Digest,
    /// The partial decryptions.
    pub shares: Blob,
    /// Whether it is of the last list and its proof holds (or held when it was verified).
    pub valid: bool,
    /// Whether it was there and matched its root when it was last looked at.
    pub readable: bool,
}

impl BatchView {
    /// How a trustee stands to this batch.
    #[must_use]
    pub fn mixer(&self, trustee: u64) -> Mixer {
        let index = usize::try_from(trustee).ok();
        index.and_then(|index| self.mixers.get(index)).copied().unwrap_or(Mixer::Mixed)
    }

    /// Whether a mix of the trustee is due.
    #[must_use]
    pub fn is_due(&self, trustee: u64) -> bool {
        self.mixer(trustee) == Mixer::Due
    }

    /// The trustee that mixes next: the lowest whose mix is due.
    #[must_use]
    pub fn next_mixer(&self) -> Option<u64> {
        let next = numbered(0, &self.mixers).find(|(_, mixer)| **mixer == Mixer::Due);
        next.map(|(trustee, _)| trustee)
    }

    /// The `threshold` valid shares of lowest index, with their trustees; none while there are fewer.
    #[must_use]
    pub fn quorum(&self, threshold: u64) -> Option<Vec<(u64, &ShareView)>> {
        let needed = usize::try_from(threshold).ok()?;
        let valid: Vec<_> = numbered(0, &self.shares)
            .filter_map(|(trustee, share)| {
                share.as_ref().filter(|share| share.valid).map(|share| (trustee, share))
            })
            .take(needed)
            .collect();
        (valid.len() == needed).then_some(valid)
    }

    /// The shares of exactly `threshold` trustees that a result names, strictly increasing and all
    /// valid; none otherwise. Any such choice gives the same plaintexts, so a share that comes late
    /// takes nothing from a result that does not use it.
    #[must_use]
    pub fn named(&self, trustees: &[u64], threshold: u64) -> Option<Vec<(u64, &ShareView)>> {
        let shares = self.named_in_form(trustees, threshold)?;
        shares.iter().all(|(_, share)| share.valid).then_some(shares)
    }

    /// The same, valid or not. How many are named is looked at before who.
    pub(crate) fn named_in_form(
        &self,
        trustees: &[u64],
        threshold: u64,
    ) -> Option<Vec<(u64, &ShareView)>> {
        let increasing = trustees.is_sorted_by(|left, right| left < right);
        if !increasing || trustees.len() as u64 != threshold {
            return None;
        }
        let share = |trustee: &u64| {
            let share = self.shares.get(usize::try_from(*trustee).ok()?)?.as_ref()?;
            Some((*trustee, share))
        };
        trustees.iter().map(share).collect()
    }

    /// The batch with only the shares that stand before a record.
    pub(crate) fn shares_before(&self, sequence: u64) -> Self {
        let mut before = self.clone();
        for share in &mut before.shares {
            if share.as_ref().is_some_and(|share| share.sequence > sequence) {
                *share = None;
            }
        }
        before
    }
}
